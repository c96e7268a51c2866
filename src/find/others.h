/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Boot loaders whose configuration is not read: that they are there has to be known. */
#ifndef FIND_OTHERS_H
#define FIND_OTHERS_H

#include "ctx.h"
#include "find/image.h"
#include "find/sign.h"

struct other {
	char *path;
	const char *whose; /* "rEFInd", in words; never freed */
	bool needs_efi;	   /* a BIOS does not start it */
	bool is_record;	   /* no menu at all, only worth telling */
	bool is_grub;	   /* a menu of GRUB beside its program, not in /boot */
};

struct others {
	struct other *items;
	size_t count;
	struct strv grub_stubs; /* what lies beside GRUB's program and only leads to a
				   menu */
	char *problem; /* the first directory that could not be looked at, in words; or
			  NULL */
};
#define OTHERS_EMPTY       \
	{                  \
		.count = 0 \
	}

/*
 * Looks in /boot, on the boot partitions and in /etc. Where @sign tells which loader
 * starts the machine, only --list looks at everything; otherwise only for a second menu
 * of that loader. Returns 0 or -ENOMEM.
 */
_must_check_ int others_find(const struct ctx *ctx, const struct images *images,
			     const struct sign *sign, struct others *ret);
void others_done(struct others *others);

#endif
