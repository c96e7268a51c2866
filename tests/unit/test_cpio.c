// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "make_archive.h"
#include "read/cpio.h"

Suite *cpio_suite(void);

/* Walks @b in pieces of @step; the events as text. Returns the last result. */
static int walk(const struct bytes *b, size_t step, FILE *f, size_t *ret_left)
{
	_cleanup_free_ struct cpio *c = malloc(sizeof(*c));
	const uint8_t *in = b->data, *end = b->data + b->len, *data;
	int event = CPIO_MORE;

	cpio_init(c);
	while (in < end && event == CPIO_MORE) {
		size_t len = (size_t)(end - in) < step ? (size_t)(end - in) : step, n;

		do {
			event = cpio_next(c, &in, &len, &data, &n);
			if (event == CPIO_ENTRY)
				fprintf(f, "[%s %o]", c->entry.name, c->entry.mode);
			else if (event == CPIO_DATA)
				fwrite(data, 1, n, f);
		} while (event == CPIO_ENTRY || event == CPIO_DATA);
	}
	*ret_left = (size_t)(end - in);
	if (event == CPIO_END)
		ck_assert_uint_eq(c->total, b->len - *ret_left);
	ck_assert(event >= 0 || c->problem);
	return event;
}

static void expect(const struct bytes *b, int result, const char *events, size_t left)
{
	static const size_t steps[] = { 1, 3, 64, SIZE_MAX };

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		_cleanup_free_ char *text = NULL;
		size_t size, rest;
		FILE *f = open_memstream(&text, &size);

		ck_assert_int_eq(walk(b, steps[i], f, &rest), result);
		fclose(f);
		if (events)
			ck_assert_str_eq(text, events);
		if (result == CPIO_END)
			ck_assert_uint_eq(rest, left);
	}
}

START_TEST(test_walk)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	cpio_dir_add(&b, ".");
	cpio_file_add(&b, "a", "1234");
	cpio_file_add(&b, "./bc", "12345");
	cpio_file_add(&b, "/def", "");
	cpio_entry_add(&b, "link", S_IFLNK | 0777, "to", 2, false);
	cpio_end_add(&b);
	bytes_add(&b, "rest", 4);
	expect(&b, CPIO_END,
	       "[. 40755][a 100755]1234[bc 100755]12345[def 100755][link 120777]to", 4);
}
END_TEST

START_TEST(test_sum)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	cpio_entry_add(&b, "a", S_IFREG | 0644, "abc", 3, true);
	cpio_end_add(&b);
	expect(&b, CPIO_END, "[a 100644]abc", 0);
	b.data[112] ^= 1; /* the first byte of data follows 110 + 2 */
	expect(&b, -EBADMSG, NULL, 0);
}
END_TEST

/* Every cut of an archive leaves it without an end. */
START_TEST(test_cut)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t len;

	cpio_initramfs_add(&b, "", "6.1.0");
	for (len = b.len - 1; len > 0; len -= len > 500 && len < b.len - 200 ? 37 : 1) {
		struct bytes cut = { b.data, len };
		size_t left;
		FILE *f = fopen("/dev/null", "w");

		ck_assert_int_eq(walk(&cut, SIZE_MAX, f, &left), CPIO_MORE);
		fclose(f);
	}
}
END_TEST

static const struct {
	size_t at;
	const char *bytes;
} broken[] = {
	{ 0, "070707" }, /* the portable format, which the kernel does not take */
	{ 0, "07070x" },     { 14, "0000g000" }, /* mode */
	{ 54, "-0000001" },			 /* size */
	{ 94, "00000000" },			 /* length of name: none */
	{ 94, "00001001" },			 /* 4097 */
	{ 94, "ffffffff" },  { 94, "00000001" }, /* ends before the name's NUL */
	{ 102, "0000000 " },			 /* check */
};

START_TEST(test_broken)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	cpio_file_add(&b, "a", "1234");
	cpio_end_add(&b);
	memcpy(b.data + broken[_i].at, broken[_i].bytes, strlen(broken[_i].bytes));
	expect(&b, -EBADMSG, NULL, 0);
}
END_TEST

START_TEST(test_long_link)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, target = BYTES_EMPTY;

	bytes_zero(&target, 5000);
	cpio_entry_add(&b, "link", S_IFLNK | 0777, target.data, target.len, false);
	cpio_end_add(&b);
	expect(&b, -EBADMSG, NULL, 0);
}
END_TEST

START_TEST(test_skip)
{
	_cleanup_free_ struct cpio *c = malloc(sizeof(*c));
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	const uint8_t *in, *data;
	size_t len = 112, n;

	cpio_file_add(&b, "a", "12345678");
	cpio_end_add(&b);
	in = b.data;
	cpio_init(c);
	ck_assert_uint_eq(cpio_skippable(c), 0);
	ck_assert_int_eq(cpio_next(c, &in, &len, &data, &n), CPIO_ENTRY);
	ck_assert_int_eq(cpio_next(c, &in, &len, &data, &n), CPIO_MORE);
	ck_assert_uint_eq(cpio_skippable(c), 8);
	cpio_skip(c, 8);
	in += 8;
	len = b.len - 120;
	ck_assert_int_eq(cpio_next(c, &in, &len, &data, &n), CPIO_END);
	ck_assert_uint_eq(c->total, b.len);
	ck_assert_uint_eq(c->entries, 1);
}
END_TEST

Suite *cpio_suite(void)
{
	Suite *suite = suite_create("cpio");
	TCase *tc = tcase_create("cpio");

	tcase_add_test(tc, test_walk);
	tcase_add_test(tc, test_sum);
	tcase_add_test(tc, test_cut);
	tcase_add_loop_test(tc, test_broken, 0, ARRAY_SIZE(broken));
	tcase_add_test(tc, test_long_link);
	tcase_add_test(tc, test_skip);
	suite_add_tcase(suite, tc);
	return suite;
}
