/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which subvolume of btrfs is the root, and which one is mounted where nothing else is
 * said. Pure: text in, numbers out.
 */
#ifndef GUARD_SNAPSHOT_H
#define GUARD_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/macro.h"

/* The file system's own top, BTRFS_FS_TREE_OBJECTID (linux/btrfs_tree.h). */
#define SUBVOLUME_TOP 5

/*
 * From /proc/self/mountinfo (proc(5)): the number of the subvolume that is mounted on /.
 * False if that is no btrfs, or does not say.
 */
bool snapshot_mounted(const char *mountinfo, uint64_t *ret);

/* From what `btrfs subvolume get-default` prints: "ID 268 gen 30 ...". */
bool snapshot_default(const char *text, uint64_t *ret);

#endif
