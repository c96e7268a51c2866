// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"
#include "fake_root.h"

Suite *efivar_suite(void);

#define FILE_OF(name) EFIVAR_DIR "/" name "-" EFIVAR_LOADER

static char dir[64];
static struct root root;

static void setup(void)
{
	strcpy(dir, "/tmp/warmboot-test-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
}

static void teardown(void)
{
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

/* What efivarfs showed of a machine under OVMF: attributes 7, then the data. */
static const struct {
	const char *bytes;
	size_t len, max;
	int result;
	uint32_t attributes;
	size_t ret_len;
} reads[] = {
	{ "\7\0\0\0a\0\0\0", 8, 100, 0, 7, 4 },
	{ "\7\0\0\x80"
	  "abc",
	  7, 3, 0, 0x80000007, 3 },
	{ "\7\0\0\0abcd", 8, 3, -E2BIG, 0, 0 },
	{ "\7\0\0\0", 4, 100, 0, 7, 0 },
	{ "\7\0\0", 3, 100, -EBADMSG, 0, 0 },
	{ "", 0, 100, -ENOENT, 0, 0 }, /* made, but never set */
};

START_TEST(test_read)
{
	_cleanup_free_ uint8_t *data = NULL;
	uint32_t attributes = 0;
	size_t len = 0;

	ck_assert_int_eq(
		fake_root_file(dir, FILE_OF("A"), reads[_i].bytes, reads[_i].len), 0);
	ck_assert_int_eq(efivar_read(&root, "A", EFIVAR_LOADER, reads[_i].max, &data,
				     &len, &attributes),
			 reads[_i].result);
	ck_assert_uint_eq(len, reads[_i].ret_len);
	ck_assert_uint_eq(attributes, reads[_i].attributes);
	if (reads[_i].result == 0)
		ck_assert_mem_eq(data, reads[_i].bytes + 4, len + 1);
}
END_TEST

START_TEST(test_none)
{
	char *text = NULL;

	ck_assert_int_eq(efivar_read_text(&root, "A", EFIVAR_LOADER, &text), -ENOENT);
	ck_assert_int_eq(fake_root_text(dir, "/sys/firmware", "not a folder"), 0);
	ck_assert_int_eq(efivar_read_text(&root, "A", EFIVAR_LOADER, &text), -ENOENT);
	ck_assert_ptr_null(text);
}
END_TEST

static const struct {
	const char *units;
	size_t len;
	int result;
	const char *text;
	size_t used;
} texts[] = {
	{ "", 0, 0, "", 0 },
	{ "a\0", 2, 0, "a", 2 },
	{ "a\0\0\0", 4, 0, "a", 4 },
	{ "a\0\0\0b\0\0\0", 8, 0, "a", 4 },
	{ "\xe9\0\xac\x20", 4, 0, "\xc3\xa9\xe2\x82\xac", 4 },
	{ "\xff\x07\0\x08", 4, 0, "\xdf\xbf\xe0\xa0\x80", 4 },
	{ "\xff\xff", 2, 0, "\xef\xbf\xbf", 2 },
	{ "\x3d\xd8\x00\xde", 4, 0, "\xf0\x9f\x98\x80", 4 },
	{ "\xff\xdb\xff\xdf", 4, 0, "\xf4\x8f\xbf\xbf", 4 },
	{ "a", 1, -EBADMSG, NULL, 0 },
	{ "a\0b", 3, -EBADMSG, NULL, 0 },
	{ "\x3d\xd8", 2, -EBADMSG, NULL, 0 },
	{ "\x3d\xd8\x41\x00", 4, -EBADMSG, NULL, 0 },
	{ "\x00\xde", 2, -EBADMSG, NULL, 0 },
	{ "\n\0", 2, -EBADMSG, NULL, 0 },
	{ "\x7f\0", 2, -EBADMSG, NULL, 0 },
	{ "\0\0b", 3, 0, "", 2 }, /* what comes behind the end is not read */
};

START_TEST(test_text)
{
	_cleanup_free_ char *text = NULL;
	/* A copy of its own size, so that a sanitizer sees each byte too far. */
	_cleanup_free_ uint8_t *data = malloc(texts[_i].len + 1);
	size_t used = 0;

	ck_assert_ptr_nonnull(data);
	memcpy(data, texts[_i].units, texts[_i].len);
	ck_assert_int_eq(efivar_text(data, texts[_i].len, &text, &used),
			 texts[_i].result);
	ck_assert_pstr_eq(text, texts[_i].text);
	ck_assert_uint_eq(used, texts[_i].used);
}
END_TEST

START_TEST(test_read_text)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(fake_root_file(dir, FILE_OF("A"), "\6\0\0\0x\0y\0\0\0", 10), 0);
	ck_assert_int_eq(efivar_read_text(&root, "A", EFIVAR_LOADER, &text), 0);
	ck_assert_str_eq(text, "xy");
	ck_assert_int_eq(efivar_read_text(&root, "A", EFIVAR_GLOBAL, &text), -ENOENT);
}
END_TEST

Suite *efivar_suite(void)
{
	Suite *suite = suite_create("efivar");
	TCase *tc = tcase_create("efivar");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_read, 0, (int)ARRAY_SIZE(reads));
	tcase_add_loop_test(tc, test_text, 0, (int)ARRAY_SIZE(texts));
	tcase_add_test(tc, test_none);
	tcase_add_test(tc, test_read_text);
	suite_add_tcase(suite, tc);
	return suite;
}
