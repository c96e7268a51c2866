/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's environment block, /boot/grub/grubenv: where saved_entry and next_entry stand.
 * Pure.
 *
 * The format is that of GRUB's own lib/envblk.c: 1024 bytes (or, in sectors of the disk,
 * 512), the first line "# GRUB Environment Block", then lines
 * name=value in which a backslash takes the next byte as it is (line end and backslash
 * are written so), lines that start with "#" mean nothing, and "#" pads the block. GRUB
 * reads past what it cannot make sense of; we refuse the block, because what GRUB will
 * boot is then uncertain.
 */
#ifndef FIND_GRUBENV_H
#define FIND_GRUBENV_H

#include <stddef.h>

#include "base/macro.h"

#define GRUBENV_SIZE 1024
#define GRUBENV_SECTOR 512

/* The variables as "name\0value\0" one behind the other: never longer than their block.
 */
struct grubenv {
	char text[GRUBENV_SIZE];
	size_t used, count;
};
#define GRUBENV_EMPTY     \
	{                 \
		.used = 0 \
	}

/*
 * Reads @len bytes. Returns 0, or -EBADMSG if they are not a well-formed block (an empty
 * file is none; GRUB's menus skip it with `[ -s … ]`). On failure *@ret is empty.
 */
_must_check_ int grubenv_parse(const char *block, size_t len, struct grubenv *ret);
void grubenv_done(struct grubenv *env);

/* The value of @name, the last one if there are several; NULL: not set. */
const char *grubenv_get(const struct grubenv *env, const char *name);

#endif
