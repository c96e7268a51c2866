/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which boot loader's menu is this machine's. A machine may hold the configurations of
 * several; what tells them apart is the firmware (a BIOS starts no systemd-boot) and the
 * boot loader interface's EFI variable LoaderInfo. Where nothing does, nothing is known.
 */
#ifndef FIND_LOADERS_H
#define FIND_LOADERS_H

#include "ctx.h"
#include "find/entry.h"
#include "find/image.h"

/*
 * That menu, with loader, loader_file and loader_reason, and in others what was seen of
 * other loaders. Without any configuration *ret is empty, with LOADER_NONE. Where it is
 * not known which one it is, or it is of a loader that is not read, not_understood says
 * so. Returns 0 or -ENOMEM.
 */
_must_check_ int loaders_menu(const struct ctx *ctx, const struct images *images,
			      struct entry_list *ret);

#endif
