// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>

#include "base/fdt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int ask(const uint8_t *data, size_t size)
{
	return fdt_has_property(data, size, "chosen", "linux,booted-from-kexec");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* What a part tells is so. */
	if (size > 0 && ask(data, size - 1) > 0 && ask(data, size) <= 0)
		abort();
	(void)ask(data, size);
	return 0;
}
