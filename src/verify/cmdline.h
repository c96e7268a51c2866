/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel's command line: its words, and what we change in it. Pure.
 *
 * Words end where the kernel lets them end (next_arg() in its lib/cmdline.c): at blanks
 * outside double quotes. There is no escape; a quote that is never closed takes
 * everything up to the end. The words after "--" are the arguments of init.
 */
#ifndef VERIFY_CMDLINE_H
#define VERIFY_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/util.h"

#define CMDLINE_MAX                                                                    \
	65536 /* bytes that we look at; no architecture takes more than a few thousand \
	       */

/* One word. All pointers are into the text it was read from; none is terminated. */
struct cmdline_word {
	const char *text; /* as written, with its quotes */
	size_t len;
	const char *name; /* as the kernel takes it, without them */
	size_t name_len;
	const char *value; /* NULL: there is no "=" */
	size_t value_len;
	bool open; /* its quote is never closed */
};

/* Reads the word at *@cursor and moves the cursor behind it; false at the end of the
 * text. */
bool cmdline_next(const char **cursor, struct cmdline_word *ret);

/*
 * May these bytes be a command line? Returns 0, -E2BIG above CMDLINE_MAX, or -EBADMSG for
 * NUL, for line ends and other control characters except the tab, and for a byte 0xA0
 * outside quotes, where the kernel ends a word in the middle of what everybody else reads
 * as one letter.
 */
_must_check_ int cmdline_check(const char *text, size_t len);

/* Does @text fit, its NUL counted, into @limit bytes? Returns 0, -E2BIG, or -ENODATA when
 * it has no word. */
_must_check_ int cmdline_check_length(const char *text, size_t limit);

/*
 * What to change. Patterns are "name" (without value), "name=" (any value), "name=value"
 * or, with one of *?[ in it, a glob for the whole word. Words to add are written as a
 * command line; one that is there is not added again, and none of them is removed by a
 * pattern: so an edit of an edited text changes nothing.
 */
struct cmdline_edit {
	const struct strv *remove; /* or NULL */
	const char *add;	   /* or NULL */
};

/*
 * The text of @in with one blank between words, without what only the old boot loader
 * meant (BOOT_IMAGE=, initrd=), and edited. Words keep their bytes and order; added ones
 * come before "--" and before a word whose quote is open. Returns 0, or as
 * cmdline_check() for @in; -EINVAL if the words to add fail that check, hold
 * "--" or an open quote; -ENOMEM. The caller frees *@ret.
 */
_must_check_ int cmdline_edit(const char *in, const struct cmdline_edit *edit,
			      char **ret);

/*
 * Does @text hold a word that makes it the command line of a rescue boot, or of another
 * init? Then an ordinary boot must not inherit it. The first such word is returned in
 * *@ret.
 */
bool cmdline_find_rescue(const char *text, struct cmdline_word *ret);

#endif
