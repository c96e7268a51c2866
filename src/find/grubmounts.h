/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The table of mounted file systems, as far as a boot loader may mean one of them. Pure.
 *
 * Formats: /proc/PID/mountinfo (proc_pid_mountinfo(5)), /etc/fstab (fstab(5)), and the
 * records of udev in /run/udev/data (lines "E:KEY=VALUE"; udevadm(8)).
 */
#ifndef FIND_GRUBMOUNTS_H
#define FIND_GRUBMOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define GRUBMOUNTS_MAX 8

struct grubmount {
	char *mount; /* "/", "/boot", … without slash at its end, so "" for "/" */
	char *inner; /* the folder (subvolume) of the file system that is mounted,
			likewise */
	char *source, *type;
	char *uuid, *label; /* NULL: not known */
	unsigned major, minor;
	unsigned partition; /* its number; 0: not known */
};

struct grubmounts {
	struct grubmount items[GRUBMOUNTS_MAX];
	size_t count;
};

/* Each adds the mounts of boot partitions and of "/"; one that is mounted over another
 * takes its place. Lines that make no sense are left out. Returns 0 or -ENOMEM. */
_must_check_ int grubmounts_read_mountinfo(struct grubmounts *mounts, const char *text);
_must_check_ int grubmounts_read_fstab(struct grubmounts *mounts, const char *text);

/* Takes what udev knows of the device. Returns 0 or -ENOMEM. */
_must_check_ int grubmount_read_udev(struct grubmount *mount, const char *text);

void grubmounts_done(struct grubmounts *mounts);

#endif
