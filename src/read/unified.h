/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verifies what one profile of a unified kernel image boots: its kernel as image.h does,
 * its microcode and initramfs, as they are joined for the kernel, as initramfs.h does,
 * and that what is written beside the kernel agrees with it.
 */
#ifndef READ_UNIFIED_H
#define READ_UNIFIED_H

#include <stdio.h>
#include <time.h>

#include "read/image.h"
#include "read/initramfs.h"
#include "read/request.h"
#include "verify/uki.h"

struct unified {
	struct uki uki;
	const struct uki_profile *profile; /* in @uki; NULL: it could not be read */
	struct image *image;		   /* NULL likewise */
	struct initramfs *initramfs;	   /* NULL: none in it, or not read */
	struct findings image_findings, initramfs_findings;
};
#define UNIFIED_EMPTY           \
	{                       \
		.profile = NULL \
	}

/*
 * @q says which file, profile, version and machine; @built_at is the time of the file.
 * What is wrong goes to @findings. Returns 0 or a negative errno if the file could not be
 * read.
 * *@ret is valid in both cases.
 */
_must_check_ int unified_verify(const struct request *q, struct timespec built_at,
				struct findings *findings, struct unified *ret);

/* CMDLINE, OS, PROFILE, SECTION, SEGMENT and MODULES lines of the report. */
void unified_report(const struct unified *u, FILE *f);
void unified_done(struct unified *u);

#endif
