// SPDX-License-Identifier: GPL-2.0-or-later
/* Soft reboots: user space alone goes down and comes up, and the boot goes on. */
#include <check.h>

#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *softreboot_suite(void);

static void arm_and_stop(void)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(
		scene_run("--hook", "dpkg-postinst", SCENE_NEW, "/boot/vmlinuz", NULL),
		0);
	ck_assert(scene_loaded());
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 soft-reboot.target start waiting\n"
				    "13 shutdown.target start waiting\n");
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(!scene_exists(RUN_GO));
}

static void assert_armed_after_the_start(const char *expected)
{
	_cleanup_free_ char *armed = NULL;

	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	armed = scene_armed_version();
	ck_assert_pstr_eq(armed, expected);
	ck_assert(scene_loaded() == (expected != NULL));
}

START_TEST(test_keeps_what_is_loaded)
{
	arm_and_stop();
	ck_assert(scene_loaded());
	ck_assert(scene_exists(RUN_BOOT));
	assert_armed_after_the_start(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 1);
	/* The reboot after it. */
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 1);
}
END_TEST

/* The gate is in this root; in the next one, systemd may jump into whatever is loaded. */
START_TEST(test_into_another_root_unloads)
{
	scene_put("/run/nextroot/etc/os-release", "ID=other\n");
	arm_and_stop();
	ck_assert(!scene_loaded());
	ck_assert(!scene_exists(RUN_BOOT));
	assert_armed_after_the_start(NULL);
}
END_TEST

Suite *softreboot_suite(void)
{
	Suite *suite = suite_create("softreboot");
	TCase *tcase = tcase_create("softreboot");

	tcase_add_checked_fixture(tcase, scene_begin, scene_end);
	tcase_add_test(tcase, test_keeps_what_is_loaded);
	tcase_add_test(tcase, test_into_another_root_unloads);
	suite_add_tcase(suite, tcase);
	return suite;
}
