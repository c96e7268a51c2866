/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds the kernels in a distribution's package, and verifies each as image.h does: .deb
 * (ar, with a compressed tar in it), .rpm (a compressed cpio behind headers), .pkg.tar.*
 * (Arch), .gpkg.tar (Gentoo: a tar with a compressed image.tar in it). The only user of
 * libarchive.
 *
 * Formats and filters are enabled one by one: some of libarchive's "all" start other
 * programs.
 */
#ifndef READ_PACKAGE_H
#define READ_PACKAGE_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/util.h"
#include "read/finding.h"

/* A kernel package with its debugging symbols unpacks to a few GB. */
#define PACKAGE_UNPACKED_MAX ((uint64_t)16 << 30)
#define PACKAGE_ENTRIES_MAX 2000000

enum package_format { PACKAGE_DEB, PACKAGE_RPM, PACKAGE_TAR };

struct package {
	const char *type; /* "deb", "rpm", "pkg.tar", "gpkg.tar", or "unknown" if it is no
			     package */
	struct strv kernels; /* "path version" */
};
#define PACKAGE_EMPTY        \
	{                    \
		.type = NULL \
	}

/* The first bytes of what is compressed in @fd, at most @size. Returns how many, 0 for
 * none, or -errno. */
_must_check_ ssize_t package_peek(int fd, uint8_t *buf, size_t size);

/*
 * Reads a package from @fd, which stays the caller's. What is wrong with it goes to
 * @findings. Returns 0, or a negative errno if it could not be read at all; *ret is valid
 * in both cases.
 */
_must_check_ int package_read(int fd, enum package_format format,
			      struct findings *findings, struct package *ret);
void package_done(struct package *p);

/* Is @path, as it stands in a package, that of a kernel image? */
bool package_is_kernel(const char *path);

#endif
