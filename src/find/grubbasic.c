// SPDX-License-Identifier: GPL-2.0-or-later
/* GRUB's commands that need nothing but variables. */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

#define REGEXP_COST 65536 /* as bytes of other work */
#define PATTERN_MAX 256	  /* bytes */
#define PLUSES_MAX 4	  /* regcomp(3) doubles what stands before each */

#define BLOCK _unused_ const struct grubnode *block

int grubcmd_true(_unused_ struct grubrun *run, _unused_ const struct grubargs *args,
		 BLOCK)
{
	return 0;
}

/* Also keystatus: nobody presses a key. */
int grubcmd_false(_unused_ struct grubrun *run, _unused_ const struct grubargs *args,
		  BLOCK)
{
	return GRUB_FALSE;
}

static char *join(const struct grubargs *args, size_t first)
{
	struct strv words = { args->items + first, args->count - first };

	return strv_join(&words, " ");
}

/* The status shows at boot only. */
int grubcmd_ask(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	_cleanup_free_ char *text = join(args, 0);
	int r = text ? grubrun_ask(run, text) : -ENOMEM;

	return r < 0 ? r : !r;
}

/* It mostly succeeds, and whether it does shows at boot only. */
int grubcmd_tried(struct grubrun *run, const struct grubargs *args,
		  const struct grubnode *block)
{
	return run->conditions > 0 ? grubcmd_ask(run, args, block) : 0;
}

int grubcmd_refused(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	int r = grubrun_doubt(run, strf("'%s'", args->items[0]));

	return r < 0 ? r : GRUB_FALSE;
}

int grubcmd_set(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	char *equals = args->count > 1 ? strchr(args->items[1], '=') : NULL;
	int r;

	if (!equals)
		return args->count > 1 ? GRUB_FALSE : 0;
	*equals = '\0';
	r = grubvars_set(run->vars, args->items[1], equals + 1);
	*equals = '=';
	return r;
}

int grubcmd_unset(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	return args->count > 1 ? grubvars_unset(run->vars, args->items[1]) : GRUB_FALSE;
}

int grubcmd_export(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	int r = args->count > 1 ? 0 : GRUB_FALSE;

	for (size_t i = 1; r >= 0 && i < args->count; i++)
		r = grubvars_export(run->vars, args->items[i]);
	return r;
}

int grubcmd_insmod(struct grubrun *run, const struct grubargs *args,
		   const struct grubnode *block)
{
	if (args->count < 2)
		return GRUB_FALSE;
	run->regexp = run->regexp || streq(args->items[1], "regexp");
	return grubcmd_tried(run, args, block);
}

int grubcmd_break(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	uint64_t n = 1;
	const char *end = "";

	if (args->count > 2 ||
	    (args->count == 2 && (!grubcmd_number(args->items[1], &n, &end) || *end)))
		return GRUB_FALSE;
	if (n == 0)
		return GRUB_FALSE;
	run->is_continue = streq(args->items[0], "continue");
	run->breaks = n < run->loops ? (unsigned)n : run->loops;
	return 0;
}

int grubcmd_return(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	const char *end = "", *status = grubvars_get(run->vars, "?");
	uint64_t n = 0;

	if (!run->params || args->count > 2)
		return GRUB_FALSE;
	if (args->count == 2 && (!grubcmd_number(args->items[1], &n, &end) || *end))
		return GRUB_FALSE;
	if (args->count == 1)
		(void)grubcmd_number(str_or(status, "0"), &n, NULL);
	/* GRUB takes lines one by one there, and the next one runs in part. */
	if (!run->in_function)
		return grubrun_doubt(run,
				     strf("'return' outside of a function, which does "
					  "not stop GRUB"));
	run->returning = true;
	return (int)(n & 0x7fff);
}

int grubcmd_shift(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	struct grubargs *params = run->params;
	uint64_t n = 1;
	const char *end = "";

	if (!params)
		return 0;
	if (args->count > 2 ||
	    (args->count == 2 && (!grubcmd_number(args->items[1], &n, &end) || *end)))
		return GRUB_FALSE;
	if (n >= params->count)
		return GRUB_FALSE;
	params->items += n;
	params->count -= n;
	return 0;
}

int grubcmd_setparams(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	struct grubargs *params = run->params;
	char **items;

	if (!params)
		return GRUB_FALSE;
	items = grubpool_get(&run->scripts, (args->count + 1) * sizeof(char *));
	for (size_t i = 0; items && i < args->count; i++) {
		items[i] = grubrun_keep(run, args->items[i]);
		if (!items[i])
			return -E2BIG;
	}
	if (!items)
		return -E2BIG;
	*params = (struct grubargs){ items, args->count };
	return 0;
}

int grubcmd_eval(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	_cleanup_free_ char *text = join(args, 1);

	return text ? grubrun_text(run, text, strlen(text), run->file) : -ENOMEM;
}

static int set_match(struct grubrun *run, const char *spec, const char *s,
		     const regmatch_t *matches, size_t count)
{
	_cleanup_free_ char *value = NULL;
	const char *name = spec, *end;
	uint64_t i = 1;

	if (strchr(spec, ':')) {
		if (!grubcmd_number(spec, &i, &end) || *end != ':')
			return GRUB_FALSE;
		name = end + 1;
	}
	if (i >= count || matches[i].rm_so < 0)
		return grubvars_unset(run->vars, name);
	value = strndup(s + matches[i].rm_so,
			(size_t)(matches[i].rm_eo - matches[i].rm_so));
	return value ? grubvars_set(run->vars, name, value) : -ENOMEM;
}

bool grubcmd_can_match(const char *pattern)
{
	unsigned pluses = 0;

	for (const char *p = pattern; *p; p++)
		pluses += *p == '+';
	return strlen(pattern) <= PATTERN_MAX && pluses <= PLUSES_MAX &&
	       !strpbrk(pattern, "{\\");
}

/* regexp [--set [N:]NAME] REGEXP TEXT */
int grubcmd_regexp(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	static const struct grubopt spec[] = { { "set", 's', 'r' }, { NULL, 0, 0 } };
	regmatch_t matches[10];
	struct grubopts opts;
	regex_t regex;
	int r = grubopt_read(run, args, spec, false, &opts);

	run->regexp = true;
	if (r != 0 || opts.rest.count != 3)
		return r < 0 ? r : GRUB_FALSE;
	if (!grubcmd_can_match(opts.rest.items[1]) || strlen(opts.rest.items[2]) > 4096)
		return grubrun_doubt(run, strf("the pattern '%s'", opts.rest.items[1]));
	r = grubrun_charge(run, REGEXP_COST);
	if (r < 0)
		return r;
	if (regcomp(&regex, opts.rest.items[1], REG_EXTENDED) != 0)
		return GRUB_FALSE;
	r = regexec(&regex, opts.rest.items[2], ARRAY_SIZE(matches), matches, 0);
	r = r != 0 ? GRUB_FALSE : 0;
	for (size_t i = 1; r == 0 && i < args->count; i++) {
		const char *name = NULL;

		if (streq(args->items[i], "--set") || streq(args->items[i], "-s"))
			name = args->items[++i];
		else if (starts_with(args->items[i], "--set="))
			name = args->items[i] + strlen("--set=");
		if (name)
			r = set_match(run, name, opts.rest.items[2], matches,
				      ARRAY_SIZE(matches));
	}
	regfree(&regex);
	return r;
}

/* increment NAME, decrement NAME: Fedora's. */
int grubcmd_count(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	const char *value =
		args->count == 2 ? grubvars_get(run->vars, args->items[1]) : NULL;
	char text[24];
	uint64_t n;

	if (!value)
		return GRUB_FALSE;
	(void)grubcmd_number(value, &n, NULL);
	n = streq(args->items[0], "increment") ? n + 1 : n - (n > 0);
	snprintf(text, sizeof(text), "%llu", (unsigned long long)n);
	return grubvars_set(run->vars, args->items[1], text);
}

int grubcmd_fwsetup(struct grubrun *run, const struct grubargs *args,
		    const struct grubnode *block)
{
	if (args->count == 2 && streq(args->items[1], "--is-supported"))
		return grubcmd_ask(run, args, block);
	return grubcmd_other(run, args, block);
}

int grubcmd_boot(struct grubrun *run, const struct grubargs *args,
		 const struct grubnode *block)
{
	if (!run->entry)
		return grubcmd_refused(run, args, block);
	run->stopped = true;
	return 0;
}
