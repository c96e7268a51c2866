/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the machine itself says about the boot loader that starts it: its kind of
 * firmware, the EFI variable LoaderInfo (Boot Loader Interface), and the firmware's own
 * list of what it boots.
 */
#ifndef FIND_SIGN_H
#define FIND_SIGN_H

#include <stdbool.h>

#include "base/root.h"
#include "find/entry.h"

struct sign {
	bool is_efi, is_bios; /* neither: nothing is to be seen (another root) */
	bool has_variables;   /* of the firmware, to be read by us */
	enum boot_loader
		loader; /* LOADER_NONE: not told; LOADER_OTHER: not one of ours */
	char *program;	/* GRUB or shim, where the firmware boots it, from the root of its
			   partition: "/EFI/debian/shimx64.efi"; NULL: not known */
	char *why;	/* what tells it, in words; NULL: nothing does */
	char *doubt;	/* why the next boot may be another one's; NULL: no reason */
};
#define SIGN_EMPTY          \
	{                   \
		.why = NULL \
	}

/* Returns 0 or -ENOMEM: what cannot be read is not told. */
_must_check_ int sign_read(const struct root *root, struct sign *ret);
void sign_done(struct sign *sign);

#endif
