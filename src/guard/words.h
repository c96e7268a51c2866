/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looking for one word of a kernel command line. Pure. */
#ifndef GUARD_WORDS_H
#define GUARD_WORDS_H

#include <string.h>

#include "base/util.h"
#include "verify/cmdline.h"

static inline bool cmdline_word_is(const struct cmdline_word *word, const char *name)
{
	return word->name_len == strlen(name) &&
	       strncmp(word->name, name, word->name_len) == 0;
}

/* The last word NAME=VALUE of @text into *@ret, which the caller frees; NULL if there is
 * none. Returns 0 or -ENOMEM. */
_must_check_ int cmdline_value(const char *text, const char *name, char **ret);

#endif
