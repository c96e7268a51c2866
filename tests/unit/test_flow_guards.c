// SPDX-License-Identifier: GPL-2.0-or-later
/* The whole program where a reason not to comes up, or --disarm has to hold. */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "guard/firmware.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *flow_guards_suite(void);

#define assert_armed(expected)                                     \
	do {                                                       \
		_cleanup_free_ char *is = scene_armed_version();   \
		ck_assert_pstr_eq(is, expected);                   \
		ck_assert(scene_loaded() == ((expected) != NULL)); \
	} while (0)

#define SCHEDULED "/run/systemd/shutdown/scheduled"

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

static void assert_in(const char *path, const char *words)
{
	_cleanup_free_ char *text = scene_read(path);

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(strstr(text, words) != NULL, "'%s' is not in %s:\n%s", words, path,
		      text);
}

/* What comes up after a kernel was armed, each with a word of the finding. Data without a
 * NUL in it, so that a file of text can hold it. */
static const struct {
	const char *path, *text, *words;
} reasons[] = {
	{ "/run/systemd/reboot-to-firmware-setup", "", "firmware's setup" },
	{ "/run/systemd/reboot-to-boot-loader-menu", "0", "boot loader" },
	{ "/run/systemd/reboot-param", "recovery", "recovery" },
	{ EFIVAR_DIR "/MokNew-" EFIVAR_SHIM, "\7\1\1\1key", "MokNew" },
	{ EFIVAR_DIR "/BootNext-" EFIVAR_GLOBAL, "\7\1\1\1\1\1", "BootNext" },
	{ EFIVAR_DIR "/OsIndications-" EFIVAR_GLOBAL, "\7\1\1\1\4\1\1\1\1\1\1\1",
	  "capsule files" },
	{ EFIVAR_DIR "/OsIndications-" EFIVAR_GLOBAL, "\7\1\1\1", "OsIndications" },
	{ "/boot/efi/EFI/UpdateCapsule/x.cap", "x", "x.cap" },
	{ "/sys/class/firmware-attributes/x/attributes/pending_reboot", "1\n",
	  "settings" },
	{ "/sys/class/tpm/tpm0/ppi/request", "5\n", "TPM" },
	{ "/var/lib/fwupd/pending.db", "no database", "pending.db" },
	{ "/sys/bus/vmbus/devices/x", "", "Hyper-V" },
	/* The whole folder is there, and nothing in it. */
	{ "/sys/firmware/efi/runtime", "", "efivarfs" },
};

static void bring_up(size_t i)
{
	if (strstr(reasons[i].path, "/efi/EFI/") || strstr(reasons[i].path, EFIVAR_DIR))
		scene_put(EFIVAR_DIR "/BootCurrent-" EFIVAR_GLOBAL, "\7\1\1\1\1\1");
	scene_put(reasons[i].path, reasons[i].text);
}

START_TEST(test_comes_up_after_arming)
{
	install_and_hook(SCENE_NEW);
	assert_armed(SCENE_NEW);
	bring_up((size_t)_i);
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(NULL);
	ck_assert(!scene_exists(RUN_GO));
	assert_in(STATE_HISTORY, "RESULT=skipped");
	assert_in(RUN_LAST, reasons[_i].words);
	/* However the machine reboots, the gate has nothing to jump into. */
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

START_TEST(test_is_there_when_arming)
{
	bring_up((size_t)_i);
	install_and_hook(SCENE_NEW);
	assert_armed(NULL);
	ck_assert_uint_eq(scene_calls("load"), 0);
	assert_in(RUN_LAST, reasons[_i].words);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	assert_armed(NULL);
}
END_TEST

START_TEST(test_forced_when_arming_is_forced_at_the_stop)
{
	scene_put("/run/systemd/reboot-to-firmware-setup", "");
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "--force", NULL), 0);
	assert_armed(SCENE_NEW);
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert(scene_exists(RUN_GO));
}
END_TEST

START_TEST(test_lowered_by_the_configuration)
{
	scene_put(SYSCONFDIR "/warmboot.conf",
		  "verify = \"header\"; guards = { hyper-v = \"warn\"; };\n");
	scene_put("/sys/bus/vmbus/devices/x", "");
	install_and_hook(SCENE_NEW);
	assert_armed(SCENE_NEW);
}
END_TEST

/* Runs --status --json, and returns what it printed. */
static char *status_json(void)
{
	char path[] = "/tmp/warmboot-status-XXXXXX";
	int saved = dup(STDOUT_FILENO), fd = mkstemp(path);
	char *text = calloc(1, 65536);
	ssize_t n;

	fflush(stdout);
	dup2(fd, STDOUT_FILENO);
	ck_assert_int_eq(scene_run("--status", "--json", NULL), 0);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	n = pread(fd, text, 65535, 0);
	ck_assert_int_gt(n, 0);
	close(fd);
	unlink(path);
	return text;
}

/* A request that names what boots next, in GRUB's environment block. */
static void ask_for_old_once(void)
{
	_cleanup_free_ char *menu = NULL, *longer = NULL;
	char block[1025];

	scene_install(SCENE_NEW);
	menu = scene_read("/boot/grub/grub.cfg");
	longer = strf(
		"%s"
		"load_env\nif [ \"${next_entry}\" ]; then\n"
		"set default=\"${next_entry}\"\nset next_entry=\nsave_env next_entry\n"
		"fi\n",
		menu);
	scene_put("/boot/grub/grub.cfg", longer);
	memset(block, '#', 1024);
	block[1024] = '\0';
	memcpy(block, "# GRUB Environment Block\nnext_entry=1\n", 38);
	scene_put("/boot/grub/grubenv", block);
}

static const struct {
	const char *config;
	bool force;
} overrides[] = {
	{ "verify = \"header\"; guards = { grub-once = \"warn\"; };\n", false },
	{ "verify = \"header\";\n", true },
};

START_TEST(test_request_passed_over)
{
	_cleanup_free_ char *status = NULL;

	ask_for_old_once();
	ck_assert_int_ne(scene_run("--arm", NULL), 0);
	assert_armed(NULL);
	scene_put(SYSCONFDIR "/warmboot.conf", overrides[_i].config);
	ck_assert_int_eq(scene_run("--arm", overrides[_i].force ? "--force" : NULL, NULL),
			 0);
	assert_armed(SCENE_OLD); /* as GRUB would boot it */
	/* No hook takes it away, and the stop lets it through. */
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	assert_armed(SCENE_OLD);
	status = status_json();
	ck_assert_ptr_nonnull(strstr(status, "\"next_reboot\": \"kexec\""));
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(SCENE_OLD);
	ck_assert(scene_exists(RUN_GO));
}
END_TEST

/* It is found by hand-armed images, too, whose files alone are looked at else. */
START_TEST(test_armed_by_hand)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", "-e", "id-" SCENE_NEW, NULL), 0);
	assert_armed(SCENE_NEW);
	scene_put("/run/systemd/reboot-to-firmware-setup", "");
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	assert_armed(NULL);
}
END_TEST

/* ---- --disarm that holds ---- */

static const struct {
	const char *scheduled;
	unsigned calls;
} schedules[] = {
	{ "USEC=1700000300000000\nWARN_WALL=1\nMODE=kexec\n", 1 },
	{ "USEC=1700000300000000\nWARN_WALL=1\nMODE=kexec\n"
	  "WALL_MESSAGE=\"for the kernel\"\n",
	  1 },
	{ "USEC=1700000300000000\nWARN_WALL=1\nMODE=reboot\n", 0 },
	{ "USEC=1700000300000000\nWARN_WALL=1\nMODE=poweroff\n", 0 },
	{ "USEC=x\nMODE=kexec\n", 0 },
	{ "MODE=kexec\n", 0 },
	{ "", 0 },
};

START_TEST(test_scheduled_kexec_becomes_a_reboot)
{
	install_and_hook(SCENE_NEW);
	scene_put(SCHEDULED, schedules[_i].scheduled);
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	assert_armed(NULL);
	ck_assert_uint_eq(
		scene_calls("run /usr/bin/busctl --quiet call org.freedesktop.login1 "
			    "/org/freedesktop/login1 org.freedesktop.login1.Manager "
			    "ScheduleShutdown st reboot 1700000300000000"),
		schedules[_i].calls);
	ck_assert_uint_eq(scene_calls("run /usr/bin/busctl"), schedules[_i].calls);
}
END_TEST

/* It is unloaded all the same: nothing is left that a kexec could use. */
START_TEST(test_scheduled_kexec_that_stays)
{
	install_and_hook(SCENE_NEW);
	scene_put(SCHEDULED, schedules[0].scheduled);
	scene_fake("run/busctl.status", "1");
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	assert_armed(NULL);
	ck_assert(scene_exists(RUN_DISARMED));
}
END_TEST

START_TEST(test_arm_undoes_all_of_disarm)
{
	scene_put("/etc/init.d/kexec-load", "");
	scene_put("/etc/conf.d/kexec", "KNAME=\"x\"\n");
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	ck_assert(scene_exists("/no-kexec-reboot"));
	ck_assert(scene_exists("/nokexec"));
	assert_armed(NULL);
	/* Again: what it made before is still known as its own. */
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert(!scene_exists("/no-kexec-reboot"));
	ck_assert(!scene_exists("/nokexec"));
	ck_assert(!scene_exists(RUN_DISARMED));
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(scene_exists(RUN_GO));
}
END_TEST

/* Somebody else's wish is not ours to take back. */
START_TEST(test_arm_leaves_the_switches_of_others)
{
	scene_put("/etc/init.d/kexec-load", "");
	scene_put("/no-kexec-reboot", "");
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	ck_assert(scene_exists("/no-kexec-reboot"));
}
END_TEST

START_TEST(test_damaged_mark_is_lifted)
{
	scene_put(RUN_DISARMED, "FORM");
	install_and_hook(SCENE_NEW);
	assert_armed(NULL);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	assert_armed(SCENE_NEW);
	ck_assert(!scene_exists(RUN_DISARMED));
}
END_TEST

/* A chroot or container that sees the machine's /run: what --disarm did there is not its
 * to take back. */
static const struct {
	const char *file, *text;
} elsewhere[] = {
	{ "init_root", "0\n" },
	{ "ns_pid", "4026532178\n" },
	{ "env", "DPKG_ROOT=/target\n" },
};

START_TEST(test_disarm_is_not_lifted_from_elsewhere)
{
	scene_put("/etc/init.d/kexec-load", "");
	install_and_hook(SCENE_NEW);
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	scene_fake(elsewhere[_i].file, elsewhere[_i].text);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	ck_assert(scene_exists(RUN_DISARMED));
	ck_assert(scene_exists("/no-kexec-reboot"));
}
END_TEST

/* kernel.kexec_load_disabled: it can neither be unloaded nor used. */
START_TEST(test_kernel_that_refuses_to_unload)
{
	install_and_hook(SCENE_NEW);
	scene_fake("load", "-1\n-1\n-1\n-1\n");
	scene_put("/proc/sys/kernel/kexec_load_disabled", "1\n");
	scene_put("/run/systemd/system/x", "");
	ck_assert_int_eq(scene_run("--disarm", NULL), 1);
	ck_assert(scene_loaded());
	ck_assert(scene_exists(RUN_DISARMED));
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(!scene_exists(RUN_GO));
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 1);
	ck_assert_int_eq(scene_run("--hook", "gate", "kexec", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force reboot"), 2);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"), 0);
}
END_TEST

/* What then works depends on who comes last at a reboot. */
#define REBOOT "a reboot in good order goes through the firmware"
#define POWER "power off and on"
#define UNITS "/usr/lib/systemd/system/systemd-"
static const struct {
	const char *files[3], *words;
} ways_out[] = {
	{ { NULL }, POWER },
	{ { "/run/systemd/system/x", UNITS "reboot.service.d/50-warmboot.conf",
	    UNITS "kexec.service.d/50-warmboot.conf" },
	  REBOOT },
	{ { "/run/systemd/system/x", UNITS "reboot.service.d/50-warmboot.conf" }, POWER },
	{ { "/run/systemd/system/x", "/etc/rc6.d/K09warmboot-gate" }, POWER },
	{ { "/etc/rc6.d/K09warmboot-gate" }, REBOOT },
	{ { "/etc/rc.d/rc6.d/S99warmboot-gate" }, REBOOT },
	{ { "/etc/rc6.d/K09warmboot", UNITS "reboot.service.d/50-warmboot.conf" },
	  POWER },
	{ { "/etc/runlevels/shutdown/warmboot-gate" }, REBOOT },
	{ { "/etc/runit/shutdown.d/85-warmboot-gate.sh" }, REBOOT },
};

START_TEST(test_ways_out_where_it_stays)
{
	_cleanup_free_ char *log = NULL;
	size_t len;

	install_and_hook(SCENE_NEW);
	scene_fake("load", "-1\n-1\n-1\n-1\n");
	for (size_t i = 0; i < ARRAY_SIZE(ways_out[0].files); i++)
		if (ways_out[_i].files[i])
			scene_put(ways_out[_i].files[i], "");
	ck_assert_int_eq(scene_run("--disarm", NULL), 1);
	log = scene_fake_read("log", &len);
	ck_assert_ptr_nonnull(log);
	ck_assert_msg(strstr(log, ways_out[_i].words) != NULL, "row %d: %s", _i, log);
}
END_TEST

/* ---- kexec-tools, where the system call does not exist ---- */

#define TOOL "run /sbin/kexec -c -l /proc/self/fd/0 --command-line=root=UUID=1 ro quiet"

START_TEST(test_old_call)
{
	scene_fake("load", "-38\n");
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	ck_assert_uint_eq(scene_calls(TOOL " --initrd=/proc/self/fd/3"), 1);
}
END_TEST

/* A device tree without the mark of a kexec says that it was none only where the kernel
 * itself would have put it there. */
static const struct {
	const char *load, *result;
} unmarked[] = {
	{ "-38\n", "RESULT=skipped\n" },
	{ "0\n", "RESULT=failed\n" },
};

START_TEST(test_old_call_leaves_no_mark)
{
	_cleanup_free_ char *history = NULL;

	scene_fake("load", unmarked[_i].load);
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	scene_put("/sys/kernel/kexec_loaded", "1\n"); /* by the tool, which is faked */
	rebooting();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(scene_exists(RUN_GO));
	scene_boot(SCENE_NEW, false);
	scene_remove("/proc/sys/kernel/bootloader_type");
	scene_put("/proc/device-tree/chosen/bootargs", "");
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	history = scene_read(STATE_HISTORY);
	ck_assert(history && strstr(history, unmarked[_i].result));
}
END_TEST

/* Any other refusal stands: the old call would go around the kernel's signature check. */
static const char *const refusals[] = { "-1",  "-8",  "-13", "-22",  "-61",
					"-74", "-79", "-95", "-126", "-129" };

START_TEST(test_no_old_call_for_other_refusals)
{
	_cleanup_free_ char *text = strf("%s\n", refusals[_i]);

	scene_fake("load", text);
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 1);
	ck_assert_uint_eq(scene_calls("run /sbin/kexec"), 0);
	assert_armed(NULL);
}
END_TEST

START_TEST(test_old_call_that_fails)
{
	scene_fake("load", "-38\n");
	scene_fake("run/kexec.status", "1");
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 1);
	ck_assert_uint_eq(scene_calls(TOOL), 1);
	assert_armed(NULL);
}
END_TEST

START_TEST(test_old_call_unloads)
{
	install_and_hook(SCENE_NEW);
	scene_fake("load", "-38\n");
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /sbin/kexec -u"), 1);
}
END_TEST

/* ---- what a cold boot costs ---- */

/* What the stop will not let through, and what nobody can find out, status knows before.
 */
START_TEST(test_status_after_arming)
{
	_cleanup_free_ char *before = NULL, *after = NULL;

	install_and_hook(SCENE_NEW);
	before = status_json();
	ck_assert_ptr_nonnull(strstr(before, "\"next_reboot\": \"kexec\""));
	bring_up((size_t)_i);
	after = status_json();
	ck_assert_ptr_nonnull(strstr(after, "\"next_reboot\": \"firmware\""));
	ck_assert_ptr_nonnull(strstr(after, "\"armed\": true"));
	ck_assert_ptr_nonnull(strstr(strstr(after, "\"reason\": "), reasons[_i].words));
}
END_TEST

#define FPDT "/sys/firmware/acpi/fpdt/boot/exitbootservice_end_ns"

START_TEST(test_status_tells_the_time_in_the_firmware)
{
	_cleanup_free_ char *before = status_json(), *cold = NULL, *warm = NULL;

	ck_assert_ptr_nonnull(strstr(before, "\"firmware_seconds\": null"));
	scene_boot(SCENE_OLD, false);
	scene_put(FPDT, "42500000000\n");
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	cold = status_json();
	ck_assert_ptr_nonnull(strstr(cold, "\"firmware_seconds\": 42.5"));
	/* Told after a kexec, too, on a machine that then says nothing or nonsense. */
	scene_boot(SCENE_NEW, true);
	scene_put(FPDT, "1000000000\n");
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	warm = status_json();
	ck_assert_ptr_nonnull(strstr(warm, "\"firmware_seconds\": 42.5"));
}
END_TEST

Suite *flow_guards_suite(void)
{
	const TTest *const tests[] = {
		test_forced_when_arming_is_forced_at_the_stop,
		test_lowered_by_the_configuration,
		test_armed_by_hand,
		test_scheduled_kexec_that_stays,
		test_arm_undoes_all_of_disarm,
		test_arm_leaves_the_switches_of_others,
		test_damaged_mark_is_lifted,
		test_kernel_that_refuses_to_unload,
		test_old_call,
		test_old_call_that_fails,
		test_old_call_unloads,
		test_status_tells_the_time_in_the_firmware,
	};
	Suite *suite = suite_create("flow_guards");
	TCase *tc = tcase_create("flow_guards");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, scene_begin, scene_end);
	tcase_add_loop_test(tc, test_comes_up_after_arming, 0, (int)ARRAY_SIZE(reasons));
	tcase_add_loop_test(tc, test_is_there_when_arming, 0, (int)ARRAY_SIZE(reasons));
	tcase_add_loop_test(tc, test_request_passed_over, 0, (int)ARRAY_SIZE(overrides));
	tcase_add_loop_test(tc, test_status_after_arming, 0, (int)ARRAY_SIZE(reasons));
	tcase_add_loop_test(tc, test_scheduled_kexec_becomes_a_reboot, 0,
			    (int)ARRAY_SIZE(schedules));
	tcase_add_loop_test(tc, test_disarm_is_not_lifted_from_elsewhere, 0,
			    ARRAY_SIZE(elsewhere));
	tcase_add_loop_test(tc, test_ways_out_where_it_stays, 0,
			    (int)ARRAY_SIZE(ways_out));
	tcase_add_loop_test(tc, test_old_call_leaves_no_mark, 0, ARRAY_SIZE(unmarked));
	tcase_add_loop_test(tc, test_no_old_call_for_other_refusals, 0,
			    (int)ARRAY_SIZE(refusals));
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	return suite;
}
