/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the files of an entry for a plan, once, and looks at their headers. */
#ifndef PLAN_OPEN_H
#define PLAN_OPEN_H

#include "plan/plan.h"

/* A refusal is no error: @reason (owned then; NULL: out of memory) goes into the plan.
 * Returns 0 or -ENOMEM. */
_must_check_ int plan_refuse(struct plan *plan, char *reason);

/* Each returns 1; 0 with @plan->reason; or a negative errno. */
_must_check_ int plan_open_kernel(const struct ctx *ctx, const struct entry *entry,
				  struct plan *plan);
_must_check_ int plan_open_initrds(const struct ctx *ctx, const struct entry *entry,
				   struct plan *plan);

/*
 * The entry for an image that was named by hand: its version, which is read from its
 * contents where the header does not tell, and the command line of a unified one. Returns
 * 1; 0 with @plan->reason; or a negative errno.
 */
_must_check_ int plan_describe_image(const struct ctx *ctx, const char *path,
				     struct entry *entry, struct plan *plan);

#endif
