/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the package manager knows of a kernel image's contents. */
#ifndef PLAN_CHECKSUM_H
#define PLAN_CHECKSUM_H

#include "ctx.h"
#include "plan/plan.h"

#define MD5_TEXT 33

/* Lower case; "" what is not known. */
struct package_sums {
	char md5[MD5_TEXT];
	char sha256[SHA256_TEXT];
	bool of_original; /* sha256 is of the package's image in the modules' directory,
			     of which this file should be a copy */
};

/*
 * Asks dpkg's records (dpkg(1): info/PACKAGE.md5sums, lines "SUM  path-without-slash"),
 * and, where those say nothing, rpm(8) for the image at @path. rpm is a process of its
 * own, so this is for when something is to be loaded. It may run inside of a transaction
 * of rpm, which readers do not wait for; it has a time limit all the same. Returns 0,
 * also when nothing is known; or a negative errno (-ENOMEM and the like).
 */
_must_check_ int package_sums(const struct ctx *ctx, const char *version,
			      const char *path, struct package_sums *ret);

#endif
