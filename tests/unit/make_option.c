// SPDX-License-Identifier: GPL-2.0-or-later
#include "make_option.h"

#include <string.h>

#define GUID_BYTES "\x78\x56\x34\x12\xcd\xab\x01\xef\x01\x23\x45\x67\x89\xab\xcd\xef"

static void add_utf16(struct bytes *b, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bytes_add(b, &text[i], 1);
		bytes_zero(b, 1);
	}
}

static void add_node(struct bytes *b, unsigned type, const void *data, size_t len)
{
	size_t at = b->len;

	bytes_zero(b, 4);
	bytes_put(b, at, type, 2); /* type, and sub-type above it */
	bytes_put(b, at + 2, len + 4, 2);
	bytes_add(b, data, len);
}

static void add_disk(struct bytes *b)
{
	uint8_t data[38] = { 1 };

	memcpy(data + 20, GUID_BYTES, 16);
	data[36] = 2;
	data[37] = 2;
	add_node(b, 0x0104, data, sizeof(data));
}

static void add_file(struct bytes *b, const char *path)
{
	_cleanup_bytes_ struct bytes text = BYTES_EMPTY;

	add_utf16(&text, path, strlen(path) + 1);
	add_node(b, 0x0404, text.data, text.len);
}

void option_add(struct bytes *b, uint32_t attributes, const char *title, const char *path,
		const char *arguments)
{
	size_t begin;

	bytes_zero(b, 6);
	bytes_put(b, 0, attributes, 4);
	add_utf16(b, title, strlen(title) + 1);
	begin = b->len;
	if (path) {
		add_disk(b);
		add_file(b, path);
	} else {
		add_node(b, 0x0b03, "\0\0\0\0\0\0", 6);
	}
	add_node(b, 0xff7f, "", 0);
	bytes_put(b, 4, b->len - begin, 2);
	add_utf16(b, arguments, strlen(arguments));
}
