// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of extlinux.conf; the first byte says who reads them, and the last 1024 are an
 * auxiliary data vector too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/extlinuxadv.h"
#include "find/extlinuxconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_adv(const uint8_t *data)
{
	char *value = NULL;

	if (extlinuxadv_get(data, ADV_BOOT_ONCE, &value) != 1 && value)
		abort();
	free(value);
}

static void check(const struct extlinuxconf *conf)
{
	const char *why = NULL;
	const struct extlinux_label *label = extlinuxconf_default(conf, &why);

	if (!why || (label && (!label->name || label->line == 0)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct extlinuxconf conf = EXTLINUXCONF_EMPTY;
	const char *text = (const char *)data, *end = text + size;
	int r = 0;

	if (size == 0)
		return 0;
	conf.by_uboot = *text++ & 1;
	for (unsigned number = 1; r >= 0 && text < end; text++, number++) {
		const char *line = text;
		char *include = NULL;

		while (text < end && *text != '\n')
			text++;
		r = extlinuxconf_line(&conf, line, (size_t)(text - line), 0, number,
				      &include);
		if ((r == 1) != (include != NULL))
			abort();
		free(include);
	}
	check(&conf);
	extlinuxconf_done(&conf);
	if (size >= EXTLINUX_ADV_BYTES)
		read_adv(data + size - EXTLINUX_ADV_BYTES);
	return 0;
}
