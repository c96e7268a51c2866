/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What GRUB would boot: its menu read against the kernels that were found.
 *
 * GRUB's next entry is taken as known only in the plainest case: nothing is asked of
 * grubenv, the default is 0, and the menu's first entry is one of our kernels. Anything
 * else sets @list->not_understood.
 */
#ifndef FIND_GRUB_H
#define FIND_GRUB_H

#include "ctx.h"
#include "find/entry.h"

/* Returns 1 and the menu in *ret; 0 if GRUB has no configuration here; or -ENOMEM. */
_must_check_ int grub_menu(const struct ctx *ctx, struct entry_list *ret);

/* Is the file a menu of its own, and not only a pointer to one? Also if it cannot be
 * read. */
bool grub_holds_menu(const struct root *root, const char *path);

#endif
