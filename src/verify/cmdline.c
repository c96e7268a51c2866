// SPDX-License-Identifier: GPL-2.0-or-later
#include "verify/cmdline.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

/* The kernel's isspace(), which takes Latin-1's no-break space for a blank. */
static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == '\xa0';
}

/* Takes name and value out of the raw word in the way of the kernel, quotes in odd places
 * included. */
static void split_word(struct cmdline_word *word)
{
	const char *start = word->text, *end = word->text + word->len, *equals;
	bool quoted = *start == '"', trailing;

	start += quoted;
	trailing = end > start && end[-1] == '"';
	equals = end - start > 1 ? memchr(start + 1, '=', (size_t)(end - start) - 1)
				 : NULL;
	word->name = start;
	word->value = NULL;
	word->value_len = 0;
	if (!equals) {
		word->name_len = (size_t)(end - start) - (quoted && trailing);
		return;
	}
	word->name_len = (size_t)(equals - start);
	word->value = equals + 1;
	if (word->value < end && *word->value == '"')
		word->value++;
	else
		trailing = trailing && quoted;
	if (trailing && end > word->value)
		end--;
	word->value_len = (size_t)(end - word->value);
}

bool cmdline_next(const char **cursor, struct cmdline_word *ret)
{
	const char *s = *cursor;
	bool quoted = false;

	while (is_blank(*s))
		s++;
	ret->text = s;
	for (; *s && (quoted || !is_blank(*s)); s++)
		if (*s == '"')
			quoted = !quoted;
	*cursor = s;
	ret->len = (size_t)(s - ret->text);
	ret->open = quoted;
	if (ret->len == 0)
		return false;
	split_word(ret);
	return true;
}

int cmdline_check(const char *text, size_t len)
{
	bool quoted = false;

	if (len > CMDLINE_MAX)
		return -E2BIG;
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c < ' ' && c != '\t') || c == 0x7f || (c == 0xa0 && !quoted))
			return -EBADMSG;
		if (c == '"')
			quoted = !quoted;
	}
	return 0;
}

int cmdline_check_length(const char *text, size_t limit)
{
	struct cmdline_word word;
	const char *cursor = text;

	if (!cmdline_next(&cursor, &word))
		return -ENODATA;
	return strlen(text) < limit ? 0 : -E2BIG;
}

static bool same_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	return a_len == b_len && memcmp(a, b, a_len) == 0;
}

static bool is_named(const struct cmdline_word *word, const char *name)
{
	return same_bytes(word->name, word->name_len, name, strlen(name));
}

/* "--": from here on the words are init's. */
static bool is_end_of_options(const struct cmdline_word *word)
{
	return !word->value && is_named(word, "--");
}

static bool has_word(const char *text, const struct cmdline_word *wanted)
{
	struct cmdline_word word;

	while (cmdline_next(&text, &word) && !is_end_of_options(&word))
		if (same_bytes(word.text, word.len, wanted->text, wanted->len))
			return true;
	return false;
}

/* @raw is the word as written, @plain the same with the kernel's quotes taken off. */
static bool matches(const char *pattern, const char *raw, const char *plain)
{
	if (strpbrk(pattern, "*?["))
		return fnmatch(pattern, raw, 0) == 0 || fnmatch(pattern, plain, 0) == 0;
	if (*pattern && ends_with(pattern, "="))
		return starts_with(plain, pattern);
	return streq(pattern, raw) || streq(pattern, plain);
}

/* Returns 1 if a pattern matches the word, 0 or -ENOMEM. */
static int matches_any(const struct strv *patterns, const struct cmdline_word *word)
{
	_cleanup_free_ char *raw = strndup(word->text, word->len);
	_cleanup_free_ char *plain = strf("%.*s%s%.*s", (int)word->name_len, word->name,
					  word->value ? "=" : "", (int)word->value_len,
					  word->value ? word->value : "");

	if (!raw || !plain)
		return -ENOMEM;
	for (size_t i = 0; i < patterns->count; i++)
		if (matches(patterns->items[i], raw, plain))
			return 1;
	return 0;
}

/* Returns 1 if the word is to be dropped, 0 or -ENOMEM. */
static int is_dropped(const struct cmdline_edit *edit, const struct cmdline_word *word,
		      bool for_init)
{
	if (edit->add && has_word(edit->add, word))
		return 0;
	if (!for_init && word->value &&
	    (is_named(word, "BOOT_IMAGE") || is_named(word, "initrd")))
		return 1;
	if (!edit->remove || edit->remove->count == 0)
		return 0;
	return matches_any(edit->remove, word);
}

static char *put_word(char *p, const char *start, const struct cmdline_word *word)
{
	if (p > start)
		*p++ = ' ';
	memcpy(p, word->text, word->len);
	p += word->len;
	*p = '\0';
	return p;
}

/* Appends to @start, whose text ends at @p, those words of @add that it does not hold
 * yet. */
static char *put_added(char *p, const char *start, const char *add)
{
	struct cmdline_word word;

	while (add && cmdline_next(&add, &word))
		if (!has_word(start, &word))
			p = put_word(p, start, &word);
	return p;
}

static int check_added(const char *add)
{
	struct cmdline_word word;

	if (!add)
		return 0;
	if (cmdline_check(add, strlen(add)) < 0)
		return -EINVAL;
	while (cmdline_next(&add, &word))
		if (word.open || is_end_of_options(&word))
			return -EINVAL;
	return 0;
}

/* Writes the edited words of @in to @text, which has room for them and the added ones. */
static int edit_words(const char *in, const struct cmdline_edit *edit, char *text)
{
	bool for_init = false, added = false;
	struct cmdline_word word;
	char *p = text;

	while (cmdline_next(&in, &word)) {
		int r = is_dropped(edit, &word, for_init);

		if (r < 0)
			return r;
		if (r > 0)
			continue;
		if (!added && (word.open || is_end_of_options(&word))) {
			p = put_added(p, text, edit->add);
			added = true;
		}
		for_init = for_init || is_end_of_options(&word);
		p = put_word(p, text, &word);
	}
	if (!added)
		put_added(p, text, edit->add);
	return 0;
}

int cmdline_edit(const char *in, const struct cmdline_edit *edit, char **ret)
{
	_cleanup_free_ char *text = NULL;
	int r;

	r = cmdline_check(in, strlen(in));
	if (r < 0)
		return r;
	r = check_added(edit->add);
	if (r < 0)
		return r;
	text = calloc(1, strlen(in) + (edit->add ? strlen(edit->add) : 0) + 3);
	if (!text)
		return -ENOMEM;
	r = edit_words(in, edit, text);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(text);
	return 0;
}

/*
 * What init, systemd and the usual makers of initramfs files take as "not the ordinary
 * system". Permanent uses of init= exist; they are refused too, since nothing tells them
 * from somebody's init=/bin/sh.
 */
static const struct rescue {
	const char *name;
	bool value; /* only with, or only without "=" */
} rescues[] = {
	{ "single", false },
	{ "1", false },
	{ "s", false },
	{ "S", false },
	{ "-s", false },
	{ "-b", false },
	{ "rescue", false },
	{ "emergency", false },
	{ "recovery", false },
	{ "rd.break", false },
	{ "rd.break", true },
	{ "break", false },
	{ "break", true },
	{ "init", true },
	{ "rdinit", true },
	{ "systemd.unit", true },
	{ "rd.systemd.unit", true },
};

bool cmdline_find_rescue(const char *text, struct cmdline_word *ret)
{
	while (cmdline_next(&text, ret))
		for (size_t i = 0; i < ARRAY_SIZE(rescues); i++)
			if (is_named(ret, rescues[i].name) &&
			    rescues[i].value == (ret->value != NULL))
				return true;
	return false;
}
