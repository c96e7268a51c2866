/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Memory for the interpreter of GRUB's scripts: pools that are given back as a whole or
 * down to a mark, and a text that grows. Both have a limit, because the script decides
 * how much it wants: -E2BIG (a NULL of the pool) above it.
 */
#ifndef FIND_GRUBMEM_H
#define FIND_GRUBMEM_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct grubpool_chunk;
struct grubpool {
	struct grubpool_chunk *top; /* the one that is being filled */
	size_t used;		    /* of it */
	size_t total, limit;	    /* of all; in bytes */
	bool only_grows;	    /* nothing is given back before all is */
};

struct grubpool_mark {
	struct grubpool_chunk *top;
	size_t used;
};

/* Zeroed and aligned for structures of pointers, sizes and less; NULL: no memory, or more
 * than the limit. */
void *grubpool_get(struct grubpool *pool, size_t size);
/* Not aligned, with a NUL behind it. */
char *grubpool_copy(struct grubpool *pool, const char *s, size_t len);

struct grubpool_mark grubpool_mark(const struct grubpool *pool);
/* Gives back all that was taken since. */
void grubpool_release(struct grubpool *pool, struct grubpool_mark mark);
void grubpool_done(struct grubpool *pool);

#define GRUBTEXT_MAX (1024 * 1024)
struct grubtext {
	char *text; /* not NUL-terminated until grubtext_put() puts one */
	size_t used, size;
};

_must_check_ int grubtext_put(struct grubtext *text, char c);
_must_check_ int grubtext_add(struct grubtext *text, const char *s);
_must_check_ int grubtext_append(struct grubtext *text, const char *s, size_t len);
void grubtext_done(struct grubtext *text);

#endif
