/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks warmboot-read about an open file. */
#ifndef PLAN_READER_H
#define PLAN_READER_H

#include "ctx.h"
#include "verify/report.h"

/*
 * @args: the request and its options, ended by NULL (src/read/main.c). @fd becomes its
 * standard input, @pass_fd
 * (-1: none) its descriptor 3. Returns 0 with the report, or a negative errno: -ENOENT
 * the reader is not installed; -EPROTO it died; -ETIMEDOUT; or as report_parse().
 */
_must_check_ int reader_ask(const struct ctx *ctx, int fd, int pass_fd,
			    const char *const args[], struct report *ret);

#endif
