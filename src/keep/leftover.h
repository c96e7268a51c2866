/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Temporary files that a power cut left beside what we were about to replace (root_write,
 * base/root.h): in our own records, and beside other programs' files that we keep in
 * step. */
#ifndef KEEP_LEFTOVER_H
#define KEEP_LEFTOVER_H

#include "ctx.h"

/* Once a boot, before anything is written. What cannot be removed is told at debug level:
 * it is in nobody's way, and the next write of that file replaces it. */
void leftover_remove(const struct ctx *ctx);

#endif
