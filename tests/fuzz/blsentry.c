// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/blsentry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* No value is empty, holds a line end, or is longer than what it was read from. */
static void check(const char *value, size_t size)
{
	if (!*value || strlen(value) >= size || strpbrk(value, "\r\n"))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blsentry entry;

	if (blsentry_parse((const char *)data, size, &entry) < 0) {
		if (entry.kernel || entry.options.items)
			abort();
		return 0;
	}
	if (entry.kernel)
		check(entry.kernel, size);
	for (size_t i = 0; i < entry.options.count; i++)
		check(entry.options.items[i], size);
	(void)blsentry_unquote(&entry);
	blsentry_done(&entry);
	return 0;
}
