// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Arguments of words, as grub_script_arglist_to_argv(): while an argument grows, a
 * backslash stands before each character that is no wildcard but looks like one.
 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

/* The argument that is growing is in run->text. */
struct growing {
	struct grubrun *run;
	struct grubargs args;
	size_t size;
	bool started; /* something was put into it, "" too */
};

/* @text lives in run->words or in a script, and is @len long. */
static int add_arg(struct growing *g, char *text, size_t len)
{
	if (!text || grubrun_charge(g->run, len + 1) < 0)
		return -E2BIG;
	if (g->args.count + 1 >= g->size) {
		size_t size = g->size ? 2 * g->size : 16;
		char **items = grubpool_get(&g->run->words, size * sizeof(*items));

		if (!items)
			return -E2BIG;
		if (g->args.count > 0)
			memcpy(items, g->args.items, g->args.count * sizeof(*items));
		g->args.items = items;
		g->size = size;
	}
	g->args.items[g->args.count++] = text;
	g->args.items[g->args.count] = NULL;
	return 0;
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool grubrun_is_hex_escape(const struct grubrun *run, const char *s)
{
	return run->host->fedora && s[0] == '\\' && s[1] == 'x' && is_hex(s[2]) &&
	       is_hex(s[3]);
}

static char *unescape(struct grubrun *run, const char *s, size_t *len)
{
	char *copy = grubpool_copy(&run->words, s, *len), *out = copy;

	if (!copy || !memchr(copy, '\\', *len))
		return copy;
	for (const char *p = copy; *p;) {
		if (*p == '\\' && !grubrun_is_hex_escape(run, p) && p[1])
			p++;
		*out++ = *p++;
	}
	*out = '\0';
	*len = (size_t)(out - copy);
	return copy;
}

static int add_unescaped(struct growing *g, const char *s, size_t len)
{
	char *text = unescape(g->run, s, &len);

	return add_arg(g, text, len);
}

static bool has_wildcard(const char *s)
{
	for (; *s; s++) {
		if (*s == '\\' && s[1])
			s++;
		else if (*s == '*' || *s == '?')
			return true;
	}
	return false;
}

/* The only wildcards that are expanded: those of the last part of a path. GRUB takes
 * files in the order of the directory, which only GRUB knows. */
static int expand_path(struct growing *g, const char *pattern)
{
	struct grubrun *run = g->run;
	const char *slash = strrchr(pattern, '/');
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	size_t len = slash ? (size_t)(slash - pattern) + 1 : 0;
	struct grubpath dir;
	char *prefix, *found = NULL;
	int r;

	prefix = slash ? unescape(run, pattern, &len) : NULL;
	if (!prefix || has_wildcard(prefix))
		return grubrun_doubt(run, strf("the wildcards of '%s'", pattern));
	r = grubrun_path(run, prefix, &dir);
	if (r == 0 && dir.device)
		r = run->host->list(run->host->data, dir.device, dir.path, &names);
	if (r == -ENOMEM)
		return r;
	if (r == -ENODEV || !dir.device)
		return grubrun_doubt(run, strf("which files '%s' means", pattern));
	if (r == 0)
		r = grubrun_charge(run, names.count * GRUBRUN_NAME_COST);
	if (r == -E2BIG)
		return r;
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		if (fnmatch(slash + 1, names.items[i], 0) != 0)
			continue;
		if (found)
			return grubrun_doubt(
				run, strf("in which order GRUB finds '%s'", pattern));
		found = names.items[i];
	}
	if (!found)
		return add_unescaped(g, pattern, strlen(pattern));
	run->text.used = 0;
	if (grubtext_add(&run->text, prefix) < 0 || grubtext_add(&run->text, found) < 0)
		return -ENOMEM;
	r = add_arg(g, grubpool_copy(&run->words, run->text.text, run->text.used),
		    run->text.used);
	run->text.used = 0;
	return r;
}

static int end_arg(struct growing *g)
{
	struct grubtext *text = &g->run->text;
	int r;

	if (!g->started)
		return 0;
	g->started = false;
	r = grubtext_put(text, '\0');
	if (r < 0)
		return r;
	if (strchr("/(*", *text->text) && *text->text && has_wildcard(text->text)) {
		char *pattern = grubpool_copy(&g->run->words, text->text, text->used);

		r = g->run->regexp
			    ? 1
			    : grubrun_ask(g->run, "is the module regexp there, which "
						  "expands wildcards?");
		if (r < 0 || !pattern)
			return r < 0 ? r : -E2BIG;
		text->used = 0;
		return r ? expand_path(g, pattern)
			 : add_unescaped(g, pattern, strlen(pattern));
	}
	r = add_unescaped(g, text->text, text->used - 1);
	text->used = 0;
	return r;
}

/* @s as it is. */
static int put_quoted(struct growing *g, const char *s)
{
	int r = 0;

	g->started = true;
	while (r == 0 && *s) {
		size_t len = strcspn(s, "*?\\");

		r = grubtext_append(&g->run->text, s, len);
		s += len;
		if (r == 0 && *s && !grubrun_is_hex_escape(g->run, s))
			r = grubtext_put(&g->run->text, '\\');
		if (r == 0 && *s)
			r = grubtext_put(&g->run->text, *s++);
	}
	return r;
}

/* The value of a variable: each blank ends an argument, and wildcards are wild. */
static int put_split(struct growing *g, const char *s)
{
	static const char blanks[] = " \t\r\n";
	int r = 0;

	for (s += strspn(s, blanks); r == 0 && *s;) {
		size_t len = strcspn(s, blanks);

		g->started = true;
		for (size_t i = 0; r == 0 && i < len; i++) {
			if (s[i] == '\\' && !grubrun_is_hex_escape(g->run, s + i))
				r = grubtext_put(&g->run->text, '\\');
			if (r == 0)
				r = grubtext_put(&g->run->text, s[i]);
		}
		s += len;
		s += strspn(s, blanks);
		if (r == 0 && *s)
			r = end_arg(g);
	}
	return r;
}

static int put_value(struct growing *g, bool quoted, const char *value)
{
	if (!value || !*value)
		return 0;
	return quoted ? put_quoted(g, value) : put_split(g, value);
}

/* $* and $@. */
static int put_params(struct growing *g, bool quoted, bool apart)
{
	const struct grubargs *params = g->run->params;
	int r = 0;

	for (size_t i = 1; r == 0 && i < params->count; i++) {
		if (i > 1)
			r = apart || !quoted ? end_arg(g) : put_quoted(g, " ");
		if (r == 0)
			r = put_value(g, quoted, params->items[i]);
	}
	return r;
}

/* Variables that GRUB itself sets as it starts, from what only it sees. */
static bool is_of_the_start(const char *name)
{
	static const char *const names[] = { "cmdpath", "check_signatures",
					     "check_appended_signatures",
					     "appendedsig_key_mgmt" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(name, names[i]))
			return true;
	return starts_with(name, "net_") || starts_with(name, "pxe_");
}

/* Of a variable that no script has set. */
static int put_unset(struct growing *g, bool quoted, const char *name)
{
	_cleanup_free_ char *question = NULL;
	int r;

	if (is_of_the_start(name))
		return grubrun_doubt(g->run,
				     strf("the variable %s, which GRUB sets as it "
					  "starts",
					  name));
	if (!streq(name, "lockdown") && !streq(name, "shim_lock"))
		return 0;
	question = strf("is GRUB's variable %s set?", name);
	r = question ? grubrun_ask(g->run, question) : -ENOMEM;
	return r > 0 ? put_value(g, quoted, "y") : r;
}

static int put_variable(struct growing *g, bool quoted, const char *name)
{
	const struct grubargs *params = g->run->params;
	const char *value;
	char number[24];
	uint64_t n;

	/* Looking for it takes its time, also when there is nothing to put. */
	if (grubrun_charge(g->run, strlen(name)) < 0)
		return -E2BIG;
	if (*name != '#' && *name != '*' && *name != '@' &&
	    !(*name >= '0' && *name <= '9')) {
		value = grubvars_get(g->run->vars, name);
		return value ? put_value(g, quoted, value) : put_unset(g, quoted, name);
	}
	if (!params)
		return 0;
	if (*name == '*' || *name == '@')
		return put_params(g, quoted, *name == '@');
	if (*name == '#') {
		snprintf(number, sizeof(number), "%zu", params->count - 1);
		return put_value(g, quoted, number);
	}
	/* "$0" is nothing. */
	if (parse_u64(name, &n) < 0 || n == 0 || n >= params->count)
		return 0;
	return put_value(g, quoted, params->items[n]);
}

static int put_part(struct growing *g, const struct grubpart *part)
{
	switch (part->kind) {
	case GRUBPART_QUOTED:
		return put_quoted(g, part->text);
	case GRUBPART_VAR:
		return put_variable(g, false, part->text);
	case GRUBPART_QVAR:
		return put_variable(g, true, part->text);
	case GRUBPART_TEXT:
		break;
	}
	g->started = true;
	return grubtext_add(&g->run->text, part->text);
}

int grubrun_expand(struct grubrun *run, const struct grubword *words,
		   struct grubargs *ret)
{
	struct growing g = { .run = run };
	int r = 0;

	run->text.used = 0;
	for (; r == 0 && words; words = words->next) {
		if (words->plain) {
			size_t len = strlen(words->plain);

			r = add_arg(&g, grubpool_copy(&run->words, words->plain, len),
				    len);
			continue;
		}
		for (const struct grubpart *p = words->parts; r == 0 && p; p = p->next)
			r = put_part(&g, p);
		if (r == 0)
			r = end_arg(&g);
	}
	*ret = g.args;
	return r;
}
