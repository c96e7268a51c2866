/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-boot's menu: entries of the boot loader specification, type 1 (loader/entries)
 * and type 2 (unified kernel images in EFI/Linux), of the ESP and XBOOTLDR, in the order
 * in which systemd-boot shows them. Entries that it does not show are behind them, and
 * say why.
 */
#ifndef FIND_BLS_H
#define FIND_BLS_H

#include "ctx.h"
#include "find/entry.h"

/*
 * Returns 1 and the menu in *ret if there are entries, or if systemd-boot started this
 * machine; 0 if neither (*ret is then empty); or -ENOMEM. Whether the menu is this
 * machine's is not decided here: GRUB may read the same entries.
 */
_must_check_ int bls_menu(const struct ctx *ctx, struct entry_list *ret);

/* The boot loader that says that it started this machine (EFI variable LoaderInfo, e.g.
 * "systemd-boot 257.13-1"). Returns 1 and *ret, which the caller frees; 0 if none does;
 * or -ENOMEM. */
_must_check_ int bls_loader_info(const struct root *root, char **ret);

#endif
