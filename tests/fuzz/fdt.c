// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>

#include "base/fdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int r = fdt_has_property(data, size, "chosen", "linux,booted-from-kexec");

	/* A tree that is cut is damaged, or as it was. */
	if (size > 0 && r < 0 && fdt_has_property(data, size - 1, "chosen", "a") > 0)
		abort();
	return 0;
}
