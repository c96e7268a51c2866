/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Single variables in somebody else's shell file, such as Gentoo's /etc/conf.d/kexec.
 * Pure: text in, text out.
 *
 * The file is sourced by sh and often also read by systemd as an EnvironmentFile, so only
 * what both read alike is touched: assignments that stand by themselves, outside of
 * conditions, with a value that a shell does not expand. Every byte outside of the value
 * stays: comments, order, indentation, line ends.
 */
#ifndef KEEP_SHELLVAR_H
#define KEEP_SHELLVAR_H

#include "base/macro.h"

/*
 * The value of the last active assignment of @name (also with "export"). Returns 0,
 * -ENOENT if there is none, -EOPNOTSUPP if the value holds shell code or several lines or
 * if the file sets the variable in a way that is not for us (in a condition, a function,
 * with +=, unset, read…) or holds a here-document, -EBADMSG for a quote that is not
 * closed, -EINVAL for a @name that is none, -E2BIG above 1 MiB, -ENOMEM. The caller frees
 * *@ret.
 */
_must_check_ int shellvar_get(const char *text, const char *name, char **ret);

/*
 * @text with @name set to @value: in the place and the quoting style of the last active
 * assignment; without one, on a line of its own after the last commented example
 * ("#NAME=…"), or else at the end. Errors as above except -ENOENT; also -EINVAL for a
 * @value with control characters. The caller frees *@ret_text.
 */
_must_check_ int shellvar_set(const char *text, const char *name, const char *value,
			      char **ret_text);

#endif
