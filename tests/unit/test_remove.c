// SPDX-License-Identifier: GPL-2.0-or-later
/* The package's own removal: nothing of ours is left outside of the package's files. */
#include <check.h>

#include "base/util.h"
#include "keep/kexecd.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *remove_suite(void);

#define SNIPPET KEXECD_DIR "/" KEXECD_SNIPPET

static void arm_new(void)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	ck_assert(scene_loaded());
}

static void remove_package(void)
{
	ck_assert_int_eq(scene_run("--hook", "package-remove", NULL), 0);
}

START_TEST(test_unloads_and_forgets)
{
	arm_new();
	scene_put(RUN_DIR "/.left-over.tmp", "x");
	remove_package();
	ck_assert(!scene_loaded());
	ck_assert(!scene_exists(RUN_DIR));
	/* Whatever still calls us arms nothing any more, and leaves nothing. */
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert(!scene_loaded());
	ck_assert(!scene_exists(RUN_DIR));
}
END_TEST

START_TEST(test_history_stays_for_the_purge)
{
	arm_new();
	ck_assert(scene_exists(STATE_ARMED));
	remove_package();
	ck_assert(scene_exists(STATE_ARMED));
}
END_TEST

START_TEST(test_with_nothing_to_do)
{
	remove_package();
	remove_package();
	ck_assert(!scene_exists(RUN_DIR));
	ck_assert_uint_eq(scene_calls("unload"), 0);
}
END_TEST

static void install_gentoos_kexec(void)
{
	scene_put("/etc/init.d/kexec", "#!/sbin/openrc-run\n");
	scene_put("/etc/conf.d/kexec", "# mine\nKNAME=\"old\"\n");
	scene_put("/etc/runlevels/default/kexec", "");
}

START_TEST(test_settings_of_others_come_back)
{
	_cleanup_free_ char *armed = NULL, *text = NULL;

	install_gentoos_kexec();
	arm_new();
	armed = scene_read("/etc/conf.d/kexec");
	ck_assert_str_ne(armed, "# mine\nKNAME=\"old\"\n");
	remove_package();
	text = scene_read("/etc/conf.d/kexec");
	ck_assert_str_eq(text, "# mine\nKNAME=\"old\"\n");
	ck_assert(!scene_exists(STATE_KEPT));
}
END_TEST

START_TEST(test_after_disarm)
{
	_cleanup_free_ char *text = NULL;

	install_gentoos_kexec();
	arm_new();
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	ck_assert(scene_exists("/nokexec"));
	remove_package();
	ck_assert(!scene_exists("/nokexec"));
	ck_assert(!scene_exists(RUN_DIR));
	text = scene_read("/etc/conf.d/kexec");
	ck_assert_str_eq(text, "# mine\nKNAME=\"old\"\n");
}
END_TEST

START_TEST(test_debians_snippet_goes)
{
	scene_put(KEXECD_DEFAULTS, "LOAD_KEXEC=true\n");
	scene_put("/etc/init.d/kexec-load", "");
	arm_new();
	ck_assert(scene_exists(SNIPPET));
	remove_package();
	ck_assert(!scene_exists(SNIPPET));
	ck_assert(scene_exists(KEXECD_DEFAULTS));
}
END_TEST

/* Made by the service's start under OpenRC (hooks/openrc/service). */
START_TEST(test_openrcs_link_goes)
{
	scene_put("/etc/runlevels/shutdown/warmboot-gate", "");
	remove_package();
	ck_assert(!scene_exists("/etc/runlevels/shutdown/warmboot-gate"));
	ck_assert(scene_exists("/etc/runlevels/shutdown"));
}
END_TEST

START_TEST(test_foreign_image_stays)
{
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	remove_package();
	ck_assert(scene_loaded());
	ck_assert_uint_eq(scene_calls("unload"), 0);
}
END_TEST

/* Everything else is put right all the same, and the words say what is left to do. */
START_TEST(test_kernel_refuses_to_unload)
{
	install_gentoos_kexec();
	arm_new();
	scene_fake("load", "-1\n");
	remove_package();
	ck_assert(scene_loaded());
	ck_assert(!scene_exists(RUN_DIR));
	ck_assert(!scene_exists(STATE_KEPT));
}
END_TEST

START_TEST(test_broken_configuration)
{
	arm_new();
	scene_put(SYSCONFDIR "/warmboot.conf", "enabled = ;\n");
	remove_package();
	ck_assert(!scene_loaded());
	ck_assert(!scene_exists(RUN_DIR));
}
END_TEST

/* A chroot that sees the machine's /run and /sys: neither is its own. */
static const struct {
	const char *file, *text;
} elsewhere[] = {
	{ "init_root", "0\n" },
	{ "init_root", "-13\n" },
	{ "ns_pid", "4026532178\n" },
	{ "env", "DPKG_ROOT=/target\n" },
};

START_TEST(test_elsewhere_the_machine_is_left_alone)
{
	arm_new();
	scene_fake(elsewhere[_i].file, elsewhere[_i].text);
	remove_package();
	ck_assert(scene_loaded());
	ck_assert(scene_exists(RUN_ARMED));
	ck_assert(scene_exists(RUN_BOOT));
}
END_TEST

START_TEST(test_not_root)
{
	arm_new();
	scene_fake("euid", "1000\n");
	remove_package();
	ck_assert(scene_loaded());
	ck_assert(scene_exists(RUN_ARMED));
}
END_TEST

Suite *remove_suite(void)
{
	const TTest *const tests[] = {
		test_unloads_and_forgets,  test_history_stays_for_the_purge,
		test_with_nothing_to_do,   test_settings_of_others_come_back,
		test_after_disarm,	   test_debians_snippet_goes,
		test_foreign_image_stays,  test_kernel_refuses_to_unload,
		test_broken_configuration, test_not_root,
		test_openrcs_link_goes,
	};
	Suite *s = suite_create("remove");
	TCase *tc = tcase_create("remove");

	tcase_add_checked_fixture(tc, scene_begin, scene_end);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	tcase_add_loop_test(tc, test_elsewhere_the_machine_is_left_alone, 0,
			    ARRAY_SIZE(elsewhere));
	suite_add_tcase(s, tc);
	return s;
}
