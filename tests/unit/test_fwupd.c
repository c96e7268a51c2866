// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The databases in data/fwupd-*.db were made by sqlite3 3.40 with the table of fwupd's
 * src/fu-history.c and pages of 512 bytes, so that a few rows make a tree:
 *   empty    the table without rows           none     without the table
 *   done     one row, state 2                 pending  that and one of state 4
 *   earlier  state 4, of an earlier boot      untold   state 4, without metadata
 *   deep     42 rows, the last of state 4; long texts in overflow pages; a later column
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "guard/fwupd.h"
#include "guard/sqlite.h"

Suite *fwupd_suite(void);

#define BTIME 1700000000

static uint8_t *read_db(const char *name, size_t *ret_len)
{
	_cleanup_free_ char *path =
		strf("%.*sdata/fwupd-%s.db", (int)(strrchr(__FILE__, '/') - __FILE__ + 1),
		     __FILE__, name);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	uint8_t *data = calloc(1, 65536);

	ck_assert_msg(f != NULL, "%s: run the tests from the top of the tree", path);
	*ret_len = fread(data, 1, 65536, f);
	return data;
}

static const struct {
	const char *name;
	uint64_t btime;
	int result;
	const char *device;
} cases[] = {
	{ "empty", BTIME, 0, NULL },
	{ "none", BTIME, 0, NULL },
	{ "done", BTIME, 0, NULL },
	{ "pending", BTIME, 1, "System Firmware" },
	{ "pending", BTIME + FWUPD_BTIME_SLACK, 1, "System Firmware" },
	{ "pending", BTIME - FWUPD_BTIME_SLACK, 1, "System Firmware" },
	{ "pending", BTIME + FWUPD_BTIME_SLACK + 1, 0, NULL },
	{ "earlier", BTIME, 0, NULL },
	{ "untold", BTIME, 1, "Dock" },
	{ "deep", BTIME, 1, "Last One" },
};

START_TEST(test_pending)
{
	_cleanup_free_ uint8_t *data = NULL;
	_cleanup_free_ char *device = NULL;
	size_t len;

	data = read_db(cases[_i].name, &len);
	ck_assert_int_eq(fwupd_pending(data, len, cases[_i].btime, &device),
			 cases[_i].result);
	ck_assert_pstr_eq(device, cases[_i].device);
}
END_TEST

START_TEST(test_rows_and_columns)
{
	_cleanup_(sqlite_table_done) struct sqlite_table table = SQLITE_TABLE_EMPTY;
	_cleanup_free_ uint8_t *data = NULL;
	struct sqlite_value value;
	size_t len;

	data = read_db("deep", &len);
	ck_assert_int_eq(sqlite_read(data, len, "history", &table), 1);
	ck_assert_uint_eq(table.count, 42);
	ck_assert_int_eq(sqlite_column(&table, "device_id"), 0);
	ck_assert_int_eq(sqlite_column(&table, "update_state"), 1);
	ck_assert_int_eq(sqlite_column(&table, "metadata"), 10);
	ck_assert_int_eq(sqlite_column(&table, "release_id"), 14);
	ck_assert_int_eq(sqlite_column(&table, "device"), -ENOENT);
	ck_assert_int_eq(sqlite_column(&table, "state"), -ENOENT);
	/* A text over several overflow pages is whole. */
	ck_assert_int_eq(sqlite_value(&table.rows[40], 2, &value), 0);
	ck_assert_int_eq(value.kind, SQLITE_TEXT);
	ck_assert_uint_eq(value.len, 900);
	for (size_t i = 0; i < value.len; i++)
		ck_assert_int_eq(value.text[i], 'x');
	/* Written before the column was added. */
	ck_assert_int_eq(sqlite_value(&table.rows[41], 14, &value), 0);
	ck_assert_int_eq(value.kind, SQLITE_NONE);
	ck_assert_int_eq(sqlite_value(&table.rows[41], 4, &value), 0);
	ck_assert_int_eq(strncmp(value.text, "Last One", value.len), 0);
}
END_TEST

/* Cut anywhere, it is never taken for one in which nothing waits. */
START_TEST(test_cut)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;

	data = read_db("deep", &len);
	for (size_t cut = 0; cut < len; cut += 97) {
		_cleanup_free_ char *device = NULL;
		int r = fwupd_pending(data, cut, BTIME, &device);

		ck_assert_msg(r == -EBADMSG || (r == 1 && cut > len / 2),
			      "cut to %zu: %d", cut, r);
	}
}
END_TEST

static const struct {
	size_t at;
	uint8_t byte;
	int result;
} damages[] = {
	{ 0, 'X', -EBADMSG },	 { 16, 3, -EBADMSG },	  { 20, 200, -EBADMSG },
	{ 59, 2, -EOPNOTSUPP },	 { 100, 0x0a, -EBADMSG }, { 103, 0xff, -EBADMSG },
	{ 512, 0x02, -EBADMSG }, { 515, 0xff, -EBADMSG }, { 512 + 8, 0xff, -EBADMSG },
};

START_TEST(test_damaged)
{
	_cleanup_free_ uint8_t *data = NULL;
	_cleanup_free_ char *device = NULL;
	size_t len;

	data = read_db("pending", &len);
	data[damages[_i].at] = damages[_i].byte;
	ck_assert_int_eq(fwupd_pending(data, len, BTIME, &device), damages[_i].result);
	ck_assert_ptr_null(device);
}
END_TEST

/* An interior page that names itself as its child must come to an end. */
START_TEST(test_loop)
{
	_cleanup_free_ uint8_t *data = NULL;
	_cleanup_free_ char *device = NULL;
	size_t len;

	data = read_db("pending", &len);
	memcpy(data + 512, "\x05\0\0\0\1\1\0\0\0\0\0\2\0\x10", 14);
	memcpy(data + 512 + 16, "\0\0\0\2\1", 5);
	ck_assert_int_eq(fwupd_pending(data, len, BTIME, &device), -EBADMSG);
}
END_TEST

Suite *fwupd_suite(void)
{
	Suite *suite = suite_create("fwupd");
	TCase *tc = tcase_create("fwupd");

	tcase_add_loop_test(tc, test_pending, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tc, test_rows_and_columns);
	tcase_add_test(tc, test_cut);
	tcase_add_loop_test(tc, test_damaged, 0, (int)ARRAY_SIZE(damages));
	tcase_add_test(tc, test_loop);
	suite_add_tcase(suite, tc);
	return suite;
}
