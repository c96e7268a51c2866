// SPDX-License-Identifier: GPL-2.0-or-later
/* The input is what stands in the block; its end is cut or padded as GRUB does. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubenv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char block[GRUBENV_SIZE];
	struct grubenv env;

	if (grubenv_parse((const char *)data, size, &env) == 0)
		grubenv_done(&env);
	memset(block, '#', sizeof(block));
	memcpy(block, data, size < sizeof(block) ? size : sizeof(block));
	if (grubenv_parse(block, sizeof(block), &env) < 0)
		return 0;
	for (size_t i = 0, n = 0; n < env.count; n++) {
		if (!grubenv_get(&env, env.text + i))
			abort();
		for (int strings = 0; strings < 2; strings++)
			i += strlen(env.text + i) + 1;
		if (i > env.used || (n + 1 == env.count && i != env.used))
			abort();
	}
	grubenv_done(&env);
	return 0;
}
