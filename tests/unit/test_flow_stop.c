// SPDX-License-Identifier: GPL-2.0-or-later
/* What the service's stop writes down and leaves behind, whichever way it goes. */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "../fake_sys.h"
#include "app.h"
#include "base/root.h"
#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *flow_stop_suite(void);

#define STATE_TRIAL STATE_DIR "/trial"

static void install_and_hook(const char *version)
{
	scene_install(version);
	ck_assert_int_eq(
		scene_run("--hook", "dpkg-postinst", version, "/boot/vmlinuz", NULL), 0);
}

static void stop_while(const char *jobs)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", jobs);
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
}

static void stop_rebooting(void)
{
	stop_while("12 reboot.target start waiting\n");
}

static void boot(const char *release, bool by_kexec)
{
	scene_boot(release, by_kexec);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
}

static bool history_has(const char *words)
{
	_cleanup_free_ char *text = scene_read(STATE_HISTORY);

	return text && strstr(text, words);
}

static void jump_into_new(void)
{
	stop_rebooting();
	ck_assert(scene_exists(RUN_GO));
	boot(SCENE_NEW, true);
}

/* --- A boot that is shut down in good order is good ---------------------------- */

static void nothing_is_loaded(void)
{
}

static void another_program_has_loaded(void)
{
	scene_put("/sys/kernel/kexec_loaded", "1\n");
}

static void a_guard_objects(void)
{
	install_and_hook(SCENE_NEWER);
	scene_put("/nokexec", "");
}

static void a_guard_objects_to_what_hands_armed(void)
{
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	scene_put("/nokexec", "");
}

static void the_configuration_is_broken(void)
{
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = 7;\n");
}

static const struct {
	void (*happens)(void);
	const char *jobs;
} ends[] = {
	{ nothing_is_loaded, "12 reboot.target start waiting\n" },
	{ nothing_is_loaded, "12 poweroff.target start waiting\n"
			     "13 shutdown.target start waiting\n" },
	{ another_program_has_loaded, "12 reboot.target start waiting\n" },
	{ another_program_has_loaded, "13 shutdown.target start waiting\n" },
	{ a_guard_objects, "12 reboot.target start waiting\n" },
	{ a_guard_objects_to_what_hands_armed, "12 reboot.target start waiting\n" },
	{ the_configuration_is_broken, "12 reboot.target start waiting\n" },
};

START_TEST(test_orderly_end_is_good)
{
	install_and_hook(SCENE_NEW);
	jump_into_new();
	ends[_i].happens();
	stop_while(ends[_i].jobs);
	ck_assert(!scene_exists(RUN_GO));
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = \"header\";\n");
	boot(SCENE_OLD, false);
	ck_assert_msg(history_has("RESULT=good"), "case %d", _i);
	ck_assert_msg(!history_has("RESULT=failed"), "case %d", _i);
}
END_TEST

/* --- Who armed it ------------------------------------------------------------- */

/* Its script may have loaded another kernel, so the stop loads anew. */
static void install_another_loader(void)
{
	scene_put("/etc/init.d/kexec-load", "");
	scene_put("/sbin/kexec", "");
	scene_put("/etc/default/kexec", "LOAD_KEXEC=true\n");
}

START_TEST(test_trial_by_hand_that_the_stop_loaded_anew)
{
	install_another_loader();
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	jump_into_new();
	ck_assert_uint_eq(scene_calls("load"), 2);
	ck_assert_int_eq(scene_run("--hook", "service-good", NULL), 0);
	ck_assert(scene_exists(STATE_TRIAL));
}
END_TEST

START_TEST(test_no_trial_by_a_hook)
{
	install_another_loader();
	install_and_hook(SCENE_NEW);
	jump_into_new();
	ck_assert_int_eq(scene_run("--hook", "service-good", NULL), 0);
	ck_assert(history_has("RESULT=good"));
	ck_assert(!scene_exists(STATE_TRIAL));
}
END_TEST

/* --- By hand ------------------------------------------------------------------ */

/* A hook was turned away: what it knew may end what a human armed, but never replaces it
 * with something else. */
START_TEST(test_by_hand_is_not_replaced_at_the_stop)
{
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	scene_put(RUN_AGAIN, "");
	stop_rebooting();
	ck_assert_uint_eq(scene_calls("load"), 2);
	ck_assert(!scene_exists(RUN_GO));
	ck_assert(!scene_loaded());
}
END_TEST

/* --- Stopped is off ----------------------------------------------------------- */

static int hold_the_lock(void)
{
	struct root root;
	int fd;

	ck_assert_int_eq(root_init(&root, scene_machine()), 0);
	fd = root_open(&root, RUN_LOCK, O_RDWR | O_CREAT);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	root_done(&root);
	return fd;
}

/* The holder, or a hook later on, would arm a machine whose service was stopped. */
START_TEST(test_stopped_while_another_run_goes_on)
{
	int fd = hold_the_lock();

	stop_while(_i ? "" : "12 reboot.target start waiting\n");
	close(fd);
	ck_assert(!scene_exists(RUN_GO));
	install_and_hook(SCENE_NEW);
	ck_assert(!scene_loaded());
}
END_TEST

static bool stopped;

static int stop_meanwhile(const char *datagram, size_t len)
{
	(void)datagram, (void)len;
	if (!stopped && scene_loaded()) {
		stopped = true;
		stop_while("");
	}
	return 0;
}

/* The stop waits in vain for a hook that loads: that one takes its image away again. */
START_TEST(test_stopped_while_a_hook_loads)
{
	char *argv[] = { (char[]){ "warmboot" }, (char[]){ "--hook" },
			 (char[]){ "apt-post-invoke" }, NULL };
	struct sys sys = sys_fake;

	scene_install(SCENE_NEW);
	stopped = false;
	sys.journal = stop_meanwhile;
	ck_assert_int_eq(app_run(3, argv, &sys, scene_machine()), 0);
	ck_assert(stopped);
	ck_assert(!scene_loaded());
	ck_assert(!scene_exists(RUN_BOOT));
}
END_TEST

/* A script that is run in a chroot which sees the machine's /run: what is loaded, and the
 * token, are the machine's. */
START_TEST(test_a_chroots_service_is_not_the_machines)
{
	_cleanup_free_ char *token = scene_read(RUN_BOOT), *after = NULL;

	install_and_hook(SCENE_NEW);
	scene_fake("init_root", "0\n");
	if (_i)
		ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	else
		stop_while("");
	ck_assert(scene_loaded());
	scene_fake("init_root", "1\n");
	after = scene_read(RUN_BOOT);
	ck_assert_pstr_eq(after, token);
	stop_rebooting();
	ck_assert(scene_exists(RUN_GO));
	scene_fake("init_root", "0\n");
	ck_assert_int_eq(scene_run("--hook", _i ? "service-start" : "service-stop", NULL),
			 0);
	ck_assert(scene_exists(RUN_GO));
}
END_TEST

/* --- Stopped without settings ------------------------------------------------- */

START_TEST(test_stopped_with_a_broken_configuration)
{
	install_and_hook(SCENE_NEW);
	the_configuration_is_broken();
	stop_while(_i ? "" : "12 reboot.target start waiting\n");
	ck_assert(!scene_exists(RUN_GO));
	ck_assert(!scene_loaded());
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = \"header\";\n");
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert(!scene_loaded());
}
END_TEST

/* --- Loaders that start on the way down ---------------------------------------- */

#define KEXEC_JOBS                                    \
	"12 kexec.target start waiting\n"             \
	"13 systemd-kexec.service start waiting\n"    \
	"14 plymouth-kexec.service start waiting\n"   \
	"15 kexec-load@linux.service start waiting\n" \
	"16 kexec-load.service stop waiting\n"        \
	"17 prepare-kexec.service start waiting\n"    \
	"118 warmboot.service stop running\n"

/* They are started after every stop, so nothing would look at what they load. */
START_TEST(test_late_loaders_are_cancelled)
{
	install_and_hook(SCENE_NEW);
	if (_i)
		scene_put("/nokexec", "");
	stop_while(KEXEC_JOBS);
	ck_assert(scene_exists(RUN_GO) == !_i);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl cancel 15\n"), 1);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl cancel 17\n"), 1);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl cancel"), 2);
	/* One that ran already is ended, and what it may have loaded is replaced. */
	ck_assert_uint_eq(scene_calls("run /bin/systemctl stop prepare-kexec.service\n"),
			  1);
	ck_assert_uint_eq(scene_calls("load"), _i ? 1 : 2);
}
END_TEST

START_TEST(test_late_loaders_of_others_are_left_alone)
{
	if (_i)
		scene_put("/sys/kernel/kexec_loaded", "1\n");
	stop_while(KEXEC_JOBS);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl cancel"), 0);
}
END_TEST

static int refuse_to_cancel(const struct sys_command *command)
{
	return streq(command->argv[1], "stop") ? 1 : sys_fake.run(command);
}

START_TEST(test_late_loaders_that_cannot_be_cancelled)
{
	char *argv[] = { (char[]){ "warmboot" }, (char[]){ "--hook" },
			 (char[]){ "service-stop" }, NULL };
	struct sys sys = sys_fake;

	install_and_hook(SCENE_NEW);
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", KEXEC_JOBS);
	sys.run = refuse_to_cancel;
	ck_assert_int_eq(app_run(3, argv, &sys, scene_machine()), 0);
	ck_assert(!scene_exists(RUN_GO));
	ck_assert(history_has("RESULT=skipped"));
	/* Whatever lies there by then: it is not jumped into. */
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert(!scene_loaded());
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

/* It came and went before our stop, or is another program's script: who knows what lies
 * there now. */
static const struct {
	const char *path, *text;
} replacers[] = {
	{ "/etc/systemd/system/kexec.target.wants/kexec-load@linux.service", "" },
	{ "/etc/systemd/system/kexec.target.wants/kexec-load.service", "" },
	{ "/etc/systemd/system/kexec.target.wants/prepare-kexec.service", "" },
	{ "/etc/runlevels/default/kexec", "" },
};

START_TEST(test_what_may_have_been_replaced)
{
	scene_put(replacers[_i].path, replacers[_i].text);
	install_and_hook(SCENE_NEW);
	stop_rebooting();
	ck_assert(scene_exists(RUN_GO));
	ck_assert_uint_eq(scene_calls("load"), 2);
}
END_TEST

START_TEST(test_what_may_have_been_replaced_by_hand)
{
	scene_put(replacers[_i].path, replacers[_i].text);
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_OLD, NULL), 0);
	stop_rebooting();
	ck_assert(!scene_exists(RUN_GO));
	ck_assert(!scene_loaded());
}
END_TEST

/* --- Good, while another run goes on ------------------------------------------- */

static int held = -1;
static unsigned slept;

static void let_go_in_the_end(unsigned ms)
{
	(void)ms;
	if (held < 0 || ++slept < 40)
		return;
	ck_assert(!scene_exists(STATE_HISTORY));
	close(held);
	held = -1;
}

/* Both write the history: with one temporary file, and each what it has read of it. */
START_TEST(test_good_waits_for_others)
{
	char *argv[] = { (char[]){ "warmboot" }, (char[]){ "--hook" },
			 (char[]){ "service-good" }, NULL };
	struct sys sys = sys_fake;

	install_and_hook(SCENE_NEW);
	jump_into_new();
	held = hold_the_lock();
	slept = 0;
	sys.sleep_ms = let_go_in_the_end;
	ck_assert_int_eq(app_run(3, argv, &sys, scene_machine()), 0);
	ck_assert_int_eq(held, -1);
	ck_assert(history_has("RESULT=good"));
}
END_TEST

/* --- Other programs' settings -------------------------------------------------- */

#define CONFD "/etc/conf.d/kexec"
#define THEIRS "# mine\nKNAME=\"bzImage\"\n"

static void install_gentoos_kexec(void)
{
	scene_put("/etc/init.d/kexec", "#!/sbin/openrc-run\n");
	scene_put(CONFD, THEIRS);
	scene_put("/etc/runlevels/default/kexec", "");
}

static bool are_theirs(void)
{
	_cleanup_free_ char *text = scene_read(CONFD);

	return streq(text, THEIRS);
}

/* Nobody keeps them in step any more: they would name an ever older kernel. */
START_TEST(test_settings_come_back_when_stopped)
{
	install_gentoos_kexec();
	install_and_hook(SCENE_NEW);
	ck_assert(!are_theirs());
	stop_while(_i ? "" : "13 shutdown.target start waiting\n");
	ck_assert(are_theirs() == (_i == 1));
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert(scene_loaded());
	ck_assert(!are_theirs());
}
END_TEST

START_TEST(test_settings_stay_off_when_disarmed)
{
	_cleanup_free_ char *text = NULL;

	install_gentoos_kexec();
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	stop_while("");
	text = scene_read(CONFD);
	ck_assert_ptr_nonnull(strstr(text, "KNAME=\"-\""));
}
END_TEST

START_TEST(test_settings_come_back_when_switched_off)
{
	install_gentoos_kexec();
	install_and_hook(SCENE_NEW);
	scene_put(SYSCONFDIR "/warmboot.conf", "enabled = false; verify = \"header\";\n");
	if (_i)
		boot(SCENE_NEW, false);
	else
		install_and_hook(SCENE_NEWER);
	ck_assert(are_theirs());
	ck_assert(!scene_loaded());
}
END_TEST

Suite *flow_stop_suite(void)
{
	Suite *suite = suite_create("flow_stop");
	TCase *tcase = tcase_create("flow_stop");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, scene_begin, scene_end);
	tcase_add_loop_test(tcase, test_orderly_end_is_good, 0, ARRAY_SIZE(ends));
	tcase_add_test(tcase, test_trial_by_hand_that_the_stop_loaded_anew);
	tcase_add_test(tcase, test_no_trial_by_a_hook);
	tcase_add_test(tcase, test_by_hand_is_not_replaced_at_the_stop);
	tcase_add_loop_test(tcase, test_stopped_while_another_run_goes_on, 0, 2);
	tcase_add_test(tcase, test_stopped_while_a_hook_loads);
	tcase_add_loop_test(tcase, test_a_chroots_service_is_not_the_machines, 0, 2);
	tcase_add_loop_test(tcase, test_stopped_with_a_broken_configuration, 0, 2);
	tcase_add_loop_test(tcase, test_late_loaders_are_cancelled, 0, 2);
	tcase_add_loop_test(tcase, test_late_loaders_of_others_are_left_alone, 0, 2);
	tcase_add_test(tcase, test_late_loaders_that_cannot_be_cancelled);
	tcase_add_loop_test(tcase, test_what_may_have_been_replaced, 0,
			    ARRAY_SIZE(replacers));
	tcase_add_loop_test(tcase, test_what_may_have_been_replaced_by_hand, 0,
			    ARRAY_SIZE(replacers));
	tcase_add_test(tcase, test_good_waits_for_others);
	tcase_add_loop_test(tcase, test_settings_come_back_when_stopped, 0, 2);
	tcase_add_test(tcase, test_settings_stay_off_when_disarmed);
	tcase_add_loop_test(tcase, test_settings_come_back_when_switched_off, 0, 2);
	suite_add_tcase(suite, tcase);
	return suite;
}
