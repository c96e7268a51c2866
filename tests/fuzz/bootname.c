// SPDX-License-Identifier: GPL-2.0-or-later
/* Names of files in /boot: anybody who can write there chooses them. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootname.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *path = malloc(size + 1), initrd[NAME_MAX + 1];
	struct bootname name;

	if (!path)
		return 0;
	memcpy(path, data, size);
	path[size] = '\0';
	if (bootname_read_path(path, &name) || bootname_read(path, &name)) {
		if (strlen(name.version) > strlen(path) ||
		    strlen(name.rest) > strlen(path))
			abort();
		for (size_t i = 0; bootname_initrd(&name, i, initrd); i++)
			if (strlen(initrd) > NAME_MAX || i > 100)
				abort();
	}
	free(path);
	return 0;
}
