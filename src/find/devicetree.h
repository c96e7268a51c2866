/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Device tree files that a boot loader would load. kexec passes on the tree that the
 * running kernel has, so an entry may be taken only if its loader would load the same.
 */
#ifndef FIND_DEVICETREE_H
#define FIND_DEVICETREE_H

#include "ctx.h"

/*
 * Is the file (or every file in the folder, two levels deep) at @path older than this
 * boot? Then the loader, which read it for this boot, would read the same again. 1, 0, or
 * -ENOMEM.
 */
_must_check_ int devicetree_is_older(const struct ctx *ctx, const char *path);

#endif
