// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/fwupd.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"
#include "guard/sqlite.h"

#define NEEDS_REBOOT 4

/* A NULL column is an empty text; the copy is printable. */
static int text_of(const struct sqlite_row *row, int column, char **ret)
{
	struct sqlite_value value = { .kind = SQLITE_NONE };
	int r = column >= 0 ? sqlite_value(row, column, &value) : 0;

	if (r < 0)
		return r;
	*ret = value.kind == SQLITE_TEXT ? strndup(value.text, value.len) : strdup("");
	if (!*ret)
		return -ENOMEM;
	for (char *p = *ret; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = '?';
	return 0;
}

/* Was it written in this boot? When it does not tell, yes. */
static bool is_of_boot(char *metadata, uint64_t btime)
{
	char *save = NULL;

	for (char *item = strtok_r(metadata, ";", &save); item;
	     item = strtok_r(NULL, ";", &save)) {
		uint64_t then;

		if (!starts_with(item, "BootTime="))
			continue;
		if (parse_u64(item + strlen("BootTime="), &then) < 0)
			return true;
		return (then > btime ? then - btime : btime - then) <= FWUPD_BTIME_SLACK;
	}
	return true;
}

int fwupd_pending(const uint8_t *data, size_t len, uint64_t btime, char **ret_device)
{
	_cleanup_(sqlite_table_done) struct sqlite_table table = SQLITE_TABLE_EMPTY;
	int r = sqlite_read(data, len, "history", &table), state, metadata, name;

	if (r <= 0)
		return r;
	state = sqlite_column(&table, "update_state");
	metadata = sqlite_column(&table, "metadata");
	name = sqlite_column(&table, "display_name");
	if (state < 0)
		return -EBADMSG;
	for (size_t i = 0; i < table.count; i++) {
		_cleanup_free_ char *text = NULL;
		struct sqlite_value value;

		r = sqlite_value(&table.rows[i], state, &value);
		if (r < 0)
			return r;
		if (value.kind != SQLITE_INTEGER || value.number != NEEDS_REBOOT)
			continue;
		r = text_of(&table.rows[i], metadata, &text);
		if (r < 0)
			return r;
		if (!is_of_boot(text, btime))
			continue;
		r = text_of(&table.rows[i], name, ret_device);
		return r < 0 ? r : 1;
	}
	return 0;
}
