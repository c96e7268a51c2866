// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

/*
 * How many bytes the UTF-8 character at @s has, or 0 if it is none: overlong forms,
 * surrogates and what lies above U+10FFFF are not (RFC 3629, section 4).
 */
static size_t utf8_length(const unsigned char *s)
{
	size_t n = s[0] < 0x80	 ? 1
		   : s[0] < 0xc2 ? 0
		   : s[0] < 0xe0 ? 2
		   : s[0] < 0xf0 ? 3
		   : s[0] < 0xf5 ? 4
				 : 0;

	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] >= 0xa0) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] >= 0x90))
		return 0;
	return n;
}

json_t *json_text(const char *s)
{
	_cleanup_free_ char *clean = NULL;
	char *to;

	if (!s)
		return json_null();
	clean = to = malloc(strlen(s) * strlen(REPLACEMENT) + 1);
	if (!clean)
		return NULL;
	while (*s) {
		size_t n = utf8_length((const unsigned char *)s);

		to = n > 0 ? mempcpy(to, s, n) : stpcpy(to, REPLACEMENT);
		s += n > 0 ? n : 1;
	}
	*to = '\0';
	return json_string(clean);
}

json_t *json_strv(const struct strv *v)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < v->count; i++)
		if (json_array_append_new(list, json_text(v->items[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

int json_print(const json_t *value, FILE *f)
{
	if (!value)
		return -ENOMEM;
	if (json_dumpf(value, f, JSON_INDENT(1)) < 0 || fputc('\n', f) == EOF ||
	    fflush(f) == EOF)
		return -EIO;
	return 0;
}
