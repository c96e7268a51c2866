// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/sqlite.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX 20 /* of a b-tree; one of 20 levels would hold more than any disk */
#define PAGES_MAX 65536

static const char magic[16] = "SQLite format 3"; /* with its NUL */

struct db {
	const uint8_t *data;
	size_t len, page_size, usable;
	unsigned pages_left; /* pages that may still be visited */
	size_t bytes_left;   /* of records: all are in the file, and each once */
};

static uint32_t be(const uint8_t *p, size_t n)
{
	uint32_t value = 0;

	for (size_t i = 0; i < n; i++)
		value = value << 8 | p[i];
	return value;
}

/* A varint at *@at: up to nine bytes, seven bits each, the ninth whole. */
static int varint(const uint8_t *p, size_t len, size_t *at, uint64_t *ret)
{
	uint64_t value = 0;

	for (int i = 0; i < 9; i++) {
		uint8_t byte;

		if (*at >= len)
			return -EBADMSG;
		byte = p[(*at)++];
		if (i == 8) {
			*ret = value << 8 | byte;
			return 0;
		}
		value = value << 7 | (byte & 0x7f);
		if (!(byte & 0x80))
			break;
	}
	*ret = value;
	return 0;
}

static int open_db(const uint8_t *data, size_t len, struct db *ret)
{
	size_t page_size;

	if (len < 512 || memcmp(data, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	page_size = be(data + 16, 2);
	if (page_size == 1)
		page_size = 65536;
	if (page_size < 512 || (page_size & (page_size - 1)) || page_size > len)
		return -EBADMSG;
	if (page_size - data[20] < 480)
		return -EBADMSG;
	if (be(data + 56, 4) != 1 && be(data + 56, 4) != 0)
		return -EOPNOTSUPP;
	*ret = (struct db){ data, len, page_size, page_size - data[20], PAGES_MAX, len };
	return 0;
}

/* The page @number, from 1; NULL if it is not in the file, or enough was read. */
static const uint8_t *page_at(struct db *db, uint32_t number)
{
	if (number == 0 || number > db->len / db->page_size || db->pages_left == 0)
		return NULL;
	db->pages_left--;
	return db->data + (size_t)(number - 1) * db->page_size;
}

/* How many bytes of a record of @size are in the leaf itself (section 1.6). */
static size_t local_part(const struct db *db, size_t size)
{
	size_t max = db->usable - 35, min, some;

	if (size <= max)
		return size;
	min = (db->usable - 12) * 32 / 255 - 23;
	some = min + (size - min) % (db->usable - 4);
	return some <= max ? some : min;
}

/* The rest of a record, from its chain of overflow pages. */
static int add_overflow(struct db *db, uint32_t next, uint8_t *to, size_t left)
{
	while (left > 0) {
		const uint8_t *page = page_at(db, next);
		size_t n = db->usable - 4;

		if (!page)
			return -EBADMSG;
		n = n < left ? n : left;
		memcpy(to, page + 4, n);
		next = be(page, 4);
		to += n;
		left -= n;
	}
	return 0;
}

static int add_row(struct sqlite_table *table, uint8_t *record, size_t len)
{
	struct sqlite_row *rows;

	if (table->count >= SQLITE_ROWS_MAX)
		return -E2BIG;
	rows = reallocarray(table->rows, table->count + 1, sizeof(*rows));
	if (!rows)
		return -ENOMEM;
	table->rows = rows;
	rows[table->count++] = (struct sqlite_row){ record, len };
	return 0;
}

/* The cell of a leaf at @at of its page. */
static int read_cell(struct db *db, const uint8_t *page, size_t at,
		     struct sqlite_table *table)
{
	_cleanup_free_ uint8_t *record = NULL;
	uint64_t size, rowid;
	size_t local;
	int r = varint(page, db->usable, &at, &size);

	if (r == 0)
		r = varint(page, db->usable, &at, &rowid);
	if (r < 0)
		return r;
	if (size > SQLITE_ROW_MAX)
		return -E2BIG;
	local = local_part(db, (size_t)size);
	if (size > db->bytes_left || local > db->usable - at ||
	    (local < size && db->usable - at - local < 4))
		return -EBADMSG;
	db->bytes_left -= (size_t)size;
	record = malloc((size_t)size + 1);
	if (!record)
		return -ENOMEM;
	memcpy(record, page + at, local);
	record[size] = '\0';
	if (local < size)
		r = add_overflow(db, be(page + at + local, 4), record + local,
				 (size_t)size - local);
	if (r == 0)
		r = add_row(table, record, (size_t)size);
	if (r == 0)
		(void)TAKE_PTR(record);
	return r;
}

/* All rows below the page @number, in the order of their rowid. */
static int read_tree(struct db *db, uint32_t number, unsigned depth,
		     struct sqlite_table *table)
{
	const uint8_t *page = depth < DEPTH_MAX ? page_at(db, number) : NULL;
	size_t start = number == 1 ? 100 : 0, cells, pointers;
	bool leaf;

	if (!page)
		return -EBADMSG;
	leaf = page[start] == 0x0d;
	if (!leaf && page[start] != 0x05)
		return -EBADMSG;
	cells = be(page + start + 3, 2);
	pointers = start + (leaf ? 8 : 12);
	if (pointers + 2 * cells > db->usable)
		return -EBADMSG;
	for (size_t i = 0; i < cells; i++) {
		size_t at = be(page + pointers + 2 * i, 2);
		int r;

		if (at + 4 > db->usable)
			return -EBADMSG;
		r = leaf ? read_cell(db, page, at, table)
			 : read_tree(db, be(page + at, 4), depth + 1, table);
		if (r < 0)
			return r;
	}
	return leaf ? 0 : read_tree(db, be(page + start + 8, 4), depth + 1, table);
}

static bool is_text(const struct sqlite_value *value, const char *text)
{
	return value->kind == SQLITE_TEXT && value->len == strlen(text) &&
	       strncasecmp(value->text, text, value->len) == 0;
}

/* The schema's columns: type, name, tbl_name, rootpage, sql (section 2.6). */
static int find_table(const struct sqlite_table *schema, const char *name,
		      uint32_t *ret_root, char **ret_sql)
{
	for (size_t i = 0; i < schema->count; i++) {
		struct sqlite_value type, is, root, sql;

		if (sqlite_value(&schema->rows[i], 0, &type) < 0 ||
		    sqlite_value(&schema->rows[i], 1, &is) < 0 ||
		    sqlite_value(&schema->rows[i], 3, &root) < 0 ||
		    sqlite_value(&schema->rows[i], 4, &sql) < 0)
			return -EBADMSG;
		if (!is_text(&type, "table") || !is_text(&is, name))
			continue;
		if (root.kind != SQLITE_INTEGER || root.number < 2 ||
		    root.number > UINT32_MAX || sql.kind != SQLITE_TEXT)
			return -EBADMSG;
		*ret_root = (uint32_t)root.number;
		*ret_sql = strndup(sql.text, sql.len);
		return *ret_sql ? 1 : -ENOMEM;
	}
	return 0;
}

int sqlite_read(const uint8_t *data, size_t len, const char *name,
		struct sqlite_table *ret)
{
	_cleanup_(sqlite_table_done) struct sqlite_table schema = SQLITE_TABLE_EMPTY,
							 table = SQLITE_TABLE_EMPTY;
	struct db db;
	uint32_t root;
	int r = open_db(data, len, &db);

	*ret = (struct sqlite_table)SQLITE_TABLE_EMPTY;
	if (r == 0)
		r = read_tree(&db, 1, 0, &schema);
	if (r == 0)
		r = find_table(&schema, name, &root, &table.sql);
	if (r <= 0)
		return r;
	r = read_tree(&db, root, 0, &table);
	if (r < 0)
		return r;
	*ret = table;
	table = (struct sqlite_table)SQLITE_TABLE_EMPTY;
	return 1;
}

void sqlite_table_done(struct sqlite_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->rows[i].record);
	free(table->rows);
	free(table->sql);
	*table = (struct sqlite_table)SQLITE_TABLE_EMPTY;
}

/* Behind the column definition at @p: at its comma, at the closing parenthesis, or NULL.
 */
static const char *skip_definition(const char *p)
{
	int depth = 0;

	for (; *p; p++) {
		if (*p == '\'' || *p == '"' || *p == '`') {
			p = strchr(p + 1, *p);
			if (!p)
				return NULL;
		} else if (*p == '(') {
			depth++;
		} else if (*p == ')' && depth-- == 0) {
			return p;
		} else if (*p == ',' && depth == 0) {
			return p;
		}
	}
	return NULL;
}

int sqlite_column(const struct sqlite_table *table, const char *name)
{
	const char *p = table->sql ? strchr(table->sql, '(') : NULL;
	size_t len = strlen(name);

	for (int column = 0; p && *p != ')'; column++) {
		p += 1 + strspn(p + 1, " \t\r\n\"`[");
		if (strncasecmp(p, name, len) == 0 && !isalnum((unsigned char)p[len]) &&
		    p[len] != '_')
			return column;
		p = skip_definition(p);
	}
	return -ENOENT;
}

static int type_size(uint64_t type, size_t *ret)
{
	static const unsigned char sizes[] = { 0, 1, 2, 3, 4, 6, 8, 8, 0, 0 };

	if (type == 10 || type == 11 || type > 2 * (uint64_t)SQLITE_ROW_MAX + 13)
		return -EBADMSG;
	*ret = type < ARRAY_SIZE(sizes) ? sizes[type] : (size_t)(type - 12) / 2;
	return 0;
}

static void decode(const uint8_t *p, uint64_t type, size_t size, struct sqlite_value *ret)
{
	*ret = (struct sqlite_value){ .kind = SQLITE_OTHER };
	if (type == 0) {
		ret->kind = SQLITE_NONE;
	} else if (type <= 6 || type == 8 || type == 9) {
		uint64_t value = size && (p[0] & 0x80) ? UINT64_MAX : 0;

		for (size_t i = 0; i < size; i++)
			value = value << 8 | p[i];
		ret->kind = SQLITE_INTEGER;
		ret->number = type >= 8 ? (int64_t)type - 8 : (int64_t)value;
	} else if (type >= 13 && type % 2 == 1) {
		ret->kind = SQLITE_TEXT;
		ret->text = (const char *)p;
		ret->len = size;
	}
}

int sqlite_value(const struct sqlite_row *row, int column, struct sqlite_value *ret)
{
	uint64_t header, type;
	size_t at = 0, body, size = 0;
	int r = varint(row->record, row->len, &at, &header);

	*ret = (struct sqlite_value){ .kind = SQLITE_NONE };
	if (r < 0 || header > row->len)
		return -EBADMSG;
	body = (size_t)header;
	for (int i = 0; at < header; i++) {
		r = varint(row->record, (size_t)header, &at, &type);
		if (r == 0)
			r = type_size(type, &size);
		if (r < 0 || size > row->len - body)
			return -EBADMSG;
		if (i == column) {
			decode(row->record + body, type, size, ret);
			return 0;
		}
		body += size;
	}
	return 0;
}
