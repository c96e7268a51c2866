// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/blsentry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* One row a key; exactly one of the two offsets is used. */
static const struct key {
	const char *name;
	size_t offset;
	bool is_list;
} keys[] = {
	{ "title", offsetof(struct blsentry, title), false },
	{ "version", offsetof(struct blsentry, version), false },
	{ "machine-id", offsetof(struct blsentry, machine_id), false },
	{ "sort-key", offsetof(struct blsentry, sort_key), false },
	{ "architecture", offsetof(struct blsentry, architecture), false },
	{ "linux", offsetof(struct blsentry, kernel), false },
	{ "efi", offsetof(struct blsentry, efi), false },
	{ "uki", offsetof(struct blsentry, uki), false },
	{ "uki-url", offsetof(struct blsentry, uki_url), false },
	{ "profile", offsetof(struct blsentry, profile), false },
	{ "devicetree", offsetof(struct blsentry, devicetree), false },
	{ "devicetree-overlay", offsetof(struct blsentry, devicetree_overlay), false },
	{ "initrd", offsetof(struct blsentry, initrds), true },
	{ "options", offsetof(struct blsentry, options), true },
	{ "extra", offsetof(struct blsentry, extras), true },
};

static void *member(struct blsentry *entry, size_t offset)
{
	return (char *)entry + offset;
}

static int put(struct blsentry *entry, const struct key *key, const char *value,
	       size_t len)
{
	char *copy = strndup(value, len);

	if (!copy)
		return -ENOMEM;
	if (key->is_list) {
		struct strv *list = member(entry, key->offset);

		if (list->count < BLSENTRY_MAX_VALUES)
			return strv_take(list, copy);
		free(copy);
		return -E2BIG;
	} else {
		char **at = member(entry, key->offset);

		free(*at);
		*at = copy;
		return 0;
	}
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static int read_line(struct blsentry *entry, const char *line, const char *end)
{
	const char *value;

	while (line < end && is_blank(*line))
		line++;
	while (line < end && is_blank(end[-1]))
		end--;
	if (line == end || *line == '#')
		return 0;
	for (value = line; value < end && !is_blank(*value); value++)
		;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t len = strlen(keys[i].name);

		if (len != (size_t)(value - line) || memcmp(line, keys[i].name, len) != 0)
			continue;
		while (value < end && is_blank(*value))
			value++;
		return value == end ? 0
				    : put(entry, &keys[i], value, (size_t)(end - value));
	}
	return 0;
}

static bool all_utf8(struct blsentry *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		const struct strv *list = member(entry, keys[i].offset);
		char **one = member(entry, keys[i].offset);

		if (!keys[i].is_list && *one && !blsentry_is_utf8(*one))
			return false;
		for (size_t n = 0; keys[i].is_list && n < list->count; n++)
			if (!blsentry_is_utf8(list->items[n]))
				return false;
	}
	return true;
}

int blsentry_parse(const char *text, size_t len, struct blsentry *ret)
{
	const char *end = text + len;
	int r = 0;

	*ret = (struct blsentry)BLSENTRY_EMPTY;
	if (len > BLSENTRY_MAX_SIZE)
		return -E2BIG;
	if (len > 0 && memchr(text, '\0', len))
		return -EBADMSG;
	while (r == 0 && text < end) {
		const char *line = text;

		while (text < end && *text != '\n' && *text != '\r')
			text++;
		r = read_line(ret, line, text);
		text++;
	}
	if (r < 0)
		blsentry_done(ret);
	else
		ret->is_utf8 = all_utf8(ret);
	return r;
}

void blsentry_done(struct blsentry *entry)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].is_list)
			strv_done(member(entry, keys[i].offset));
		else
			freep(member(entry, keys[i].offset));
	free(entry->id);
	*entry = (struct blsentry)BLSENTRY_EMPTY;
}

/* Returns true for single quotes. A lone quote is both the first and the last. */
static bool unquote(char *value)
{
	size_t len = strlen(value);
	char quote = *value;

	if ((quote != '"' && quote != '\'') || value[len - 1] != quote)
		return false;
	if (len == 1) {
		*value = '\0';
	} else {
		memmove(value, value + 1, len - 2);
		value[len - 2] = '\0';
	}
	return quote == '\'';
}

bool blsentry_unquote(struct blsentry *entry)
{
	bool depends = false;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		struct strv *list = member(entry, keys[i].offset);
		char **one = member(entry, keys[i].offset);
		bool is_title = keys[i].offset == offsetof(struct blsentry, title);

		/* A title is shown and decides nothing. */
		if (!keys[i].is_list && *one && unquote(*one) && !is_title)
			depends = true;
		for (size_t n = 0; keys[i].is_list && n < list->count; n++)
			if (unquote(list->items[n]))
				depends = true;
	}
	return depends;
}

/* Bytes of the character at @s, by its first byte; 0: no character starts so. */
static size_t utf8_length(unsigned char c)
{
	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	return c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

bool blsentry_is_utf8(const char *s)
{
	while (*s) {
		unsigned char first = (unsigned char)*s, second = (unsigned char)s[1];
		size_t len = utf8_length(first);

		if (len == 0)
			return false;
		/* Too long for what it says; a surrogate; behind the last character. */
		if ((first == 0xe0 && second < 0xa0) ||
		    (first == 0xed && second > 0x9f) ||
		    (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
			return false;
		for (s++; --len > 0; s++)
			if (((unsigned char)*s & 0xc0) != 0x80)
				return false;
	}
	return true;
}
