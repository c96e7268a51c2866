// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/config_table.h"

#define NAME_LEN_MAX 32 /* longer names are not compared */

/* In the order of their enums. */
static const char *const choose_names[] = { "default", "newest", "pinned", NULL };
static const char *const verify_names[] = { "full", "header", NULL };
static const char *const keep_names[] = { "auto", "never", NULL };

/* Checks of strings return what is expected instead, or NULL. */
static const char *check_text(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			return "a text without control characters";
	return NULL;
}

static const char *check_pattern(const char *s)
{
	return *s ? check_text(s) : "a pattern that is not empty";
}

/* The kernel takes blanks inside double quotes as part of a word (lib/cmdline.c). */
static const char *check_word(const char *s)
{
	bool quoted = false;

	if (!*s || check_text(s))
		return "one word of the kernel's command line";
	for (; *s; s++) {
		if (*s == '"')
			quoted = !quoted;
		else if (*s == ' ' && !quoted)
			return "one word of the command line in each string";
	}
	return quoted ? "a word with its quotes closed" : NULL;
}

/* What the documentation calls them. */
#define TYPE_BOOL_NAME "bool"
#define TYPE_INT_NAME "int"
#define TYPE_CHOICE_NAME "string"
#define TYPE_STRING_NAME "string"
#define TYPE_LIST_NAME "list"
#define TYPE_GUARDS_NAME "group"

/*
 * The table: name, field, type, default as written in warmboot.conf, and by type the
 * choices, the limits or the check. A macro, because what the documentation is tested
 * against (config_settings) and what parses must not be two lists.
 */
#define SETTINGS(ROW)                                                                 \
	ROW(enabled, enabled, TYPE_BOOL, "true")                                      \
	ROW(arm_at_boot, arm_at_boot, TYPE_BOOL, "false")                             \
	ROW(choose, choose, TYPE_CHOICE, "\"default\"", .choices = choose_names)      \
	ROW(pin, pin, TYPE_STRING, "\"\"", .check = check_text)                       \
	ROW(exclude, exclude, TYPE_LIST, "[ ]", .check = check_pattern)               \
	ROW(cmdline_add, cmdline_add, TYPE_LIST, "[ ]", .check = check_word)          \
	ROW(cmdline_remove, cmdline_remove, TYPE_LIST, "[ ]", .check = check_word)    \
	ROW(verify, verify, TYPE_CHOICE, "\"full\"", .choices = verify_names)         \
	ROW(allow_no_initramfs, allow_no_initramfs, TYPE_BOOL, "false")               \
	ROW(good_after, good_after, TYPE_INT, "600", .max = 7 * 24 * 3600, .unit = 1) \
	ROW(max_chain, max_chain, TYPE_INT, "0", .max = 1000000, .unit = 1)           \
	ROW(require_trial, require_trial, TYPE_BOOL, "false")                         \
	ROW(mount_boot, mount_boot, TYPE_BOOL, "true")                                \
	ROW(guards, guards_veto, TYPE_GUARDS, "{ }")                                  \
	ROW(keep_confd, keep_confd, TYPE_CHOICE, "\"auto\"", .choices = keep_names)   \
	ROW(keep_kexecd, keep_kexecd, TYPE_CHOICE, "\"auto\"", .choices = keep_names) \
	ROW(memory_reserve, memory_reserve, TYPE_INT, "128", .max = 1024 * 1024,      \
	    .unit = 1024 * 1024)

#define PARSED_ROW(NAME, FIELD, TYPE, DEFAULT, ...) \
	{ .name = #NAME,                            \
	  .offset = offsetof(struct config, FIELD), \
	  .type = TYPE,                             \
	  .default_text = DEFAULT,                  \
	  ##__VA_ARGS__ },
const struct setting settings[] = { SETTINGS(PARSED_ROW){ .name = NULL } };

#define DOCUMENTED_ROW(NAME, FIELD, TYPE, DEFAULT, ...) { #NAME, TYPE##_NAME, DEFAULT },
static const struct config_setting_info documented[] = { SETTINGS(DOCUMENTED_ROW) };

/* Letters to change, add or take away to get from @a to @b (Levenshtein). */
static size_t distance(const char *a, const char *b)
{
	size_t n = strlen(b), row[NAME_LEN_MAX + 1];

	if (n > NAME_LEN_MAX || strlen(a) > NAME_LEN_MAX)
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (; *a; a++) {
		size_t diagonal = row[0]++;

		for (size_t j = 1; j <= n; j++) {
			size_t best = diagonal + (*a != b[j - 1]);

			diagonal = row[j];
			if (row[j] + 1 < best)
				best = row[j] + 1;
			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			row[j] = best;
		}
	}
	return row[n];
}

const struct setting *setting_find(const char *name)
{
	for (const struct setting *setting = settings; setting->name; setting++)
		if (streq(setting->name, name))
			return setting;
	return NULL;
}

const struct setting *setting_nearest(const char *name)
{
	const struct setting *nearest = NULL;
	size_t least = 3; /* up to two letters differ: a slip, not another word */

	for (const struct setting *setting = settings; setting->name; setting++) {
		size_t d = distance(name, setting->name);

		if (d < least) {
			least = d;
			nearest = setting;
		}
	}
	return nearest;
}

void *setting_field(struct config *config, const struct setting *setting)
{
	return (char *)config + setting->offset;
}

void setting_set_int(struct config *config, const struct setting *setting, int64_t number)
{
	*(int64_t *)setting_field(config, setting) = number * setting->unit;
}

int setting_choose(struct config *config, const struct setting *setting, const char *name)
{
	_Static_assert(sizeof(enum choose_policy) == sizeof(unsigned) &&
			       sizeof(enum verify_level) == sizeof(unsigned) &&
			       sizeof(enum keep_policy) == sizeof(unsigned),
		       "the choices are stored through one type");
	for (unsigned i = 0; setting->choices[i]; i++)
		if (streq(setting->choices[i], name)) {
			memcpy(setting_field(config, setting), &i, sizeof(i));
			return 0;
		}
	return -EINVAL;
}

int setting_set_default(struct config *config, const struct setting *setting)
{
	const char *text = setting->default_text;
	_cleanup_free_ char *unquoted = NULL;
	uint64_t number;
	int r = 0;

	switch (setting->type) {
	case TYPE_BOOL:
		*(bool *)setting_field(config, setting) = streq(text, "true");
		break;
	case TYPE_INT:
		r = parse_u64(text, &number);
		if (r == 0)
			setting_set_int(config, setting, (int64_t)number);
		break;
	case TYPE_CHOICE:
	case TYPE_STRING:
		unquoted = strndup(text + 1, strlen(text) - 2);
		if (!unquoted)
			return -ENOMEM;
		if (setting->type == TYPE_CHOICE)
			r = setting_choose(config, setting, unquoted);
		else
			r = str_set(setting_field(config, setting), unquoted);
		break;
	case TYPE_LIST:
	case TYPE_GUARDS:
		break; /* empty */
	}
	return r;
}

const struct config_setting_info *config_settings(size_t *ret_count)
{
	*ret_count = ARRAY_SIZE(documented);
	return documented;
}
