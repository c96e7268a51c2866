/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the files that GRUB sees to ours.
 *
 * GRUB names files from the root of the file system that holds them, and we from "/". So
 * "/vmlinuz-6.1" is "/boot/vmlinuz-6.1" where /boot is a file system of its own, and
 * "/@/boot/vmlinuz-6.1" is the same file where "/" is the subvolume "@". Which file
 * system a device of GRUB's is tell its UUID and the mount table; where that cannot be
 * found out (a tree that is no running machine), the names of the files tell.
 */
#ifndef FIND_GRUBMAP_H
#define FIND_GRUBMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "find/grubmenu.h"
#include "find/grubmounts.h"

struct grubmap {
	const struct root *root;
	struct grubmounts mounts; /* none: nothing is known */
	bool has_uuids;		  /* of "/" and /boot: another UUID is another system */
	bool boot_is_apart;	  /* /boot is another file system than "/" */
	int disks;		  /* of the machine; -1: not counted yet */
};
#define GRUBMAP_EMPTY        \
	{                    \
		.root = NULL \
	}

/* How a path was changed where only names tell; other paths of the same entry are
 * changed likewise. */
struct grubmap_rule {
	size_t strip;	 /* bytes cut off the front */
	bool below_boot; /* then "/boot" was put in front */
	bool is_set;
};

/* Looks at the machine, the first time that @map (GRUBMAP_EMPTY) is wanted: several
 * readers share one. Returns 0 or -ENOMEM. */
_must_check_ int grubmap_init(struct grubmap *map, const struct root *root);
void grubmap_done(struct grubmap *map);

/* What GRUB calls our file @path. The caller frees both. Returns 0 or -ENOMEM. */
_must_check_ int grubmap_to_grub(const struct grubmap *map, const char *path,
				 char **ret_device, char **ret_path);

/*
 * Our name of "(@device)@path"; it need not be there. @rule (or NULL) is used if it is
 * set, and set otherwise. Returns 0, -ENODEV if the file is on no file system of ours,
 * -ENOENT if it lies where we cannot see it, or -ENOMEM. The caller frees *ret.
 */
_must_check_ int grubmap_to_ours(struct grubmap *map, const char *device,
				 const char *path, struct grubmap_rule *rule, char **ret);

/* What is mounted from @device; NULL: nothing that we know of. */
const struct grubmount *grubmap_find_mount(struct grubmap *map, const char *device);

/*
 * @size bytes at @offset of the device itself, with a NUL behind them (grubdevice.c; a
 * regular file will do). Returns 0; -ENODEV if it is none of ours, or one of several
 * disks; or another negative errno. The caller frees *ret.
 */
_must_check_ int grubmap_read_device(struct grubmap *map, const char *device,
				     uint64_t offset, size_t size, char **ret);

/* The device with that file system. Returns 0, -ENODEV, or -ENOMEM. */
_must_check_ int grubmap_search(const struct grubmap *map, enum grubsearch kind,
				const char *key, char **ret);

#endif
