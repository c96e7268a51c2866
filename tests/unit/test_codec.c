// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>
#include <zlib.h>

#include "make_archive.h"
#include "read/codec.h"

Suite *codec_suite(void);

#define PLAIN_LEN ((size_t)30000)

static const struct {
	const char *how, *codec;
	bool checked;
} forms[] = {
	{ "gzip", "gzip", true },   { "xz", "xz", true },
	{ "xz-none", "xz", false }, { "lzma", "lzma", false },
	{ "zstd", "zstd", true },   { "zstd-nocheck", "zstd", false },
	{ "lz4", "lz4", false },    { "lz4-small", "lz4", false },
	{ "bzip2", "bzip2", true }, { "lzo", "lzo", true },
};

/* How unpacking went: the last result, what came out, how much of the input was used. */
struct outcome {
	int result;
	bool checked;
	struct bytes out;
	size_t used;
	const char *problem;
};

/* Unpacks @in in pieces of @step bytes, as it may arrive from a file. */
static void unpack(const uint8_t *in, size_t len, size_t step, uint64_t max,
		   struct outcome *ret)
{
	struct decoder d = DECODER_EMPTY;
	const struct codec *codec = codec_find(in, len, NULL);
	size_t at = 0, used;

	*ret = (struct outcome){ .result = -ENOENT };
	if (!codec)
		return;
	ret->result =
		decoder_begin(&d, codec, max, in, len < CODEC_HEAD ? len : CODEC_HEAD);
	ret->problem = d.io.problem;
	if (ret->result < 0)
		return;
	do {
		size_t n = len - at < step ? len - at : step;

		ret->result = decoder_step(&d, in + at, n, at + n == len, &used);
		ck_assert_uint_le(used, n);
		at += used;
		if (ret->result >= 0)
			bytes_add(&ret->out, d.io.out, d.io.out_len);
	} while (ret->result == CODEC_MORE);
	ck_assert(ret->result > 0 || d.io.problem);
	ret->problem = d.io.problem;
	ret->checked = d.checked;
	ret->used = at;
	decoder_done(&d);
}

static void make(size_t form, struct bytes *plain, struct bytes *packed)
{
	bytes_noise(plain, PLAIN_LEN, 1);
	pack_with(packed, forms[form].how, plain->data, plain->len);
}

START_TEST(test_round_trip)
{
	static const size_t steps[] = { 1, 7, 4096, SIZE_MAX };
	_cleanup_bytes_ struct bytes plain = BYTES_EMPTY, packed = BYTES_EMPTY;

	make((size_t)_i, &plain, &packed);
	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		struct outcome o;

		unpack(packed.data, packed.len, steps[i], UINT64_MAX, &o);
		ck_assert_int_eq(o.result, CODEC_END);
		ck_assert_uint_eq(o.used, packed.len);
		ck_assert_int_eq(o.checked, forms[_i].checked);
		ck_assert_uint_eq(o.out.len, plain.len);
		ck_assert_mem_eq(o.out.data, plain.data, plain.len);
		bytes_done(&o.out);
	}
}
END_TEST

/* What follows a member is not its own: the end must be found to the byte. */
START_TEST(test_end_is_exact)
{
	_cleanup_bytes_ struct bytes plain = BYTES_EMPTY, packed = BYTES_EMPTY;
	size_t len;
	struct outcome o;

	make((size_t)_i, &plain, &packed);
	len = packed.len;
	bytes_zero(&packed, 8);
	if (strncmp(forms[_i].how, "lz4", 3) != 0)
		bytes_add(&packed, "070701 and more", 15);
	unpack(packed.data, packed.len, SIZE_MAX, UINT64_MAX, &o);
	ck_assert_int_eq(o.result, CODEC_END);
	/* lz4 has no end but the length 0 of a next block, which is then its own. */
	ck_assert_uint_eq(o.used, strncmp(forms[_i].how, "lz4", 3) ? len : len + 4);
	ck_assert_uint_eq(o.out.len, plain.len);
	bytes_done(&o.out);
}
END_TEST

/* A cut is always found, but in lz4, where it may fall between blocks: then less comes
 * out. */
START_TEST(test_cut)
{
	_cleanup_bytes_ struct bytes plain = BYTES_EMPTY, packed = BYTES_EMPTY;

	make((size_t)_i, &plain, &packed);
	for (size_t len = packed.len - 1; len > 8;
	     len -= len > 200 && len < packed.len - 20 ? 97 : 1) {
		struct outcome o;

		unpack(packed.data, len, SIZE_MAX, UINT64_MAX, &o);
		ck_assert(o.result < 0 || (strncmp(forms[_i].how, "lz4", 3) == 0 &&
					   o.out.len < plain.len));
		bytes_done(&o.out);
	}
}
END_TEST

/* A flipped bit must be found wherever there is a checksum, unless it changes nothing
 * that comes out. */
START_TEST(test_flip)
{
	_cleanup_bytes_ struct bytes plain = BYTES_EMPTY, packed = BYTES_EMPTY;
	size_t found = 0, tried = 0;

	make((size_t)_i, &plain, &packed);
	for (size_t at = 0; at < packed.len;
	     at += at < 64 || at + 64 > packed.len ? 1 : 211) {
		uint8_t bit = (uint8_t)(1 << (at % 8));
		struct outcome o;

		packed.data[at] ^= bit;
		unpack(packed.data, packed.len, SIZE_MAX, (uint64_t)64 << 20, &o);
		packed.data[at] ^= bit;
		tried++;
		found += o.result < 0;
		if (forms[_i].checked && o.result == CODEC_END) {
			ck_assert_uint_eq(o.out.len, plain.len);
			ck_assert_mem_eq(o.out.data, plain.data, plain.len);
		}
		bytes_done(&o.out);
	}
	if (forms[_i].checked)
		ck_assert_uint_ge(found, tried * 9 / 10);
}
END_TEST

START_TEST(test_bomb)
{
	_cleanup_bytes_ struct bytes plain = BYTES_EMPTY, packed = BYTES_EMPTY;
	struct outcome o;

	bytes_zero(&plain, 1 << 20);
	pack_with(&packed, forms[_i].how, plain.data, plain.len);
	unpack(packed.data, packed.len, SIZE_MAX, 100000, &o);
	ck_assert_int_eq(o.result, -E2BIG);
	ck_assert_uint_le(o.out.len, 100000);
	bytes_done(&o.out);
}
END_TEST

START_TEST(test_xz_check)
{
	_cleanup_bytes_ struct bytes packed = BYTES_EMPTY;
	struct outcome o;

	pack_with(&packed, "xz-crc64", "text", 4);
	unpack(packed.data, packed.len, SIZE_MAX, UINT64_MAX, &o);
	ck_assert_int_eq(o.result, -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(o.problem, "xz check"));
}
END_TEST

START_TEST(test_gzip_fields)
{
	_cleanup_bytes_ struct bytes packed = BYTES_EMPTY;
	struct outcome o;

	pack_with(&packed, "gzip", "text", 4);
	packed.data[3] = 4;
	unpack(packed.data, packed.len, SIZE_MAX, UINT64_MAX, &o);
	ck_assert_int_eq(o.result, -EOPNOTSUPP);
}
END_TEST

/* A frame header that asks for a window of 256 MiB: exponent 18 above 2^10. */
START_TEST(test_zstd_window)
{
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 18 << 3, 0x01,
					 0x00, 0x00, 0,	   0,	 0,    0,	0 };
	struct outcome o;

	unpack(frame, sizeof(frame), SIZE_MAX, UINT64_MAX, &o);
	ck_assert_int_eq(o.result, -EOPNOTSUPP);
	ck_assert_ptr_nonnull(strstr(o.problem, "window"));
	bytes_done(&o.out);
}
END_TEST

START_TEST(test_lzo_flags)
{
	static const size_t flags = 9 + 8 + 3, sum = 9 + 25;
	_cleanup_bytes_ struct bytes packed = BYTES_EMPTY;
	uint32_t adler;
	struct outcome o;

	pack_with(&packed, "lzo", "text", 4);
	packed.data[flags] = 3; /* a second checksum a block */
	adler = (uint32_t)adler32(1, packed.data + 9, 25);
	for (size_t i = 0; i < 4; i++)
		packed.data[sum + i] = (uint8_t)(adler >> (24 - 8 * i));
	unpack(packed.data, packed.len, SIZE_MAX, UINT64_MAX, &o);
	ck_assert_int_eq(o.result, -EOPNOTSUPP);
	packed.data[sum] ^= 1;
	unpack(packed.data, packed.len, SIZE_MAX, UINT64_MAX, &o);
	ck_assert_int_eq(o.result, -EBADMSG);
}
END_TEST

START_TEST(test_lz4_frame)
{
	const char *problem = NULL;

	ck_assert_ptr_null(codec_find((const uint8_t *)"\x04\x22\x4d\x18", 4, &problem));
	ck_assert_ptr_nonnull(strstr(problem, "lz4"));
	ck_assert_ptr_null(codec_find((const uint8_t *)"text", 4, &problem));
	ck_assert_ptr_null(problem);
	ck_assert_ptr_null(codec_find((const uint8_t *)"\x28\xb5\x2f", 3, &problem));
}
END_TEST

Suite *codec_suite(void)
{
	Suite *suite = suite_create("codec");
	TCase *tc = tcase_create("codec");
	int n = (int)ARRAY_SIZE(forms);

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_round_trip, 0, n);
	tcase_add_loop_test(tc, test_end_is_exact, 0, n);
	tcase_add_loop_test(tc, test_cut, 0, n);
	tcase_add_loop_test(tc, test_flip, 0, n);
	tcase_add_loop_test(tc, test_bomb, 0, n);
	tcase_add_test(tc, test_xz_check);
	tcase_add_test(tc, test_gzip_fields);
	tcase_add_test(tc, test_zstd_window);
	tcase_add_test(tc, test_lzo_flags);
	tcase_add_test(tc, test_lz4_frame);
	suite_add_tcase(suite, tc);
	return suite;
}
