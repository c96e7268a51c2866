// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/fdt.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"

#define MAGIC 0xd00dfeed
#define HEADER_BYTES 40
#define LAST_VERSION                                                       \
	17 /* a newer one says in its header that it is compatible with it \
	    */

enum { BEGIN_NODE = 1, END_NODE = 2, PROPERTY = 3, NOP = 4, END = 9 };

/* A part of the tree, each access of which is checked. */
struct block {
	const uint8_t *data;
	size_t len, at;
};

static bool take(struct block *b, uint32_t *ret)
{
	if (b->len - b->at < 4)
		return false;
	*ret = (uint32_t)b->data[b->at] << 24 | (uint32_t)b->data[b->at + 1] << 16 |
	       (uint32_t)b->data[b->at + 2] << 8 | b->data[b->at + 3];
	b->at += 4;
	return true;
}

/* Tokens start at multiples of four. */
static bool skip(struct block *b, size_t n)
{
	if (n > b->len - b->at)
		return false;
	b->at += n;
	n = -b->at & 3;
	if (n > b->len - b->at)
		return false;
	b->at += n;
	return true;
}

/* The text at @at, or NULL if it does not end. */
static const char *text_at(const struct block *b, size_t at)
{
	if (at >= b->len || !memchr(b->data + at, '\0', b->len - at))
		return NULL;
	return (const char *)b->data + at;
}

/* Only as far as @text goes: the same long name may be meant again and again. */
static bool is_text_at(const struct block *b, size_t at, const char *text)
{
	size_t size = strlen(text) + 1;

	return at <= b->len && size <= b->len - at &&
	       memcmp(b->data + at, text, size) == 0;
}

static bool part(const uint8_t *data, size_t len, size_t offset, size_t size,
		 struct block *ret)
{
	if (offset > len || size > len - offset)
		return false;
	*ret = (struct block){ data + offset, size, 0 };
	return true;
}

/* The blocks of the structure and of the properties' names. */
static bool open_tree(const uint8_t *data, size_t len, struct block *structure,
		      struct block *names)
{
	struct block header = { data, len < HEADER_BYTES ? len : HEADER_BYTES, 0 };
	uint32_t h[10];

	for (size_t i = 0; i < ARRAY_SIZE(h); i++)
		if (!take(&header, &h[i]))
			return false;
	return h[0] == MAGIC && h[1] <= len && h[5] >= LAST_VERSION &&
	       h[6] <= LAST_VERSION && part(data, h[1], h[2], h[9], structure) &&
	       part(data, h[1], h[3], h[8], names);
}

int fdt_has_property(const uint8_t *data, size_t len, const char *node, const char *name)
{
	struct block s = { .len = 0 }, names = { .len = 0 };
	size_t depth = 0;
	bool inside = false;
	uint32_t token, size, offset;
	const char *text;

	if (!open_tree(data, len, &s, &names))
		return -EBADMSG;
	while (take(&s, &token)) {
		switch (token) {
		case BEGIN_NODE:
			text = text_at(&s, s.at);
			if (!text || !skip(&s, strlen(text) + 1))
				return -EBADMSG;
			/* The root is the node of depth 1, and has no name. */
			inside = ++depth == 2 && streq(text, node);
			break;
		case END_NODE:
			if (depth-- == 0)
				return -EBADMSG;
			inside = false;
			break;
		case PROPERTY:
			if (!take(&s, &size) || !take(&s, &offset) || !skip(&s, size))
				return -EBADMSG;
			if (inside && is_text_at(&names, offset, name))
				return 1;
			break;
		case NOP:
			break;
		case END:
			return depth == 0 ? 0 : -EBADMSG;
		default:
			return -EBADMSG;
		}
	}
	return -EBADMSG;
}
