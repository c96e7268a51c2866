// SPDX-License-Identifier: GPL-2.0-or-later
/* What package managers know of an image, and what a difference means. */
#include <check.h>
#include <fcntl.h>
#include <string.h>

#include "fake_root.h"
#include "fake_sys.h"
#include "make_image.h"
#include "make_uki.h"
#include "plan/checksum.h"
#include "plan/plan.h"

Suite *checksum_suite(void);

#define VERSION_6 IMAGE_VERSION
#define BOOT "/boot/vmlinuz-" VERSION_6
#define ORIGINAL "/usr/lib/modules/" VERSION_6 "/vmlinuz"
#define MD5 "0123456789abcdef0123456789abcdef"
#define SHA MD5 MD5

static char dir[64], machine[80];
static struct root root = ROOT_EMPTY;
static struct config config;
static struct options options;
static struct ctx ctx;
static struct plan plan;
static struct bytes image;

static void set_up(void)
{
	strcpy(dir, "/tmp/warmboot-checksum-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	snprintf(machine, sizeof(machine), "%s/root", dir);
	ck_assert_int_eq(fake_root_folder(dir, "/root"), 0);
	ck_assert_int_eq(root_init(&root, machine), 0);
	ck_assert_int_eq(config_defaults(&config), 0);
	fake_sys_use(dir);
	options = (struct options){ .root = NULL };
	ctx = (struct ctx){ &options, &config, &root, &sys_fake, "manual" };
	plan = (struct plan)PLAN_EMPTY;
	image = (struct bytes)BYTES_EMPTY;
}

static void tear_down(void)
{
	plan_done(&plan);
	bytes_done(&image);
	config_done(&config);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

static void put(const char *path, const char *text)
{
	ck_assert_int_eq(fake_root_text(machine, path, text), 0);
}

/* rpm is installed, and prints @listing. */
static void rpm_says(const char *listing, const char *status)
{
	put("/usr/bin/rpm", "");
	ck_assert_int_eq(fake_root_text(dir, "/run/rpm", listing), 0);
	ck_assert_int_eq(fake_root_text(dir, "/run/rpm.status", status), 0);
}

static bool rpm_was_asked(void)
{
	_cleanup_free_ char *path = strf("%s/calls", dir), *text = NULL;
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	size_t size = 0;

	return f && getdelim(&text, &size, '\0', f) > 0 &&
	       strstr(text, "run /usr/bin/rpm -q ") &&
	       strstr(text, " -f " BOOT " " ORIGINAL);
}

static struct package_sums ask(void)
{
	struct package_sums sums;

	ck_assert_int_eq(package_sums(&ctx, VERSION_6, BOOT, &sums), 0);
	return sums;
}

START_TEST(test_nobody_knows)
{
	struct package_sums sums = ask();

	ck_assert_str_eq(sums.md5, "");
	ck_assert_str_eq(sums.sha256, "");
	ck_assert(!rpm_was_asked());
}
END_TEST

START_TEST(test_dpkg)
{
	static const char *const names[] = { "linux-image-" VERSION_6,
					     "linux-image-" VERSION_6 "-unsigned",
					     "linux-image-unsigned-" VERSION_6,
					     "linux-binary-" VERSION_6 };
	_cleanup_free_ char *path = strf("/var/lib/dpkg/info/%s.md5sums", names[_i]);
	struct package_sums sums;

	put(path, "00000000000000000000000000000000  boot/config-" VERSION_6 "\n" MD5
		  "  boot/vmlinuz-" VERSION_6 "\n");
	rpm_says("8 0 " SHA " " BOOT "\n", "0");
	sums = ask();
	ck_assert_str_eq(sums.md5, MD5);
	/* Who was asked first answered. */
	ck_assert_str_eq(sums.sha256, "");
	ck_assert(!rpm_was_asked());
}
END_TEST

START_TEST(test_rpm_owns_it)
{
	struct package_sums sums;

	rpm_says("8 0 " SHA " " BOOT "\n8 0 " MD5 MD5 " " ORIGINAL "\n", "0");
	sums = ask();
	ck_assert_str_eq(sums.md5, "");
	ck_assert_str_eq(sums.sha256, SHA);
	ck_assert(!sums.of_original);
	ck_assert(rpm_was_asked());
}
END_TEST

START_TEST(test_rpm_owns_the_original)
{
	struct package_sums sums;

	rpm_says("file " BOOT " is not owned by any package\n8 0 " SHA
		 " /lib/modules/" VERSION_6 "/vmlinuz\n",
		 "1");
	sums = ask();
	ck_assert_str_eq(sums.sha256, SHA);
	ck_assert(sums.of_original);
}
END_TEST

START_TEST(test_rpm_owns_neither)
{
	rpm_says("file x is not owned by any package\n", "2");
	ck_assert_str_eq(ask().sha256, "");
	ck_assert(rpm_was_asked());
}
END_TEST

START_TEST(test_another_tree_is_not_asked_about)
{
	options.root = machine;
	rpm_says("8 0 " SHA " " BOOT "\n", "0");
	ck_assert_str_eq(ask().sha256, "");
	ck_assert(!rpm_was_asked());
}
END_TEST

/* Puts @image in the plan. */
static void use_image(void)
{
	ck_assert_int_eq(fake_root_file(machine, BOOT, image.data, image.len), 0);
	plan.version = strdup(VERSION_6);
	plan.type = KERNEL_BZIMAGE;
	plan.kernel.path = strdup(BOOT);
	plan.kernel.fd = root_open(&root, BOOT, O_RDONLY);
	ck_assert_int_ge(plan.kernel.fd, 0);
}

/* rpm knows @path by the digest of the image, or, if @differs, by another one. */
static int verify(const char *path, bool differs, char **ret_problem)
{
	_cleanup_free_ char *listing = NULL;
	char digest[SHA256_TEXT];

	use_image();
	ck_assert_int_eq(plan_digest(&ctx, plan.kernel.fd, digest), 0);
	listing = strf("8 0 %s %s\n", differs ? SHA : digest, path);
	rpm_says(listing, "0");
	ck_assert_int_eq(lseek(plan.kernel.fd, 0, SEEK_SET), 0);
	return plan_verify(&ctx, &plan, ret_problem);
}

static const struct {
	const char *path;
	bool is_signed, differs;
	int result;
} images[] = {
	{ BOOT, false, false, 1 },     { BOOT, false, true, 0 },
	{ BOOT, true, false, 1 },      { BOOT, true, true, 1 },
	{ ORIGINAL, false, false, 1 }, { ORIGINAL, false, true, 0 },
	{ ORIGINAL, true, false, 1 },  { ORIGINAL, true, true, 1 },
};

START_TEST(test_verify)
{
	_cleanup_free_ char *problem = NULL;

	bzimage_add(&image, "gzip");
	if (images[_i].is_signed)
		image_sign(&image);
	ck_assert_int_eq(verify(images[_i].path, images[_i].differs, &problem),
			 images[_i].result);
	if (images[_i].result == 0)
		ck_assert_ptr_nonnull(
			strstr(problem, "differs from what its package installed"));
	else
		ck_assert_ptr_null(problem);
}
END_TEST

/* A file that is no copy of the package's image may differ from it, but not from itself.
 */
static const struct {
	const char *path;
	bool unified, by_hand;
	int result;
} others[] = {
	{ ORIGINAL, true, false, 1 },
	{ ORIGINAL, false, true, 1 },
	{ BOOT, true, false, 0 },
	{ BOOT, false, true, 0 },
};

START_TEST(test_no_copy)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_free_ char *problem = NULL;
	int fd, result;

	if (others[_i].unified) {
		uki_builder_usual(&u, "quiet");
		uki_build(&u, 0x8664, &image);
		fd = bytes_file(&image);
		ck_assert_int_eq(uki_read(fd, &plan.uki), 0);
		plan.profile = &plan.uki.profiles[0];
		close(fd);
	} else {
		bzimage_add(&image, "gzip");
	}
	plan.by_hand = others[_i].by_hand;
	result = verify(others[_i].path, true, &problem);
	ck_assert_msg(result == others[_i].result, "%s", str_or(problem, "no problem"));
	if (problem)
		ck_assert_msg(!!strstr(problem, "differs from what its package"), "%s",
			      problem);
	/* What was named by hand is not what the firmware would boot. */
	if (problem)
		ck_assert_int_eq(!strstr(problem, "ordinary reboot"), others[_i].by_hand);
}
END_TEST

Suite *checksum_suite(void)
{
	Suite *s = suite_create("checksum");
	TCase *tc = tcase_create("checksum");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_set_timeout(tc, 60); /* the reader is a process of its own */
	tcase_add_test(tc, test_nobody_knows);
	tcase_add_loop_test(tc, test_dpkg, 0, 4);
	tcase_add_test(tc, test_rpm_owns_it);
	tcase_add_test(tc, test_rpm_owns_the_original);
	tcase_add_test(tc, test_rpm_owns_neither);
	tcase_add_test(tc, test_another_tree_is_not_asked_about);
	tcase_add_loop_test(tc, test_verify, 0, ARRAY_SIZE(images));
	tcase_add_loop_test(tc, test_no_copy, 0, ARRAY_SIZE(others));
	suite_add_tcase(s, tc);
	return s;
}
