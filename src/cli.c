// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

/* Above every letter and below the verbs; CHAR_MAX + 1 is one of them where char has no
 * sign. */
enum { OPT_JSON = 128 };

/* One row an option: its letters, whether it is the verb, and its line in --help. */
static const struct row {
	int value;
	const char *name, *argument;
	int verb; /* enum verb, or -1 */
	const char *help;
} rows[] = {
	{ 256 + VERB_ARM, "arm", NULL, VERB_ARM,
	  "find the kernel that boots next, verify and preload it (default)" },
	{ 256 + VERB_DISARM, "disarm", NULL, VERB_DISARM,
	  "unload it: the next reboot goes through the firmware" },
	{ 256 + VERB_STATUS, "status", NULL, VERB_STATUS,
	  "what the next reboot will do, and why" },
	{ 256 + VERB_LIST, "list", NULL, VERB_LIST,
	  "every boot entry found, and the chosen one" },
	{ 256 + VERB_INSPECT, "inspect", NULL, VERB_INSPECT,
	  "what each FILE is: kernel, initramfs, UKI, package" },
	{ 256 + VERB_HOOK, "hook", "NAME", VERB_HOOK,
	  "called by package managers and init" },
	{ 'n', "dry-run", NULL, -1, "say what would be done, and do nothing" },
	{ 'R', "root", "DIR", -1, "look at the tree below DIR instead of /" },
	{ 'c', "config", "FILE", -1, "read FILE instead of " CONFIG_PATH },
	{ 'k', "kernel", "FILE", -1, "arm this kernel image" },
	{ 'i', "initrd", "FILE", -1, "with this initramfs; again for several, in order" },
	{ 'a', "cmdline", "TEXT", -1, "with this command line" },
	{ 'e', "entry", "ID", -1, "arm this boot entry (see --list)" },
	{ 'f', "force", NULL, -1, "override the guards that are policy" },
	{ OPT_JSON, "json", NULL, -1, "machine-readable (status, list, inspect)" },
	{ 'q', "quiet", NULL, -1, "only errors" },
	{ 'v', "verbose", NULL, -1, "more; twice: everything" },
	{ 'h', "help", NULL, VERB_HELP, "this help" },
	{ 'V', "version", NULL, VERB_VERSION, "the version" },
};

int cli_help(void)
{
	printf("Usage: " NAME " [--arm | --disarm | --status | --list] [OPTION...]\n"
	       "       " NAME " --inspect FILE...\n"
	       "       " NAME " --hook NAME [ARGUMENT...]\n\n"
	       "Makes the next reboot go straight into the kernel that the boot loader would\n"
	       "boot, without the firmware; or, where that is not certain, leaves it alone.\n\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct row *row = &rows[i];
		_cleanup_free_ char *left = NULL;

		left = row->value < OPT_JSON ? strf("-%c, --%s %s", row->value, row->name,
						    str_or(row->argument, ""))
					     : strf("    --%s %s", row->name,
						    str_or(row->argument, ""));
		if (!left)
			return STATUS_FAILED;
		printf("  %-21s %s\n", left, row->help);
	}
	printf("\nExit status: 0 done or nothing to do, 1 failed, 2 wrong usage, 3 refused by a guard.\n"
	       "See " NAME "(8) and " NAME ".conf(5).\n");
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
}

static int usage_error(const char *fmt, ...) _printf_(1, 2);
static int usage_error(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, NAME ": ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nTry '" NAME " --help'.\n");
	return -EINVAL;
}

/* getopt's two tables, made from ours. */
static void fill_getopt(char shorts[2 * ARRAY_SIZE(rows) + 2],
			struct option longs[ARRAY_SIZE(rows) + 1])
{
	char *p = shorts;

	*p++ = ':';
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].value < OPT_JSON) {
			*p++ = (char)rows[i].value;
			if (rows[i].argument)
				*p++ = ':';
		}
		longs[i] = (struct option){ rows[i].name,
					    rows[i].argument ? required_argument
							     : no_argument,
					    NULL, rows[i].value };
	}
	*p = '\0';
	longs[ARRAY_SIZE(rows)] = (struct option){ 0 };
}

static int set_verb(struct options *options, const char **given, const struct row *row)
{
	if (*given && options->verb != (enum verb)row->verb)
		return usage_error("--%s and --%s exclude each other", *given, row->name);
	*given = row->name;
	options->verb = (enum verb)row->verb;
	return 0;
}

static int apply(struct options *options, int value, const char *argument)
{
	switch (value) {
	case 'n':
		options->dry_run = true;
		return 0;
	case 'R':
		options->root = argument;
		return 0;
	case 'c':
		options->config = argument;
		return 0;
	case 'k':
		options->kernel = argument;
		return 0;
	case 'i':
		return strv_add(&options->initrds, argument);
	case 'a':
		options->cmdline = argument;
		return 0;
	case 'e':
		options->entry = argument;
		return 0;
	case 'f':
		options->force = true;
		return 0;
	case OPT_JSON:
		options->json = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case 'v':
		options->verbosity++;
		return 0;
	default:
		options->hook = argument;
		return 0;
	}
}

/* What does not go together, said with the option's name. */
static int check(const struct options *o)
{
	bool by_hand = o->kernel || o->initrds.count || o->cmdline || o->entry;

	if (by_hand && o->verb != VERB_ARM)
		return usage_error("-k, -i, -a and -e go with --arm only");
	if (o->kernel && o->entry)
		return usage_error("--kernel and --entry exclude each other");
	if (o->initrds.count && !o->kernel)
		return usage_error("--initrd goes with --kernel");
	if (o->json && o->verb != VERB_STATUS && o->verb != VERB_LIST &&
	    o->verb != VERB_INSPECT)
		return usage_error("--json goes with --status, --list or --inspect");
	if (o->verb == VERB_INSPECT && o->n_args == 0)
		return usage_error("--inspect needs a FILE");
	if (o->n_args > 0 && o->verb != VERB_INSPECT && o->verb != VERB_HOOK)
		return usage_error("unexpected argument '%s'", o->args[0]);
	if (o->root && !o->dry_run &&
	    (o->verb == VERB_ARM || o->verb == VERB_DISARM || o->verb == VERB_HOOK) &&
	    !streq(o->root, "/"))
		return usage_error(
			"--root %s changes nothing: add --dry-run, or use --status, --list, --inspect",
			o->root);
	return 0;
}

int cli_parse(int argc, char *argv[], struct options *ret)
{
	char shorts[2 * ARRAY_SIZE(rows) + 2];
	struct option longs[ARRAY_SIZE(rows) + 1];
	const char *verb_given = NULL;
	int value, r = 0;

	*ret = (struct options){ .verb = VERB_ARM };
	fill_getopt(shorts, longs);
	opterr = 0;
	optind = 0; /* afresh, also within a word of the last call */
	/* After --hook NAME nothing is an option. */
	while (r == 0 && !ret->hook &&
	       (value = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		if (value == ':')
			return usage_error("%s needs an argument", argv[optind - 1]);
		if (value == '?' && optopt > 0 && !starts_with(argv[optind - 1], "--"))
			return usage_error("unknown option '-%c'", optopt);
		if (value == '?')
			return usage_error("unknown option '%s'", argv[optind - 1]);
		for (size_t i = 0; i < ARRAY_SIZE(rows) && r == 0; i++) {
			if (rows[i].value != value)
				continue;
			if (rows[i].verb >= 0)
				r = set_verb(ret, &verb_given, &rows[i]);
			if (r == 0 && (rows[i].verb < 0 || rows[i].argument))
				r = apply(ret, value, optarg);
		}
	}
	if (r < 0)
		return r;
	ret->args = argv + optind;
	ret->n_args = (size_t)(argc - optind);
	return check(ret);
}

void options_done(struct options *options)
{
	strv_done(&options->initrds);
}
