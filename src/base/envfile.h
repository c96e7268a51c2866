/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files of KEY=value lines, quoted as os-release(5): our own state, /etc/os-release,
 * /etc/default/grub. Pure.
 *
 * Values are words of sh(1): bare, in single or in double quotes, or a mix; a quoted
 * value may run over several lines. Nothing is ever expanded: a value in which a shell
 * would expand something is kept as written and is marked as not plain.
 */
#ifndef BASE_ENVFILE_H
#define BASE_ENVFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/macro.h"

#define ENVFILE_MAX_SIZE (1024 * 1024)
#define ENVFILE_MAX_ITEMS 4096

/* The quoting of a whole word. */
enum shell_quote {
	SHELL_BARE,
	SHELL_SINGLE,
	SHELL_DOUBLE,
	SHELL_MIXED,
};

struct shell_word {
	char *value; /* quotes taken off; as written when not plain. Owned; free it. */
	size_t len;  /* bytes of text that the word takes */
	enum shell_quote quote;
	bool plain;	/* a shell would expand nothing in it */
	bool multiline; /* it goes on behind the end of a line */
};

/*
 * Reads the word of sh at @text: it ends before a blank, a line end (also CR LF), one of
 * ;&|()<> or the end of the text, and may be empty. Returns 0, -EBADMSG when a quote or
 * an expansion is not closed, or -ENOMEM.
 */
_must_check_ int shell_word(const char *text, size_t len, struct shell_word *ret);

/* Bytes of the NAME at @text that a shell variable may have; 0: none is there. */
size_t shell_name_length(const char *text, size_t len);

struct envfile_item {
	char *key, *value;
	unsigned line; /* from 1 */
	bool plain;    /* false: @value is shell code, not a value */
};

/* Items in the order of the file. ENVFILE_EMPTY is a valid, empty one. */
struct envfile {
	struct envfile_item *items;
	size_t count;
	unsigned odd_line; /* the first line that is no assignment, comment or blank; 0:
			      none */
};
#define ENVFILE_EMPTY      \
	{                  \
		NULL, 0, 0 \
	}
#define _cleanup_envfile_ _cleanup_(envfile_done)

/*
 * Reads @len bytes. Lines that are something else than one assignment (with or without
 * "export") are skipped and noted in odd_line; whether that matters is the caller's to
 * say. Returns 0, -E2BIG above the limits, -EBADMSG for NUL and for quotes that are not
 * closed, or -ENOMEM. On failure *@ret is empty.
 */
_must_check_ int envfile_parse(const char *text, size_t len, struct envfile *ret);
void envfile_done(struct envfile *file);

/* The item or value of @key that counts, which is the last one; NULL if there is none. */
const struct envfile_item *envfile_find(const struct envfile *file, const char *key);
const char *envfile_get(const struct envfile *file, const char *key);

/* The values of a repeated @key, in order: start with *@iter = 0; NULL after the last
 * one. */
const char *envfile_next(const struct envfile *file, const char *key, size_t *iter);

/*
 * Writes one line KEY=value such that envfile_parse(), sh and systemd's EnvironmentFile=
 * read @value back as it is, line ends included (they stay as they are, inside the
 * quotes). A NULL @value writes nothing. Errors are those of @f: check ferror() or
 * fclose().
 */
void envfile_put(FILE *f, const char *key, const char *value);

#endif
