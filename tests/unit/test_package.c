// SPDX-License-Identifier: GPL-2.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <check.h>
#include <errno.h>
#include <locale.h>
#include <string.h>

#include "make_image.h"
#include "make_report.h"
#include "make_uki.h"
#include "read/package.h"

Suite *package_suite(void);

static la_ssize_t collect(struct archive *a, void *to, const void *data, size_t len)
{
	(void)a;
	bytes_add(to, data, len);
	return (la_ssize_t)len;
}

static struct archive *writer(struct bytes *to, int (*format)(struct archive *),
			      int (*filter)(struct archive *))
{
	struct archive *a = archive_write_new();

	ck_assert_int_eq(format(a), ARCHIVE_OK);
	ck_assert_int_eq(filter(a), ARCHIVE_OK);
	archive_write_set_bytes_per_block(a, 0);
	ck_assert_int_eq(archive_write_open(a, to, NULL, collect, NULL), ARCHIVE_OK);
	return a;
}

static void add(struct archive *a, const char *path, const struct bytes *b)
{
	struct archive_entry *e = archive_entry_new();

	archive_entry_set_pathname(e, path);
	archive_entry_set_size(e, (la_int64_t)b->len);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	ck_assert_int_eq(archive_write_header(a, e), ARCHIVE_OK);
	ck_assert_int_eq(archive_write_data(a, b->data, b->len), (la_ssize_t)b->len);
	archive_entry_free(e);
}

static void add_text(struct archive *a, const char *path, const char *text)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	bytes_add(&b, text, strlen(text));
	add(a, path, &b);
}

static void finish(struct archive *a)
{
	ck_assert_int_eq(archive_write_close(a), ARCHIVE_OK);
	archive_write_free(a);
}

/* The files of a kernel package, with @kernel as its kernel; a name that is not ASCII
 * among them. */
static void files(struct bytes *to, int (*format)(struct archive *),
		  int (*filter)(struct archive *), const char *prefix, const char *path,
		  const struct bytes *kernel)
{
	struct archive *a = writer(to, format, filter);
	char name[200];

	(void)setlocale(LC_CTYPE, "C.UTF-8"); /* for writing that name */
	add_text(a, ".PKGINFO", "pkgname = linux\n");
	snprintf(name, sizeof(name), "%susr/share/doc/\xc3\xa4.txt", prefix);
	add_text(a, name, "text");
	snprintf(name, sizeof(name), "%s%s", prefix, path);
	add(a, name, kernel);
	finish(a);
	(void)setlocale(LC_CTYPE, "C");
}

static void deb(struct bytes *to, const struct bytes *kernel)
{
	_cleanup_bytes_ struct bytes data = BYTES_EMPTY;
	struct archive *a = writer(to, archive_write_set_format_ar_svr4,
				   archive_write_add_filter_none);

	files(&data, archive_write_set_format_gnutar, archive_write_add_filter_xz, "./",
	      "boot/vmlinuz-" IMAGE_VERSION, kernel);
	add_text(a, "debian-binary", "2.0\n");
	add_text(a, "control.tar.xz", "not looked at");
	add(a, "data.tar.xz", &data);
	finish(a);
}

static void pkg_tar(struct bytes *to, const struct bytes *kernel)
{
	files(to, archive_write_set_format_pax_restricted, archive_write_add_filter_zstd,
	      "", "usr/lib/modules/" IMAGE_VERSION "/vmlinuz", kernel);
}

static void pkg_tar_plain(struct bytes *to, const struct bytes *kernel)
{
	files(to, archive_write_set_format_ustar, archive_write_add_filter_none, "",
	      "usr/lib/modules/" IMAGE_VERSION "/vmlinuz", kernel);
}

static void gpkg_tar(struct bytes *to, const struct bytes *kernel)
{
	_cleanup_bytes_ struct bytes image = BYTES_EMPTY;
	struct archive *a = writer(to, archive_write_set_format_gnutar,
				   archive_write_add_filter_none);

	files(&image, archive_write_set_format_gnutar, archive_write_add_filter_zstd,
	      "image/", "usr/lib/modules/" IMAGE_VERSION "/vmlinuz", kernel);
	add_text(a, "gentoo-kernel-6.1/gpkg-1", "");
	add_text(a, "gentoo-kernel-6.1/metadata.tar.zst", "not looked at");
	add(a, "gentoo-kernel-6.1/image.tar.zst", &image);
	add_text(a, "gentoo-kernel-6.1/Manifest", "not looked at");
	finish(a);
}

/* One of rpm's header structures without entries: magic, reserved, no index, no data. */
static void rpm_header(struct bytes *to)
{
	static const uint8_t magic[] = { 0x8e, 0xad, 0xe8, 0x01 };

	bytes_add(to, magic, sizeof(magic));
	bytes_zero(to, 12);
}

static void rpm(struct bytes *to, const struct bytes *kernel)
{
	static const uint8_t lead[] = { 0xed, 0xab, 0xee, 0xdb, 3, 0 };

	bytes_add(to, lead, sizeof(lead));
	bytes_zero(to, 96 - sizeof(lead));
	rpm_header(to);
	rpm_header(to);
	files(to, archive_write_set_format_cpio_newc, archive_write_add_filter_zstd, "./",
	      "lib/modules/" IMAGE_VERSION "/vmlinuz", kernel);
}

static const struct {
	void (*make)(struct bytes *, const struct bytes *);
	const char *type, *kernel;
} kinds[] = {
	{ deb, "deb", "boot/vmlinuz-" IMAGE_VERSION " " IMAGE_VERSION },
	{ rpm, "rpm", "lib/modules/" IMAGE_VERSION "/vmlinuz " IMAGE_VERSION },
	{ pkg_tar, "pkg.tar",
	  "usr/lib/modules/" IMAGE_VERSION "/vmlinuz " IMAGE_VERSION },
	{ pkg_tar_plain, "pkg.tar",
	  "usr/lib/modules/" IMAGE_VERSION "/vmlinuz " IMAGE_VERSION },
	{ gpkg_tar, "gpkg.tar",
	  "image/usr/lib/modules/" IMAGE_VERSION "/vmlinuz " IMAGE_VERSION },
};

static void inspect(const struct bytes *b, struct report *ret)
{
	make_report(request_inspect, (struct request){ .modules_fd = -1 }, b, ret);
}

START_TEST(test_kinds)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, kernel = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	bzimage_add(&kernel, "zstd");
	kinds[_i].make(&b, &kernel);
	inspect(&b, &report);
	assert_problem(&report, NULL);
	ck_assert_str_eq(report.type, kinds[_i].type);
	ck_assert_uint_eq(report.kernels.count, 1);
	ck_assert_str_eq(report.kernels.items[0], kinds[_i].kernel);
	ck_assert_uint_eq(report.size, b.len);
}
END_TEST

/* The kernel inside is verified too. */
START_TEST(test_damaged_kernel)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, kernel = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	bzimage_add(&kernel, "zstd");
	kernel.data[BZ_SETUP + 0x100 + 900] ^= 1;
	kinds[_i].make(&b, &kernel);
	inspect(&b, &report);
	assert_problem(&report, "vmlinuz");
}
END_TEST

START_TEST(test_not_a_kernel)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, kernel = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	bytes_add(&kernel, "no", 2);
	kinds[_i].make(&b, &kernel);
	inspect(&b, &report);
	assert_problem(&report, "not a kernel image");
}
END_TEST

/* A cut never looks like a whole package with its kernel. */
START_TEST(test_cut)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, kernel = BYTES_EMPTY;

	bzimage_add(&kernel, "zstd");
	kinds[_i].make(&b, &kernel);
	for (size_t len = 1; len < b.len * 3 / 4; len += 1 + len / 7) {
		const struct bytes cut = { b.data, len };
		_cleanup_report_ struct report report = REPORT_EMPTY;

		inspect(&cut, &report);
		ck_assert_msg(!report.ok, "%s cut to %zu of %zu", kinds[_i].type, len,
			      b.len);
	}
}
END_TEST

/* The length of a member is checked before anything is allocated for it. */
START_TEST(test_deb_lengths)
{
	static const struct {
		const char *header, *problem;
	} rows[] = {
		{ "//              0           0     0     100644  4294967296`\n",
		  "truncated" },
		{ "data.tar        0           0     0     100644  9999999999`\n",
		  "truncated" },
		{ "data.tar        0           0     0     100644  1x        `\n",
		  "damaged" },
		{ "data.tar        0           0     0     100644            `\n",
		  "damaged" },
		{ "data.tar        0           0     0     100644  -1        `\n",
		  "damaged" },
		{ "data.tar        0           0     0     100644  4         xx",
		  "damaged" },
		{ "data.tar        0           0     0", "truncated" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
		_cleanup_report_ struct report report = REPORT_EMPTY;

		bytes_add(&b, "!<arch>\n", 8);
		bytes_add(&b, rows[i].header, strlen(rows[i].header));
		inspect(&b, &report);
		ck_assert_str_eq(report.type, "deb");
		assert_problem(&report, rows[i].problem);
	}
}
END_TEST

static const struct {
	const char *path;
	bool kernel;
} paths[] = {
	{ "boot/vmlinuz-6.1.0", true },
	{ "./boot/vmlinuz-6.1.0", true },
	{ "boot/kernel-6.6.30-gentoo", true },
	{ "usr/lib/modules/6.1.0/vmlinuz", true },
	{ "lib/modules/6.1.0/vmlinuz", true },
	{ "image/lib/modules/6.1.0/vmlinuz", true },
	{ "usr/src/linux-6.6.30-gentoo-dist/arch/x86/boot/bzImage", true },
	{ "lib/modules/6.1.0/vmlinuz-virt.efi", true },
	{ "usr/lib/modules/6.1.0/vmlinuz.efi", true },
	{ "lib/modules/6.1.0/vmlinuz-virt.efi.extra.d/a.addon.efi", false },
	{ "boot/System.map-6.1.0", false },
	{ "boot/config-6.1.0", false },
	{ "boot/grub/vmlinuz-6.1.0", false },
	{ "lib/modules/6.1.0/kernel/vmlinuz", false },
	{ "usr/lib/debug/boot/vmlinux-6.1.0", false },
	{ "vmlinuz", false },
};

START_TEST(test_paths)
{
	ck_assert_int_eq(package_is_kernel(paths[_i].path), paths[_i].kernel);
}
END_TEST

/* A unified image in a package: what it boots is verified, too. */
START_TEST(test_unified)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes image = BYTES_EMPTY, b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	uki_builder_usual(&u, "quiet");
	if (_i)
		u.sections[4].data.data[100] ^= 1;
	uki_build(&u, 0x8664, &image);
	files(&b, archive_write_set_format_pax_restricted, archive_write_add_filter_zstd,
	      "", "usr/lib/modules/" IMAGE_VERSION "/vmlinuz-virt.efi", &image);
	inspect(&b, &report);
	assert_problem(&report, _i ? "vmlinuz-virt.efi: .initrd: " : NULL);
	ck_assert(strv_mentions(&report.kernels, "vmlinuz-virt.efi " IMAGE_VERSION));
}
END_TEST

/* What kind of file it is, told by its bytes. */
START_TEST(test_detection)
{
	_cleanup_bytes_ struct bytes cpio = BYTES_EMPTY, packed = BYTES_EMPTY,
				     image = BYTES_EMPTY, arm = BYTES_EMPTY,
				     arm_gz = BYTES_EMPTY, text = BYTES_EMPTY,
				     empty = BYTES_EMPTY;
	const struct {
		const struct bytes *b;
		const char *type;
	} rows[] = {
		{ &cpio, "initramfs" },	 { &packed, "initramfs" },  { &image, "bzImage" },
		{ &arm, "arm64-image" }, { &arm_gz, "gzip-image" }, { &text, "unknown" },
		{ &empty, "unknown" },
	};

	cpio_initramfs_add(&cpio, "", "6.1.0");
	pack_with(&packed, "gzip", cpio.data, cpio.len);
	bzimage_add(&image, "gzip");
	arm64_add(&arm);
	pack_with(&arm_gz, "gzip", arm.data, arm.len);
	bytes_add(&text, "some text", 9);
	bytes_zero(&empty, 0);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		inspect(rows[i].b, &report);
		ck_assert_str_eq(report.type, rows[i].type);
		ck_assert_int_eq(report.ok, strcmp(rows[i].type, "unknown") != 0);
	}
}
END_TEST

Suite *package_suite(void)
{
	Suite *suite = suite_create("package");
	TCase *tc = tcase_create("package");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_kinds, 0, ARRAY_SIZE(kinds));
	tcase_add_loop_test(tc, test_damaged_kernel, 0, ARRAY_SIZE(kinds));
	tcase_add_loop_test(tc, test_not_a_kernel, 0, ARRAY_SIZE(kinds));
	tcase_add_loop_test(tc, test_cut, 0, ARRAY_SIZE(kinds));
	tcase_add_loop_test(tc, test_paths, 0, ARRAY_SIZE(paths));
	tcase_add_test(tc, test_deb_lengths);
	tcase_add_loop_test(tc, test_unified, 0, 2);
	tcase_add_test(tc, test_detection);
	suite_add_tcase(suite, tc);
	return suite;
}
