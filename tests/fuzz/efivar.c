// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = NULL;
	size_t used = 0;

	if (efivar_text(data, size, &text, &used) < 0) {
		if (text)
			abort();
		return 0;
	}
	if (used > size || used % 2 != 0 || strlen(text) > size / 2 * 3)
		abort();
	for (const char *p = text; *p; p++)
		if ((*p > 0 && *p < ' ') || *p == 0x7f)
			abort();
	free(text);
	return 0;
}
