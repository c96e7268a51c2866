// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole program over the life of a machine: hooks, hands, reboots. Only the kernel is
 * fake. */
#include <check.h>
#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/root.h"
#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *flow_suite(void);

#define assert_armed(expected)                                     \
	do {                                                       \
		_cleanup_free_ char *is = scene_armed_version();   \
		ck_assert_pstr_eq(is, expected);                   \
		ck_assert(scene_loaded() == ((expected) != NULL)); \
	} while (0)

static void rebooting(void)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl",
		   "12 reboot.target start waiting\n13 shutdown.target start waiting\n");
}

static void install_and_hook(const char *version)
{
	scene_install(version);
	ck_assert_int_eq(
		scene_run("--hook", "dpkg-postinst", version, "/boot/vmlinuz", NULL), 0);
}

START_TEST(test_nothing_new_is_nothing)
{
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(NULL);
	ck_assert_uint_eq(scene_calls("load"), 0);
}
END_TEST

START_TEST(test_new_kernel_is_armed_once)
{
	install_and_hook(SCENE_NEW);
	assert_armed(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert_int_eq(
		scene_run("--hook", "initramfs-post-update", SCENE_NEW, "x", NULL), 0);
	ck_assert_uint_eq(scene_calls("load"), 1);
}
END_TEST

START_TEST(test_second_update_replaces)
{
	install_and_hook(SCENE_NEW);
	install_and_hook(SCENE_NEWER);
	assert_armed(SCENE_NEWER);
	ck_assert_uint_eq(scene_calls("load"), 2);
}
END_TEST

START_TEST(test_rebuilt_initramfs_is_loaded_anew)
{
	_cleanup_free_ char *text = NULL;

	install_and_hook(SCENE_NEW);
	scene_uninstall(SCENE_NEW);
	scene_install(SCENE_NEW); /* the same bytes in other files */
	ck_assert_int_eq(
		scene_run("--hook", "initramfs-post-update", SCENE_NEW, "x", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 2);
	text = scene_read(RUN_ARMED);
	ck_assert_ptr_nonnull(strstr(text, "BY=initramfs-post-update"));
}
END_TEST

START_TEST(test_inside_a_kernels_postinst_the_later_hook_follows)
{
	scene_install(SCENE_NEW);
	scene_fake("env", "DPKG_MAINTSCRIPT_PACKAGE=linux-image-" SCENE_NEW "\n");
	ck_assert_int_eq(
		scene_run("--hook", "initramfs-post-update", SCENE_NEW, "x", NULL), 0);
	ck_assert_uint_eq(scene_calls("load"), 0);
}
END_TEST

static const struct {
	const char *hook, *params;
	unsigned loads;
} actions[] = {
	{ "dpkg-postinst", "configure ", 1 },
	{ "dpkg-postinst", "'configure' ''", 1 },
	{ "dpkg-postinst", "", 1 },
	{ "dpkg-postinst", "abort-upgrade 1", 0 },
	{ "dpkg-postrm", "upgrade 6.1.192-2", 0 },
	{ "dpkg-postrm", "purge", 0 },
	{ "dpkg-prerm", "upgrade 1", 0 },
	{ "dpkg-postrm", "abort-install", 0 },
};

START_TEST(test_maintainer_action)
{
	_cleanup_free_ char *env = strf("DEB_MAINT_PARAMS=%s\n", actions[_i].params);

	scene_install(SCENE_NEW);
	scene_fake("env", env);
	ck_assert_int_eq(scene_run("--hook", actions[_i].hook, SCENE_NEW, "x", NULL), 0);
	ck_assert_uint_eq(scene_calls("load"), actions[_i].loads);
}
END_TEST

START_TEST(test_removal_arms_what_boots_next)
{
	install_and_hook(SCENE_NEW);
	install_and_hook(SCENE_NEWER);
	scene_fake("env", "DEB_MAINT_PARAMS=remove\n");
	/* Before its files go, GRUB's menu still names it: nothing is certain. */
	ck_assert_int_eq(scene_run("--hook", "dpkg-prerm", SCENE_NEWER, "x", NULL), 0);
	assert_armed(NULL);
	scene_uninstall(SCENE_NEWER);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postrm", SCENE_NEWER, "x", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_disarm_holds_until_lifted)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	assert_armed(NULL);
	ck_assert_int_eq(
		scene_run("--hook", "initramfs-post-update", SCENE_NEW, "x", NULL), 0);
	assert_armed(NULL);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert(!scene_exists(RUN_DISARMED));
	/* And a new boot knows nothing of it. */
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_disarm_where_the_kernel_refuses)
{
	install_and_hook(SCENE_NEW);
	scene_fake("load", "-1\n");
	ck_assert_int_eq(scene_run("--disarm", NULL), 1);
	ck_assert(scene_exists(RUN_DISARMED));
	/* The gate goes through the firmware all the same. */
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

START_TEST(test_failed_reload_leaves_nothing_old)
{
	install_and_hook(SCENE_NEW);
	scene_fake("load", "-12\n");
	install_and_hook(SCENE_NEWER);
	assert_armed(NULL);
}
END_TEST

START_TEST(test_busy_is_waited_for)
{
	scene_fake("load", "-16\n-26\n-16\n");
	install_and_hook(SCENE_NEW);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("sleep"), 3);
}
END_TEST

START_TEST(test_busy_for_ever_gives_up)
{
	_cleanup_free_ char *many = strdup("");

	for (int i = 0; i < 12; i++) {
		char *longer = strf("%s-16\n", many);

		free(many);
		many = longer;
	}
	scene_fake("load", many);
	install_and_hook(SCENE_NEW);
	assert_armed(NULL);
}
END_TEST

START_TEST(test_foreign_image_is_left_alone)
{
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	install_and_hook(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 0);
	ck_assert_uint_eq(scene_calls("unload"), 0);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	ck_assert_uint_eq(scene_calls("load"), 0);
	ck_assert_int_eq(scene_run("--arm", "--force", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_disarm_unloads_whoever_loaded)
{
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	ck_assert(!scene_loaded());
}
END_TEST

START_TEST(test_interrupted_load_counts_as_ours)
{
	_cleanup_free_ char *text = NULL, *loading = NULL;

	install_and_hook(SCENE_NEW);
	text = scene_read(RUN_ARMED);
	loading = strf("%sLOADING=yes\n", text);
	scene_put(RUN_ARMED, loading);
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 2);
}
END_TEST

START_TEST(test_without_the_service_nothing_is_armed)
{
	scene_remove(RUN_BOOT);
	install_and_hook(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 0);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	ck_assert_int_eq(scene_run("--arm", "--force", NULL), 3);
}
END_TEST

START_TEST(test_stop_disarms_and_start_lifts_that)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(NULL);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(NULL);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_reboot_with_consent)
{
	install_and_hook(SCENE_NEW);
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert(scene_exists(RUN_GO));
	ck_assert(scene_exists(STATE_ATTEMPT));
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 1);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 0);
}
END_TEST

START_TEST(test_gate_without_consent)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert(!scene_loaded());
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
}
END_TEST

START_TEST(test_gate_consent_of_another_image)
{
	install_and_hook(SCENE_NEW);
	scene_put(RUN_GO, "FORMAT=1\nBOOT_ID=00000000-0000-4000-8000-000000000001\n"
			  "FINGERPRINT=0123456789abcdef\n");
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

/* The configuration is broken, the record damaged: the gate needs neither. */
START_TEST(test_gate_with_damaged_record)
{
	install_and_hook(SCENE_NEW);
	scene_put(RUN_ARMED, "garbage");
	scene_put(SYSCONFDIR "/warmboot.conf", "}");
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
}
END_TEST

START_TEST(test_gate_leaves_others_alone)
{
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run"), 0);
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 1);
	ck_assert_uint_eq(scene_calls("unload"), 0);
}
END_TEST

START_TEST(test_stop_loads_the_right_one)
{
	install_and_hook(SCENE_NEW);
	scene_install(SCENE_NEWER); /* nobody called a hook */
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(SCENE_NEWER);
	ck_assert(scene_exists(RUN_GO));
}
END_TEST

START_TEST(test_stop_unloads_in_doubt)
{
	install_and_hook(SCENE_NEW);
	scene_put("/boot/grub/grub.cfg", "if\n");
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(NULL);
	ck_assert(!scene_exists(RUN_GO));
	ck_assert(!scene_exists(STATE_ATTEMPT));
}
END_TEST

START_TEST(test_stop_without_record_of_the_attempt)
{
	install_and_hook(SCENE_NEW);
	scene_put("/var/lib/warmboot/attempt/in-the-way", "");
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(NULL);
	ck_assert(!scene_exists(RUN_GO));
}
END_TEST

START_TEST(test_broken_configuration_ends_in_the_firmware)
{
	install_and_hook(SCENE_NEW);
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = 7;\n");
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(!scene_exists(RUN_GO));
	assert_armed(NULL);
	/* The unit of the gate goes on to the firmware. */
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

START_TEST(test_switched_off)
{
	scene_put(SYSCONFDIR "/warmboot.conf",
		  "enabled = false;\nverify = \"header\";\n");
	install_and_hook(SCENE_NEW);
	assert_armed(NULL);
	ck_assert_int_eq(scene_run("--arm", NULL), 0); /* by hand works */
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_by_hand_stays)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	assert_armed(SCENE_OLD);
	install_and_hook(SCENE_NEWER);
	assert_armed(SCENE_OLD);
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(SCENE_OLD);
	ck_assert(scene_exists(RUN_GO));
}
END_TEST

START_TEST(test_by_hand_ends_with_its_kernel)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	scene_uninstall(SCENE_OLD);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

/* Reboots with consent; the next boot came about as told. */
static void jump(const char *release, bool by_kexec)
{
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(scene_exists(RUN_GO));
	scene_boot(release, by_kexec);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
}

static void assert_history(const char *result)
{
	_cleanup_free_ char *text = scene_read(STATE_HISTORY),
			    *line = strf("RESULT=%s\n", result);

	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, line));
}

START_TEST(test_good_boot)
{
	install_and_hook(SCENE_NEW);
	jump(SCENE_NEW, true);
	ck_assert(!scene_exists(STATE_HISTORY)); /* came up, and not good yet */
	ck_assert_int_eq(scene_run("--hook", "service-good", NULL), 0);
	assert_history("good");
	ck_assert(!scene_exists(STATE_ATTEMPT));
}
END_TEST

START_TEST(test_failed_boot_is_not_armed_again_by_a_hook)
{
	install_and_hook(SCENE_NEW);
	jump(SCENE_NEW, false);
	assert_history("failed");
	scene_fake("uname", SCENE_OLD " #1 SMP Debian 6.1.1-1");
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(NULL);
	install_and_hook(
		SCENE_NEWER); /* another kernel: one failure does not hold it back */
	assert_armed(SCENE_NEWER);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_NEW, NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

/* Its failure could not be written down: that it is not known is a reason, too. */
START_TEST(test_failed_boot_that_could_not_be_recorded)
{
	scene_put(STATE_DIR "/.history" ROOT_TEMPORARY_SUFFIX "/in-the-way", "");
	install_and_hook(SCENE_NEW);
	jump(SCENE_OLD, false);
	ck_assert(!scene_exists(STATE_HISTORY));
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(NULL);
	/* A human may. */
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_two_failures_hold_back_all)
{
	install_and_hook(SCENE_NEW);
	jump(SCENE_OLD, false);
	install_and_hook(SCENE_NEWER);
	assert_armed(SCENE_NEWER);
	jump(SCENE_OLD, false);
	scene_uninstall(SCENE_NEWER);
	scene_uninstall(SCENE_NEW);
	install_and_hook("6.1.0-58-amd64");
	assert_armed(NULL);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	assert_armed("6.1.0-58-amd64");
}
END_TEST

START_TEST(test_came_up_but_never_good)
{
	install_and_hook(SCENE_NEW);
	jump(SCENE_NEW, true);
	scene_boot(SCENE_OLD, false); /* no stop, no good: it crashed */
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	assert_history("failed");
}
END_TEST

START_TEST(test_kexec_into_something_else_is_no_blame)
{
	install_and_hook(SCENE_NEW);
	jump(SCENE_OLD, true);
	assert_history("skipped");
}
END_TEST

START_TEST(test_one_shot_switches)
{
	scene_put("/nokexec", "");
	install_and_hook(SCENE_NEW);
	assert_armed(NULL);
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert(!scene_exists("/nokexec"));
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_arm_at_boot)
{
	scene_put(SYSCONFDIR "/warmboot.conf",
		  "arm_at_boot = true;\nverify = \"header\";\n");
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	assert_armed(SCENE_OLD);
}
END_TEST

/* Files of this very second: their times prove nothing, and by headers alone there was no
 * digest. */
START_TEST(test_young_files_are_not_loaded_again_and_again)
{
	_cleanup_free_ char *now = strf("%ld\n", (long)time(NULL) - 1);

	scene_fake("now", now);
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 1);
}
END_TEST

START_TEST(test_too_little_memory)
{
	scene_put("/proc/meminfo", "MemTotal:  4000000 kB\nMemAvailable:  100000 kB\n");
	install_and_hook(SCENE_NEW);
	assert_armed(NULL);
	ck_assert_uint_eq(scene_calls("load"), 0);
}
END_TEST

START_TEST(test_foreign_version_in_initramfs)
{
	scene_put(SYSCONFDIR "/warmboot.conf", "");
	scene_install(SCENE_NEW);
	scene_uninstall(SCENE_OLD);
	ck_assert_int_eq(scene_run("--arm", NULL),
			 1); /* no payload in these kernels: full verification says so */
	assert_armed(NULL);
	ck_assert_uint_eq(scene_calls("load"), 0);
}
END_TEST

Suite *flow_suite(void)
{
	const TTest *const tests[] = {
		test_nothing_new_is_nothing,
		test_new_kernel_is_armed_once,
		test_second_update_replaces,
		test_rebuilt_initramfs_is_loaded_anew,
		test_inside_a_kernels_postinst_the_later_hook_follows,
		test_removal_arms_what_boots_next,
		test_disarm_holds_until_lifted,
		test_disarm_where_the_kernel_refuses,
		test_failed_reload_leaves_nothing_old,
		test_busy_is_waited_for,
		test_busy_for_ever_gives_up,
		test_foreign_image_is_left_alone,
		test_disarm_unloads_whoever_loaded,
		test_interrupted_load_counts_as_ours,
		test_without_the_service_nothing_is_armed,
		test_stop_disarms_and_start_lifts_that,
		test_reboot_with_consent,
		test_gate_without_consent,
		test_gate_consent_of_another_image,
		test_gate_with_damaged_record,
		test_gate_leaves_others_alone,
		test_stop_loads_the_right_one,
		test_stop_unloads_in_doubt,
		test_stop_without_record_of_the_attempt,
		test_broken_configuration_ends_in_the_firmware,
		test_switched_off,
		test_by_hand_stays,
		test_by_hand_ends_with_its_kernel,
		test_good_boot,
		test_failed_boot_is_not_armed_again_by_a_hook,
		test_failed_boot_that_could_not_be_recorded,
		test_two_failures_hold_back_all,
		test_came_up_but_never_good,
		test_kexec_into_something_else_is_no_blame,
		test_one_shot_switches,
		test_arm_at_boot,
		test_too_little_memory,
		test_young_files_are_not_loaded_again_and_again,
		test_foreign_version_in_initramfs,
	};
	Suite *suite = suite_create("flow");
	TCase *tc = tcase_create("flow");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, scene_begin, scene_end);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	tcase_add_loop_test(tc, test_maintainer_action, 0, ARRAY_SIZE(actions));
	suite_add_tcase(suite, tc);
	return suite;
}
