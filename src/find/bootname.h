/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the name of a file in /boot says: whether it is a kernel, of which release, and
 * what its initramfs would be called. Pure.
 *
 * Distributions agree on nothing here: vmlinuz-RELEASE (most), kernel-RELEASE (Gentoo,
 * kernel-install), kernel-genkernel-ARCH-RELEASE (Gentoo's genkernel), vmlinuz-linux-lts
 * (Arch) and vmlinuz-lts (Alpine), which name no release at all.
 */
#ifndef FIND_BOOTNAME_H
#define FIND_BOOTNAME_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

struct bootname {
	char rest[NAME_MAX + 1];    /* what follows "vmlinuz-"; "" for a bare "vmlinuz" */
	char version[NAME_MAX + 1]; /* the release that the name claims; "": none */
	const char *
		leftover; /* why such a file is never chosen, in words; NULL: it may be */
};

/*
 * Reads the last name of a path. Returns false for what is no kernel; then *ret is not
 * set. Names of other things that a boot menu may hold (Xen, memtest) are read as
 * leftovers.
 */
bool bootname_read(const char *name, struct bootname *ret);

/*
 * The same for a path: below /usr/lib/modules (or /lib/modules), and where it ends in
 * /RELEASE/linux (kernel-install's layout), the directory claims the release.
 */
bool bootname_read_path(const char *path, struct bootname *ret);

/*
 * Can a file of this name hold a kernel of this release? Yes if the name claims none, or
 * that one, or that one with an ending: "6.6.31-gentoo.old" is a copy of 6.6.31-gentoo.
 */
bool bootname_agrees(const struct bootname *name, const char *version);

/*
 * Writes into @buf the @i-th name that the initramfs of this kernel can have in the same
 * directory. Returns false when there are no more, or when it would not fit.
 */
bool bootname_initrd(const struct bootname *kernel, size_t i, char buf[NAME_MAX + 1]);

#endif
