// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/util.h"

bool ends_with(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcmp(s + n - m, suffix) == 0;
}

char *strf(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&s, fmt, ap);
	va_end(ap);
	return n < 0 ? NULL : s;
}

int str_set(char **p, const char *s)
{
	char *copy = NULL;

	if (s) {
		copy = strdup(s);
		if (!copy)
			return -ENOMEM;
	}
	free(*p);
	*p = copy;
	return 0;
}

char *str_strip(char *s)
{
	size_t n;

	s += strspn(s, " \t\r\n");
	n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]))
		n--;
	s[n] = '\0';
	return s;
}

int parse_u64(const char *s, uint64_t *ret)
{
	uint64_t value = 0;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (unsigned)(*s - '0'), &value))
			return -ERANGE;
	}
	*ret = value;
	return 0;
}

int strv_take(struct strv *v, char *s)
{
	char **items = v->items;

	if (!s)
		return -ENOMEM;
	/* Full, with the NULL, at each power of two; then there is room for twice as
	 * many: some allocators copy each time. */
	if ((v->count & (v->count + 1)) == 0)
		items = reallocarray(items, 2 * (v->count + 1), sizeof(*items));
	if (!items) {
		free(s);
		return -ENOMEM;
	}
	items[v->count++] = s;
	items[v->count] = NULL;
	v->items = items;
	return 0;
}

int strv_add(struct strv *v, const char *s)
{
	return strv_take(v, strdup(s));
}

int strv_copy(struct strv *to, const struct strv *from)
{
	int r = 0;

	for (size_t i = 0; i < from->count && r == 0; i++)
		r = strv_add(to, from->items[i]);
	return r;
}

bool strv_has(const struct strv *v, const char *s)
{
	for (size_t i = 0; i < v->count; i++)
		if (streq(v->items[i], s))
			return true;
	return false;
}

bool strv_equal(const struct strv *a, const struct strv *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (!streq(a->items[i], b->items[i]))
			return false;
	return true;
}

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

void strv_sort(struct strv *v)
{
	if (v->count > 1)
		qsort(v->items, v->count, sizeof(*v->items), compare_strings);
}

char *strv_join(const struct strv *v, const char *separator)
{
	size_t size = 1, step = strlen(separator);
	char *text, *p;

	for (size_t i = 0; i < v->count; i++)
		size += strlen(v->items[i]) + step;
	text = p = malloc(size);
	if (!text)
		return NULL;
	*p = '\0';
	for (size_t i = 0; i < v->count; i++) {
		if (i > 0)
			p = stpcpy(p, separator);
		p = stpcpy(p, v->items[i]);
	}
	return text;
}

void strv_done(struct strv *v)
{
	for (size_t i = 0; i < v->count; i++)
		free(v->items[i]);
	free(v->items);
	*v = (struct strv)STRV_EMPTY;
}

bool strv_matches(const struct strv *patterns, const char *s)
{
	for (size_t i = 0; i < patterns->count; i++)
		if (fnmatch(patterns->items[i], s, 0) == 0)
			return true;
	return false;
}

_Static_assert(sizeof(off_t) == sizeof(uint64_t), "files and swap may be long");

ssize_t read_most_at(int fd, void *buf, size_t len, uint64_t offset)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n =
			pread(fd, (char *)buf + have, len - have, (off_t)(offset + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int read_full_at(int fd, void *buf, size_t len, uint64_t offset)
{
	ssize_t n = read_most_at(fd, buf, len, offset);

	if (n < 0)
		return (int)n;
	return (size_t)n < len ? -EIO : 0;
}

int write_full(int fd, const void *buf, size_t len)
{
	const char *p = buf;

	while (len > 0) {
		ssize_t n = write(fd, p, len);

		if (n < 0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

const char *human_size(uint64_t bytes, char buf[24])
{
	if (bytes < 1000)
		snprintf(buf, 24, "%" PRIu64 " bytes", bytes);
	else if (bytes < 1000 * 1000)
		snprintf(buf, 24, "%.1f kB", (double)bytes / 1e3);
	else if (bytes < 1000ULL * 1000 * 1000)
		snprintf(buf, 24, "%.1f MB", (double)bytes / 1e6);
	else
		snprintf(buf, 24, "%.1f GB", (double)bytes / 1e9);
	return buf;
}
