/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds UEFI's load options (Boot####), for tests. */
#ifndef TESTS_MAKE_OPTION_H
#define TESTS_MAKE_OPTION_H

#include "make_archive.h"

#define OPTION_GUID "12345678-abcd-ef01-0123-456789abcdef" /* of the partition */

/* As efibootmgr -c writes it, to an empty @b. @path NULL: a device without a file. */
void option_add(struct bytes *b, uint32_t attributes, const char *title, const char *path,
		const char *arguments);

#endif
