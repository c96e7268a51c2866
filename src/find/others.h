/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot loaders whose configuration is not read: that they are there has to be known. */
#ifndef FIND_OTHERS_H
#define FIND_OTHERS_H

#include "ctx.h"
#include "find/image.h"

struct other {
	char *path;
	const char *whose; /* "rEFInd", in words; never freed */
	bool needs_efi;	   /* a BIOS does not start it */
	bool is_grub;	   /* a menu of GRUB in a second place */
};

struct others {
	struct other *items;
	size_t count;
	char *problem; /* the first directory that could not be looked at, in words; or
			  NULL */
};
#define OTHERS_EMPTY       \
	{                  \
		.count = 0 \
	}

/* Looks in /boot, on the boot partitions and in /etc. Returns 0 or -ENOMEM. */
_must_check_ int others_find(const struct ctx *ctx, const struct images *images,
			     struct others *ret);
void others_done(struct others *others);

#endif
