/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One lock for all that load, unload or write records. Who does not get it in time leaves
 * RUN_AGAIN, and the holder does the work once more before it lets go.
 */
#ifndef KEEP_LOCK_H
#define KEEP_LOCK_H

#include <stdbool.h>

#include "ctx.h"

#define LOCK_WAIT_MS 30000

/* Returns a descriptor to close, -EBUSY when another holds it all that time (RUN_AGAIN is
 * left then), or -errno. */
_must_check_ int lock_take(const struct ctx *ctx);

/* Was somebody turned away meanwhile? Takes the mark away. */
bool lock_again(const struct ctx *ctx);

/* The same as the holder's last look, which lets go of @lock. True: it is held again, for
 * the work to be done once more; nobody who left the mark goes away unheard. */
_must_check_ bool lock_let_go(const struct ctx *ctx, int lock);

#endif
