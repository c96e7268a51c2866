/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A boot file system that /etc/fstab names and that is not mounted, as is the habit on
 * Gentoo: without it, what boots next cannot be known. Only the machine's own root is
 * looked at, never another --root.
 *
 * It is mounted read-only (nosuid, nodev, noexec) in a mount namespace of this process,
 * with the type and the file system's own options that fstab gives. Nobody else sees it,
 * and it goes with the process, however that ends. Nothing is mounted where the directory
 * holds files: then it is not certain which of the two the boot loader reads.
 */
#ifndef FIND_BOOTMOUNT_H
#define FIND_BOOTMOUNT_H

#include "ctx.h"
#include "find/entry.h"

/*
 * Mounts what is missing and may be mounted (root, mount_boot, not in a container or
 * chroot). @root is @ctx->root, which is opened anew at @path once the process has mounts
 * of its own. Returns 0, also when something could not be mounted (that is told, and left
 * to bootmount_doubt()), or a negative errno: @root is of no use then.
 */
_must_check_ int bootmount_open(const struct ctx *ctx, struct root *root,
				const char *path);

/* Doubt in @list if one of them is not mounted, and what to do. Returns 0 or -ENOMEM. */
_must_check_ int bootmount_doubt(const struct ctx *ctx, struct entry_list *list);

#endif
