/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs' settings in step with ours, so that no second loader undoes what we
 * armed or disarmed. Only files of programs that are installed are touched. Each says
 * what it changed and what it could not, and returns 0 or the first negative errno; it
 * goes on past a failure.
 */
#ifndef KEEP_STEP_H
#define KEEP_STEP_H

#include "ctx.h"

/* After arming: they load the same. Where that cannot be expressed they are switched off.
 */
_must_check_ int keep_in_step(const struct ctx *ctx, const char *kernel,
			      const struct strv *initrds, const char *cmdline);

/* After disarming or a refused plan: those that are enabled load nothing. */
_must_check_ int keep_off(const struct ctx *ctx);

/* By --arm and on purge: their old settings. */
_must_check_ int keep_restore(const struct ctx *ctx);

/* In the next boot: what named an image of the last one gets its old settings, and what
 * is switched off stays so. */
int keep_step_no_more(const struct ctx *ctx);

/* Nobody keeps them in step from here on, and they would name an ever older kernel: their
 * old settings, unless --disarm holds. */
int keep_let_go(const struct ctx *ctx);

#endif
