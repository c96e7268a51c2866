// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubmem.h"

#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define CHUNK_SIZE 65536
/* What a pool that only grows takes when its menu is not one of some kernels: a huge
 * page, because most of what such memory costs is a page fault for each 4 KiB. */
#define HUGE_SIZE (2 * 1024 * 1024)

struct grubpool_chunk {
	struct grubpool_chunk *below;
	size_t size;
	alignas(max_align_t) char bytes[];
};

static struct grubpool_chunk *huge_chunk(void)
{
	struct grubpool_chunk *chunk = aligned_alloc(HUGE_SIZE, HUGE_SIZE);

	/* Only advice: small pages do as well. */
	if (chunk)
		madvise(chunk, HUGE_SIZE, MADV_HUGEPAGE);
	return chunk;
}

static bool add_chunk(struct grubpool *pool, size_t size)
{
	const size_t huge = HUGE_SIZE - sizeof(struct grubpool_chunk);
	bool is_huge = pool->only_grows && pool->total >= 4 * CHUNK_SIZE &&
		       size <= huge && huge <= pool->limit - pool->total;
	struct grubpool_chunk *chunk;

	if (is_huge)
		size = huge;
	else if (size < CHUNK_SIZE)
		size = CHUNK_SIZE;
	if (size > pool->limit - pool->total)
		return false;
	chunk = is_huge ? huge_chunk() : malloc(sizeof(*chunk) + size);
	if (!chunk)
		return false;
	chunk->below = pool->top;
	chunk->size = size;
	pool->top = chunk;
	pool->used = 0;
	pool->total += size;
	return true;
}

/* @align: a power of two. */
static char *take(struct grubpool *pool, size_t size, size_t align)
{
	size_t at = (pool->used + align - 1) & ~(align - 1);

	if (size > pool->limit)
		return NULL;
	if (!pool->top || at > pool->top->size || size > pool->top->size - at) {
		if (!add_chunk(pool, size))
			return NULL;
		at = 0;
	}
	pool->used = at + size;
	return pool->top->bytes + at;
}

void *grubpool_get(struct grubpool *pool, size_t size)
{
	void *p = take(pool, size, alignof(void *));

	return p ? memset(p, 0, size) : NULL;
}

char *grubpool_copy(struct grubpool *pool, const char *s, size_t len)
{
	char *copy = take(pool, len + 1, 1);

	if (!copy)
		return NULL;
	if (len > 0)
		memcpy(copy, s, len);
	copy[len] = '\0';
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
	*pool = (struct grubpool){ .limit = pool->limit, .only_grows = pool->only_grows };
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
	return grubtext_append(text, s, strlen(s));
}

int grubtext_append(struct grubtext *text, const char *s, size_t len)
{
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
