// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubdefault.h"

#include <limits.h>
#include <string.h>

#include "find/grubrun.h"

/* @value up to a single ">" (">>" stands for one in the name), or up to @len bytes. */
static bool is_named(const char *name, const char *value, size_t len)
{
	const char *end = value + len;

	while (value < end && *value) {
		if (*value == '>' && value + 1 <= end && value[1] != '>')
			break;
		if (*value == '>')
			value++;
		if (*name++ != *value++)
			return false;
	}
	return *name == '\0';
}

static int find_upstream(const char *value, const struct grubtitle *items, size_t count)
{
	uint64_t n;

	if (grubcmd_number(value, &n, NULL))
		return n > INT_MAX ? -1 : (int)n;
	if (n == UINT64_MAX)
		return -1; /* too large: GRUB gives up */
	for (size_t i = 0; i < count; i++)
		if (is_named(items[i].title, value, strlen(value)) ||
		    is_named(items[i].id, value, strlen(value)))
			return (int)i;
	return -1;
}

static int find_fedora(const char *value, const struct grubtitle *items, size_t count)
{
	size_t word = strcspn(value, " \t\r\n");
	const char *end;
	uint64_t n;

	for (size_t i = 0; i < count; i++)
		if (*items[i].id && is_named(items[i].id, value, word))
			return (int)i;
	for (size_t i = 0; i < count; i++)
		if (*items[i].title && is_named(items[i].title, value, strlen(value)))
			return (int)i;
	if (!grubcmd_number(value, &n, &end) || n > INT_MAX ||
	    (*end && !strchr(" \t\r\n", *end)))
		return -1;
	return (int)n;
}

int grubdefault_find(const char *value, const struct grubtitle *items, size_t count,
		     bool fedora)
{
	int n = fedora ? find_fedora(value, items, count)
		       : find_upstream(value, items, count);

	return n >= 0 && (size_t)n < count ? n : -1;
}

const char *grubdefault_rest(const char *value)
{
	for (const char *p = value; *p; p++) {
		if (p[0] == '>' && p[1] == '>')
			p++;
		else if (p[0] == '>')
			return p[1] ? p + 1 : NULL;
	}
	return NULL;
}
