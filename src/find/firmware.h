/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A kernel that the firmware starts by itself, without a boot loader (Gentoo's
 * installkernel with USE=efistub, efibootmgr by hand, images of kernel-bootcfg): its menu
 * is BootOrder.
 */
#ifndef FIND_FIRMWARE_H
#define FIND_FIRMWARE_H

#include "ctx.h"
#include "find/entry.h"

/*
 * Returns 1 and the menu, of one entry, in *ret if the first entry of BootOrder is a
 * kernel (by its contents) on the ESP; 0 if it is something else, or cannot be read
 * (*ret is then empty); or -ENOMEM.
 */
_must_check_ int firmware_menu(const struct ctx *ctx, struct entry_list *ret);

#endif
