// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "make_image.h"
#include "make_uki.h"
#include "verify/loadable.h"

Suite *kernel_header_suite(void);

static void elf_ppc64(struct bytes *b)
{
	elf_kernel_add(b, 21);
}

static void bz_zstd(struct bytes *b)
{
	bzimage_add(b, "zstd");
}

static void zboot_gzip(struct bytes *b)
{
	zboot_add(b, "gzip");
}

static void gzipped(struct bytes *b)
{
	pack_with(b, "gzip", "text", 4);
}

static void text(struct bytes *b)
{
	bytes_add(b, "just text", 9);
}

static void uki(struct bytes *b)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;

	uki_builder_usual(&u, "quiet");
	uki_build(&u, 0x8664, b);
}

/* Without a header that tells: the claim beside the kernel is what there is. */
static void uki_arm64(struct bytes *b)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY;

	zboot_add(&kernel, "gzip");
	uki_builder_add(&u, ".linux", kernel.data, kernel.len);
	uki_builder_text(&u, ".uname", "6.1.0-claimed");
	uki_build(&u, 0xaa64, b);
}

static void pe_without_kernel(struct bytes *b)
{
	uki(b);
	memcpy(b->data + uki_section_header(6), ".other\0", 7);
}

static void packed_zstd(struct bytes *b)
{
	pack_with(b, "zstd", "text", 4);
}

static const struct {
	void (*make)(struct bytes *);
	enum kernel_type type;
	const char *name, *arch, *version;
	bool exact, has_size;
} kinds[] = {
	{ bz_zstd, KERNEL_BZIMAGE, "bzImage", "x86_64", IMAGE_VERSION, true, true },
	{ arm64_add, KERNEL_ARM64, "arm64-image", "aarch64", "", false, true },
	{ zboot_gzip, KERNEL_ZBOOT, "zboot", "aarch64", "", false, true },
	{ elf_ppc64, KERNEL_ELF, "elf", "ppc64le", "", false, true },
	{ uki, KERNEL_UKI, "uki", "x86_64", IMAGE_VERSION, false, true },
	{ uki_arm64, KERNEL_UKI, "uki", "aarch64", "6.1.0-claimed", false, true },
	{ s390_add, KERNEL_S390, "s390-image", "s390x", IMAGE_VERSION, false, false },
	{ loongarch_add, KERNEL_LOONGARCH, "loongarch-image", "loongarch64", "", false,
	  true },
	{ packed_zstd, KERNEL_PACKED, "packed-image", NULL, "", false, false },
	{ gzipped, KERNEL_GZIP, "gzip-image", NULL, "", false, false },
	{ text, KERNEL_UNKNOWN, "unknown", NULL, "", false, false },
	{ pe_without_kernel, KERNEL_UNKNOWN, "unknown", "x86_64", "", false, false },
};

START_TEST(test_kinds)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_close_ int fd = -1;
	struct kernel_header h;

	kinds[_i].make(&b);
	fd = bytes_file(&b);
	ck_assert_int_eq(kernel_header_read(fd, &h), 0);
	ck_assert_int_eq(h.type, kinds[_i].type);
	ck_assert_str_eq(kernel_type_name(h.type), kinds[_i].name);
	ck_assert_pstr_eq(h.arch, kinds[_i].arch);
	ck_assert_str_eq(h.version, kinds[_i].version);
	ck_assert_int_eq(h.size_is_exact, kinds[_i].exact);
	ck_assert_uint_eq(h.size, kinds[_i].has_size ? b.len : 0);
}
END_TEST

START_TEST(test_bzimage_fields)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_close_ int fd = -1;
	struct kernel_header h;

	bz_zstd(&b);
	image_sign(&b);
	fd = bytes_file(&b);
	ck_assert_int_eq(kernel_header_read(fd, &h), 0);
	ck_assert_str_eq(h.build, IMAGE_BUILD);
	ck_assert_uint_eq(h.protocol, 0x20f);
	ck_assert_uint_eq(h.cmdline_max, 2047);
	ck_assert_uint_eq(h.init_size, 50 << 20);
	ck_assert_uint_eq(h.payload_offset, BZ_SETUP + 0x100);
	ck_assert_mem_eq(b.data + h.payload_offset, "\x28\xb5\x2f\xfd", 4);
	ck_assert_uint_eq(h.size, b.len);
	ck_assert_uint_eq(h.body_size, h.cert_offset);
	ck_assert_uint_eq(h.cert_offset + h.cert_size, b.len);
	ck_assert_uint_eq(h.cert_entry_offset, BZ_CERT_ENTRY);
}
END_TEST

/* Whatever is cut off, the parser stays within what it was given (the sanitizers watch).
 */
START_TEST(test_cut)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	kinds[_i].make(&b);
	for (size_t len = 0; len < b.len && len < KERNEL_HEADER_BYTES; len++) {
		_cleanup_free_ uint8_t *copy = malloc(len + 1);
		struct kernel_header h;

		memcpy(copy, b.data, len);
		kernel_header_parse(copy, len, &h);
		ck_assert_ptr_nonnull(kernel_type_name(h.type));
	}
}
END_TEST

/* Every header field at its extremes: no crash, no endless loop. */
START_TEST(test_extremes)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t len;

	kinds[_i].make(&b);
	len = b.len < KERNEL_HEADER_BYTES ? b.len : KERNEL_HEADER_BYTES;
	for (size_t at = 0; at + 4 <= len; at++) {
		struct kernel_header h;
		uint8_t was[4];

		memcpy(was, b.data + at, 4);
		memset(b.data + at, 0xff, 4);
		kernel_header_parse(b.data, len, &h);
		memcpy(b.data + at, was, 4);
	}
}
END_TEST

static const struct {
	const char *text;
	int result;
	const char *version, *build;
} versions[] = {
	{ "6.1.0-56-amd64 (a@b) #1 SMP x", 0, "6.1.0-56-amd64", "#1 SMP x" },
	{ "6.12.107+deb13 (a@b) (gcc 12) #3 x\nmore", 0, "6.12.107+deb13", "#3 x" },
	{ "6.1.0", 0, "6.1.0", "" },
	{ "6.1.0 (no build)", 0, "6.1.0", "" },
	{ "", -EBADMSG, "", "" },
	{ " 6.1", -EBADMSG, "", "" },
	{ "vmlinuz", -EBADMSG, "", "" },
	{ "\1776.1", -EBADMSG, "", "" },
	{ "6.1234567890123456789012345678901234567890123456789012345678901234 #1",
	  -EBADMSG, "", "" },
};

START_TEST(test_version)
{
	struct kernel_header h = { .version = "old", .build = "old" };
	const char *s = versions[_i].text;

	ck_assert_int_eq(kernel_header_set_version(&h, (const uint8_t *)s, strlen(s)),
			 versions[_i].result);
	ck_assert_str_eq(h.version, versions[_i].version);
	ck_assert_str_eq(h.build, versions[_i].build);
}
END_TEST

/* What stands behind the kernel in its section is not given to the kernel that loads it:
 * its signature would not hold. */
START_TEST(test_uki_kernel)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, kernel = BYTES_EMPTY;
	_cleanup_uki_ struct uki image = UKI_EMPTY;
	_cleanup_close_ int fd = -1;
	struct kernel_header h;

	bzimage_add(&kernel, "gzip");
	image_sign(&kernel);
	uki_builder_text(&u, ".initrd", "x");
	uki_builder_add(&u, ".linux", kernel.data, kernel.len);
	u.sections[1].more_memory = 50 << 20;
	uki_build(&u, 0x8664, &b);
	fd = bytes_file(&b);
	ck_assert_int_eq(uki_read(fd, &image), 0);
	ck_assert_int_eq(kernel_header_read_uki(fd, &image.profiles[0], &h), 0);
	ck_assert_int_eq(h.type, KERNEL_BZIMAGE);
	ck_assert_str_eq(h.version, IMAGE_VERSION);
	ck_assert(!h.version_is_claim);
	ck_assert_uint_gt(image.profiles[0].linux_image.length, kernel.len);
	ck_assert_uint_eq(uki_kernel_length(&h, &image.profiles[0]), kernel.len);
	ck_assert_int_eq(kernel_header_read(fd, &h), 0);
	ck_assert_int_eq(h.type, KERNEL_UKI);
	ck_assert_int_eq(h.inner, KERNEL_BZIMAGE);
	ck_assert_uint_eq(h.init_size, 50 << 20);
}
END_TEST

static const struct {
	const char *machine;
	enum kernel_type type;
	enum kernel_way way;
} ways[] = {
	{ "x86_64", KERNEL_BZIMAGE, KERNEL_DIRECT },
	{ "x86_64", KERNEL_UKI, KERNEL_REFUSED },
	{ "x86_64", KERNEL_ELF, KERNEL_REFUSED },
	{ "x86_64", KERNEL_GZIP, KERNEL_REFUSED },
	{ "i686", KERNEL_BZIMAGE, KERNEL_REFUSED },
	{ "aarch64", KERNEL_ARM64, KERNEL_DIRECT },
	{ "aarch64", KERNEL_ZBOOT, KERNEL_UNPACK },
	{ "aarch64", KERNEL_BZIMAGE, KERNEL_REFUSED },
	{ "loongarch64", KERNEL_ZBOOT, KERNEL_UNPACK },
	{ "ppc64le", KERNEL_ELF, KERNEL_DIRECT },
	{ "ppc64le", KERNEL_ZBOOT, KERNEL_REFUSED },
	{ "s390x", KERNEL_S390, KERNEL_DIRECT },
	{ "s390x", KERNEL_UNKNOWN, KERNEL_REFUSED },
	{ "riscv64", KERNEL_PACKED, KERNEL_UNPACK },
	{ "vax", KERNEL_ELF, KERNEL_REFUSED },
};

START_TEST(test_ways)
{
	ck_assert_int_eq(kernel_way(ways[_i].machine, ways[_i].type), ways[_i].way);
}
END_TEST

START_TEST(test_cmdline_room)
{
	struct kernel_header h = { .arch = "x86_64", .cmdline_max = 2047 };

	ck_assert_uint_eq(kernel_cmdline_room(&h), 2017); /* measured on 6.1, 6.12, 7.3 */
	h = (struct kernel_header){ .arch = "aarch64" };
	ck_assert_uint_eq(kernel_cmdline_room(&h), 2048);
	h = (struct kernel_header){ .arch = "s390x", .cmdline_max = 894 };
	ck_assert_uint_eq(kernel_cmdline_room(&h), 895);
}
END_TEST

Suite *kernel_header_suite(void)
{
	Suite *suite = suite_create("kernel_header");
	TCase *tc = tcase_create("kernel_header");

	tcase_add_loop_test(tc, test_kinds, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tc, test_bzimage_fields);
	tcase_add_loop_test(tc, test_cut, 0, ARRAY_SIZE(kinds));
	tcase_add_loop_test(tc, test_extremes, 0, ARRAY_SIZE(kinds));
	tcase_add_test(tc, test_uki_kernel);
	tcase_add_loop_test(tc, test_ways, 0, ARRAY_SIZE(ways));
	tcase_add_test(tc, test_cmdline_room);
	tcase_add_loop_test(tc, test_version, 0, ARRAY_SIZE(versions));
	suite_add_tcase(suite, tc);
	return suite;
}
