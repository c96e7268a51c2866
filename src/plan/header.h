/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * verify = "header": what the first bytes and the size of a file can tell, without
 * starting the reader (which costs more than the load itself takes in user time).
 */
#ifndef PLAN_HEADER_H
#define PLAN_HEADER_H

#include "plan/plan.h"

/* 1: nothing wrong to be seen; 0 with *@ret_problem (the caller frees); or a negative
 * errno. */
_must_check_ int header_check_kernel(const struct ctx *ctx, const struct plan *plan,
				     char **ret_problem);
_must_check_ int header_check_initramfs(int fd, const char *path, char **ret_problem);

#endif
