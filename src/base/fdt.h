/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A flattened device tree, as the boot loader, the EFI stub or kexec hands it to a kernel
 * (Devicetree Specification 0.4, chapter 5; all numbers big-endian). The kernel shows it
 * in /sys/firmware/fdt, also where it takes the machine from ACPI and unpacks no tree
 * (drivers/of/fdt.c).
 */
#ifndef BASE_FDT_H
#define BASE_FDT_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define FDT_MAX \
	((size_t)2 * 1024 * 1024) /* arch/arm64/include/asm/boot.h: MAX_FDT_SIZE */

/* Has the node @node, which lies in the root, the property @name? Pure. Returns 1, 0, or
 * -EBADMSG if the tree is damaged before that is known. */
_must_check_ int fdt_has_property(const uint8_t *data, size_t len, const char *node,
				  const char *name);

#endif
