/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The menu of SYSLINUX/EXTLINUX, and of U-Boot where it reads such a file (Debian's
 * u-boot-menu, most ARM and RISC-V boards). On a PC the former is meant, elsewhere the
 * latter.
 */
#ifndef FIND_EXTLINUX_H
#define FIND_EXTLINUX_H

#include "ctx.h"
#include "find/entry.h"

/* Returns 1 and the menu in *ret; 0 if there is no such file (*ret is then empty); or
 * -ENOMEM. */
_must_check_ int extlinux_menu(const struct ctx *ctx, struct entry_list *ret);

#endif
