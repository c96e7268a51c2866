/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The words of GRUB's script language, taken apart: what was quoted, what was not, and
 * the variables between. Pure.
 *
 * As GRUB's own lexer (grub-core/script/yylex.l) and manual, "Shell-like scripting":
 * nothing is special between single quotes; between double quotes "$", and a backslash
 * before one of $ " \ or a line end; outside, a backslash takes the next character as it
 * is. "$" must be followed by a name, digits or one of ? # * @, with or without braces.
 * Lines that begin with "#" are not even looked at, in quotes neither, and carriage
 * returns are not either.
 */
#ifndef FIND_GRUBLEX_H
#define FIND_GRUBLEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "find/grubmem.h"

enum grubpart_kind {
	GRUBPART_TEXT,	 /* unquoted: a backslash stands before what is as it is */
	GRUBPART_QUOTED, /* as it is */
	GRUBPART_VAR,	 /* a variable's name; its value is split at blanks */
	GRUBPART_QVAR,	 /* the same between double quotes: not split */
};

struct grubpart {
	enum grubpart_kind kind;
	const char *text;
	struct grubpart *next;
};

struct grubword {
	/* Its text, if nothing in it is quoted or to be expanded, wildcards neither: then
	 * it has no parts. Most words are so. */
	const char *plain;
	struct grubpart *parts;
	struct grubword *next;
};

enum grublex_token {
	GRUBLEX_END,
	GRUBLEX_WORD,
	GRUBLEX_SEMICOLON,
	GRUBLEX_NEWLINE,
	GRUBLEX_OPEN,  /* "{" */
	GRUBLEX_CLOSE, /* "}" */
};

struct grublex {
	const char *text;
	size_t len, pos;
	unsigned line; /* where pos is, from 1 */
	struct grubpool *pool;
	struct grubtext buffer;
};

/* Words are taken from @pool and live as long as it. */
void grublex_start(struct grublex *lex, const char *text, size_t len,
		   struct grubpool *pool);
void grublex_done(struct grublex *lex);

/*
 * Reads the next token; *@ret is set for a word only. Returns the token, -EBADMSG for a
 * quote that is not closed and for characters that GRUB refuses (unquoted | & < >, "$"
 * without name), -E2BIG for a word above GRUBTEXT_MAX or when the pool is full, -ENOMEM.
 */
_must_check_ int grublex_next(struct grublex *lex, struct grubword **ret);

#endif
