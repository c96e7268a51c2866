// SPDX-License-Identifier: GPL-2.0-or-later
/* What is said when the kernel refuses a load: src/load/answer.c, by the whole program.
 */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/efivar.h"
#include "base/util.h"
#include "keep/runfiles.h"
#include "make_image.h"
#include "scene.h"

Suite *answer_suite(void);

#define KERNEL "/boot/vmlinuz-" SCENE_NEW
#define LOCKDOWN "/sys/kernel/security/lockdown"
#define IMA "/sys/kernel/security/ima/policy"

static const struct {
	int r;
	bool is_signed;
	const char *path, *text; /* a file of the machine; NULL: none */
	const char *said;
} answers[] = {
	{ -ENODATA, false, LOCKDOWN, "none [integrity] confidentiality\n",
	  "Secure Boot is on and the kernel image is not signed, so the boot loader may "
	  "refuse it too: install" },
	{ -ENOKEY, true, LOCKDOWN, "none [integrity] confidentiality\n",
	  "trusts no key that signed the kernel image: enrol that key (mokutil" },
	{ -EKEYREJECTED, true, NULL, NULL, "wrong or revoked: reinstall" },
	{ -EPERM, false, LOCKDOWN, "none [integrity] confidentiality\n",
	  "locked down and the kernel image is not signed: install" },
	{ -EPERM, true, LOCKDOWN, "none integrity [confidentiality]\n",
	  "locked down without Secure Boot and does not trust the signature" },
	{ -EPERM, false, LOCKDOWN, "[none] integrity confidentiality\n",
	  "does not permit it: missing CAP_SYS_BOOT" },
	{ -EPERM, false, NULL, NULL, "does not permit it: missing CAP_SYS_BOOT" },
	{ -EACCES, true, NULL, NULL, "a security module of the kernel refused a file" },
	{ -EACCES, true, IMA, "",
	  "integrity policy (IMA) wants signed files, and there is no signature "
	  "(security.ima) on '" KERNEL "', '/boot/initrd.img-" SCENE_NEW "': sign" },
	{ -EFBIG, false, NULL, NULL, "a file is larger than the kernel takes" },
	{ -EXDEV, false, NULL, NULL, "Invalid cross-device link" },
};

static void install(bool is_signed)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	scene_install(SCENE_NEW);
	bzimage_add(&b, "lz4");
	if (is_signed)
		image_sign(&b);
	scene_put_bytes(KERNEL, b.data, b.len);
}

static void answer(int r)
{
	char text[16];

	snprintf(text, sizeof(text), "%d\n", r);
	scene_fake("load", text);
}

static void assert_said(const char *words)
{
	_cleanup_free_ char *last = scene_read(RUN_LAST);

	ck_assert_ptr_nonnull(last);
	ck_assert_msg(strstr(last, words), "no '%s' in:\n%s", words, last);
}

/* The hook does not fail, the hand does; nothing is loaded, and the status has the words.
 */
START_TEST(test_answer)
{
	if (answers[_i].path)
		scene_put(answers[_i].path, answers[_i].text);
	install(answers[_i].is_signed);
	answer(answers[_i].r);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, NULL), 0);
	ck_assert_uint_eq(scene_calls("load "), 1);
	ck_assert(!scene_loaded());
	assert_said(SCENE_NEW " cannot be loaded: ");
	assert_said(answers[_i].said);
	answer(answers[_i].r);
	ck_assert_int_eq(scene_run("--arm", NULL), 1);
	ck_assert(!scene_loaded());
}
END_TEST

START_TEST(test_own_key_under_secure_boot)
{
	scene_put(LOCKDOWN, "none [integrity] confidentiality\n");
	scene_put_bytes(EFIVAR_DIR "/SecureBoot-" EFIVAR_GLOBAL, "\6\0\0\0\1", 5);
	install(true);
	answer(-EPERM);
	ck_assert_int_eq(scene_run("--arm", NULL), 1);
	assert_said("locked down and does not trust the signature of the kernel image: "
		    "enrol");
}
END_TEST

/* What was armed before is not left behind, and is not told to be the one refused. */
START_TEST(test_older_image_goes)
{
	_cleanup_free_ char *journal = NULL;

	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	ck_assert(scene_loaded());
	install(false);
	answer(-ENODATA);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, NULL), 0);
	ck_assert(!scene_loaded());
	assert_said("not signed");
	journal = scene_fake_read("journal", NULL);
	ck_assert_ptr_nonnull(journal);
	ck_assert_ptr_nonnull(strstr(journal, "MESSAGE=unloaded the older image: "));
	ck_assert_ptr_null(strstr(journal, "unloaded " SCENE_NEW));
}
END_TEST

Suite *answer_suite(void)
{
	Suite *s = suite_create("answer");
	TCase *tc = tcase_create("answer");

	tcase_add_checked_fixture(tc, scene_begin, scene_end);
	tcase_add_loop_test(tc, test_answer, 0, ARRAY_SIZE(answers));
	tcase_add_test(tc, test_own_key_under_secure_boot);
	tcase_add_test(tc, test_older_image_goes);
	suite_add_tcase(s, tc);
	return s;
}
