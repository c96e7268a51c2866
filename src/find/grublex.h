/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of GRUB's script language: quotes are taken off, line continuations joined,
 * comments dropped. Pure.
 *
 * As in the GRUB manual, "Shell-like scripting": nothing is special between single
 * quotes; between double quotes only "$" and a backslash before one of $ " \ or a line
 * end; outside, a backslash takes the next character as it is. Variables are not
 * expanded: they stay in the word as written, and the word is marked.
 */
#ifndef FIND_GRUBLEX_H
#define FIND_GRUBLEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

enum grublex_token {
	GRUBLEX_END,
	GRUBLEX_WORD,
	GRUBLEX_SEPARATOR, /* ";" or the end of a line */
	GRUBLEX_OPEN,	   /* "{" */
	GRUBLEX_CLOSE,	   /* "}" */
};

struct grublex {
	const char *text;
	size_t len, pos;
	unsigned line;	     /* where pos is, from 1 */
	unsigned doubt_line; /* of a comment that GRUB may read as something else; 0: none
			      */
};

/* Where a word's characters go: the words of one command lie one behind the other, each
 * with its NUL. */
struct grublex_buffer {
	char *text;
	size_t used, size;
};

struct grublex_word {
	size_t offset; /* of its text in the buffer */
	bool quoted;   /* something in it was quoted: it is no keyword */
	bool variable; /* a "$" is left in it, which GRUB would expand */
	bool wild;     /* an unquoted * or ?, which GRUB may expand to file names */
};

void grublex_start(struct grublex *lex, const char *text, size_t len);

/*
 * Reads the next token; *@word is set for a word only, and its text is appended to
 * @buffer. Returns the token, -EBADMSG for a quote that is not closed and for characters
 * that GRUB refuses (unquoted | & < >), or -ENOMEM.
 */
_must_check_ int grublex_next(struct grublex *lex, struct grublex_buffer *buffer,
			      struct grublex_word *word);

#endif
