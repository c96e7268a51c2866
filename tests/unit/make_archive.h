/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of small archives in every compression, for tests. They abort when out of
 * memory. */
#ifndef TESTS_MAKE_ARCHIVE_H
#define TESTS_MAKE_ARCHIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

struct bytes {
	uint8_t *data;
	size_t len;
};
#define BYTES_EMPTY     \
	{               \
		NULL, 0 \
	}
#define _cleanup_bytes_ _cleanup_(bytes_done)

void bytes_add(struct bytes *b, const void *data, size_t len);
void bytes_zero(struct bytes *b, size_t len);
void bytes_align(struct bytes *b, size_t to);
void bytes_put(struct bytes *b, size_t at, uint64_t value,
	       size_t len); /* little-endian */
void bytes_done(struct bytes *b);

/* @len bytes that compress to about half, always the same ones for one @seed. */
void bytes_noise(struct bytes *b, size_t len, unsigned int seed);

/* An entry in format 070701, or 070702 with its sum when @summed. */
void cpio_entry_add(struct bytes *b, const char *name, unsigned int mode,
		    const void *data, size_t len, bool summed);
void cpio_dir_add(struct bytes *b, const char *name);
void cpio_file_add(struct bytes *b, const char *name, const char *text);
void cpio_end_add(struct bytes *b);

/* A whole initramfs: init, and modules of @version below @prefix ("" or "usr/"). */
void cpio_initramfs_add(struct bytes *b, const char *prefix, const char *version);

/* An early archive with microcode. */
void cpio_microcode_add(struct bytes *b);

/*
 * Appends @len bytes of @data compressed to @to. @how: "none", "gzip", "xz", "xz-crc64",
 * "xz-none", "lzma", "zstd", "zstd-nocheck", "lz4", "lz4-small" (blocks of 4 KiB),
 * "bzip2" or "lzo".
 */
void pack_with(struct bytes *to, const char *how, const void *data, size_t len);

/* A temporary file without a name that holds @b. */
int bytes_file(const struct bytes *b);

#endif
