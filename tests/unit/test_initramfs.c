// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "make_report.h"
#include "read/initramfs.h"

Suite *initramfs_suite(void);

#define VERSION_HERE "6.1.0-56-amd64"

static const char *const compressions[] = {
	"none",		"gzip", "xz",	     "xz-none", "lzma", "zstd",
	"zstd-nocheck", "lz4",	"lz4-small", "bzip2",	"lzo",
};

static void plain(struct bytes *b)
{
	cpio_initramfs_add(b, "", VERSION_HERE);
}

static void packed(struct bytes *b, const char *how)
{
	_cleanup_bytes_ struct bytes cpio = BYTES_EMPTY;

	plain(&cpio);
	pack_with(b, how, cpio.data, cpio.len);
}

static void verify(const struct bytes *b, struct report *ret)
{
	make_report(request_initramfs,
		    (struct request){ .modules_fd = -1, .version = VERSION_HERE }, b,
		    ret);
}

START_TEST(test_good)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	packed(&b, compressions[_i]);
	verify(&b, &report);
	assert_problem(&report, NULL);
	ck_assert_uint_eq(report.segments.count, 1);
	ck_assert_uint_eq(report.modules.count, 1);
	ck_assert_str_eq(report.modules.items[0], VERSION_HERE);
	ck_assert_uint_eq(report.size, b.len);
	ck_assert_uint_eq(strlen(report.sha256), 64);
	ck_assert(strv_mentions(&report.segments, "kind=main"));
	ck_assert(strv_mentions(&report.segments, "entries=6 "));
}
END_TEST

/* Two early archives, padded as mkinitramfs does, then the main one; all are read. */
START_TEST(test_early_then_main)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	cpio_microcode_add(&b);
	bytes_align(&b, 512);
	cpio_microcode_add(&b);
	bytes_align(&b, 512);
	packed(&b, compressions[_i]);
	bytes_zero(&b, 16);
	verify(&b, &report);
	assert_problem(&report, NULL);
	ck_assert_uint_eq(report.segments.count, 3);
	ck_assert_ptr_nonnull(strstr(report.segments.items[0], "kind=microcode"));
	ck_assert_ptr_nonnull(strstr(report.segments.items[1], "kind=microcode"));
	ck_assert_ptr_nonnull(strstr(report.segments.items[2], "kind=main"));
}
END_TEST

/* Any cut of any form is found. */
START_TEST(test_cut)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t len;

	cpio_microcode_add(&b);
	packed(&b, compressions[_i]);
	for (len = 0; len<b.len; len += len + 70> b.len || len < 20 ? 1 : 61) {
		const struct bytes cut = { b.data, len };
		_cleanup_report_ struct report report = REPORT_EMPTY;

		verify(&cut, &report);
		ck_assert_msg(!report.ok, "%s cut to %zu of %zu", compressions[_i], len,
			      b.len);
	}
}
END_TEST

static const char *const checked[] = { "gzip", "xz", "zstd", "bzip2", "lzo" };

/* A flipped bit is found wherever there is a checksum. Not in gzip's time stamp and such:
 * offset 10 on. */
START_TEST(test_flip)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	packed(&b, checked[_i]);
	for (size_t at = 10; at < b.len; at += 1 + at % 13) {
		_cleanup_report_ struct report report = REPORT_EMPTY;

		b.data[at] ^= (uint8_t)(1 << (at % 8));
		verify(&b, &report);
		b.data[at] ^= (uint8_t)(1 << (at % 8));
		ck_assert_msg(!report.ok, "%s, bit flipped at %zu", checked[_i], at);
	}
}
END_TEST

/* --- What is refused --------------------------------------------------------- */

static void empty(struct bytes *b)
{
	bytes_zero(b, 0);
}

static void zeros(struct bytes *b)
{
	bytes_zero(b, 4096);
}

static void text(struct bytes *b)
{
	bytes_add(b, "hello initramfs", 15);
}

static void short_text(struct bytes *b)
{
	bytes_add(b, "hi", 2);
}

static void microcode_only(struct bytes *b)
{
	cpio_microcode_add(b);
	bytes_align(b, 512);
}

static void unaligned(struct bytes *b)
{
	packed(b, "gzip");
	while (b->len % 4 != 1)
		bytes_zero(b, 1);
	plain(b);
}

static void aligned_after_gzip(struct bytes *b)
{
	packed(b, "gzip");
	bytes_align(b, 4);
	plain(b);
}

static void junk_behind(struct bytes *b)
{
	packed(b, "zstd");
	bytes_add(b, "this is no archive", 18);
}

static void junk_byte_behind(struct bytes *b)
{
	packed(b, "xz");
	bytes_zero(b, 3);
	bytes_add(b, "x", 1);
}

static void junk_within(struct bytes *b)
{
	_cleanup_bytes_ struct bytes cpio = BYTES_EMPTY;

	plain(&cpio);
	bytes_add(&cpio, "junk", 4);
	pack_with(b, "gzip", cpio.data, cpio.len);
}

static void two_within(struct bytes *b)
{
	_cleanup_bytes_ struct bytes cpio = BYTES_EMPTY;

	cpio_microcode_add(&cpio);
	bytes_align(&cpio, 512);
	plain(&cpio);
	bytes_align(&cpio, 512);
	pack_with(b, "zstd", cpio.data, cpio.len);
}

static void no_trailer(struct bytes *b)
{
	cpio_file_add(b, "init", "x");
	cpio_dir_add(b, "lib/modules/" VERSION_HERE);
}

static void no_trailer_packed(struct bytes *b)
{
	_cleanup_bytes_ struct bytes cpio = BYTES_EMPTY;

	no_trailer(&cpio);
	pack_with(b, "gzip", cpio.data, cpio.len);
}

static void nothing_packed(struct bytes *b)
{
	pack_with(b, "zstd", "", 0);
}

static void other_version(struct bytes *b)
{
	cpio_initramfs_add(b, "", "6.1.0-55-amd64");
}

static void usr_modules(struct bytes *b)
{
	cpio_initramfs_add(b, "usr/", VERSION_HERE);
}

static void nixos_modules(struct bytes *b)
{
	cpio_initramfs_add(b, "nix/store/0d1f-linux-modules-shrunk/", VERSION_HERE);
}

static void longer_version(struct bytes *b)
{
	cpio_initramfs_add(b, "", VERSION_HERE "x");
}

static void no_modules(struct bytes *b)
{
	cpio_file_add(b, "init", "x");
	cpio_end_add(b);
}

static void no_init(struct bytes *b)
{
	cpio_file_add(b, "lib/modules/" VERSION_HERE "/modules.dep", "x");
	cpio_end_add(b);
}

static void init_is_a_directory(struct bytes *b)
{
	cpio_dir_add(b, "init");
	no_init(b);
}

static void linked_init(struct bytes *b)
{
	cpio_entry_add(b, "sbin/init", S_IFLNK | 0777, "../usr/lib/systemd/systemd", 26,
		       false);
	no_init(b);
}

static void crc64(struct bytes *b)
{
	packed(b, "xz-crc64");
}

static void lz4_frame(struct bytes *b)
{
	bytes_add(b, "\x04\x22\x4d\x18 and more of it", 20);
}

static void many_segments(struct bytes *b)
{
	for (int i = 0; i < 70; i++)
		cpio_end_add(b);
}

static const struct {
	void (*make)(struct bytes *);
	const char *problem;
} cases[] = {
	{ empty, "no archive" },
	{ zeros, "no archive" },
	{ text, "not an initramfs" },
	{ short_text, "not an initramfs" },
	{ microcode_only, "early parts" },
	{ unaligned, "multiple of 4" },
	{ aligned_after_gzip, NULL },
	{ junk_behind, "junk after an archive" },
	{ junk_byte_behind, "junk after an archive" },
	{ junk_within, "junk between" },
	{ two_within, NULL },
	{ no_trailer, "without a trailer" },
	{ no_trailer_packed, "without a trailer" },
	{ nothing_packed, "no cpio archive in it" },
	{ other_version, "are for 6.1.0-55-amd64, not " VERSION_HERE },
	{ usr_modules, NULL },
	{ nixos_modules, NULL },
	{ longer_version, "not " VERSION_HERE },
	{ no_modules, "no kernel modules" },
	{ no_init, "neither init" },
	{ init_is_a_directory, "neither init" },
	{ linked_init, NULL },
	{ crc64, "xz check" },
	{ lz4_frame, "frame format" },
	{ many_segments, "more than 64 archives" },
};

START_TEST(test_case)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;

	cases[_i].make(&b);
	verify(&b, &report);
	assert_problem(&report, cases[_i].problem);
}
END_TEST

START_TEST(test_bomb)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY, cpio = BYTES_EMPTY,
				     big = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	struct request q = { .modules_fd = -1, .unpacked_max = 100000 };

	bytes_zero(&big, 1 << 20);
	cpio_entry_add(&cpio, "zeros", S_IFREG | 0644, big.data, big.len, false);
	cpio_end_add(&cpio);
	pack_with(&b, "zstd", cpio.data, cpio.len);
	make_report(request_initramfs, q, &b, &report);
	assert_problem(&report, "unpacks to more");
}
END_TEST

/* With header_only the compressed part is named, not read: damage in it is not seen. */
START_TEST(test_header_only)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	struct request q = { .modules_fd = -1, .header_only = true };

	cpio_microcode_add(&b);
	packed(&b, "gzip");
	b.data[b.len - 1] ^= 1;
	make_report(request_initramfs, q, &b, &report);
	assert_problem(&report, NULL);
	ck_assert_uint_eq(report.segments.count, 2);
	ck_assert(strv_mentions(&report.segments, "compression=gzip"));
	ck_assert_ptr_null(report.sha256);
}
END_TEST

/* --- Modules against those on disk ------------------------------------------- */

/* A module directory with kernel/a.ko, @flip in it or 0, older or newer than any
 * initramfs. */
static int module_dir(char *path, uint8_t flip, bool older)
{
	_cleanup_bytes_ struct bytes noise = BYTES_EMPTY;
	const struct timespec times[2] = { { older ? 1000 : 4000000000, 0 },
					   { older ? 1000 : 4000000000, 0 } };
	int dir, fd;

	ck_assert_ptr_nonnull(mkdtemp(path));
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	ck_assert_int_eq(mkdirat(dir, "kernel", 0755), 0);
	fd = openat(dir, "kernel/a.ko", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	bytes_noise(&noise, 5000, 7);
	noise.data[4000] ^= flip;
	ck_assert_int_eq(write_full(fd, noise.data, noise.len), 0);
	ck_assert_int_eq(futimens(fd, times), 0);
	close(fd);
	return dir;
}

static void remove_module_dir(int dir, const char *path)
{
	unlinkat(dir, "kernel/a.ko", 0);
	unlinkat(dir, "kernel", AT_REMOVEDIR);
	rmdir(path);
	close(dir);
}

static const struct {
	const char *how;
	uint8_t flip;
	bool older;
	const char *problem, *note;
} compared[] = {
	{ "none", 0, true, NULL, "1 modules in it equal" },
	{ "lz4", 0, false, NULL, "1 modules in it equal" },
	{ "zstd-nocheck", 0, true, NULL, "1 modules in it equal" },
	{ "lz4", 1, true, "a.ko in it differs", NULL },
	{ "none", 1, true, "a.ko in it differs", NULL },
	{ "lz4", 1, false, NULL, "a.ko on disk is newer" },
	/* Its own checksum is enough: not compared. */
	{ "zstd", 1, true, NULL, "carries a checksum" },
};

START_TEST(test_modules)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	_cleanup_report_ struct report report = REPORT_EMPTY;
	char path[] = "/tmp/warmboot-test-XXXXXX";
	struct request q = { .version = VERSION_HERE };

	q.modules_fd = module_dir(path, compared[_i].flip, compared[_i].older);
	packed(&b, compared[_i].how);
	make_report(request_initramfs, q, &b, &report);
	remove_module_dir(q.modules_fd, path);
	assert_problem(&report, compared[_i].problem);
	if (compared[_i].note)
		ck_assert(strv_mentions(&report.notes, compared[_i].note));
}
END_TEST

Suite *initramfs_suite(void)
{
	Suite *suite = suite_create("initramfs");
	TCase *tc = tcase_create("initramfs");

	tcase_set_timeout(tc, 120);
	tcase_add_loop_test(tc, test_good, 0, ARRAY_SIZE(compressions));
	tcase_add_loop_test(tc, test_early_then_main, 0, ARRAY_SIZE(compressions));
	tcase_add_loop_test(tc, test_cut, 0, ARRAY_SIZE(compressions));
	tcase_add_loop_test(tc, test_flip, 0, ARRAY_SIZE(checked));
	tcase_add_loop_test(tc, test_case, 0, ARRAY_SIZE(cases));
	tcase_add_test(tc, test_bomb);
	tcase_add_test(tc, test_header_only);
	tcase_add_loop_test(tc, test_modules, 0, ARRAY_SIZE(compared));
	suite_add_tcase(suite, tc);
	return suite;
}
