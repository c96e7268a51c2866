// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/blsname.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

/* Reads the digits at *@s and steps over them. */
static bool read_number(const char **s, unsigned *ret)
{
	unsigned n = 0;
	const char *p = *s;

	for (; *p >= '0' && *p <= '9'; p++)
		if (__builtin_mul_overflow(n, 10U, &n) ||
		    __builtin_add_overflow(n, (unsigned)(*p - '0'), &n) || n > INT_MAX)
			return false;
	if (p == *s)
		return false;
	*s = p;
	*ret = n;
	return true;
}

/* Returns where the counters begin (at their "+"), or NULL if there are none. */
static const char *read_counters(const char *file, const char *suffix,
				 struct blsname *name)
{
	const char *plus = strrchr(file, '+'), *p;
	unsigned left, done = 0;

	if (!plus)
		return NULL;
	p = plus + 1;
	if (!read_number(&p, &left))
		return NULL;
	if (*p == '-') {
		p++;
		if (!read_number(&p, &done))
			return NULL;
	}
	if (strcasecmp(p, suffix) != 0)
		return NULL;
	name->counts = true;
	name->left = left;
	name->done = done;
	return plus;
}

int blsname_read(const char *file, const char *suffix, struct blsname *ret)
{
	size_t len = strlen(file), suffix_len = strlen(suffix);
	const char *plus;

	*ret = (struct blsname){ .id = NULL };
	if (len < suffix_len || strcasecmp(file + len - suffix_len, suffix) != 0)
		return 0;
	if (*file == '.' || strncasecmp(file, "auto-", 5) == 0)
		return 0;
	plus = read_counters(file, suffix, ret);
	ret->id = strdup(file);
	if (!ret->id)
		return -ENOMEM;
	if (plus)
		memmove(ret->id + (plus - file), file + len - suffix_len, suffix_len + 1);
	return 1;
}

static char fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Does the set that begins at *@pattern hold @c? Steps to its "]"; false if it has none.
 */
static bool set_has(const char **pattern, char c)
{
	const char *p = *pattern;
	bool first = true, can_range = true, found = false;

	for (;; first = false) {
		p++;
		if (*p == '\0')
			return false;
		if (*p == '\\') {
			p++;
			if (*p == '\0')
				return false;
		} else if (*p == ']' && !first) {
			*pattern = p;
			return found;
		} else if (*p == '-' && can_range && !first && p[1] != ']') {
			char low = fold(p[-1]);

			p++;
			if (*p == '\\')
				p++;
			if (*p == '\0')
				return false;
			found |= low <= c && c <= fold(*p);
			can_range = false; /* [a-c-f] is [-abcf] */
			continue;
		}
		found |= fold(*p) == c;
		can_range = true;
	}
}

/* Matches up to the next "*" or the end. *@star: what follows it, NULL at the end. */
static bool match_simple(const char *p, const char *s, const char **star,
			 const char **rest)
{
	*star = NULL;
	for (;; p++, s++) {
		if (*p == '*') {
			while (*p == '*')
				p++;
			*star = p;
			*rest = s;
			return true;
		}
		if (*p == '\0' || *s == '\0')
			return *p == *s;
		if (*p == '?')
			continue;
		if (*p == '[') {
			if (!set_has(&p, fold(*s)))
				return false;
			continue;
		}
		if (*p == '\\')
			p++;
		if (*p == '\0' || fold(*p) != fold(*s))
			return false;
	}
}

bool blsname_matches(const char *pattern, const char *id)
{
	const char *star, *rest;

	if (!match_simple(pattern, id, &star, &rest))
		return false;
	/* What stands between two stars may match at the first place that fits. */
	while (star) {
		const char *next;

		pattern = star;
		id = rest;
		while (!match_simple(pattern, id, &next, &rest)) {
			if (*id == '\0')
				return false;
			id++;
		}
		star = next;
	}
	return true;
}
