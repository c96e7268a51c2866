// SPDX-License-Identifier: GPL-2.0-or-later
/* What --status says of the next reboot, and what the reboot then does. */
#include <check.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/json.h"
#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *flow_status_suite(void);

/* Runs it, with what it prints in *@ret, which the caller closes. */
static int run(const char *word, const char *second, FILE **ret)
{
	int saved = dup(STDOUT_FILENO), result;

	*ret = tmpfile();
	ck_assert_ptr_nonnull(*ret);
	fflush(stdout);
	dup2(fileno(*ret), STDOUT_FILENO);
	result = scene_run(word, second, NULL);
	fflush(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	rewind(*ret);
	return result;
}

/* The caller lets go of it. */
static json_t *status(void)
{
	_cleanup_fclose_ FILE *f = NULL;
	json_t *out;

	ck_assert_int_eq(run("--status", "--json", &f), 0);
	out = json_loadf(f, 0, NULL);
	ck_assert_ptr_nonnull(out);
	return out;
}

static int dry_run(void)
{
	_cleanup_fclose_ FILE *f = NULL;

	return run("--dry-run", NULL, &f);
}

static const char *text(const json_t *out, const char *name)
{
	return str_or(json_string_value(json_object_get(out, name)), "");
}

static void arm_new(void)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	ck_assert(scene_loaded());
}

static void assert_reboots_by(const char *what)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert_int_eq(scene_run("--hook", "gate", "reboot", NULL), 0);
	ck_assert_uint_eq(scene_calls("run /bin/systemctl --force kexec"),
			  streq(what, "kexec"));
}

/* @what the next reboot is, with @words in the reason, and without @not. */
static void expect(const char *what, const char *words, const char * not )
{
	_cleanup_json_ json_t *out = status();

	ck_assert_str_eq(text(out, "next_reboot"), what);
	ck_assert_msg(strstr(text(out, "reason"), words) != NULL, "%s",
		      text(out, "reason"));
	ck_assert_msg(!not || !strstr(text(out, "reason"), not ), "%s",
		      text(out, "reason"));
	assert_reboots_by(what);
}

START_TEST(test_armed)
{
	arm_new();
	expect("kexec", "GRUB", NULL);
}
END_TEST

/* What cannot be found out counts as a veto at the reboot. */
START_TEST(test_guard_that_cannot_tell)
{
	_cleanup_json_ json_t *out = NULL;
	json_t *guard;
	size_t i;

	arm_new();
	scene_put("/sys/firmware/efi/runtime", "");
	out = status();
	json_array_foreach(json_object_get(out, "guards"), i, guard)
	{
		if (streq(text(guard, "name"), "mok"))
			ck_assert_str_eq(text(guard, "verdict"), "unknown");
	}
	/* Nor does a dry run say that it would be armed. */
	ck_assert_int_eq(dry_run(), 3);
	expect("firmware", "efivarfs", NULL);
}
END_TEST

/* Those that only warn by their own row, or by the configuration, stop nothing. */
START_TEST(test_guards_that_cannot_tell_and_only_warn)
{
	scene_put(SYSCONFDIR "/warmboot.conf",
		  "verify = \"header\"; guards = { capsule = \"warn\"; fwupd = \"warn\"; "
		  "firmware-setup = \"warn\"; firmware-recovery = \"warn\"; "
		  "boot-next = \"warn\"; loader-once = \"warn\"; mok = \"warn\"; "
		  "boot-counting = \"warn\"; };\n");
	arm_new();
	scene_put("/sys/firmware/efi/runtime", "");
	scene_put("/sys/kernel/security/lockdown", "?\n");
	ck_assert_int_eq(dry_run(), 0);
	expect("kexec", "GRUB", NULL);
}
END_TEST

/* Written by a warmboot of another format, say: the gate takes it for ours all the same.
 */
START_TEST(test_record_that_cannot_be_read)
{
	_cleanup_free_ char *record = NULL, *other = NULL, *words = NULL;

	arm_new();
	record = scene_read(RUN_ARMED);
	other = strf("FORMAT=2%s", record + strlen("FORMAT=1"));
	scene_put(RUN_ARMED, _i ? "FORM" : other);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	words = scene_read(RUN_LAST);
	ck_assert_ptr_nonnull(strstr(words, "record of what is loaded"));
	expect("firmware", "record", "another program");
}
END_TEST

/* Somebody ran `kexec -u`: the reason that it was armed for is none for the firmware. */
START_TEST(test_unloaded_by_another_program)
{
	arm_new();
	scene_put("/sys/kernel/kexec_loaded", "0\n");
	expect("firmware", "unloaded", "boots it next");
}
END_TEST

START_TEST(test_foreign_and_disarmed)
{
	scene_fake("load", "-1\n");
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	ck_assert_int_eq(scene_run("--disarm", NULL), 1);
	expect("firmware", "disarmed", "left alone");
}
END_TEST

/* The default was kept on purpose: a kernel was installed, and is not what boots next. */
START_TEST(test_nothing_to_arm)
{
	expect("firmware", "nothing is armed", "installed");
}
END_TEST

/* It holds no lock, so it may not write what somebody else may have written since. */
START_TEST(test_looks_only)
{
	_cleanup_free_ char *now = strf("%ld\n", (long)time(NULL) - 1), *record = NULL;
	json_t *out;

	scene_fake("now", now);
	arm_new();
	record = scene_read(RUN_ARMED);
	ck_assert_ptr_nonnull(strstr(record, "\nYOUNG=yes\n"));
	scene_fake("now", "4000000000\n");
	out = status();
	json_decref(out);
	free(record);
	record = scene_read(RUN_ARMED);
	ck_assert_ptr_nonnull(strstr(record, "\nYOUNG=yes\n"));
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	free(record);
	record = scene_read(RUN_ARMED);
	ck_assert_ptr_null(strstr(record, "\nYOUNG=yes\n"));
}
END_TEST

/* A title of the menu may hold anything; the terminal gets none of it. */
START_TEST(test_terminal_is_left_alone)
{
	_cleanup_fclose_ FILE *f = NULL;
	char text[4096];
	size_t len;

	scene_put("/boot/grub/grub.cfg",
		  "timeout=5\nmenuentry 'A\033]0;owned\007' { true; }\n");
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert_int_eq(run("--status", NULL, &f), 0);
	len = fread(text, 1, sizeof(text) - 1, f);
	text[len] = '\0';
	ck_assert_msg(strstr(text, "'A?]0;owned?'") != NULL, "%s", text);
	ck_assert_ptr_null(strchr(text, '\033'));
}
END_TEST

/* What it says is what --arm would do. */
START_TEST(test_dry_run_by_hand)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
	ck_assert_int_eq(dry_run(), 0);
	scene_put("/sys/kernel/kexec_loaded", "1\n");
	ck_assert_int_eq(dry_run(), 3);
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
}
END_TEST

/* A hook was turned away meanwhile, and finds nothing to do: that is no success of what
 * was asked for. */
START_TEST(test_failure_is_not_forgotten)
{
	scene_put("/boot/no-initramfs", "text\n");
	scene_put(RUN_AGAIN, "");
	ck_assert_int_eq(scene_run("--arm", "-k", "/boot/vmlinuz-" SCENE_OLD, "-i",
				   "/boot/no-initramfs", NULL),
			 1);
	ck_assert(!scene_loaded());
}
END_TEST

/* What was kept in step with the image of another boot would be loaded for ever, whatever
 * the menu says by now. */
START_TEST(test_step_ends_with_the_boot)
{
	static const char snippet[] = "/etc/default/kexec.d/warmboot";

	scene_put("/etc/default/kexec", "LOAD_KEXEC=true\nUSE_GRUB_CONFIG=true\n");
	scene_put("/etc/init.d/kexec-load", "");
	scene_put("/sbin/kexec", "");
	arm_new();
	ck_assert(scene_exists(snippet));
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert(scene_exists(snippet));
	scene_boot(SCENE_NEW, true);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert(!scene_exists(snippet));

	/* What was switched off, because nothing may be armed, stays off. */
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = \"full\";\n");
	scene_install(SCENE_NEWER);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert(scene_exists(snippet));
	scene_boot(SCENE_NEW, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert(scene_exists(snippet));
}
END_TEST

Suite *flow_status_suite(void)
{
	Suite *suite = suite_create("flow_status");
	TCase *tcase = tcase_create("flow_status");

	tcase_set_timeout(tcase, 60);
	tcase_add_checked_fixture(tcase, scene_begin, scene_end);
	tcase_add_test(tcase, test_armed);
	tcase_add_test(tcase, test_guard_that_cannot_tell);
	tcase_add_test(tcase, test_guards_that_cannot_tell_and_only_warn);
	tcase_add_loop_test(tcase, test_record_that_cannot_be_read, 0, 2);
	tcase_add_test(tcase, test_unloaded_by_another_program);
	tcase_add_test(tcase, test_foreign_and_disarmed);
	tcase_add_test(tcase, test_nothing_to_arm);
	tcase_add_test(tcase, test_looks_only);
	tcase_add_test(tcase, test_terminal_is_left_alone);
	tcase_add_test(tcase, test_dry_run_by_hand);
	tcase_add_test(tcase, test_failure_is_not_forgotten);
	tcase_add_test(tcase, test_step_ends_with_the_boot);
	suite_add_tcase(suite, tcase);
	return suite;
}
