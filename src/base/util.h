/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Strings and lists of strings. Everything that allocates returns NULL or -ENOMEM when
 * out of memory. */
#ifndef BASE_UTIL_H
#define BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>

#include "base/macro.h"

/* NULL equals only NULL. */
static inline bool streq(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static inline bool starts_with(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool ends_with(const char *s, const char *suffix);
static inline const char *str_or(const char *s, const char *otherwise)
{
	return s ? s : otherwise;
}

/* asprintf that returns the string or NULL; the caller frees it. */
char *strf(const char *fmt, ...) _printf_(1, 2);

/* Replaces *@p by a copy of @s (NULL clears it). Returns 0 or -ENOMEM. */
_must_check_ int str_set(char **p, const char *s);

/* Cuts blanks and line ends off both ends of @s, in place; returns the new start. */
char *str_strip(char *s);

/* A whole number in decimal and nothing else. Returns 0, -EINVAL or -ERANGE. */
_must_check_ int parse_u64(const char *s, uint64_t *ret);

/* A list of strings that owns them. STRV_EMPTY is a valid, empty one; items ends in NULL.
 */
struct strv {
	char **items;
	size_t count;
};
#define STRV_EMPTY      \
	{               \
		NULL, 0 \
	}
#define _cleanup_strv_ _cleanup_(strv_done)

_must_check_ int strv_add(struct strv *v, const char *s);
_must_check_ int strv_take(struct strv *v,
			   char *s); /* owns @s afterwards, also on failure */
_must_check_ int strv_copy(struct strv *to, const struct strv *from);
bool strv_has(const struct strv *v, const char *s);
bool strv_equal(const struct strv *a, const struct strv *b);
void strv_sort(struct strv *v);
char *strv_join(const struct strv *v, const char *separator);
void strv_done(struct strv *v);

/* Does @s match one of the glob patterns (fnmatch(3)) in @patterns? */
bool strv_matches(const struct strv *patterns, const char *s);

/* Reads or writes all @len bytes, through short counts and EINTR. 0, -EIO on early end,
 * or -errno. */
_must_check_ int read_full_at(int fd, void *buf, size_t len, uint64_t offset);
/* The same, but fewer than @len at the end of the file: how many, or -errno. */
_must_check_ ssize_t read_most_at(int fd, void *buf, size_t len, uint64_t offset);
_must_check_ int write_full(int fd, const void *buf, size_t len);

/* "7.3 MB": for messages. @buf holds at least 24 bytes. */
const char *human_size(uint64_t bytes, char buf[24]);

#endif
