// SPDX-License-Identifier: GPL-2.0-or-later
/* Unified images through warmboot-read: all of what they boot is looked at. */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "make_image.h"
#include "make_report.h"
#include "make_uki.h"

Suite *unified_suite(void);

#define AMD64 0x8664

/* Sections of what uki_builder_usual() makes. */
enum { OSREL = 1, CMDLINE, UNAME, INITRD, UCODE, LINUX };

static const struct request usual = { .modules_fd = -1,
				      .version = IMAGE_VERSION,
				      .arch = "x86_64" };

static void verify(const struct uki_builder *u, struct request q, struct report *ret)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	uki_build(u, AMD64, &b);
	make_report(request_image, q, &b, ret);
}

START_TEST(test_good)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	uki_builder_usual(&u, "root=UUID=1 \"quiet $x\"");
	bytes_add(&u.sections[UNAME].data, "\n", 1);
	verify(&u, usual, &report);
	assert_problem(&report, NULL);
	ck_assert_str_eq(report.type, "uki");
	ck_assert_str_eq(report.inner, "bzImage");
	ck_assert_str_eq(report.version, IMAGE_VERSION);
	ck_assert_str_eq(report.build, IMAGE_BUILD);
	ck_assert_str_eq(report.arch, "x86_64");
	ck_assert_str_eq(report.cmdline, "root=UUID=1 \"quiet $x\"");
	ck_assert_str_eq(report.os, "Debian GNU/Linux 12");
	ck_assert_uint_eq(report.init_size, 50 << 20);
	ck_assert_uint_eq(report.sections.count, u.count);
	ck_assert(strv_mentions(&report.sections, "name=.linux offset="));
	ck_assert_uint_eq(report.segments.count, 2);
	ck_assert(strv_mentions(&report.segments, "kind=microcode"));
	ck_assert(strv_mentions(&report.modules, IMAGE_VERSION));
	ck_assert_uint_eq(report.profiles.count, 0);
	ck_assert(!report.is_signed && !report.is_inner_signed);
}
END_TEST

/* A bit turned over anywhere in the kernel's or the initramfs' compressed bytes. */
START_TEST(test_flip)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	static const size_t sections[] = { INITRD, LINUX };
	struct bytes *data;
	size_t from, to;

	uki_builder_usual(&u, "quiet");
	data = &u.sections[sections[_i]].data;
	from = _i ? BZ_SETUP + 0x100 + 10 : 10;
	to = _i ? from + 9000 : data->len;
	for (size_t at = from; at < to; at += 1 + at % 211) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		data->data[at] ^= (uint8_t)(1 << (at % 8));
		verify(&u, usual, &report);
		data->data[at] ^= (uint8_t)(1 << (at % 8));
		ck_assert_msg(!report.ok, "bit flipped at %zu", at);
		assert_problem(&report, _i ? ".linux: " : ".initrd: ");
	}
}
END_TEST

START_TEST(test_cut)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	uki_builder_usual(&u, "quiet");
	uki_build(&u, AMD64, &b);
	for (size_t len = 0; len < b.len; len += len < 2048 ? 61 : 1021) {
		const struct bytes cut = { b.data, len };
		_cleanup_report_ struct report report = REPORT_EMPTY;

		make_report(request_image, usual, &cut, &report);
		ck_assert_msg(!report.ok, "cut to %zu of %zu", len, b.len);
	}
}
END_TEST

static void other_version(struct uki_builder *u, struct request *q)
{
	(void)u;
	q->version = "6.1.0-55-amd64";
}

static void other_machine(struct uki_builder *u, struct request *q)
{
	(void)u;
	q->arch = "aarch64";
}

static void other_uname(struct uki_builder *u, struct request *q)
{
	(void)q;
	u->sections[UNAME].data.data[0] = '5';
}

static void longer_uname(struct uki_builder *u, struct request *q)
{
	(void)q;
	bytes_add(&u->sections[UNAME].data, "x", 1);
}

static void other_modules(struct uki_builder *u, struct request *q)
{
	(void)q;
	bytes_done(&u->sections[INITRD].data);
	cpio_initramfs_add(&u->sections[INITRD].data, "", "6.1.0-55-amd64");
}

static void only_microcode(struct uki_builder *u, struct request *q)
{
	(void)q;
	bytes_done(&u->sections[INITRD].data);
	cpio_microcode_add(&u->sections[INITRD].data);
}

static void text_for_kernel(struct uki_builder *u, struct request *q)
{
	(void)q;
	bytes_done(&u->sections[LINUX].data);
	bytes_add(&u->sections[LINUX].data, "text", 4);
}

static void nested(struct uki_builder *u, struct request *q)
{
	_cleanup_uki_builder_ struct uki_builder inner = UKI_BUILDER_EMPTY;

	(void)q;
	uki_builder_usual(&inner, NULL);
	bytes_done(&u->sections[LINUX].data);
	uki_build(&inner, AMD64, &u->sections[LINUX].data);
}

static void no_such_profile(struct uki_builder *u, struct request *q)
{
	(void)u;
	q->profile = 1;
}

static void huge_text(struct uki_builder *u, struct request *q)
{
	(void)q;
	bytes_zero(&u->sections[UNAME].data, 1000);
}

static void signed_wrong(struct uki_builder *u, struct request *q)
{
	(void)q;
	image_sign(&u->sections[LINUX].data);
	u->sections[LINUX].data.data[BZ_SETUP + 8] ^= 1;
}

static const struct {
	void (*change)(struct uki_builder *, struct request *);
	const char *problem;
} wrong[] = {
	{ other_version, ".linux: its own version is " IMAGE_VERSION ", not" },
	{ other_machine, "a kernel for x86_64, not for aarch64" },
	{ other_uname, ".uname says 5.1.0-56-amd64, but the kernel is " IMAGE_VERSION },
	{ longer_uname, ".uname says " IMAGE_VERSION "x, but" },
	{ other_modules, ".initrd: made for another kernel" },
	{ only_microcode, ".initrd: nothing in it but early parts" },
	{ text_for_kernel, ".linux: not a kernel image" },
	{ nested, "a unified image in a unified image" },
	{ no_such_profile, "no profile @1" },
	{ huge_text, "than are read here" },
	{ signed_wrong, ".linux: it differs from what was signed" },
};

START_TEST(test_wrong)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	struct request q = usual;

	uki_builder_usual(&u, "quiet");
	wrong[_i].change(&u, &q);
	verify(&u, q, &report);
	assert_problem(&report, wrong[_i].problem);
}
END_TEST

/* Modules of another version are fine where the entry needs none. */
START_TEST(test_optional)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	struct request q = usual;

	uki_builder_usual(&u, "quiet");
	other_modules(&u, &q);
	q.modules_optional = true;
	verify(&u, q, &report);
	assert_problem(&report, NULL);
}
END_TEST

/* Each profile is verified with its own sections. */
START_TEST(test_profiles)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_report_ struct report first = REPORT_EMPTY, second = REPORT_EMPTY;
	struct request q = usual;

	uki_builder_usual(&u, "quiet");
	uki_builder_text(&u, ".profile", "ID=main\nTITLE=\"The usual\"\n");
	uki_builder_text(&u, ".profile", "ID=broken\n");
	uki_builder_text(&u, ".cmdline", "reset");
	uki_builder_text(&u, ".initrd", "no initramfs");
	verify(&u, q, &first);
	assert_problem(&first, NULL);
	ck_assert_str_eq(first.cmdline, "quiet");
	ck_assert_uint_eq(first.profiles.count, 2);
	ck_assert_str_eq(first.profiles.items[0],
			 "@0 id=main title=The usual cmdline=quiet");
	q.profile = 1;
	verify(&u, q, &second);
	assert_problem(&second, ".initrd: ");
	ck_assert_str_eq(second.cmdline, "reset");
}
END_TEST

START_TEST(test_signed)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report inner = REPORT_EMPTY, both = REPORT_EMPTY,
				       changed = REPORT_EMPTY;

	uki_builder_usual(&u, "quiet");
	image_sign(&u.sections[LINUX].data);
	u.sections[LINUX].more_memory = 1 << 20;
	uki_build(&u, AMD64, &b);
	make_report(request_image, usual, &b, &inner);
	assert_problem(&inner, NULL);
	ck_assert(inner.is_inner_signed && !inner.is_signed);
	ck_assert_str_eq(inner.authenticode, "none");
	image_sign(&b);
	make_report(request_image, usual, &b, &both);
	assert_problem(&both, NULL);
	ck_assert(both.is_inner_signed && both.is_signed);
	ck_assert_str_eq(both.authenticode, "match");
	b.data[uki_section_header(0) + 13] ^= 1;
	make_report(request_image, usual, &b, &changed);
	assert_problem(&changed, "differs from what was signed");
}
END_TEST

/* Without reading the contents: only what the headers tell is wrong. */
START_TEST(test_header_only)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_report_ struct report good = REPORT_EMPTY, bad = REPORT_EMPTY;
	struct request q = usual;

	uki_builder_usual(&u, "quiet");
	u.sections[INITRD].data.data[40] ^= 1;
	q.header_only = true;
	verify(&u, q, &good);
	assert_problem(&good, NULL);
	q.version = "6.1.0-1";
	verify(&u, q, &bad);
	assert_problem(&bad, "its own version");
}
END_TEST

/* --- Unpacking --------------------------------------------------------------- */

static const char *const compressions[] = { "gzip", "xz",    "lzma", "zstd",
					    "lz4",  "bzip2", "lzo" };

static void check_unpacked(const struct bytes *packed, const struct bytes *kernel)
{
	_cleanup_report_ struct report report = REPORT_EMPTY;
	_cleanup_close_ int to = memfd_create("to", MFD_CLOEXEC);
	_cleanup_free_ uint8_t *out = malloc(kernel->len + 1);

	make_report(request_unpack,
		    (struct request){ .modules_fd = -1,
				      .version = IMAGE_VERSION,
				      .unpack_to = &to },
		    packed, &report);
	assert_problem(&report, NULL);
	ck_assert_uint_eq(report.unpacked, kernel->len);
	ck_assert_int_eq(pread(to, out, kernel->len + 1, 0), (ssize_t)kernel->len);
	ck_assert_mem_eq(out, kernel->data, kernel->len);
}

START_TEST(test_unpack)
{
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY, whole = BYTES_EMPTY,
				     zboot = BYTES_EMPTY;

	arm64_add(&kernel);
	pack_with(&whole, compressions[_i], kernel.data, kernel.len);
	check_unpacked(&whole, &kernel);
	zboot_add(&zboot, compressions[_i]);
	check_unpacked(&zboot, &kernel);
}
END_TEST

START_TEST(test_unpack_refused)
{
	_cleanup_bytes_ struct bytes plain = BYTES_EMPTY, zboot = BYTES_EMPTY;
	_cleanup_report_ struct report nothing = REPORT_EMPTY, full = REPORT_EMPTY;
	_cleanup_close_ int to = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct request q = { .modules_fd = -1, .unpack_to = &to };

	arm64_add(&plain);
	make_report(request_unpack, q, &plain, &nothing);
	assert_problem(&nothing, "nothing to unpack");
	zboot_add(&zboot, "zstd");
	make_report(request_unpack, q, &zboot, &full);
	assert_problem(&full, "cannot be written");
}
END_TEST

Suite *unified_suite(void)
{
	Suite *suite = suite_create("unified");
	TCase *tc = tcase_create("unified");

	tcase_set_timeout(tc, 120);
	tcase_add_test(tc, test_good);
	tcase_add_loop_test(tc, test_flip, 0, 2);
	tcase_add_test(tc, test_cut);
	tcase_add_loop_test(tc, test_wrong, 0, ARRAY_SIZE(wrong));
	tcase_add_test(tc, test_optional);
	tcase_add_test(tc, test_profiles);
	tcase_add_test(tc, test_signed);
	tcase_add_test(tc, test_header_only);
	tcase_add_loop_test(tc, test_unpack, 0, ARRAY_SIZE(compressions));
	tcase_add_test(tc, test_unpack_refused);
	suite_add_tcase(suite, tc);
	return suite;
}
