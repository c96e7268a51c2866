/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * From the paths of extlinux.conf to ours. SYSLINUX and U-Boot name files from the root
 * of the file system that holds the configuration, or from its folder.
 */
#ifndef FIND_EXTLINUXPATH_H
#define FIND_EXTLINUXPATH_H

#include <stdbool.h>

#include "base/root.h"

struct extlinuxpath {
	const struct root *root;
	char *dir;	    /* where the configuration is */
	bool boot_is_apart; /* /boot is another file system than "/" */
};

/* @file: the configuration. Returns 0 or -ENOMEM. */
_must_check_ int extlinuxpath_init(struct extlinuxpath *paths, const struct root *root,
				   const char *file);
void extlinuxpath_done(struct extlinuxpath *paths);

/* The path that the loader calls @named, as we see it; whether it is there is another
 * question. Returns 0, -EINVAL if it is on another disk or empty, or -ENOMEM. The caller
 * frees *ret. */
_must_check_ int extlinuxpath_map(const struct extlinuxpath *paths, const char *named,
				  char **ret);

#endif
