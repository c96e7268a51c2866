/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The rows of one table of an SQLite 3 database that is in memory as a whole. Pure.
 *
 * The format is that of https://sqlite.org/fileformat2.html: pages of a power of two
 * bytes, table b-trees of interior (0x05) and leaf (0x0d) pages, records of a header of
 * serial types and the values behind it, overflow pages. Only UTF-8 databases and tables
 * with rowid. A journal or a write-ahead log beside the file is the caller's to look for.
 * Nothing is trusted: pages that lead back to one another end at a limit.
 */
#ifndef GUARD_SQLITE_H
#define GUARD_SQLITE_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define SQLITE_ROWS_MAX 4096
#define SQLITE_ROW_MAX (1024 * 1024) /* bytes */

/* One row: its record, with a NUL behind it. */
struct sqlite_row {
	uint8_t *record;
	size_t len;
};

struct sqlite_table {
	char *sql; /* the CREATE TABLE that made it */
	struct sqlite_row *rows;
	size_t count;
};
#define SQLITE_TABLE_EMPTY \
	{                  \
		.count = 0 \
	}

/*
 * Reads the table @name. Returns 1; 0 if there is no such table; -EBADMSG for what is no
 * database or is damaged; -E2BIG above the limits; -EOPNOTSUPP for another text encoding;
 * or -ENOMEM.
 */
_must_check_ int sqlite_read(const uint8_t *data, size_t len, const char *name,
			     struct sqlite_table *ret);
void sqlite_table_done(struct sqlite_table *table);

/* Which column @name is, from 0, as the CREATE TABLE names them; or -ENOENT. */
_must_check_ int sqlite_column(const struct sqlite_table *table, const char *name);

/* A value: NULL and columns that were added after the row was written have none. */
enum sqlite_kind { SQLITE_NONE, SQLITE_INTEGER, SQLITE_TEXT, SQLITE_OTHER };
struct sqlite_value {
	enum sqlite_kind kind;
	int64_t number;
	const char *text; /* into the row, not terminated */
	size_t len;
};

/* The value in column @column. Returns 0 or -EBADMSG. */
_must_check_ int sqlite_value(const struct sqlite_row *row, int column,
			      struct sqlite_value *ret);

#endif
