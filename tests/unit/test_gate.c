// SPDX-License-Identifier: GPL-2.0-or-later
/* The gate of inits without systemd, and how the stop learns from them that it is a
 * reboot. */
#include <check.h>
#include <string.h>

#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *gate_suite(void);

/* One row of the table in gate.c, and what the kernel answers. */
struct row {
	const char *name;
	bool ours, foreign, disarmed, consent;
	const char *init;   /* PID 1; NULL: it cannot be read */
	const char *unload; /* what that call returns; NULL: 0 */
	const char *mark;   /* of --disarm; NULL: a whole one */
	unsigned jumps, unloads, firmware;
};

static const struct row rows[] = {
	{ .name = "consent",
	  .ours = true,
	  .consent = true,
	  .jumps = 1,
	  /* reboot(2) came back, so it is taken away again */
	  .unloads = 1,
	  .firmware = 1 },
	{ .name = "no consent", .ours = true, .unloads = 1, .firmware = 1 },
	{ .name = "no consent, and no unloading",
	  .ours = true,
	  .unload = "-1\n",
	  .unloads = 1,
	  .firmware = 1 },
	{ .name = "disarmed",
	  .ours = true,
	  .disarmed = true,
	  .consent = true,
	  .unloads = 1,
	  .firmware = 1 },
	{ .name = "disarmed, foreign",
	  .foreign = true,
	  .disarmed = true,
	  .unloads = 1,
	  .firmware = 1 },
	/* Cut short, or of another format: it may say it. One of another boot does not.
	 */
	{ .name = "disarmed by a mark that cannot be read",
	  .foreign = true,
	  .disarmed = true,
	  .mark = "FORMAT=2\n",
	  .unloads = 1,
	  .firmware = 1 },
	{ .name = "disarmed in another boot",
	  .foreign = true,
	  .disarmed = true,
	  .mark = "FORMAT=1\nBOOT_ID=00000000-0000-4000-8000-000000000009\n" },
	{ .name = "foreign", .foreign = true },
	{ .name = "nothing" },
	{ .name = "nothing, sysvinit", .init = "init\n" },
	{ .name = "nothing, openrc-init", .init = "openrc-init\n", .firmware = 1 },
	{ .name = "foreign, openrc-init", .init = "openrc-init\n", .foreign = true },
};

static void prepare(const struct row *row)
{
	if (row->ours) {
		scene_install(SCENE_NEW);
		ck_assert_int_eq(
			scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
		ck_assert(scene_loaded());
	}
	if (row->consent) {
		scene_fake("env", "RUNLEVEL=6\n");
		ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
		ck_assert(scene_exists(RUN_GO));
	}
	if (row->foreign)
		scene_put("/sys/kernel/kexec_loaded", "1\n");
	if (row->disarmed)
		scene_put(RUN_DISARMED,
			  str_or(row->mark, "FORMAT=1\nBOOT_ID=00000000-0000-4000-8000-"
					    "000000000001\n"));
	if (row->init)
		scene_put("/proc/1/comm", row->init);
	if (row->unload)
		scene_fake("load", row->unload);
}

START_TEST(test_gate_as_last_script)
{
	const struct row *row = &rows[_i];

	prepare(row);
	ck_assert_int_eq(scene_run("--hook", "gate", "init", NULL), 0);
	ck_assert_msg(scene_calls("reboot kexec") == row->jumps, "%s: jumps", row->name);
	ck_assert_msg(scene_calls("unload") == row->unloads, "%s: unloads", row->name);
	ck_assert_msg(scene_calls("reboot firmware") == row->firmware, "%s: firmware",
		      row->name);
	ck_assert_uint_eq(scene_calls("run"), 0);
}
END_TEST

/* The image was replaced, or the boot is another one: that consent is void. */
START_TEST(test_gate_with_stale_consent)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	scene_put(RUN_GO, _i ? "FORMAT=1\nBOOT_ID=00000000-0000-4000-8000-000000000009\n"
			       "FINGERPRINT=0123456789abcdef\n"
			     : "FORMAT=1\nBOOT_ID=00000000-0000-4000-8000-000000000001\n"
			       "FINGERPRINT=0123456789abcdef\n");
	ck_assert_int_eq(scene_run("--hook", "gate", "init", NULL), 0);
	ck_assert_uint_eq(scene_calls("reboot kexec"), 0);
	ck_assert_uint_eq(scene_calls("reboot firmware"), 1);
	ck_assert(!scene_loaded());
}
END_TEST

START_TEST(test_gate_with_damaged_record)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	scene_put(RUN_ARMED, "garbage");
	scene_put(SYSCONFDIR "/warmboot.conf", "}");
	ck_assert_int_eq(scene_run("--hook", "gate", "init", NULL), 0);
	ck_assert_uint_eq(scene_calls("reboot kexec"), 0);
	ck_assert_uint_eq(scene_calls("reboot firmware"), 1);
}
END_TEST

/* What openrc-run(8) and init(8) put into the environment of a stop. */
static const struct stop {
	const char *env;
	bool reboots;
} stops[] = {
	{ "RC_REBOOT=YES\nRC_RUNLEVEL=shutdown\n", true },
	{ "RC_RUNLEVEL=shutdown\n", false },
	{ "RC_RUNLEVEL=default\nRC_REBOOT=\n", false },
	{ "RUNLEVEL=6\nPREVLEVEL=2\n", true },
	{ "RUNLEVEL=0\nPREVLEVEL=2\n", false },
	{ "RUNLEVEL=1\nPREVLEVEL=2\n", false },
	{ "RUNLEVEL=2\nPREVLEVEL=N\n", false },
	{ "RUNLEVEL=unknown\n", false },
	{ "RUNLEVEL=\n", false },
	{ "", false },
};

START_TEST(test_why_stopped)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	scene_fake("env", stops[_i].env);
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert_msg(scene_exists(RUN_GO) == stops[_i].reboots, "%s", stops[_i].env);
	ck_assert_msg(scene_loaded() == stops[_i].reboots, "%s", stops[_i].env);
	ck_assert(!scene_exists(RUN_BOOT));
}
END_TEST

Suite *gate_suite(void)
{
	Suite *suite = suite_create("gate");
	TCase *tcase = tcase_create("gate");

	tcase_add_checked_fixture(tcase, scene_begin, scene_end);
	tcase_add_loop_test(tcase, test_gate_as_last_script, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(tcase, test_gate_with_stale_consent, 0, 2);
	tcase_add_test(tcase, test_gate_with_damaged_record);
	tcase_add_loop_test(tcase, test_why_stopped, 0, ARRAY_SIZE(stops));
	suite_add_tcase(suite, tcase);
	return suite;
}
