/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the package manager knows of a kernel image's contents. */
#ifndef PLAN_CHECKSUM_H
#define PLAN_CHECKSUM_H

#include "ctx.h"

#define MD5_TEXT 33

/*
 * The MD5 that dpkg keeps for @path of the kernel package of @version (dpkg(1):
 * info/PACKAGE.md5sums, lines "SUM  path-without-slash"). 1 with @ret; 0 if no package of
 * that name says; or a negative errno.
 */
_must_check_ int package_md5(const struct ctx *ctx, const char *version, const char *path,
			     char ret[MD5_TEXT]);

#endif
