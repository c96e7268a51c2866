/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The state of the reader of grub.cfg, and its parts: grubcfg.c leads through blocks and
 * conditions, grubitem.c makes the items of menus, grubcmd.c takes note of single
 * commands. The inner side of find/grubcfg.h: nobody else includes this.
 */
#ifndef FIND_GRUBPARSE_H
#define FIND_GRUBPARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "find/grubcfg.h"
#include "find/grublex.h"

enum frame_kind {
	FRAME_FILE,
	FRAME_SUBMENU,
	FRAME_ENTRY,
	FRAME_BLOCK, /* a function, or the block of a command that we do not know */
	FRAME_IF,
	FRAME_LOOP,
};

/* A block or condition that is open where we read. */
struct frame {
	enum frame_kind kind;

	/* FRAME_FILE and FRAME_SUBMENU: the menu that is being filled */
	char *path, *position; /* what comes before those of an item; position is NULL
				  when unknown */
	unsigned depth, next;
	bool next_unknown; /* a conditional item came before */

	/* FRAME_IF */
	unsigned conditions;
	bool in_condition, in_else, asks_next_entry, asks_custom;
};

struct grub_parser {
	struct grublex lex;
	struct frame frames[GRUBCFG_MAX_DEPTH];
	size_t depth;		     /* frames in use; the first is the file */
	struct grubcfg_entry *entry; /* the one that is being read, or NULL */
	struct grubcfg cfg;

	/* The command that is being read. */
	struct grublex_buffer buffer;
	struct grublex_word *words;
	size_t count, size;
	unsigned line;
	bool closed; /* a block or condition has just ended: no word may follow */
};

struct frame *grubparse_frame(struct grub_parser *p); /* the innermost one */

/* Opens a block. Returns 0, or -E2BIG if too many are open. */
_must_check_ int grubparse_push(struct grub_parser *p, enum frame_kind kind);
void grubparse_pop(struct grub_parser *p);

/* The text of word @i of the command, "" behind the last one. */
const char *grubparse_word(const struct grub_parser *p, size_t i);

/* Is @s in @list, which ends in NULL? */
bool grubparse_is_one_of(const char *s, const char *const list[]);

/* Are we in a function; are we in a condition or loop that began inside the innermost
 * block? */
bool grubparse_in_function(const struct grub_parser *p);
bool grubparse_in_condition(const struct grub_parser *p);

/* Notes that @what is not understood, if it is the first such thing. Returns 0 or
 * -ENOMEM. */
_must_check_ int grubparse_doubt(struct grub_parser *p, const char *what,
				 const char *why);

/* Takes note of the command that was read, which is not a keyword and has no block.
 * Returns 0 or -errno. */
_must_check_ int grubcmd_run(struct grub_parser *p);

/* Does a function of this name change what other commands mean? */
bool grubcmd_is_redefined(const char *name);

/* Opens the block of the menuentry or submenu that was read. Returns 0 or -errno. */
_must_check_ int grubitem_open(struct grub_parser *p);

#endif
