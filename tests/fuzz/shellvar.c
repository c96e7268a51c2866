// SPDX-License-Identifier: GPL-2.0-or-later
/* First line: a value; the rest: a shell file. What is set is read back, and setting it
 * again changes nothing. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "keep/shellvar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *input = strndup((const char *)data, size);
	_cleanup_free_ char *old = NULL, *out = NULL, *value = NULL, *again = NULL;
	char *file = input;
	const char *wanted = strsep(&file, "\n");

	if (!file)
		return 0;
	if (shellvar_get(file, "K", &old) == 0 &&
	    shellvar_set(file, "K", old, &again) == 0 && strcmp(again, file) != 0)
		abort();
	free(again);
	again = NULL;
	if (shellvar_set(file, "K", wanted, &out) < 0)
		return 0;
	if (shellvar_get(out, "K", &value) < 0 || strcmp(value, wanted) != 0)
		abort();
	if (shellvar_set(out, "K", wanted, &again) < 0 || strcmp(again, out) != 0)
		abort();
	return 0;
}
