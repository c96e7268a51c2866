/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does GRUB boot its menu's first entry? */
#ifndef FIND_GRUBDEFAULT_H
#define FIND_GRUBDEFAULT_H

#include "ctx.h"
#include "find/entry.h"
#include "find/grubcfg.h"

/*
 * Sets @list->not_understood unless everything that decides GRUB's default says "the
 * first entry": the menu's own `set default`, GRUB_DEFAULT in /etc/default/grub and
 * grub.d/ (the last one counts), no next_entry or saved_entry in grubenv, no custom.cfg.
 * @list->loader_file is the menu. Returns 0 or -ENOMEM.
 */
_must_check_ int grubdefault_check(const struct ctx *ctx, const struct grubcfg *cfg,
				   struct entry_list *list);

#endif
