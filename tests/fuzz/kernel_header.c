// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "verify/kernel_header.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct kernel_header h;

	kernel_header_parse(data, size, &h);
	if (!kernel_type_name(h.type))
		abort();
	if (kernel_header_set_version(&h, data, size) < 0 && (h.version[0] || h.build[0]))
		abort();
	if (strlen(h.version) >= sizeof(h.version) || strlen(h.build) >= sizeof(h.build))
		abort();
	return 0;
}
