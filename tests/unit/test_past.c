// SPDX-License-Identifier: GPL-2.0-or-later
/* What earlier boots of this machine decide: the trial by hand, and warm reboots in a
 * row. */
#include <check.h>

#include "keep/runfiles.h"
#include "scene.h"

Suite *past_suite(void);

#define CONFIG SYSCONFDIR "/warmboot.conf"
#define PRODUCT "/sys/class/dmi/id/product_name"
#define FIRMWARE "/sys/class/dmi/id/bios_version"

static void begin(void)
{
	scene_begin();
	scene_put(PRODUCT, "ProLiant\n");
	scene_put(FIRMWARE, "U30\n");
}

/* Reboots in good order; the service starts in what comes up. */
static void reboot_into(const char *release, bool by_kexec)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	scene_boot(release, by_kexec);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
}

static bool hook_arms(const char *version)
{
	scene_install(version);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", version, "x", NULL), 0);
	return scene_loaded();
}

static const struct {
	bool by_hand, good, same_machine, arms;
} trials[] = {
	{ true, true, true, true },
	{ true, true, false, false }, /* its disk moved, or its firmware is another */
	{ true, false, true, false },
	{ false, true, true, false },
};

START_TEST(test_trial)
{
	if (trials[_i].by_hand) {
		scene_put(CONFIG, "verify = \"header\"; require_trial = true;\n");
		ck_assert(!hook_arms(SCENE_NEW));
		ck_assert_int_eq(scene_run("--arm", NULL), 0);
	} else {
		ck_assert(hook_arms(SCENE_NEW));
		scene_put(CONFIG, "verify = \"header\"; require_trial = true;\n");
	}
	ck_assert(scene_loaded());
	reboot_into(SCENE_NEW, true);
	if (trials[_i].good)
		ck_assert_int_eq(scene_run("--hook", "service-good", NULL), 0);
	if (!trials[_i].same_machine)
		scene_put(FIRMWARE, "U31\n");
	ck_assert_int_eq(hook_arms(SCENE_NEWER), trials[_i].arms);
}
END_TEST

START_TEST(test_chain)
{
	scene_put(CONFIG, "verify = \"header\"; max_chain = 2;\n");
	for (int i = 0; i < 2; i++) {
		ck_assert_int_eq(scene_run("--arm", NULL), 0);
		reboot_into(SCENE_OLD, true);
		/* The same boot is counted once. */
		ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	}
	ck_assert(!hook_arms(SCENE_NEW));
	ck_assert_int_eq(scene_run("--arm", NULL), 3);
	/* Through the firmware: it begins anew. */
	reboot_into(SCENE_OLD, false);
	ck_assert(hook_arms(SCENE_NEW));
}
END_TEST

Suite *past_suite(void)
{
	Suite *suite = suite_create("past");
	TCase *tcase = tcase_create("past");

	tcase_add_checked_fixture(tcase, begin, scene_end);
	tcase_add_loop_test(tcase, test_trial, 0, sizeof(trials) / sizeof(trials[0]));
	tcase_add_test(tcase, test_chain);
	suite_add_tcase(suite, tcase);
	return suite;
}
