// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "guard/snapshot.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = strndup((const char *)data, size);
	uint64_t id;

	if (!text)
		abort();
	if (snapshot_mounted(text, &id) && !strstr(text, "subvolid="))
		abort();
	if (snapshot_default(text, &id) && strncmp(text, "ID ", 3) != 0)
		abort();
	return 0;
}
