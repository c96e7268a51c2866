/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GRUB's menu, as GRUB would show it at the next start of this machine. */
#ifndef FIND_GRUB_H
#define FIND_GRUB_H

#include "ctx.h"
#include "find/entry.h"
#include "find/grubmap.h"

/*
 * Reads the menu that GRUB's configuration makes (find/grubmenu.h), in its own order,
 * with kernels and initramfs files as paths in our root. What is no Linux of this
 * machine, or not understood, is in it with usable = false and the reason. @map is made
 * if it is empty. Returns 1 and the menu in *ret; 0 if GRUB has no configuration here; or
 * -ENOMEM.
 */
_must_check_ int grub_menu(const struct ctx *ctx, struct grubmap *map,
			   struct entry_list *ret);

/* The same for a file that is known to be the menu, wherever it is. */
_must_check_ int grub_menu_at(const struct ctx *ctx, struct grubmap *map,
			      const char *path, struct entry_list *ret);

/* Is the file a menu of its own (1; also if it cannot be read), or only a pointer to one
 * (0)? -ENOENT: it is not there. */
_must_check_ int grub_holds_menu(const struct root *root, const char *path);

#endif
