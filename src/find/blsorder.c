// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/blsorder.h"

#include <string.h>

#include "base/util.h"

/* Not isalpha() and friends: the order must not depend on the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int sign(long n)
{
	return n < 0 ? -1 : n > 0;
}

static const char *skip_separators(const char *s)
{
	while (*s && !is_digit(*s) && !is_alpha(*s) && !strchr("~-^.", *s))
		s++;
	return s;
}

/* A segment that starts with @mark is older than one that does not; steps over it in
 * both. */
static int compare_mark(const char **a, const char **b, char mark)
{
	if (**a != mark && **b != mark)
		return 0;
	if (**a != mark || **b != mark)
		return **a == mark ? -1 : 1;
	++*a;
	++*b;
	return 0;
}

static size_t span(const char *s, bool (*is)(char))
{
	size_t n = 0;

	while (is(s[n]))
		n++;
	return n;
}

/* Numbers of any length, as text. No number is older than one. */
static int compare_digits(const char **a, const char **b)
{
	size_t n = span(*a, is_digit), m = span(*b, is_digit);
	const char *x = *a, *y = *b;

	*a += n;
	*b += m;
	if (n == 0 || m == 0)
		return (n > 0) - (m > 0);
	for (; n > 0 && *x == '0'; x++)
		n--;
	for (; m > 0 && *y == '0'; y++)
		m--;
	return n != m ? (n < m ? -1 : 1) : sign(strncmp(x, y, n));
}

static int compare_letters(const char **a, const char **b)
{
	size_t n = span(*a, is_alpha), m = span(*b, is_alpha);
	int r = sign(strncmp(*a, *b, n < m ? n : m));

	*a += n;
	*b += m;
	return r != 0 ? r : (n > m) - (n < m);
}

int blsorder_version(const char *a, const char *b)
{
	a = str_or(a, "");
	b = str_or(b, "");
	for (;;) {
		int r;

		a = skip_separators(a);
		b = skip_separators(b);
		r = compare_mark(&a, &b, '~');
		if (r != 0)
			return r;
		if (*a == '\0' || *b == '\0')
			return (*a != '\0') - (*b != '\0');
		for (const char *mark = "-^."; *mark && r == 0; mark++)
			r = compare_mark(&a, &b, *mark);
		if (r == 0 && (is_digit(*a) || is_digit(*b)))
			r = compare_digits(&a, &b);
		else if (r == 0)
			r = compare_letters(&a, &b);
		if (r != 0)
			return r;
	}
}

/* As strcmp(3), and nothing comes before anything. */
static int compare_strings(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return sign(strcmp(a, b));
}

static int compare_numbers(unsigned a, unsigned b)
{
	return (a > b) - (a < b);
}

int blsorder_compare(const struct blsorder *a, const struct blsorder *b)
{
	/* Where no tries are left, only despair boots it. */
	int r = (int)(a->counts && a->left == 0) - (int)(b->counts && b->left == 0);

	if (r == 0)
		r = (int)!a->sort_key - (int)!b->sort_key;
	if (r == 0 && a->sort_key) {
		r = compare_strings(a->sort_key, b->sort_key);
		if (r == 0)
			r = compare_strings(a->machine_id, b->machine_id);
		if (r == 0)
			r = -blsorder_version(a->version, b->version);
	}
	if (r == 0)
		r = -blsorder_version(a->id, b->id);
	if (r == 0)
		r = compare_numbers(a->profile, b->profile);
	if (r != 0 || !a->counts || !b->counts)
		return r;
	r = -compare_numbers(a->left, b->left);
	return r != 0 ? r : compare_numbers(a->done, b->done);
}
