// SPDX-License-Identifier: GPL-2.0-or-later
/* What makes the stop's consent void, and what becomes of its attempt; and images that no
 * consent may be given for. */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#include "../fake_sys.h"
#include "app.h"
#include "base/root.h"
#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *consent_suite(void);

static void install_and_hook(const char *version)
{
	scene_install(version);
	ck_assert_int_eq(
		scene_run("--hook", "dpkg-postinst", version, "/boot/vmlinuz", NULL), 0);
}

static void stop(void)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
}

static void assert_firmware(void)
{
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
}

/* It came up through the firmware, and that was nobody's fault. */
static void assert_no_blame(void)
{
	_cleanup_free_ char *history = NULL, *armed = NULL;

	ck_assert(!scene_exists(STATE_ATTEMPT));
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	history = scene_read(STATE_HISTORY);
	ck_assert(!history || !strstr(history, "RESULT=failed"));
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	armed = scene_armed_version();
	ck_assert_ptr_nonnull(armed);
}

START_TEST(test_hook_after_the_stop)
{
	install_and_hook(SCENE_NEW);
	stop();
	ck_assert(scene_exists(RUN_GO));
	install_and_hook(SCENE_NEWER);
	ck_assert(!scene_exists(RUN_GO));
	assert_firmware();
	assert_no_blame();
}
END_TEST

/* Runs the program with one call of the machine's replaced. */
static void run_hook(const struct sys *sys, const char *name)
{
	char *argv[] = { (char[]){ "warmboot" }, (char[]){ "--hook" }, strdup(name),
			 NULL };

	ck_assert_int_eq(app_run(3, argv, sys, scene_machine()), 0);
	free(argv[2]);
}

static int held = -1;

static void let_the_stop_go_first(unsigned ms)
{
	(void)ms;
	if (held < 0)
		return;
	close(held);
	held = -1;
	stop();
	ck_assert(scene_exists(RUN_GO));
}

START_TEST(test_hook_that_waited_for_the_stop)
{
	struct sys sys = sys_fake;
	struct root root;

	install_and_hook(SCENE_NEW);
	scene_install(SCENE_NEWER);
	ck_assert_int_eq(root_init(&root, scene_machine()), 0);
	held = root_open(&root, RUN_LOCK, O_RDWR | O_CREAT);
	ck_assert_int_eq(flock(held, LOCK_EX), 0);
	root_done(&root);
	sys.sleep_ms = let_the_stop_go_first;
	run_hook(&sys, "apt-post-invoke");
	ck_assert_int_eq(held, -1);
	ck_assert(!scene_exists(RUN_GO));
	assert_firmware();
	assert_no_blame();
}
END_TEST

static int turn_somebody_away(const char *datagram, size_t len)
{
	(void)datagram, (void)len;
	if (scene_exists(RUN_GO))
		scene_put(RUN_AGAIN, "");
	return 0;
}

START_TEST(test_turned_away_behind_the_last_look)
{
	struct sys sys = sys_fake;

	install_and_hook(SCENE_NEW);
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	sys.journal = turn_somebody_away;
	run_hook(&sys, "service-stop");
	ck_assert(!scene_exists(RUN_AGAIN));
	ck_assert(!scene_exists(RUN_GO));
	assert_firmware();
	assert_no_blame();
}
END_TEST

START_TEST(test_disarmed_after_the_stop)
{
	install_and_hook(SCENE_NEW);
	stop();
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	assert_firmware();
	assert_no_blame();
}
END_TEST

START_TEST(test_consent_cannot_be_written)
{
	install_and_hook(SCENE_NEW);
	scene_put(RUN_GO "/in-the-way", "");
	stop();
	ck_assert(!scene_loaded());
	assert_no_blame();
}
END_TEST

/* A guard objected at the stop, when kexec.target had been chosen already. */
START_TEST(test_gate_after_a_veto)
{
	install_and_hook(SCENE_NEW);
	scene_put("/nokexec", "");
	stop();
	ck_assert(!scene_loaded());
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

/* The reboot was called off, and later the machine was switched off. */
START_TEST(test_consent_for_a_reboot_that_did_not_come)
{
	install_and_hook(SCENE_NEW);
	stop();
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	assert_no_blame();
}
END_TEST

static void interrupt(void)
{
	_cleanup_free_ char *text = scene_read(RUN_ARMED), *loading = NULL;

	loading = strf("%sLOADING=yes\n", text);
	scene_put(RUN_ARMED, loading);
}

/* The record is of the older kernel, and what lies in the kernel still the newer one. */
START_TEST(test_interrupted_by_hand)
{
	_cleanup_free_ char *armed = NULL;

	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	interrupt();
	if (_i) {
		stop();
		ck_assert(!scene_exists(RUN_GO));
		ck_assert(!scene_loaded());
		return;
	}
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	armed = scene_armed_version();
	ck_assert_pstr_eq(armed, SCENE_NEW);
}
END_TEST

/* What --status says of the next reboot. */
static bool status_says(const char *words)
{
	_cleanup_free_ char *line = NULL;
	FILE *f = tmpfile();
	int saved = dup(STDOUT_FILENO);
	size_t size = 0;
	bool said = false;

	ck_assert_ptr_nonnull(f);
	fflush(stdout);
	dup2(fileno(f), STDOUT_FILENO);
	ck_assert_int_eq(scene_run("--status", NULL), 0);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(f);
	while (getline(&line, &size, f) > 0)
		said |= strstr(line, words) != NULL;
	fclose(f);
	return said;
}

static bool tells_firmware(void)
{
	return status_says("next reboot:   through the firmware");
}

START_TEST(test_status_of_a_changed_file_by_hand)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	ck_assert(!tells_firmware());
	scene_put("/boot/initrd.img-" SCENE_OLD, "070701 another one");
	ck_assert(tells_firmware());
	stop();
	ck_assert(!scene_exists(RUN_GO));
}
END_TEST

START_TEST(test_status_with_a_broken_configuration)
{
	install_and_hook(SCENE_NEW);
	ck_assert(!tells_firmware());
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = 7;\n");
	ck_assert(tells_firmware());
	stop();
	ck_assert(!scene_exists(RUN_GO));
}
END_TEST

/* It explains why nothing is armed, too. */
START_TEST(test_status_of_nothing_with_a_broken_configuration)
{
	_cleanup_free_ char *log = NULL;
	size_t len;

	scene_put(SYSCONFDIR "/warmboot.conf", "verify = 7;\n");
	install_and_hook(SCENE_NEW);
	ck_assert(!scene_loaded());
	log = scene_fake_read("log", &len);
	ck_assert(log && strstr(log, "until that is repaired, nothing is armed"));
	ck_assert(status_says("through the firmware: the configuration cannot be used"));
	scene_remove(SYSCONFDIR "/warmboot.conf");
	ck_assert(!status_says("the configuration cannot be used"));
}
END_TEST

Suite *consent_suite(void)
{
	Suite *suite = suite_create("consent");
	TCase *tcase = tcase_create("consent");

	tcase_add_checked_fixture(tcase, scene_begin, scene_end);
	tcase_add_test(tcase, test_hook_after_the_stop);
	tcase_add_test(tcase, test_hook_that_waited_for_the_stop);
	tcase_add_test(tcase, test_turned_away_behind_the_last_look);
	tcase_add_test(tcase, test_disarmed_after_the_stop);
	tcase_add_test(tcase, test_consent_cannot_be_written);
	tcase_add_test(tcase, test_gate_after_a_veto);
	tcase_add_test(tcase, test_consent_for_a_reboot_that_did_not_come);
	tcase_add_loop_test(tcase, test_interrupted_by_hand, 0, 2);
	tcase_add_test(tcase, test_status_of_a_changed_file_by_hand);
	tcase_add_test(tcase, test_status_with_a_broken_configuration);
	tcase_add_test(tcase, test_status_of_nothing_with_a_broken_configuration);
	suite_add_tcase(suite, tcase);
	return suite;
}
