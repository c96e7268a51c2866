// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/version.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Not isalpha() and friends: the order of versions must not depend on the locale. */
static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Does "-rc", "_trunk" or the like start at @s? Upstream counts towards a release with
 * them. */
static bool is_before_release(const char *s)
{
	static const char *const words[] = { "rc", "trunk", "next" };

	if (*s != '-' && *s != '_')
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t n = strlen(words[i]);

		if (strncmp(s + 1, words[i], n) == 0 &&
		    (s[n + 1] == '\0' || s[n + 1] == '-' || is_digit(s[n + 1])))
			return true;
	}
	return false;
}

/* The character at @s as the comparison takes it. */
static char char_at(const char *s)
{
	return is_before_release(s) ? '~' : *s;
}

static const char *skip_separators(const char *s)
{
	while (*s && !is_digit(*s) && !is_alpha(*s) && !strchr("-.^", *s) &&
	       char_at(s) != '~')
		s++;
	return s;
}

/* The rank of what starts here: "1~rc1" < "1" < "1-1" < "1^1" < "1.1" < "1a" < "11". */
static int rank(char c)
{
	static const char marks[] = { '~', '\0', '-', '^', '.' };

	for (int i = 0; i < (int)sizeof(marks); i++)
		if (c == marks[i])
			return i;
	return is_digit(c) ? 6 : 5;
}

/* Compares the runs of digits at *@a and *@b as numbers of any length, and steps over
 * them. */
static int compare_numbers(const char **a, const char **b)
{
	size_t n = 0, m = 0;
	int r;

	*a += strspn(*a, "0");
	*b += strspn(*b, "0");
	while (is_digit((*a)[n]))
		n++;
	while (is_digit((*b)[m]))
		m++;
	r = n != m ? (n < m ? -1 : 1) : strncmp(*a, *b, n);
	*a += n;
	*b += m;
	return r;
}

/* Compares the runs of letters at *@a and *@b, and steps over them. */
static int compare_words(const char **a, const char **b)
{
	for (; is_alpha(**a) && is_alpha(**b); ++*a, ++*b)
		if (**a != **b)
			return **a < **b ? -1 : 1;
	return (int)is_alpha(**a) - (int)is_alpha(**b);
}

int version_compare(const char *a, const char *b)
{
	int r;

	for (;;) {
		a = skip_separators(a);
		b = skip_separators(b);
		r = rank(char_at(a)) - rank(char_at(b));
		if (r != 0)
			return r;
		if (*a == '\0')
			return 0;
		if (is_digit(*a)) {
			r = compare_numbers(&a, &b);
		} else if (is_alpha(*a)) {
			r = compare_words(&a, &b);
		} else {
			a++;
			b++;
		}
		if (r != 0)
			return r;
	}
}

/*
 * Words that count when digits follow: "rc3", "el9_4", "arch1". A word that names
 * something stays without its digits (arch1-1 and arch1-2 are one flavour), a word that
 * only counts goes.
 */
static const struct counter {
	const char *word;
	bool names;
} counters[] = {
	{ "amzn", false },   { "arch", true },	 { "azl", false },     { "bpo", false },
	{ "cachyos", true }, { "ck", true },	 { "cm", false },      { "deb", false },
	{ "el", false },     { "fc", false },	 { "hardened", true }, { "lp", false },
	{ "lqx", true },     { "mga", false },	 { "next", false },    { "pf", true },
	{ "r", false },	     { "rc", false },	 { "rpi", true },      { "rpt", false },
	{ "rt", true },	     { "trunk", false }, { "xanmod", true },   { "zen", true },
};

/* One part of a release, and what to keep of it. */
struct part {
	const char *text;
	size_t len;
	const char *kept[2]; /* a counter's word, what follows its digits */
	size_t kept_len[2];
	bool counts; /* it holds a number that only counts: a plain number after it does
			as well */
};

static size_t span_digits(const char *s, size_t len)
{
	size_t n = 0;

	while (n < len && (is_digit(s[n]) || s[n] == '_'))
		n++;
	return n;
}

static const struct counter *find_counter(const char *word, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(counters); i++)
		if (strlen(counters[i].word) == len &&
		    strncmp(counters[i].word, word, len) == 0)
			return &counters[i];
	return NULL;
}

/* "g" and at least seven hexadecimal digits: what `make` appends to a build from git. */
static bool is_commit(const char *s, size_t len)
{
	if (len < 8 || *s != 'g')
		return false;
	for (size_t i = 1; i < len; i++)
		if (!is_digit(s[i]) && !(s[i] >= 'a' && s[i] <= 'f'))
			return false;
	return true;
}

static bool is_number(const struct part *part)
{
	return part->len > 0 && span_digits(part->text, part->len) == part->len;
}

static bool is_cpu(const struct part *part)
{
	return part->len == 3 && strchr("3456", *part->text) &&
	       strncmp(part->text + 1, "86", 2) == 0;
}

/* Takes a known counter apart: "el9uek" keeps "uek", "arch1" keeps "arch". */
static void read_counter(struct part *part)
{
	const struct counter *counter;
	size_t word = 0, digits;

	while (word < part->len && is_alpha(part->text[word]))
		word++;
	counter = find_counter(part->text, word);
	digits = span_digits(part->text + word, part->len - word);
	if (!counter || (digits == 0 && (word < part->len || counter->names)))
		return;
	part->counts = true;
	part->kept[0] = part->text;
	part->kept_len[0] = counter->names ? word : 0;
	part->kept[1] = part->text + word + digits;
	part->kept_len[1] = part->len - word - digits;
}

static struct part read_part(const char *text)
{
	struct part part = { .text = text };

	part.len = strcspn(text, "-+.~^");
	part.kept[0] = text;
	part.kept_len[0] = part.len;
	if (is_commit(text, part.len))
		part.kept_len[0] = 0;
	else
		read_counter(&part);
	return part;
}

/* A number counts after a number, and right before a word such as "mga9"; "rpi-2712" is a
 * name. */
static bool number_counts(const struct part *part, bool after_counter)
{
	const char *next = part->text + part->len;

	if (!is_number(part))
		return false;
	if (after_counter)
		return !is_cpu(part);
	return *next && read_part(next + 1).counts &&
	       read_part(next + 1).kept_len[0] == 0;
}

/* Appends what is kept of @part, after the character that joins it to the one before. */
static int append(const struct part *part, char *buf, size_t size, size_t *used)
{
	size_t joint = *used > 0 && part->kept_len[0] + part->kept_len[1] > 0;

	if (joint + part->kept_len[0] + part->kept_len[1] >= size - *used)
		return -E2BIG;
	if (joint)
		buf[(*used)++] = part->text[-1];
	for (size_t i = 0; i < 2; i++)
		for (size_t n = 0; n < part->kept_len[i]; n++)
			buf[(*used)++] = part->kept[i][n];
	buf[*used] = '\0';
	return 0;
}

int version_flavour(const char *release, char *buf, size_t size)
{
	bool after_counter = true;
	size_t used = 0;
	int r;

	if (size == 0)
		return -E2BIG;
	*buf = '\0';
	for (const char *s = release;; s++) {
		struct part part = read_part(s);

		after_counter = number_counts(&part, after_counter) || part.counts;
		if (after_counter && !part.counts)
			part.kept_len[0] = 0;
		r = append(&part, buf, size, &used);
		if (r < 0) {
			*buf = '\0';
			return r;
		}
		s += part.len;
		if (*s == '\0')
			return 0;
	}
}
