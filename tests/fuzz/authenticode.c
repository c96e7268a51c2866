// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "read/authenticode.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct authenticode a;
	int r = authenticode_parse(data, size, &a);

	if (r == 0 && (a.count == 0 || a.count > AUTHENTICODE_MAX))
		abort();
	for (size_t i = 0; r == 0 && i < a.count; i++)
		if (a.signature[i].digest_len > sizeof(a.signature[i].digest))
			abort();
	return 0;
}
