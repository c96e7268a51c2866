// SPDX-License-Identifier: GPL-2.0-or-later
/* The first byte says in what pieces the rest, an image, arrives. The verdict must not
 * depend on that. */
#include <stdlib.h>

#include "read/image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool verify(const uint8_t *data, size_t size, size_t step)
{
	const struct image_options options = { .arch = "x86_64" };
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(image_freep) struct image *im = NULL;
	struct kernel_header header;

	kernel_header_parse(data, size < KERNEL_HEADER_BYTES ? size : KERNEL_HEADER_BYTES,
			    &header);
	im = image_new(&options, &header, size, &findings);
	while (size > 0) {
		size_t n = size < step ? size : step;

		image_feed(im, data, n);
		data += n;
		size -= n;
	}
	image_finish(im);
	return findings.bad;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (verify(data + 1, size - 1, SIZE_MAX) !=
	    verify(data + 1, size - 1, 1 + data[0]))
		abort();
	return 0;
}
