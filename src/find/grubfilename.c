// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubfilename.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* A part of a name. */
struct part {
	const char *at, *end;
};

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* What comes next, as a number to compare: "~", the end, digits, letters, the others. */
static int rank(const struct part *part)
{
	unsigned char c;

	if (part->at == part->end)
		return -1;
	c = (unsigned char)*part->at;
	if (c == '~')
		return -2;
	if (is_digit(c))
		return 0;
	return is_letter(c) ? c : c + 256;
}

static bool at_digit(const struct part *part)
{
	return part->at < part->end && is_digit(*part->at);
}

static bool at_other(const struct part *part)
{
	return part->at < part->end && !is_digit(*part->at);
}

/* The text up to the next number in both. */
static int compare_text(struct part *a, struct part *b)
{
	while (at_other(a) || at_other(b)) {
		int x = rank(a), y = rank(b);

		if (x != y)
			return x - y;
		a->at++;
		b->at++;
	}
	return 0;
}

static struct part take_number(struct part *part)
{
	struct part number;

	while (part->at < part->end && *part->at == '0')
		part->at++;
	number.at = part->at;
	while (at_digit(part))
		part->at++;
	number.end = part->at;
	return number;
}

static int compare_numbers(struct part *a, struct part *b)
{
	struct part x = take_number(a), y = take_number(b);
	size_t len = (size_t)(x.end - x.at), other = (size_t)(y.end - y.at);

	if (len != other)
		return len > other ? 1 : -1;
	return memcmp(x.at, y.at, len);
}

static int compare_parts(struct part a, struct part b)
{
	int r = 0;

	while (r == 0 && (a.at < a.end || b.at < b.end)) {
		r = compare_text(&a, &b);
		if (r == 0)
			r = compare_numbers(&a, &b);
	}
	return r;
}

/* Where the suffixes begin, each a dot, a letter or "~", and more of these or digits. */
static const char *find_suffixes(const char *name)
{
	const char *found = NULL;

	for (const char *p = name; *p;) {
		if (*p != '.' || !(is_letter(p[1]) || p[1] == '~')) {
			found = NULL;
			p++;
			continue;
		}
		if (!found)
			found = p;
		for (p += 2; is_letter(*p) || is_digit(*p) || *p == '~';)
			p++;
	}
	return found ? found : name + strlen(name);
}

/* ".", "..", hidden ones, others. */
static int class_of(const char *name)
{
	if (*name != '.')
		return *name ? 4 : 0;
	return !name[1] ? 1 : name[1] == '.' && !name[2] ? 2 : 3;
}

int grubfilename_compare(const char *a, const char *b)
{
	int r = class_of(a) - class_of(b);

	if (r == 0)
		r = compare_parts((struct part){ a, find_suffixes(a) },
				  (struct part){ b, find_suffixes(b) });
	if (r == 0)
		r = compare_parts((struct part){ a, a + strlen(a) },
				  (struct part){ b, b + strlen(b) });
	return r;
}
