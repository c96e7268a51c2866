// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubcfg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct grubcfg cfg;

	if (grubcfg_parse((const char *)data, size, &cfg) < 0) {
		if (cfg.count || cfg.entries || cfg.doubt || cfg.default_entry)
			abort();
		return 0;
	}
	for (size_t i = 0; i < cfg.count; i++) {
		const struct grubcfg_entry *entry = &cfg.entries[i];

		if (!entry->title || !entry->path || !entry->kernel != !entry->options)
			abort();
		if (entry->options && strchr(entry->options, '$') &&
		    !entry->has_variable && !memchr(data, '\\', size) &&
		    !memchr(data, '\'', size))
			abort();
	}
	grubcfg_done(&cfg);
	return 0;
}
