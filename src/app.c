// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "app.h"
#include "base/log.h"
#include "cli.h"
#include "find/bootmount.h"
#include "verb/verb.h"

static bool always(const struct ctx *ctx)
{
	(void)ctx;
	return true;
}

/* One row a verb. */
static const struct verb_row {
	int (*run)(const struct ctx *ctx);
	bool (*needs_boot)(const struct ctx *ctx); /* looks at /boot; NULL: never */
} verbs[] = {
	[VERB_ARM] = { verb_arm, always },
	[VERB_DISARM] = { verb_disarm, NULL },
	[VERB_STATUS] = { verb_status, always },
	[VERB_LIST] = { verb_list, always },
	[VERB_INSPECT] = { verb_inspect, NULL },
	[VERB_HOOK] = { verb_hook, hook_needs_boot },
};

/* The last decision, and the last thing that is called at all: no setting concerns them.
 */
static bool reads_config(const struct options *options)
{
	return options->verb != VERB_HOOK ||
	       (!streq(options->hook, "gate") && !streq(options->hook, "package-remove"));
}

/* A broken configuration stops whatever would arm; never disarming, asking, or the gate.
 * A stop without one disarms. */
static bool needs_config(const struct options *options)
{
	return options->verb == VERB_ARM ||
	       (options->verb == VERB_HOOK && !streq(options->hook, "service-stop"));
}

static const char *who_asks(const struct options *options)
{
	if (options->verb != VERB_HOOK)
		return "manual";
	return starts_with(options->hook, "service-") ? "service" : options->hook;
}

static void start_log(const struct options *options, const struct sys *sys)
{
	int level = options->quiet	      ? LOG_ERR
		    : options->verbosity == 0 ? LOG_NOTICE
		    : options->verbosity == 1 ? LOG_INFO
					      : LOG_DEBUG;

	log_init(level, options->verb == VERB_HOOK && !options->dry_run ? sys : NULL,
		 who_asks(options));
}

static int read_config(const struct options *options, const struct root *root,
		       struct config *config)
{
	const char *path = options->config ? options->config : CONFIG_PATH;
	int r = config_load(config, root, path, root->is_host);

	if (r == -ENOENT && !options->config)
		return 0;
	if (r == -ENOENT)
		log_error("there is no configuration file '%s'", path);
	return r;
}

/* Files named by hand are relative to where we are called; everything else is absolute.
 */
static int make_absolute(const char **path, struct strv *keep)
{
	_cleanup_free_ char *here = NULL;
	int r;

	if (!*path || **path == '/')
		return 0;
	here = getcwd(NULL, 0);
	if (!here)
		return -errno;
	r = strv_take(keep, strf("%s/%s", here, *path));
	if (r == 0)
		*path = keep->items[keep->count - 1];
	return r;
}

static int absolute_paths(struct options *options, struct strv *keep)
{
	int r = make_absolute(&options->kernel, keep);

	if (r == 0)
		r = make_absolute(&options->config, keep);
	for (size_t i = 0; i < options->initrds.count && r == 0; i++) {
		const char *path = options->initrds.items[i];

		r = make_absolute(&path, keep);
		if (r == 0 && path != options->initrds.items[i])
			r = str_set(&options->initrds.items[i], path);
	}
	for (size_t i = 0; i < options->n_args && r == 0 && options->verb == VERB_INSPECT;
	     i++) {
		const char *path = options->args[i];

		r = make_absolute(&path, keep);
		options->args[i] = (char *)(uintptr_t)path;
	}
	return r;
}

/* @path is where @root was opened. */
static int run_verb(struct options *options, const struct sys *sys, struct root *root,
		    const char *path)
{
	_cleanup_(config_done) struct config config = { 0 };
	const struct verb_row *row = &verbs[options->verb];
	struct ctx ctx = { options, &config, root, sys, who_asks(options) };
	int r = config_defaults(&config);

	if (r < 0) {
		log_error_errno(r, "cannot start");
		return STATUS_FAILED;
	}
	if (reads_config(options)) {
		r = read_config(options, root, &config);
		if (r < 0 && needs_config(options)) {
			log_error("until that is repaired, nothing is armed");
			return STATUS_FAILED;
		}
		/* An ordinary user may just not be allowed to read it. */
		config.is_refused = r < 0 && r != -EACCES;
	}
	if (sys->geteuid() == 0 && row->needs_boot && row->needs_boot(&ctx)) {
		r = bootmount_open(&ctx, root, path);
		if (r < 0) {
			log_error_errno(r, "cannot look at the boot file system");
			return STATUS_FAILED;
		}
	}
	return row->run(&ctx);
}

int app_run(int argc, char *argv[], const struct sys *sys, const char *machine)
{
	_cleanup_(options_done) struct options options = { 0 };
	_cleanup_(root_done) struct root root = ROOT_EMPTY;
	_cleanup_strv_ struct strv paths = STRV_EMPTY;
	const char *path;
	int r;

	umask(022);
	if (cli_parse(argc, argv, &options) < 0)
		return STATUS_USAGE;
	if (options.verb == VERB_HELP)
		return cli_help();
	if (options.verb == VERB_VERSION)
		return printf(NAME " " VERSION "\n") < 0 || fflush(stdout) != 0
			       ? STATUS_FAILED
			       : STATUS_DONE;
	start_log(&options, sys);

	path = options.root ? options.root : machine;
	r = root_init(&root, path);
	if (r < 0) {
		log_error_errno(r, "cannot open the root '%s'", path);
		return STATUS_FAILED;
	}
	if (root.is_host)
		r = absolute_paths(&options, &paths);
	if (r < 0) {
		log_error_errno(r, "cannot tell the current directory");
		return STATUS_FAILED;
	}

	r = run_verb(&options, sys, &root, path);
	if (fflush(stdout) != 0 && r == STATUS_DONE) {
		log_error("cannot write the result to stdout");
		r = STATUS_FAILED;
	}
	return options.verb == VERB_HOOK ? STATUS_DONE : r;
}
