// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "make_image.h"
#include "make_uki.h"
#include "verify/uki.h"

Suite *uki_suite(void);

#define AMD64 0x8664

static int read_bytes(const struct bytes *b, struct uki *ret)
{
	_cleanup_close_ int fd = bytes_file(b);

	return uki_read(fd, ret);
}

START_TEST(test_usual)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	const struct uki_profile *p;

	uki_builder_usual(&u, "\n\t root=UUID=1 ro\tquiet\x7f\n\n");
	uki_build(&u, AMD64, &b);
	ck_assert_int_eq(read_bytes(&b, &uki), 0);
	ck_assert_str_eq(uki.pe.arch, "x86_64");
	ck_assert_uint_eq(uki.pe.subsystem, 10);
	ck_assert_uint_eq(uki.n_sections, u.count);
	ck_assert_uint_eq(uki.n_profiles, 1);
	ck_assert(!uki.is_multi_profile);
	ck_assert_uint_eq(uki.stub_version, 0);
	p = &uki.profiles[0];
	ck_assert_str_eq(p->cmdline, "root=UUID=1 ro quiet");
	ck_assert_str_eq(p->uname, IMAGE_VERSION);
	ck_assert(starts_with(p->osrel, "ID=debian\nPRETTY"));
	ck_assert_ptr_null(p->id);
	ck_assert_ptr_null(p->text);
	ck_assert(!p->has_devicetree);
	ck_assert_uint_eq(p->linux_image.length, u.sections[6].data.len);
	ck_assert_mem_eq(b.data + p->linux_image.offset, u.sections[6].data.data,
			 u.sections[6].data.len);
	ck_assert_uint_eq(p->ucode.length, u.sections[5].data.len);
	ck_assert_mem_eq(b.data + p->initrd.offset, "\x28\xb5\x2f\xfd", 4);
	ck_assert_uint_eq(p->pcrsig.length, 0);
}
END_TEST

/* The base's sections count where a profile has none of its own. */
START_TEST(test_profiles)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_uki_ struct uki uki = UKI_EMPTY;

	uki_builder_text(&u, ".linux", "a kernel");
	uki_builder_text(&u, ".linux", "not the first");
	uki_builder_text(&u, ".cmdline", "quiet");
	uki_builder_text(&u, ".profile", "ID=regular\nTITLE=\"Regular boot\"\n");
	uki_builder_text(&u, ".profile", "ID=reset");
	uki_builder_text(&u, ".cmdline", "quiet reset");
	uki_builder_text(&u, ".initrd", "initrd of reset");
	uki_builder_text(&u, ".profile", "");
	uki_builder_text(&u, ".dtbauto", "tree");
	uki_builder_text(&u, ".uname", "6.1.0");
	uki_builder_text(&u, ".sdmagic", "#### LoaderInfo: systemd-stub 257.13-1 ####");
	uki_build(&u, AMD64, &b);
	ck_assert_int_eq(read_bytes(&b, &uki), 0);
	ck_assert_uint_eq(uki.n_profiles, 3);
	ck_assert(uki.is_multi_profile);
	ck_assert_uint_eq(uki.stub_version, 257);
	for (size_t i = 0; i < 3; i++)
		ck_assert_uint_eq(uki.profiles[i].linux_image.length, 8);
	ck_assert_str_eq(uki.profiles[0].cmdline, "quiet");
	ck_assert_str_eq(uki.profiles[0].id, "regular");
	ck_assert_str_eq(uki.profiles[0].title, "Regular boot");
	ck_assert_uint_eq(uki.profiles[0].initrd.length, 0);
	ck_assert_str_eq(uki.profiles[1].cmdline, "quiet reset");
	ck_assert_str_eq(uki.profiles[1].text, "ID=reset");
	ck_assert_ptr_null(uki.profiles[1].title);
	ck_assert_ptr_null(uki.profiles[1].uname);
	ck_assert_uint_eq(uki.profiles[1].initrd.length, 15);
	ck_assert(!uki.profiles[1].has_devicetree);
	ck_assert_str_eq(uki.profiles[2].cmdline, "quiet");
	ck_assert_str_eq(uki.profiles[2].uname, "6.1.0");
	ck_assert_ptr_null(uki.profiles[2].id);
	ck_assert(uki.profiles[2].has_devicetree);
}
END_TEST

/* Memory beyond the file's bytes is zeros that nobody reads; bytes beyond the memory are
 * alignment. */
START_TEST(test_lengths)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_uki_ struct uki uki = UKI_EMPTY;

	uki_builder_text(&u, ".initrd", "short");
	uki_builder_text(&u, ".linux", "kernel");
	u.sections[1].more_memory = 1 << 20;
	uki_build(&u, AMD64, &b);
	ck_assert_int_eq(read_bytes(&b, &uki), 0);
	ck_assert_uint_eq(uki.profiles[0].initrd.length, 5);
	ck_assert_uint_eq(uki.profiles[0].linux_image.length, 512);
	ck_assert_ptr_null(uki.profiles[0].cmdline);
}
END_TEST

START_TEST(test_addon)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY,
						 whole = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, c = BYTES_EMPTY;
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	_cleanup_close_ int fd = -1, other = -1;

	uki_builder_text(&u, ".cmdline", "more");
	uki_build(&u, AMD64, &b);
	fd = bytes_file(&b);
	ck_assert_int_eq(uki_read(fd, &uki), -ENOEXEC);
	ck_assert_uint_eq(uki.n_profiles, 0);
	ck_assert_int_eq(uki_read_addon(fd, &uki), 0);
	ck_assert_str_eq(uki.profiles[0].cmdline, "more");
	uki_done(&uki);
	uki_builder_usual(&whole, NULL);
	uki_build(&whole, AMD64, &c);
	other = bytes_file(&c);
	ck_assert_int_eq(uki_read_addon(other, &uki), -ENOEXEC);
}
END_TEST

static const struct {
	size_t section; /* whose header; or SIZE_MAX: @at counts from the file's start */
	size_t at;
	uint64_t value;
	size_t len;
	int result;
} broken[] = {
	{ SIZE_MAX, 0, 0, 2, -ENOEXEC },
	{ SIZE_MAX, 0x3c, 0xfffffff0, 4, -ENOEXEC },
	{ SIZE_MAX, 0x3c, 0x7fffffff, 4, -ENOEXEC },
	{ SIZE_MAX, 0x80, 0, 4, -ENOEXEC },
	{ SIZE_MAX, 0x98, 0x777, 2, -ENOEXEC },
	{ SIZE_MAX, 0x86, 0, 2, -ENOEXEC },
	{ SIZE_MAX, 0x86, 1025, 2, -E2BIG },
	{ SIZE_MAX, 0x86, 0xffff, 2, -E2BIG },
	{ SIZE_MAX, 0x94, 0xffff, 2, -EBADMSG }, /* the table lies outside */
	{ 6, 16, 0xffffffff, 4, -EBADMSG },
	{ 6, 20, 0xffffffff, 4, -EBADMSG },
	{ 0, 20, 0x7fffffff, 4, -EBADMSG },
	{ 2, 8, 0, 4, 0 }, /* an empty text */
	{ 6, 0, 'x', 1, -ENOEXEC },
};

START_TEST(test_broken)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	size_t base = broken[_i].section == SIZE_MAX
			      ? 0
			      : uki_section_header(broken[_i].section);

	uki_builder_usual(&u, "quiet");
	uki_build(&u, AMD64, &b);
	bytes_zero(&b, 64 * 1024);
	bytes_put(&b, base + broken[_i].at, broken[_i].value, broken[_i].len);
	ck_assert_int_eq(read_bytes(&b, &uki), broken[_i].result);
	if (broken[_i].result == 0)
		ck_assert_str_eq(uki.profiles[0].cmdline, "");
	else
		ck_assert_ptr_null(uki.profiles);
}
END_TEST

START_TEST(test_limits)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, c = BYTES_EMPTY, text = BYTES_EMPTY;
	_cleanup_uki_ struct uki uki = UKI_EMPTY;

	bytes_zero(&text, UKI_TEXT_MAX + 1);
	memset(text.data, 'a', text.len);
	uki_builder_text(&u, ".linux", "kernel");
	uki_builder_add(&u, ".cmdline", text.data, UKI_TEXT_MAX);
	uki_build(&u, AMD64, &b);
	ck_assert_int_eq(read_bytes(&b, &uki), 0);
	ck_assert_uint_eq(strlen(uki.profiles[0].cmdline), UKI_TEXT_MAX);
	uki_done(&uki);
	bytes_add(&u.sections[1].data, "a", 1);
	uki_build(&u, AMD64, &c);
	ck_assert_int_eq(read_bytes(&c, &uki), -E2BIG);
}
END_TEST

/* Whatever is cut off or turned over: an answer, and nothing left behind (the sanitizers
 * watch). */
START_TEST(test_cut_and_flip)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t len, whole = 0;

	uki_builder_usual(&u, "quiet");
	uki_build(&u, AMD64, &b);
	for (len = 0; len < b.len; len += len < 2048 ? 7 : 997) {
		const struct bytes cut = { b.data, len };
		struct uki uki = UKI_EMPTY;

		ck_assert_int_lt(read_bytes(&cut, &uki), 0);
	}
	for (size_t at = 0; at < 2048; at++) {
		struct uki uki = UKI_EMPTY;

		b.data[at] ^= 0xff;
		whole += read_bytes(&b, &uki) == 0;
		uki_done(&uki);
		b.data[at] ^= 0xff;
	}
	ck_assert_uint_gt(whole, 1000); /* most bytes of a header mean nothing here */
}
END_TEST

Suite *uki_suite(void)
{
	Suite *suite = suite_create("uki");
	TCase *tc = tcase_create("uki");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_usual);
	tcase_add_test(tc, test_profiles);
	tcase_add_test(tc, test_lengths);
	tcase_add_test(tc, test_addon);
	tcase_add_loop_test(tc, test_broken, 0, ARRAY_SIZE(broken));
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_cut_and_flip);
	suite_add_tcase(suite, tc);
	return suite;
}
