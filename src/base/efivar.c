// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/efivar.h"

#include <errno.h>
#include <string.h>

#define ATTRIBUTES 4

int efivar_read(const struct root *root, const char *name, const char *guid, size_t max,
		uint8_t **ret, size_t *ret_len, uint32_t *ret_attr)
{
	_cleanup_free_ char *path = strf(EFIVAR_DIR "/%s-%s", name, guid);
	_cleanup_free_ char *bytes = NULL;
	uint8_t *data;
	size_t len;
	int r;

	if (!path)
		return -ENOMEM;
	r = root_read(root, path, max + ATTRIBUTES, &bytes, &len);
	if (r < 0)
		return r == -ENOTDIR ? -ENOENT : r;
	if (len == 0)
		return -ENOENT;
	if (len < ATTRIBUTES)
		return -EBADMSG;

	data = (uint8_t *)bytes;
	if (ret_attr)
		*ret_attr = data[0] | (uint32_t)data[1] << 8 | (uint32_t)data[2] << 16 |
			    (uint32_t)data[3] << 24;
	*ret_len = len - ATTRIBUTES;
	memmove(data, data + ATTRIBUTES, *ret_len + 1);
	*ret = data;
	bytes = NULL;
	return 0;
}

bool efivar_secure_boot(const struct root *root)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;

	return efivar_read(root, "SecureBoot", EFIVAR_GLOBAL, 16, &data, &len, NULL) ==
		       0 &&
	       len == 1 && data[0] == 1;
}

bool efivar_has_32_bits(const struct root *root)
{
	_cleanup_free_ char *size = NULL;

	return root_read_line(root, "/sys/firmware/efi/fw_platform_size", &size) == 0 &&
	       streq(size, "32");
}

int efivar_read_text(const struct root *root, const char *name, const char *guid,
		     char **ret)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;
	int r = efivar_read(root, name, guid, EFIVAR_TEXT_MAX, &data, &len, NULL);

	return r < 0 ? r : efivar_text(data, len, ret, NULL);
}

/* The 16 bits at @at. The caller has checked that they are there. */
static uint32_t unit(const uint8_t *data, size_t at)
{
	return data[at] | (uint32_t)data[at + 1] << 8;
}

/* Reads the character at *@at and steps over it. Returns it, 0 at the end, or -EBADMSG.
 */
static int next_character(const uint8_t *data, size_t len, size_t *at)
{
	uint32_t high, low;

	if (*at == len)
		return 0;
	if (len - *at < 2)
		return -EBADMSG;
	high = unit(data, *at);
	*at += 2;
	if ((high > 0 && high < 0x20) || high == 0x7f)
		return -EBADMSG;
	if (high < 0xd800 || high > 0xdfff)
		return (int)high;
	if (high > 0xdbff || len - *at < 2)
		return -EBADMSG;
	low = unit(data, *at);
	if (low < 0xdc00 || low > 0xdfff)
		return -EBADMSG;
	*at += 2;
	return (int)(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
}

/* Writes at most four bytes; returns how many. */
static size_t put_utf8(char *to, unsigned c)
{
	static const unsigned char first[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		to[i] = (char)(0x80 | (c & 0x3f));
	*to = (char)(first[n] | c);
	return n;
}

int efivar_text(const uint8_t *data, size_t len, char **ret, size_t *ret_used)
{
	_cleanup_free_ char *text = NULL;
	size_t at = 0, used = 0;
	int c;

	/* Two bytes become at most three, and four become four. */
	if (len > SIZE_MAX / 2 - 8)
		return -ENOMEM;
	text = malloc(len / 2 * 3 + 1);
	if (!text)
		return -ENOMEM;
	while ((c = next_character(data, len, &at)) > 0)
		used += put_utf8(text + used, (unsigned)c);
	if (c < 0)
		return c;
	text[used] = '\0';
	*ret = TAKE_PTR(text);
	if (ret_used)
		*ret_used = at;
	return 0;
}
