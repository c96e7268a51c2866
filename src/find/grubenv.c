// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubenv.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char signature[] = "# GRUB Environment Block\n";

/* The end of the line at @p, which a backslash may carry on; NULL if the block ends
 * before. */
static const char *find_line_end(const char *p, const char *end)
{
	for (; p < end && *p != '\n'; p++)
		if (*p == '\\' && p + 1 < end)
			p++;
	return p < end ? p : NULL;
}

/* grub-editenv takes any name. Blanks or control characters in one are damage. */
static bool is_name(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)s[i] <= ' ' || s[i] == 0x7f || s[i] == '\\')
			return false;
	return len > 0;
}

/* Decoding makes nothing longer: "=" and the line end become the two NULs. */
static void put(struct grubenv *env, const char *p, const char *end, bool escapes)
{
	for (; p < end; p++) {
		if (escapes && *p == '\\' && p + 1 < end)
			p++;
		env->text[env->used++] = *p;
	}
	env->text[env->used++] = '\0';
}

static int add_line(struct grubenv *env, const char *p, const char *end)
{
	const char *equals = memchr(p, '=', (size_t)(end - p));

	if (!equals || !is_name(p, (size_t)(equals - p)))
		return -EBADMSG;
	put(env, p, equals, false);
	put(env, equals + 1, end, true);
	env->count++;
	return 0;
}

static bool is_padding(const char *p, const char *end)
{
	while (p < end && *p == '#')
		p++;
	return p == end;
}

int grubenv_parse(const char *block, size_t len, struct grubenv *ret)
{
	const char *p = block, *end = block + len;

	*ret = (struct grubenv)GRUBENV_EMPTY;
	if ((len != GRUBENV_SIZE && len != GRUBENV_SECTOR) ||
	    memcmp(block, signature, sizeof(signature) - 1) != 0)
		return -EBADMSG;
	/* GRUB writes neither NUL nor carriage returns: somebody else has edited the
	 * block. */
	if (memchr(block, '\0', len) || memchr(block, '\r', len))
		return -EBADMSG;

	for (p += sizeof(signature) - 1; !is_padding(p, end);) {
		const char *line_end = find_line_end(p, end);

		if (!line_end || (*p != '#' && add_line(ret, p, line_end) < 0)) {
			grubenv_done(ret);
			return -EBADMSG;
		}
		p = line_end + 1;
	}
	return 0;
}

void grubenv_done(struct grubenv *env)
{
	env->used = env->count = 0;
}

const char *grubenv_get(const struct grubenv *env, const char *name)
{
	const char *p = env->text, *end = env->text + env->used, *found = NULL;

	while (p < end) {
		const char *value = p + strlen(p) + 1;

		if (strcmp(p, name) == 0)
			found = value;
		p = value + strlen(value) + 1;
	}
	return found;
}
