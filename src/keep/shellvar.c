// SPDX-License-Identifier: GPL-2.0-or-later
#include "keep/shellvar.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "keep/shellscan.h"

int shellvar_get(const char *text, const char *name, char **ret)
{
	_cleanup_(shellscan_done) struct shellscan s;
	int r;

	r = shellscan_read(&s, text, name);
	if (r < 0)
		return r;
	if (!s.last.found)
		return -ENOENT;
	*ret = TAKE_PTR(s.last.value);
	return 0;
}

/*
 * sh and systemd agree on backslashes inside double quotes (before " \ $ `), and on
 * single quotes without a backslash; outside of quotes they agree on plain characters
 * only.
 */
static char *quote_value(const char *value, enum shell_quote style)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789+,-./:=@_%";
	char *text, *p;

	if (style == SHELL_BARE && *value && value[strspn(value, plain)] == '\0')
		return strdup(value);
	if (style == SHELL_SINGLE && !strpbrk(value, "'\\"))
		return strf("'%s'", value);
	p = text = malloc(2 * strlen(value) + 3);
	if (!text)
		return NULL;
	*p++ = '"';
	for (; *value; value++) {
		if (strchr("\"\\$`", *value))
			*p++ = '\\';
		*p++ = *value;
	}
	*p++ = '"';
	*p = '\0';
	return text;
}

/* The line end of the file, which is that of its first line. */
static const char *line_end_of(const char *text)
{
	const char *newline = strchr(text, '\n');

	return newline && newline > text && newline[-1] == '\r' ? "\r\n" : "\n";
}

/* @text with the @len bytes at @offset replaced by three strings. */
static char *splice(const char *text, size_t offset, size_t len, const char *a,
		    const char *b, const char *c)
{
	return strf("%.*s%s%s%s%s", (int)offset, text, a, b, c, text + offset + len);
}

static size_t insertion_point(const struct shellscan *s)
{
	return s->has_example ? s->example : s->len;
}

/*
 * Would a new line be taken for more of the one before it? systemd lets a backslash
 * continue comments, sh does not.
 */
static bool insertion_continues(const struct shellscan *s)
{
	size_t at = insertion_point(s);

	while (at > 0 && (s->text[at - 1] == '\n' || s->text[at - 1] == '\r'))
		at--;
	return at > 0 && s->text[at - 1] == '\\';
}

static char *insert(const struct shellscan *s, const char *assignment)
{
	const char *line_end = line_end_of(s->text);
	size_t at = insertion_point(s);

	if (!s->has_example && (at == 0 || s->text[at - 1] == '\n'))
		return splice(s->text, at, 0, "", assignment, line_end);
	return splice(s->text, at, 0, line_end, assignment, "");
}

static int set_value(const struct shellscan *s, const char *value, char **ret)
{
	_cleanup_free_ char *quoted =
		quote_value(value, s->last.found ? s->last.quote : SHELL_DOUBLE);
	_cleanup_free_ char *assignment = quoted ? strf("%s=%s", s->name, quoted) : NULL;

	if (!assignment)
		return -ENOMEM;
	if (s->last.found && streq(s->last.value, value))
		*ret = strdup(s->text);
	else if (s->last.found)
		*ret = splice(s->text, s->last.offset, s->last.len, quoted, "", "");
	else
		*ret = insert(s, assignment);
	return *ret ? 0 : -ENOMEM;
}

static bool has_controls(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return true;
	return false;
}

/* Whatever the file holds: what we write must be what is read back. */
static bool reads_back(const char *text, const char *name, const char *value)
{
	_cleanup_free_ char *found = NULL;

	return shellvar_get(text, name, &found) == 0 && streq(found, value);
}

int shellvar_set(const char *text, const char *name, const char *value, char **ret_text)
{
	_cleanup_(shellscan_done) struct shellscan s;
	_cleanup_free_ char *out = NULL;
	int r;

	r = shellscan_read(&s, text, name);
	if (r < 0)
		return r;
	if (has_controls(value))
		return -EINVAL;
	if (!s.last.found && insertion_continues(&s))
		return -EOPNOTSUPP;
	r = set_value(&s, value, &out);
	if (r < 0)
		return r;
	if (!reads_back(out, name, value))
		return -EOPNOTSUPP;
	*ret_text = TAKE_PTR(out);
	return 0;
}
