/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * RUN_GUARDS: the verdicts of the last run as root, for those who only look and may not
 * see everything. One line NAME="verdict found" for each row (the name in upper case, -
 * as _), and AT and BY of that run.
 */
#ifndef GUARD_LAST_H
#define GUARD_LAST_H

#include "base/envfile.h"
#include "guard/guard.h"

/* Returns 0 or a negative errno. */
_must_check_ int last_write(const struct ctx *ctx, const struct findings *findings);

/* 1: there is one of this boot; 0: there is none; or a negative errno. */
_must_check_ int last_read(const struct ctx *ctx, struct envfile *ret);

/* Gives the row's verdict and finding of then, with its time, to @finding, if it is
 * there. Returns 0 or -ENOMEM. */
_must_check_ int last_answer(const struct envfile *last, struct finding *finding);

#endif
