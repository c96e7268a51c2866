// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "make_image.h"
#include "make_report.h"
#include "read/digest.h"

Suite *image_suite(void);

static const char *const compressions[] = { "gzip", "xz",	 "lzma",  "zstd",
					    "lz4",  "lz4-small", "bzip2", "lzo" };

static void verify(const struct bytes *b, struct report *ret)
{
	make_report(request_image,
		    (struct request){ .modules_fd = -1,
				      .version = IMAGE_VERSION,
				      .arch = "x86_64" },
		    b, ret);
}

START_TEST(test_good)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	bzimage_add(&b, compressions[_i]);
	verify(&b, &report);
	assert_problem(&report, NULL);
	ck_assert_str_eq(report.type, "bzImage");
	ck_assert_str_eq(report.version, IMAGE_VERSION);
	ck_assert_str_eq(report.build, IMAGE_BUILD);
	ck_assert_str_eq(report.arch, "x86_64");
	ck_assert_uint_eq(report.cmdline_max, 2047);
	ck_assert_uint_eq(report.init_size, 50 << 20);
	ck_assert_uint_eq(report.size, b.len);
	ck_assert(!report.is_signed);
}
END_TEST

START_TEST(test_cut)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	bzimage_add(&b, compressions[_i]);
	for (size_t len = 0; len < b.len;
	     len += len < 0x280 || len + 40 > b.len ? 1 : 331) {
		const struct bytes cut = { b.data, len };
		_cleanup_report_ struct report report = REPORT_EMPTY;

		verify(&cut, &report);
		ck_assert_msg(!report.ok, "cut to %zu of %zu", len, b.len);
		if (len > 0x400)
			assert_problem(&report, "truncated after");
	}
}
END_TEST

static const char *const checked[] = { "gzip", "xz", "zstd", "bzip2", "lzo" };

/* Within the compressed kernel. */
START_TEST(test_flip)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t end;

	bzimage_add(&b, checked[_i]);
	end = BZ_SETUP + 0x100 + (b.data[0x24c] | (size_t)b.data[0x24d] << 8);
	for (size_t at = BZ_SETUP + 0x100 + 10; at < end; at += 1 + at % 101) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		b.data[at] ^= (uint8_t)(1 << (at % 8));
		verify(&b, &report);
		b.data[at] ^= (uint8_t)(1 << (at % 8));
		ck_assert_msg(!report.ok, "%s, bit flipped at %zu", checked[_i], at);
	}
}
END_TEST

/* Anywhere else: the code that unpacks it would run into it. */
START_TEST(test_flip_around)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t end;

	bzimage_add(&b, "zstd");
	end = BZ_SETUP + 0x100 + (b.data[0x24c] | (size_t)b.data[0x24d] << 8);
	for (size_t at = 0x400; at < b.len; at += 1 + at % 101) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		if (at >= BZ_SETUP + 0x100 && at < end)
			at = end;
		b.data[at] ^= (uint8_t)(1 << (at % 8));
		verify(&b, &report);
		b.data[at] ^= (uint8_t)(1 << (at % 8));
		assert_problem(&report, "its own checksum");
	}
}
END_TEST

static const struct {
	const char *version; /* as long as IMAGE_VERSION */
	uint64_t end;	     /* what stands in place of the checksum */
	const char *problem;
} sums[] = {
	{ IMAGE_VERSION, 0, NULL },
	{ IMAGE_VERSION, 1, "its own checksum" },
	{ "6.14.9-6-amd64", 1, "its own checksum" },
	{ "5.10.0-6-amd64", 1, "its own checksum" },
	{ "6.15.0-6-amd64", 1, NULL },
	{ "7.0.0-56-amd64", 1, NULL },
	{ "6.16.0-6-amd64", 0, NULL },
};

/* What newer kernels end with; and signing, which writes into the header. */
START_TEST(test_sum)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report bare = REPORT_EMPTY, is_signed = REPORT_EMPTY;
	const struct request any = { .modules_fd = -1 };

	bzimage_add(&b, "zstd");
	ck_assert_uint_eq(strlen(sums[_i].version), strlen(IMAGE_VERSION));
	memcpy(b.data + 0x800, sums[_i].version, strlen(IMAGE_VERSION));
	bytes_put(&b, b.len - 4, sums[_i].end, 4);
	make_report(request_image, any, &b, &bare);
	assert_problem(&bare, sums[_i].problem);
	if (!sums[_i].problem)
		ck_assert(strv_mentions(&bare.notes, "carries no checksum"));
	image_sign(&b);
	make_report(request_image, any, &b, &is_signed);
	assert_problem(&is_signed, NULL);
}
END_TEST

/* What signing writes into the header does not count. */
START_TEST(test_sum_of_what_was_signed)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	size_t len;

	bzimage_add(&b, "zstd");
	len = b.len;
	image_sign(&b);
	bytes_put(&b, BZ_CERT_ENTRY, 0, 8);
	bytes_put(&b, BZ_PE + 24 + 64, 0x12345678, 4);
	b.len = len;
	verify(&b, &report);
	assert_problem(&report, NULL);
	ck_assert(!strv_mentions(&report.notes, "carries no checksum"));
}
END_TEST

static const struct {
	size_t at;
	uint64_t value;
	size_t len;
	const char *problem;
} fields[] = {
	{ 0x1f1, 20, 1, "truncated" },
	{ 0x1f4, 1, 4, "longer than its header says" },
	{ 0x1fe, 0, 2, "not a kernel" },
	{ 0x202, 0, 4, "not a kernel" },
	{ 0x206, 0x20b, 2, "boot protocol 2.11 is too old" },
	{ 0x20e, 0, 2, "no version" },
	{ 0x20e, 0xf000, 2, "no version" },
	{ 0x211, 0, 1, "cannot be loaded high" },
	{ 0x236, 0, 2, "not a 64-bit kernel" },
	{ 0x236, 1, 2, "cannot be loaded high" },
	{ 0x248, 0xfffffff0, 4, "outside of it" },
	{ 0x248, 0x101, 4, "no compression that is known" },
	{ 0x24c, 0xfffffff0, 4, "outside of it" },
	{ 0x24c, 3, 4, "outside of it" },
	{ 0x24c, 5000, 4, "truncated" },
};

START_TEST(test_fields)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	bzimage_add(&b, "zstd");
	bytes_put(&b, fields[_i].at, fields[_i].value, fields[_i].len);
	verify(&b, &report);
	assert_problem(&report, fields[_i].problem);
}
END_TEST

/* The unpacked length behind the payload must be right, and the payload a kernel for this
 * machine. */
START_TEST(test_payload)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t length;

	bzimage_add(&b, "zstd");
	length = BZ_SETUP + 0x100 + (b.data[0x24c] | (size_t)b.data[0x24d] << 8) - 4;
	for (size_t i = 0; i < 4; i++) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		b.data[length + i] ^= 1;
		verify(&b, &report);
		b.data[length + i] ^= 1;
		assert_problem(&report, "not to the");
	}
}
END_TEST

START_TEST(test_names)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report version = REPORT_EMPTY, arch = REPORT_EMPTY;
	struct request q = { .modules_fd = -1, .version = "6.1.0-55-amd64" };

	bzimage_add(&b, "zstd");
	make_report(request_image, q, &b, &version);
	assert_problem(&version,
		       "its own version is " IMAGE_VERSION ", not 6.1.0-55-amd64");
	q = (struct request){ .modules_fd = -1, .arch = "aarch64" };
	make_report(request_image, q, &b, &arch);
	assert_problem(&arch, "a kernel for x86_64, not for aarch64");
}
END_TEST

START_TEST(test_behind)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report zeros = REPORT_EMPTY, junk = REPORT_EMPTY;

	bzimage_add(&b, "zstd");
	bytes_zero(&b, 100);
	verify(&b, &zeros);
	assert_problem(&zeros, NULL);
	b.data[b.len - 1] = 1;
	verify(&b, &junk);
	assert_problem(&junk, "junk behind");
}
END_TEST

START_TEST(test_md5)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report good = REPORT_EMPTY, bad = REPORT_EMPTY;
	_cleanup_(digest_done) struct digest d = DIGEST_EMPTY;
	struct request q = { .modules_fd = -1 };
	char hex[DIGEST_HEX_MAX];
	uint8_t value[64];

	bzimage_add(&b, "zstd");
	ck_assert_int_eq(digest_init(&d, "MD5"), 0);
	ck_assert_int_eq(digest_update(&d, b.data, b.len, 0), 0);
	ck_assert_int_eq(digest_final(&d, value), 16);
	digest_hex(value, 16, hex);
	q.md5 = hex;
	make_report(request_image, q, &b, &good);
	assert_problem(&good, NULL);
	/* A place that no checksum of the image itself covers. */
	b.data[BZ_SETUP + 8] ^= 1;
	make_report(request_image, q, &b, &bad);
	assert_problem(&bad, "differs from what its package installed");
}
END_TEST

START_TEST(test_header_only)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	struct request q = { .modules_fd = -1,
			     .header_only = true,
			     .version = IMAGE_VERSION };

	bzimage_add(&b, "zstd");
	b.data[BZ_SETUP + 0x100 + 500] ^= 1;
	make_report(request_image, q, &b, &report);
	assert_problem(&report, NULL);
	ck_assert_ptr_null(report.sha256);
	ck_assert_ptr_null(report.authenticode);
}
END_TEST

/* --- Other machines' images -------------------------------------------------- */

static void zboot_gzip(struct bytes *b)
{
	zboot_add(b, "gzip");
}

static void zboot_zstd(struct bytes *b)
{
	zboot_add(b, "zstd");
}

static void elf(struct bytes *b)
{
	elf_kernel_add(b, 21);
}

static void gzipped(struct bytes *b)
{
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY;

	arm64_add(&kernel);
	pack_with(b, "gzip", kernel.data, kernel.len);
}

static void packed_xz(struct bytes *b)
{
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY;

	arm64_add(&kernel);
	pack_with(b, "xz", kernel.data, kernel.len);
}

static const struct {
	void (*make)(struct bytes *);
	const char *type, *arch;
} others[] = {
	{ packed_xz, "packed-image", "aarch64" },
	{ loongarch_add, "loongarch-image", "loongarch64" },
	{ s390_add, "s390-image", "s390x" },
	{ arm64_add, "arm64-image", "aarch64" },
	{ zboot_gzip, "zboot", "aarch64" },
	{ zboot_zstd, "zboot", "aarch64" },
	{ elf, "elf", "ppc64le" },
	{ gzipped, "gzip-image", "aarch64" },
};

START_TEST(test_others)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report good = REPORT_EMPTY, cut = REPORT_EMPTY,
				       arch = REPORT_EMPTY;
	struct request q = { .modules_fd = -1, .version = IMAGE_VERSION };

	others[_i].make(&b);
	make_report(request_image, q, &b, &good);
	assert_problem(&good, NULL);
	ck_assert_str_eq(good.type, others[_i].type);
	ck_assert_str_eq(good.arch, others[_i].arch);
	ck_assert_str_eq(good.version, IMAGE_VERSION);
	ck_assert_str_eq(good.build, IMAGE_BUILD);
	q.arch = "x86_64";
	make_report(request_image, q, &b, &arch);
	assert_problem(&arch, "not for x86_64");
	b.len /= 2;
	make_report(request_image, q, &b, &cut);
	assert_problem(&cut, "truncated");
}
END_TEST

/* The digest leaves out what it is told to, however the bytes arrive. */
START_TEST(test_digest_skips)
{
	static const uint8_t data[] = "0123456789abcdefghij";
	uint8_t want[64], value[64];

	for (size_t step = 1; step < sizeof(data); step++) {
		_cleanup_(digest_done) struct digest d = DIGEST_EMPTY,
						     plain = DIGEST_EMPTY;

		ck_assert_int_eq(digest_init(&d, "SHA256"), 0);
		ck_assert_int_eq(digest_init(&plain, "SHA256"), 0);
		ck_assert_int_eq(digest_skip(&d, 2, 4), 0);
		ck_assert_int_eq(digest_skip(&d, 4, 5), 0);
		ck_assert_int_eq(digest_skip(&d, 18, UINT64_MAX), 0);
		for (size_t at = 0; at < 20; at += step)
			ck_assert_int_eq(digest_update(&d, data + at,
						       20 - at < step ? 20 - at : step,
						       at),
					 0);
		ck_assert_int_eq(
			digest_update(&plain, (const uint8_t *)"0156789abcdefgh", 15, 0),
			0);
		ck_assert_int_eq(digest_final(&d, value), 32);
		ck_assert_int_eq(digest_final(&plain, want), 32);
		ck_assert_mem_eq(value, want, 32);
	}
}
END_TEST

Suite *image_suite(void)
{
	Suite *suite = suite_create("image");
	TCase *tc = tcase_create("image");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_good, 0, ARRAY_SIZE(compressions));
	tcase_add_loop_test(tc, test_cut, 0, ARRAY_SIZE(compressions));
	tcase_add_loop_test(tc, test_flip, 0, ARRAY_SIZE(checked));
	tcase_add_test(tc, test_flip_around);
	tcase_add_loop_test(tc, test_sum, 0, ARRAY_SIZE(sums));
	tcase_add_test(tc, test_sum_of_what_was_signed);
	tcase_add_loop_test(tc, test_fields, 0, ARRAY_SIZE(fields));
	tcase_add_test(tc, test_payload);
	tcase_add_test(tc, test_names);
	tcase_add_test(tc, test_behind);
	tcase_add_test(tc, test_md5);
	tcase_add_test(tc, test_header_only);
	tcase_add_loop_test(tc, test_others, 0, ARRAY_SIZE(others));
	tcase_add_test(tc, test_digest_skips);
	suite_add_tcase(suite, tc);
	return suite;
}
