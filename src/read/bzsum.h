/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The checksum that a bzImage ends with: a CRC-32 over setup, decompressor and what is
 * compressed, so that the CRC-32 of the whole body is all ones (Documentation/arch/x86/
 * boot.rst, "The image checksum"; boot protocol 2.08). Signing writes into two fields
 * that were zero when it was made. Since Linux 6.15 none is made, and zeros stand there.
 */
#ifndef READ_BZSUM_H
#define READ_BZSUM_H

#include <stddef.h>
#include <stdint.h>

#include "verify/kernel_header.h"

enum bzsum_result {
	BZSUM_MATCH,
	BZSUM_MISMATCH,
	BZSUM_NONE, /* it carries none */
};

struct bzsum {
	const struct kernel_header *header; /* not owned */
	uint32_t crc;
	uint8_t last[4]; /* bytes of the body */
};

void bzsum_init(struct bzsum *sum, const struct kernel_header *header);

/* @len bytes of the image, from @offset on; all of them come in their order. */
void bzsum_feed(struct bzsum *sum, const uint8_t *data, size_t len, uint64_t offset);
enum bzsum_result bzsum_finish(const struct bzsum *sum);

#endif
