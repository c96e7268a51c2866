// SPDX-License-Identifier: GPL-2.0-or-later
/* The verdict must not depend on how the bytes arrive: at once, or in pieces (the first
 * byte says how long). */
#include <stdlib.h>

#include "read/initramfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool verify(const uint8_t *data, size_t size, size_t step)
{
	const struct initramfs_options options = { .version = "6.1.0",
						   .modules_fd = -1,
						   .unpacked_max = 1 << 20 };
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(initramfs_freep) struct initramfs *ir =
		initramfs_new(&options, &findings);

	while (size > 0) {
		size_t n = size < step ? size : step;

		initramfs_feed(ir, data, n);
		data += n;
		size -= n;
	}
	initramfs_finish(ir);
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
