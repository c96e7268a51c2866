// SPDX-License-Identifier: GPL-2.0-or-later
/* Clocks that are wrong, and are put right or wrong at any moment: nothing may depend on
 * them but what people read. */
#include <check.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macro.h"
#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *clock_suite(void);

/* In one boot and the next: when the kernel is installed, when the machine reboots, and
 * when it has come up; seconds since 1970. */
static const struct {
	const char *name;
	int64_t install, reboot, up;
	const char
		*seconds; /* what the history says that the reboot took; NULL: nothing */
} clocks[] = {
	{ "as it should be", 4000000000, 4000000100, 4000000107, "7.0" },
	{ "all in 1970", 0, 5, 9, "4.0" },
	{ "the battery is empty in the next boot", 4000000000, 4000000100, 3, NULL },
	{ "set right while it runs", 3, 4000000000, 4000000050, "50.0" },
	{ "set back while it runs", 4000000000, 1000, 1007, "7.0" },
	{ "before 1970", -1000, -500, -100, NULL },
	{ "the files are from the future", 1000, 1001, 1002, "1.0" },
	{ "the last second", INT64_MAX, INT64_MAX, INT64_MAX, NULL },
	{ "long before people", -4000000000000, -4000000000000, -4000000000000, NULL },
};

static void set_clock(int64_t now)
{
	_cleanup_free_ char *text = strf("%" PRId64 "\n", now);

	scene_fake("now", text);
}

static int go_through(const char *what)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	return scene_run("--hook", what, NULL);
}

static void look(const char *name)
{
	ck_assert_msg(scene_run("--status", NULL) == 0, "%s: status", name);
}

START_TEST(test_a_round)
{
	const char *name = clocks[_i].name;
	_cleanup_free_ char *history = NULL, *want = NULL;

	scene_put(SYSCONFDIR "/warmboot.conf",
		  "verify = \"header\";\nrequire_trial = false;\ngood_after = 0;\n");
	set_clock(clocks[_i].install);
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	ck_assert_msg(scene_loaded(), "%s: armed", name);
	look(name);

	set_clock(clocks[_i].reboot);
	ck_assert_int_eq(go_through("service-stop"), 0);
	ck_assert_msg(scene_exists(RUN_GO) && scene_loaded(), "%s: consent", name);
	ck_assert_uint_eq(scene_calls("load"), 1);

	scene_boot(SCENE_NEW, true);
	set_clock(clocks[_i].up);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	look(name);
	ck_assert_int_eq(scene_run("--hook", "service-good", NULL), 0);
	history = scene_read(STATE_HISTORY);
	ck_assert_msg(history && strstr(history, "RESULT=good\n"), "%s: good", name);
	want = clocks[_i].seconds ? strf("SECONDS=%s\n", clocks[_i].seconds) : NULL;
	ck_assert_msg(want ? strstr(history, want) != NULL
			   : strstr(history, "SECONDS=") == NULL,
		      "%s: %s", name, history);
}
END_TEST

/* The order in which things happened counts, not the times that stand beside it. */
START_TEST(test_failures_in_any_order_of_times)
{
	static const int64_t times[] = { 4000000000, 1000, 2000000000 };

	for (size_t i = 0; i < 2; i++) {
		scene_install(i ? SCENE_NEWER : SCENE_NEW);
		set_clock(times[i]);
		ck_assert_int_eq(scene_run("--arm", NULL), 0);
		ck_assert_int_eq(go_through("service-stop"), 0);
		scene_boot(SCENE_OLD, false);
		set_clock(times[i + 1]);
		ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	}
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert(!scene_loaded());
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	ck_assert(scene_loaded());
}
END_TEST

/* Files that are always "young": their contents are compared each time, and that says
 * that they are the same. */
START_TEST(test_files_of_the_future_are_loaded_once)
{
	scene_install(SCENE_NEW);
	for (int i = 0; i < 3; i++) {
		set_clock(1000 + i);
		ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	}
	ck_assert_uint_eq(scene_calls("load"), 1);
	scene_uninstall(SCENE_NEW);
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert(scene_loaded());
}
END_TEST

Suite *clock_suite(void)
{
	Suite *suite = suite_create("clock");
	TCase *tc = tcase_create("clock");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, scene_begin, scene_end);
	tcase_add_loop_test(tc, test_a_round, 0, ARRAY_SIZE(clocks));
	tcase_add_test(tc, test_failures_in_any_order_of_times);
	tcase_add_test(tc, test_files_of_the_future_are_loaded_once);
	suite_add_tcase(suite, tc);
	return suite;
}
