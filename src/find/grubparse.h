/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's script language as a tree. Pure.
 *
 * The grammar is that of grub-core/script/parser.y, and as strict: a body must hold a
 * command, "then" must follow a line end or ";", a function may only stand outside of
 * everything. What GRUB would report as an error is one here.
 */
#ifndef FIND_GRUBPARSE_H
#define FIND_GRUBPARSE_H

#include <stddef.h>

#include "base/macro.h"
#include "find/grublex.h"

#define GRUBPARSE_MAX_SIZE (16 * 1024 * 1024) /* bytes of text */
#define GRUBPARSE_MAX_DEPTH 64 /* of blocks and conditions; GRUB runs no deeper */

enum grubnode_kind {
	GRUBNODE_COMMAND,  /* words, perhaps a block in body */
	GRUBNODE_IF,	   /* condition, body, otherwise */
	GRUBNODE_FOR,	   /* name, words, body */
	GRUBNODE_WHILE,	   /* condition, body */
	GRUBNODE_UNTIL,	   /* the same */
	GRUBNODE_FUNCTION, /* name, body */
};

struct grubnode {
	enum grubnode_kind kind;
	unsigned line; /* of its first word, from 1 */
	const char *name;
	struct grubword *words;
	struct grubnode *condition, *body, *otherwise;
	struct grubnode *next; /* the command behind it */
};

/*
 * Reads @len bytes into a list of commands (NULL: none), all of it taken from @pool.
 * Returns 0, -EBADMSG for text that GRUB would refuse (*@ret_line is where), -E2BIG above
 * the limits, or -ENOMEM. @ret_line is always set.
 */
_must_check_ int grubparse(const char *text, size_t len, struct grubpool *pool,
			   struct grubnode **ret, unsigned *ret_line);

#endif
