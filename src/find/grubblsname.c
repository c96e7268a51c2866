// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubblsname.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A part of a name. */
struct span {
	const char *at, *end;
};

static int peek(const struct span *s)
{
	return s->at < s->end ? (unsigned char)*s->at : 0;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void skip_separators(struct span *s)
{
	while (s->at < s->end && !is_digit(*s->at) && !is_alpha(*s->at) &&
	       *s->at != '~' && *s->at != '+')
		s->at++;
}

/* The digits or the letters that come next. */
static struct span take_segment(struct span *s, bool digits)
{
	struct span segment = { s->at, s->at };

	while (s->at < s->end && (digits ? is_digit(*s->at) : is_alpha(*s->at)))
		s->at++;
	segment.end = s->at;
	return segment;
}

static int compare_segments(struct span a, struct span b, bool digits)
{
	size_t len_a, len_b, len;
	int r;

	if (digits) {
		while (peek(&a) == '0')
			a.at++;
		while (peek(&b) == '0')
			b.at++;
	}
	len_a = (size_t)(a.end - a.at);
	len_b = (size_t)(b.end - b.at);
	if (digits && len_a != len_b)
		return len_a > len_b ? 1 : -1;
	len = len_a < len_b ? len_a : len_b;
	r = memcmp(a.at, b.at, len);
	if (r != 0)
		return r < 0 ? -1 : 1;
	return (len_a > len_b) - (len_a < len_b);
}

/* "~" sorts before everything, also before the end. */
static int compare_marks(struct span *a, struct span *b, char mark)
{
	if (mark == '+' && (!peek(a) || !peek(b)))
		return peek(a) ? 1 : -1;
	if (peek(a) != mark)
		return 1;
	if (peek(b) != mark)
		return -1;
	a->at++;
	b->at++;
	return 0;
}

/* As rpm's comparison of versions. */
static int compare_versions(struct span a, struct span b)
{
	while (peek(&a) || peek(&b)) {
		bool digits;
		struct span x, y;
		int r = 0;

		skip_separators(&a);
		skip_separators(&b);
		if (peek(&a) == '~' || peek(&b) == '~') {
			r = compare_marks(&a, &b, '~');
		} else if (peek(&a) == '+' || peek(&b) == '+') {
			r = compare_marks(&a, &b, '+');
		} else if (!peek(&a) || !peek(&b)) {
			break;
		} else {
			digits = is_digit(peek(&a));
			x = take_segment(&a, digits);
			y = take_segment(&b, digits);
			if (y.at == y.end)
				return digits ? 1 : -1;
			r = compare_segments(x, y, digits);
		}
		if (r != 0)
			return r;
	}
	return (peek(&a) != 0) - (peek(&b) != 0);
}

/* Cuts what follows the last dash off @s; empty if there is none. */
static struct span cut(struct span *s, bool *ret_found)
{
	const char *p = s->end;
	struct span tail = { s->end, s->end };

	*ret_found = false;
	while (p > s->at && p[-1] != '-')
		p--;
	if (p == s->at)
		return tail;
	tail.at = p;
	s->end = p - 1;
	*ret_found = true;
	return tail;
}

struct parts {
	struct span name, version, release;
};

/* "name-version-release", or "name-version", or "name". */
static struct parts split(const char *s)
{
	struct parts parts = { .name = { s, s + strlen(s) } };
	bool has_release, has_version;

	parts.release = cut(&parts.name, &has_release);
	parts.version = cut(&parts.name, &has_version);
	if (has_release && !has_version) {
		parts.version = parts.release;
		parts.release.at = parts.release.end;
	}
	return parts;
}

int grubblsname_compare(const char *a, const char *b)
{
	struct parts x = split(a), y = split(b);
	int r = compare_versions(x.name, y.name);

	if (r == 0)
		r = compare_versions(x.version, y.version);
	return r != 0 ? r : compare_versions(x.release, y.release);
}
