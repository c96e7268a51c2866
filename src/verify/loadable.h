/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which images kexec_file_load(2) takes on which machine. */
#ifndef VERIFY_LOADABLE_H
#define VERIFY_LOADABLE_H

#include "verify/kernel_header.h"

enum kernel_way {
	KERNEL_REFUSED,
	KERNEL_DIRECT, /* the file as it is */
	KERNEL_UNPACK, /* the kernel that is compressed in it */
};

/*
 * @machine is uname's. @type is not KERNEL_UKI: ask for what is in it. What comes out of
 * KERNEL_UNPACK has to be asked for again.
 */
enum kernel_way kernel_way(const char *machine, enum kernel_type type);

/*
 * Bytes, with its NUL, of the longest command line that can be given to an image of this
 * header by kexec_file_load(2).
 */
uint32_t kernel_cmdline_room(const struct kernel_header *header);

#endif
