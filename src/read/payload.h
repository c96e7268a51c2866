/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressed kernel inside an image: a range of the file that is unpacked as its
 * bytes arrive, to its last byte. But for gzip it is followed by its unpacked length,
 * which must be right too, and what comes out must begin like a kernel.
 */
#ifndef READ_PAYLOAD_H
#define READ_PAYLOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "read/banner.h"
#include "read/codec.h"
#include "read/finding.h"
#include "verify/kernel_header.h"

/* A kernel of more than this is none; today's have 60 MB unpacked. */
#define PAYLOAD_UNPACKED_MAX ((uint64_t)1 << 30)

struct payload {
	enum {
		PAYLOAD_NONE,
		PAYLOAD_HEAD,
		PAYLOAD_PACKED,
		PAYLOAD_RAW,
		PAYLOAD_DONE
	} phase;
	struct findings *findings;
	enum kernel_type type;
	uint64_t from, end; /* what is still to be unpacked: bytes of the file, @end not
			      included */
	bool has_length;    /* the four bytes at @end are the unpacked length */
	bool failed;
	uint8_t length[4];
	uint8_t head[CODEC_HEAD];
	size_t head_len;
	struct decoder decoder;
	uint64_t unpacked; /* bytes */
	size_t start_len;
	uint8_t start[64]; /* of what was unpacked */
	struct banner *banner;
	const int *to; /* what comes out is written there too; NULL: nowhere */
};
#define PAYLOAD_EMPTY                 \
	{                             \
		.phase = PAYLOAD_NONE \
	}

/*
 * Finds the payload of @header in a file of @size bytes; a place outside of the image is
 * a problem, but not if the image is known to be cut. @banner, which sees all that is
 * unpacked, may be NULL, and so may @to, a descriptor that all of it is written to.
 */
void payload_init(struct payload *p, const struct kernel_header *header, uint64_t size,
		  struct banner *banner, const int *to, struct findings *findings);

/* The next bytes of the file, which stand at @offset. */
void payload_feed(struct payload *p, const uint8_t *data, size_t len, uint64_t offset);

/* The file ended. *ret_arch is for which machine the kernel in it is, or NULL. */
void payload_finish(struct payload *p, const char **ret_arch);
void payload_done(struct payload *p);

/* How much of [offset, offset + len) lies in [from, to), and where in it that begins. */
size_t range_part(uint64_t offset, size_t len, uint64_t from, uint64_t to,
		  size_t *ret_start);

#endif
