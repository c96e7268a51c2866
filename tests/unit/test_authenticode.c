// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>

#include "make_image.h"
#include "make_report.h"
#include "read/authenticode.h"

Suite *authenticode_suite(void);

static void verify(const struct bytes *b, struct report *ret)
{
	make_report(request_image, (struct request){ .modules_fd = -1 }, b, ret);
}

START_TEST(test_signed)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report before = REPORT_EMPTY, after = REPORT_EMPTY;

	bzimage_add(&b, "lz4");
	verify(&b, &before);
	ck_assert_str_eq(before.authenticode, "none");
	ck_assert(!before.is_signed);
	image_sign(&b);
	verify(&b, &after);
	assert_problem(&after, NULL);
	ck_assert_str_eq(after.authenticode, "match");
	ck_assert(after.is_signed);
}
END_TEST

/* Machines with keys of their own sign the kernel where its package put it. */
START_TEST(test_signed_anew)
{
	static const char packages[] = "0123456789abcdef0123456789abcdef";
	const struct request q = { .modules_fd = -1, .md5 = packages };
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report whole = REPORT_EMPTY, damaged = REPORT_EMPTY;

	bzimage_add(&b, "lz4");
	image_sign(&b);
	make_report(request_image, q, &b, &whole);
	assert_problem(&whole, NULL);
	ck_assert(strv_mentions(&whole.warnings, "signed anew"));
	b.data[BZ_SETUP + 8] ^= 1;
	make_report(request_image, q, &b, &damaged);
	assert_problem(&damaged, "differs from what its package installed");
}
END_TEST

/* One flipped bit anywhere is found, but in the checksum field, which no digest covers.
 */
START_TEST(test_flip)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t checksum = BZ_PE + 24 + 64, end;

	bzimage_add(&b, "lz4");
	end = b.len;
	image_sign(&b);
	for (size_t at = 0; at < end; at += at < 0x280 ? 5 : 499) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		if ((at >= checksum && at < checksum + 4) || at == BZ_CERT_ENTRY)
			continue;
		b.data[at] ^= 0x10;
		verify(&b, &report);
		b.data[at] ^= 0x10;
		ck_assert_msg(!report.ok, "bit flipped at %zu", at);
	}
}
END_TEST

static const struct {
	size_t at; /* from the certificate table on */
	uint64_t value;
	size_t len;
	const char *problem;
} tables[] = {
	{ 0, 0, 4, "cannot be read" },
	{ 0, 7, 4, "cannot be read" },
	{ 0, 0xffffffff, 4, "cannot be read" },
	{ 6, 1, 2, "cannot be read" }, /* X.509, no PKCS#7 */
	{ 8, 0, 4, "cannot be read" },
	{ 10, 0xffff, 2, "cannot be read" },
};

START_TEST(test_broken_table)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	size_t table;

	bzimage_add(&b, "zstd");
	table = b.len;
	image_sign(&b);
	bytes_put(&b, table + tables[_i].at, tables[_i].value, tables[_i].len);
	verify(&b, &report);
	assert_problem(&report, tables[_i].problem);
}
END_TEST

START_TEST(test_parse_any_cut)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	struct authenticode a;
	size_t table, len;

	bzimage_add(&b, "zstd");
	table = b.len;
	image_sign(&b);
	len = b.len - table;
	ck_assert_int_eq(authenticode_parse(b.data + table, len, &a), 0);
	ck_assert_uint_eq(a.count, 1);
	ck_assert_str_eq(a.signature[0].name, "SHA256");
	ck_assert_uint_eq(a.signature[0].digest_len, 32);
	for (size_t n = 0; n + 8 < len; n++) {
		ck_assert_int_lt(authenticode_parse(b.data + table, n, &a), 0);
	}
}
END_TEST

/* Two signatures: both digests must be right. */
START_TEST(test_two)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, twice = BYTES_EMPTY;
	struct authenticode a;
	size_t table;

	bzimage_add(&b, "zstd");
	table = b.len;
	image_sign(&b);
	bytes_add(&twice, b.data + table, b.len - table);
	bytes_add(&twice, b.data + table, b.len - table);
	ck_assert_int_eq(authenticode_parse(twice.data, twice.len, &a), 0);
	ck_assert_uint_eq(a.count, 2);
	ck_assert_int_eq(authenticode_parse(twice.data, 0, &a), -ENOENT);
}
END_TEST

Suite *authenticode_suite(void)
{
	Suite *suite = suite_create("authenticode");
	TCase *tc = tcase_create("authenticode");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, test_signed);
	tcase_add_test(tc, test_signed_anew);
	tcase_add_test(tc, test_flip);
	tcase_add_loop_test(tc, test_broken_table, 0, ARRAY_SIZE(tables));
	tcase_add_test(tc, test_parse_any_cut);
	tcase_add_test(tc, test_two);
	suite_add_tcase(suite, tc);
	return suite;
}
