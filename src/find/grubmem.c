// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubmem.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_SIZE 65536

struct grubpool_chunk {
	struct grubpool_chunk *below;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static bool add_chunk(struct grubpool *pool, size_t size)
{
	struct grubpool_chunk *chunk;

	if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	if (size > pool->limit - pool->total)
		return false;
	chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		return false;
	chunk->below = pool->top;
	chunk->size = size;
	pool->top = chunk;
	pool->used = 0;
	pool->total += size;
	return true;
}

void *grubpool_get(struct grubpool *pool, size_t size)
{
	const size_t align = alignof(max_align_t);
	void *p;

	if (size > pool->limit)
		return NULL;
	size = (size + align - 1) / align * align;
	if ((!pool->top || size > pool->top->size - pool->used) && !add_chunk(pool, size))
		return NULL;
	p = pool->top->bytes + pool->used;
	pool->used += size;
	return memset(p, 0, size);
}

char *grubpool_copy(struct grubpool *pool, const char *s, size_t len)
{
	char *copy = grubpool_get(pool, len + 1);

	if (copy && len > 0)
		memcpy(copy, s, len);
	return copy;
}

struct grubpool_mark grubpool_mark(const struct grubpool *pool)
{
	return (struct grubpool_mark){ pool->top, pool->used };
}

void grubpool_release(struct grubpool *pool, struct grubpool_mark mark)
{
	while (pool->top != mark.top) {
		struct grubpool_chunk *chunk = pool->top;

		/* The first one stays, so that a loop does not ask for it again and
		 * again. */
		if (!mark.top && !chunk->below) {
			mark.used = 0;
			break;
		}
		pool->top = chunk->below;
		pool->total -= chunk->size;
		free(chunk);
	}
	pool->used = mark.used;
}

void grubpool_done(struct grubpool *pool)
{
	while (pool->top) {
		struct grubpool_chunk *chunk = pool->top;

		pool->top = chunk->below;
		free(chunk);
	}
	*pool = (struct grubpool){ .limit = pool->limit };
}

static int make_room(struct grubtext *text, size_t more)
{
	size_t size = text->size ? text->size : 256;
	char *bigger;

	if (more > GRUBTEXT_MAX - text->used)
		return -E2BIG;
	while (size < text->used + more)
		size *= 2;
	if (size == text->size)
		return 0;
	bigger = realloc(text->text, size);
	if (!bigger)
		return -ENOMEM;
	text->text = bigger;
	text->size = size;
	return 0;
}

int grubtext_put(struct grubtext *text, char c)
{
	int r = text->used == text->size ? make_room(text, 1) : 0;

	if (r == 0)
		text->text[text->used++] = c;
	return r;
}

int grubtext_add(struct grubtext *text, const char *s)
{
	size_t len = strlen(s);
	int r = make_room(text, len);

	if (r == 0 && len > 0)
		memcpy(text->text + text->used, s, len);
	if (r == 0)
		text->used += len;
	return r;
}

void grubtext_done(struct grubtext *text)
{
	free(text->text);
	*text = (struct grubtext){ .used = 0 };
}
