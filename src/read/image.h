/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verifies a kernel image as its bytes arrive: its size by the header's formula, what
 * kexec_file_load(2) demands of the header, its architecture and version, and the
 * compressed kernel in it, unpacked to the end and of the length that is written behind
 * it. The kernel that loads it checks none of this.
 */
#ifndef READ_IMAGE_H
#define READ_IMAGE_H

#include <stdint.h>
#include <stdio.h>

#include "base/macro.h"
#include "read/finding.h"
#include "verify/kernel_header.h"

struct image_options {
	const char *version, *arch; /* NULL: any */
	const int *unpack_to; /* the kernel that is compressed in it is written there; or
				 NULL */
};

struct image;

/*
 * @header is copied; @size is that of the file in bytes. Checks what the header alone can
 * tell. @findings and the texts of @options must outlive it. Returns NULL when out of
 * memory.
 */
struct image *image_new(const struct image_options *options,
			const struct kernel_header *header, uint64_t size,
			struct findings *findings);
void image_feed(struct image *im, const uint8_t *data, size_t len);

/* The file ended, and all of it was fed. */
void image_finish(struct image *im);

/* The header, with version and build filled in where only the contents told them. */
const struct kernel_header *image_header(const struct image *im);

/*
 * TYPE, VERSION, BUILD, ARCH and what else the header tells. @inside is the image in a
 * unified one, which then tells all but the type; NULL: none.
 */
void image_report(const struct image *im, const struct image *inside, FILE *f);
void image_free(struct image *im);

static inline void image_freep(struct image **p)
{
	image_free(*p);
}

#endif
