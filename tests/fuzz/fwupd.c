// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "guard/fwupd.h"
#include "guard/sqlite.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(const uint8_t *data, size_t size)
{
	struct sqlite_table table;

	if (sqlite_read(data, size, "history", &table) <= 0)
		return;
	for (size_t i = 0; i < table.count; i++)
		for (int column = 0; column < 20; column++) {
			struct sqlite_value value;
			const struct sqlite_row *row = &table.rows[i];

			if (sqlite_value(row, column, &value) < 0 ||
			    value.kind != SQLITE_TEXT)
				continue;
			if ((const uint8_t *)value.text < row->record ||
			    value.len > row->len)
				abort();
		}
	if (sqlite_column(&table, "update_state") < -2)
		abort();
	sqlite_table_done(&table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *device = NULL;
	int r = fwupd_pending(data, size, 1700000000, &device);

	if ((r > 0) != (device != NULL))
		abort();
	for (const char *p = device; p && *p; p++)
		if ((unsigned char)*p < ' ')
			abort();
	free(device);
	read_all(data, size);
	return 0;
}
