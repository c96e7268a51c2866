/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mark of --disarm, RUN_DISARMED: it holds until the next boot. */
#ifndef KEEP_DISARMED_H
#define KEEP_DISARMED_H

#include "base/envfile.h"
#include "ctx.h"

/*
 * Was --disarm given in this boot? 1 with what the mark says (empty for one that cannot
 * be read: it may say so); 0; or a negative errno.
 */
_must_check_ int disarmed_read(const struct ctx *ctx, struct envfile *ret);

#endif
