/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Saying no, in words. The first reason stays, for it is the plainest. Each takes @why
 * (also on failure) and returns 0, or -ENOMEM when it is NULL.
 */
#ifndef FIND_DOUBT_H
#define FIND_DOUBT_H

#include "find/entry.h"

/* This entry may not be chosen. */
_must_check_ int entry_refuse(struct entry *entry, char *why);

/* Which entry boots next is not known. */
_must_check_ int list_doubt(struct entry_list *list, char *why);

/* The same for a file that cannot be read (@r: a negative errno) or has mistakes
 * (-EBADMSG). Returns 0 or -ENOMEM, which @r may be too. */
_must_check_ int list_doubt_file(struct entry_list *list, const char *path, int r);

#endif
