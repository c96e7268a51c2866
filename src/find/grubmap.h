/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the paths that GRUB sees to ours.
 *
 * GRUB names files from the root of the file system that holds them, and we from "/". So
 * "/vmlinuz-6.1" is "/boot/vmlinuz-6.1" where /boot is a file system of its own, and
 * "/@/boot/vmlinuz-6.1" is the same file where "/" is the subvolume "@".
 */
#ifndef FIND_GRUBMAP_H
#define FIND_GRUBMAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/root.h"
#include "find/entry.h"

/* How one path was changed; the other paths of the same entry are changed likewise. */
struct grubmap_rule {
	size_t strip;	 /* bytes cut off the front */
	bool below_boot; /* then "/boot" was put in front */
};

/* The entries of a list, sorted by kernel. It points into the list. */
struct grubmap {
	const struct root *root;
	struct entry **items;
	size_t count;
	bool boot_is_apart; /* /boot is another file system than "/" */
};
#define GRUBMAP_EMPTY      \
	{                  \
		.count = 0 \
	}

/* Returns 0 or -ENOMEM. */
_must_check_ int grubmap_init(struct grubmap *map, const struct root *root,
			      struct entry_list *list);
void grubmap_done(struct grubmap *map);

/* The entry whose kernel GRUB calls @kernel, or NULL; then *ret is not set. */
struct entry *grubmap_find(const struct grubmap *map, const char *kernel,
			   struct grubmap_rule *ret);

/*
 * @path of an entry whose kernel GRUB calls @kernel, as we see it. Returns 0, -ENOMEM, or
 * -EINVAL for a path that does not start where the kernel's does, or not with a slash
 * (it names a disk). The caller frees *ret.
 */
_must_check_ int grubmap_apply(const struct grubmap_rule *rule, const char *kernel,
			       const char *path, char **ret);

#endif
