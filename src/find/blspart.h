/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where systemd-boot's partitions are mounted: the EFI system partition (ESP) and, if
 * there is one, the extended boot loader partition (XBOOTLDR), as UAPI.1 has it: /efi,
 * /boot, /boot/efi for the first, /boot for the second.
 *
 * What a partition is, udev's record tells (/run/udev/data/bMAJOR:MINOR, which everybody
 * may read). In a tree without one, what is in it has to do.
 */
#ifndef FIND_BLSPART_H
#define FIND_BLSPART_H

#include <stdbool.h>

#include "base/root.h"

struct blspart {
	const char *esp, *xbootldr; /* mount points, or NULL; never freed */
	char *esp_uuid; /* of the ESP in the partition table, lower case; NULL: not
			   known. Owned. */
	dev_t esp_dev, xbootldr_dev; /* 0: there is none */
};

/* Returns 0, or -ENOMEM. *@ret_hidden: one of them may be there, and this user may not
 * look. */
_must_check_ int blspart_find(const struct root *root, struct blspart *ret,
			      bool *ret_hidden);

/* The UUID (or another name) of an XBOOTLDR partition that systemd-boot finds on the
 * ESP's disk, and that is not the one mounted. Returns 1 and *ret, which the caller
 * frees; 0 if udev knows of none; or -ENOMEM. */
_must_check_ int blspart_find_unmounted(const struct root *root,
					const struct blspart *part, char **ret);
void blspart_done(struct blspart *part);

#endif
