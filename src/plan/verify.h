/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces of plan_verify() that the load needs too. */
#ifndef PLAN_VERIFY_H
#define PLAN_VERIFY_H

#include "plan/plan.h"
#include "verify/report.h"

#define VERIFY_CURE_PACKAGE "reinstall its package"

/* Is it configured to look at headers alone? */
bool verify_by_header(const struct ctx *ctx);

/* Does the running kernel want a trusted signature of what is loaded? Not to know is no.
 */
bool verify_is_locked_down(const struct ctx *ctx);

/* 1 if the report has no problem; 0 with the first one in *@ret_problem; or -ENOMEM. */
_must_check_ int verify_judge(const struct plan *plan, const struct report *report,
			      const char *path, const char *cure, char **ret_problem);

/* A kernel image by itself, of the plan's version and for this machine. 1, 0 with
 * *@ret_problem, or a negative errno. */
_must_check_ int verify_image(const struct ctx *ctx, const struct plan *plan, int fd,
			      char **ret_problem);

#endif
