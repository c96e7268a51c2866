/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds one variable's assignments in a shell file: just enough of the grammar of sh to
 * know what stands where, and to notice what is not for us. The inner side of
 * keep/shellvar.h. Pure.
 */
#ifndef KEEP_SHELLSCAN_H
#define KEEP_SHELLSCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/envfile.h"
#include "base/macro.h"

#define SHELLSCAN_MAX_SIZE (1024 * 1024)

/* An assignment's value in the text. */
struct shellscan_place {
	size_t offset, len; /* quotes included */
	enum shell_quote quote;
	bool plain, multiline;
	char *value;
	bool found;
};

/* A shell file while it is read: just enough of the grammar to know what stands where. */
struct shellscan {
	const char *text, *name;
	size_t len, pos, name_len;

	unsigned blocks;  /* conditions, loops, functions that are open */
	unsigned parens;  /* subshells that are open */
	bool conditional; /* runs only if another command succeeds or fails */
	bool goes_on;	  /* the command continues on the next line */
	bool has_command; /* it has a word that is no assignment */
	bool is_export;	  /* that word is "export" */
	bool is_unclear;  /* @name is touched in a way that we do not handle */

	/* In the command being read: counts if no command word follows. */
	struct shellscan_place next;
	struct shellscan_place last; /* the last active assignment */
	size_t example; /* where the line of the last commented example ends */
	bool has_example;
};

/*
 * Reads @text for @name. Both must outlive *@s, which shellscan_done() empties in any
 * case. Returns 0, or errors as shellvar_get(), but an assignment may be missing.
 */
_must_check_ int shellscan_read(struct shellscan *s, const char *text, const char *name);
void shellscan_done(struct shellscan *s);

#endif
