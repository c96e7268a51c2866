// SPDX-License-Identifier: GPL-2.0-or-later
/* The input is the JSON of a volume, and also the start of its header. */
#include <stdint.h>
#include <stdlib.h>

#include "guard/luks2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tpm_binding binding = { 0 };
	size_t len = 0;

	if (luks2_tokens((const char *)data, size, &binding) == 0) {
		if (binding.registers >> 24)
			abort();
		if (!binding.any &&
		    (binding.registers || binding.pcrlock || binding.opaque))
			abort();
	}
	if (luks2_area_length(data, size, &len) > 0 &&
	    (len <= LUKS2_HEADER_LEN || len > LUKS2_AREA_MAX))
		abort();
	return 0;
}
