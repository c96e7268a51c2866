/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What libconfig's own lexer would do and must not, found in the text before it gets it:
 *  - "@include" opens any path, past our root and past the check of the file's owner
 *    (libconfig 1.5 has no way to forbid it);
 *  - a plain integer is cut to 32 bits without a word;
 *  - everything behind a NUL is not seen.
 * Strings and comments are told apart as libconfig's scanner does it.
 */
#ifndef BASE_CONFIG_SCAN_H
#define BASE_CONFIG_SCAN_H

#include <stddef.h>

#include "base/macro.h"

/*
 * Returns 0, or -EBADMSG: then *@ret_line (from 1) and *@ret_problem (a constant text)
 * say where and what.
 */
_must_check_ int config_scan(const char *text, size_t len, unsigned *ret_line,
			     const char **ret_problem);

#endif
