// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootorder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct boot_option option;

	if (boot_option_parse(data, size, &option) < 0) {
		if (option.title || option.path)
			abort();
		return 0;
	}
	if (!option.title || (option.partition && strlen(option.partition) != 36) ||
	    (option.path && strchr(option.path, '\\')))
		abort();
	(void)boot_program_name(boot_option_program(&option));
	boot_option_done(&option);
	return 0;
}
