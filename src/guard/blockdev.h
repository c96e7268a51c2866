/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Block devices by the names that configurations give them. They are only ever read. */
#ifndef GUARD_BLOCKDEV_H
#define GUARD_BLOCKDEV_H

#include "ctx.h"

/*
 * The path of UUID=, LABEL=, PARTUUID=, PARTLABEL= (quotes taken off) or of what is a
 * path already, as udev links it; the caller frees it. NULL: out of memory, or not of
 * this kind.
 */
char *blockdev_path(const char *spec);

/*
 * @len bytes at @offset of the device (or of a file: images, tests). A short device is
 * -EIO. 0 or a negative errno; unprivileged usually -EACCES.
 */
_must_check_ int blockdev_read(const struct ctx *ctx, const char *path, uint64_t offset,
			       void *buf, size_t len);

#endif
