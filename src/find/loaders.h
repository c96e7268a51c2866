/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The boot loaders whose configuration we do not read: that they are there has to be
 * known. */
#ifndef FIND_LOADERS_H
#define FIND_LOADERS_H

#include "ctx.h"
#include "find/entry.h"

/*
 * Looks for entries of the boot loader specification, unified kernel images and the
 * configurations of other loaders. Whatever is found sets @list->not_understood, and
 * @list->loader unless GRUB's menu was found before. Returns 0 or -ENOMEM.
 */
_must_check_ int loaders_find(const struct ctx *ctx, struct entry_list *list);

#endif
