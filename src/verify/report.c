// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "verify/report.h"

/* Where a value goes. The tables are the list of keys that are understood. */
static const struct {
	const char *key;
	size_t offset;
} texts[] = {
	{ "TYPE", offsetof(struct report, type) },
	{ "VERSION", offsetof(struct report, version) },
	{ "BUILD", offsetof(struct report, build) },
	{ "ARCH", offsetof(struct report, arch) },
	{ "SHA256", offsetof(struct report, sha256) },
	{ "AUTHENTICODE", offsetof(struct report, authenticode) },
	{ "INNER", offsetof(struct report, inner) },
	{ "CMDLINE", offsetof(struct report, cmdline) },
	{ "OS", offsetof(struct report, os) },
};

static const struct {
	const char *key;
	size_t offset;
} lists[] = {
	{ "PROBLEM", offsetof(struct report, problems) },
	{ "WARNING", offsetof(struct report, warnings) },
	{ "NOTE", offsetof(struct report, notes) },
	{ "SEGMENT", offsetof(struct report, segments) },
	{ "MODULES", offsetof(struct report, modules) },
	{ "KERNEL", offsetof(struct report, kernels) },
	{ "SECTION", offsetof(struct report, sections) },
	{ "PROFILE", offsetof(struct report, profiles) },
};

static const struct {
	const char *key;
	size_t offset;
} numbers[] = {
	{ "SIZE", offsetof(struct report, size) },
	{ "INIT_SIZE", offsetof(struct report, init_size) },
	{ "CMDLINE_MAX", offsetof(struct report, cmdline_max) },
	{ "UNPACKED", offsetof(struct report, unpacked) },
};

static void *field(struct report *report, size_t offset)
{
	return (char *)report + offset;
}

static int parse_flag(const char *value, bool *ret)
{
	if (!streq(value, "0") && !streq(value, "1"))
		return -EBADMSG;
	*ret = value[0] == '1';
	return 0;
}

/* Takes over @value, also on failure. */
static int store_text(char **to, char *value)
{
	if (*to) {
		free(value);
		return -EBADMSG;
	}
	*to = value;
	return 0;
}

static int store(struct report *report, const char *key, char *value)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (streq(key, texts[i].key))
			return store_text(field(report, texts[i].offset), value);
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		if (streq(key, lists[i].key))
			return strv_take(field(report, lists[i].offset), value);
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
		if (streq(key, numbers[i].key) &&
		    parse_u64(value, field(report, numbers[i].offset)) < 0)
			r = -EBADMSG;
	if (streq(key, "OK"))
		r = parse_flag(value, &report->ok);
	else if (streq(key, "SIGNED"))
		r = parse_flag(value, &report->is_signed);
	else if (streq(key, "INNER_SIGNED"))
		r = parse_flag(value, &report->is_inner_signed);
	free(value);
	return r;
}

/* A copy of the value without its quotes, which must close at the end of the line. */
static int unquote(const char *s, size_t len, char **ret)
{
	bool quoted = len > 0 && s[0] == '"';
	char *value = malloc(len + 1);
	size_t n = 0, i = quoted ? 1 : 0;

	if (!value)
		return -ENOMEM;
	for (; i < len && !(quoted && s[i] == '"'); i++) {
		if (quoted && s[i] == '\\' && ++i == len)
			break;
		if ((unsigned char)s[i] < ' ' || (!quoted && strchr(" \"\\$`'", s[i])))
			break;
		value[n++] = s[i];
	}
	value[n] = '\0';
	if (quoted ? i + 1 != len : i != len) {
		free(value);
		return -EBADMSG;
	}
	*ret = value;
	return 0;
}

static int parse_line(struct report *report, const char *line, size_t len)
{
	const char *equals = memchr(line, '=', len);
	size_t n = equals ? (size_t)(equals - line) : 0;
	char key[32], *value;
	int r;

	if (n == 0 || n >= sizeof(key))
		return -EBADMSG;
	memcpy(key, line, n);
	key[n] = '\0';
	if (strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != n)
		return -EBADMSG;
	r = unquote(equals + 1, len - n - 1, &value);
	if (r < 0)
		return r;
	return store(report, key, value);
}

static bool line_is(const char *line, size_t len, const char *expected)
{
	return len == strlen(expected) && memcmp(line, expected, len) == 0;
}

static int parse(const char *text, size_t len, struct report *report)
{
	const char *line = text, *end = text + len;

	for (size_t count = 0; line < end; count++) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));
		size_t n = stop ? (size_t)(stop - line) : 0;
		int r;

		if (!stop)
			return -ENODATA;
		if (count == REPORT_LINES_MAX)
			return -E2BIG;
		if (count == 0 && !line_is(line, n, "FORMAT=1"))
			return -EOPNOTSUPP;
		if (line_is(line, n, "END=1"))
			return stop + 1 == end ? 0 : -EBADMSG;
		r = parse_line(report, line, n);
		if (r < 0)
			return r;
		line = stop + 1;
	}
	return -ENODATA;
}

int report_parse(const char *text, size_t len, struct report *ret)
{
	int r = -E2BIG;

	*ret = (struct report)REPORT_EMPTY;
	if (len <= REPORT_BYTES_MAX)
		r = parse(text, len, ret);
	if (r < 0) {
		report_done(ret);
		return r;
	}
	/* The two say the same; if they ever do not, the doubt counts. */
	ret->ok = ret->ok && ret->problems.count == 0;
	return 0;
}

void report_done(struct report *report)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*(char **)field(report, texts[i].offset));
	for (size_t i = 0; i < ARRAY_SIZE(lists); i++)
		strv_done(field(report, lists[i].offset));
	*report = (struct report)REPORT_EMPTY;
}
