// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"

Suite *json_suite(void);

#define BAD "\xef\xbf\xbd" /* what stands for each bad byte */

static const struct {
	const char *in, *out;
} texts[] = {
	{ "", "" },
	{ "plain \"quoted\" \\ \n\x01", "plain \"quoted\" \\ \n\x01" },
	{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80",
	  "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80" },
	{ "a\xff"
	  "b",
	  "a" BAD "b" },
	{ "a\x80\x80", "a" BAD BAD },
	{ "\xc3", BAD },
	{ "\xe2\x82", BAD BAD },
	{ "\xe2\x82x", BAD BAD "x" },
	{ "\xc0\xaf", BAD BAD },	 /* overlong */
	{ "\xe0\x80\xaf", BAD BAD BAD }, /* overlong */
	{ "\xf0\x80\x80\xaf", BAD BAD BAD BAD },
	{ "\xed\xa0\x80", BAD BAD BAD },	 /* a surrogate */
	{ "\xed\x9f\xbf", "\xed\x9f\xbf" },	 /* the last before them */
	{ "\xf4\x90\x80\x80", BAD BAD BAD BAD }, /* above U+10FFFF */
	{ "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf" },
	{ "\xf5\x80\x80\x80", BAD BAD BAD BAD },
};

START_TEST(test_text)
{
	_cleanup_json_ json_t *value = json_text(texts[_i].in);

	ck_assert(json_is_string(value));
	ck_assert_str_eq(json_string_value(value), texts[_i].out);
}
END_TEST

START_TEST(test_null)
{
	_cleanup_json_ json_t *value = json_text(NULL);

	ck_assert(json_is_null(value));
}
END_TEST

START_TEST(test_print)
{
	_cleanup_strv_ struct strv v = STRV_EMPTY;
	_cleanup_json_ json_t *value = NULL;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	ck_assert_int_eq(strv_add(&v, "a"), 0);
	ck_assert_int_eq(strv_add(&v, "b\xff"), 0);
	value = json_strv(&v);
	ck_assert_int_eq(json_print(value, f), 0);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(text, "[\n \"a\",\n \"b" BAD "\"\n]\n");
}
END_TEST

START_TEST(test_print_fails)
{
	_cleanup_json_ json_t *value = json_text("x");
	FILE *f = fopen("/dev/full", "we");

	ck_assert_int_eq(json_print(NULL, stdout), -ENOMEM);
	if (!f)
		return;
	ck_assert_int_eq(json_print(value, f), -EIO);
	(void)fclose(f);
}
END_TEST

Suite *json_suite(void)
{
	Suite *suite = suite_create("json");
	TCase *tcase = tcase_create("json");

	tcase_add_loop_test(tcase, test_text, 0, ARRAY_SIZE(texts));
	tcase_add_test(tcase, test_null);
	tcase_add_test(tcase, test_print);
	tcase_add_test(tcase, test_print_fails);
	suite_add_tcase(suite, tcase);
	return suite;
}
