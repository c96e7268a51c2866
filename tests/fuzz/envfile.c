// SPDX-License-Identifier: GPL-2.0-or-later
/* What is read is written such that it is read again as it was. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/envfile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_envfile_ struct envfile a = ENVFILE_EMPTY, b = ENVFILE_EMPTY;
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	FILE *f;

	if (envfile_parse((const char *)data, size, &a) < 0)
		return 0;
	f = open_memstream(&text, &len);
	for (size_t i = 0; i < a.count; i++)
		envfile_put(f, a.items[i].key, a.items[i].value);
	fclose(f);
	if (envfile_parse(text, len, &b) < 0 || b.count != a.count || b.odd_line != 0)
		abort();
	for (size_t i = 0; i < a.count; i++)
		if (strcmp(a.items[i].key, b.items[i].key) != 0 ||
		    strcmp(a.items[i].value, b.items[i].value) != 0 || !b.items[i].plain)
			abort();
	return 0;
}
