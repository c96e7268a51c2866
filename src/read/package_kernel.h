/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A kernel image, also a unified one, that is an entry of a package. */
#ifndef READ_PACKAGE_KERNEL_H
#define READ_PACKAGE_KERNEL_H

#include <archive.h>
#include <stdint.h>

#include "base/macro.h"
#include "read/finding.h"

/*
 * Verifies the entry @path of @size bytes that @a has just reached, to its end. What is
 * wrong goes to @findings. Returns 0 and its version ("" if it tells none; the caller
 * frees), -EBADMSG if the package is damaged, or another negative errno.
 */
_must_check_ int package_kernel_verify(struct archive *a, const char *path, uint64_t size,
				       struct findings *findings, char **ret_version);

/* As many bytes of the current entry as there are, up to @len; or -EBADMSG. */
_must_check_ ssize_t package_read_data(struct archive *a, uint8_t *buf, size_t len);

#endif
