// SPDX-License-Identifier: GPL-2.0-or-later
/* What a power cut leaves of a write goes at the next start; nothing else does. */
#include <check.h>

#include "base/macro.h"
#include "keep/runfiles.h"
#include "scene.h"

static const struct place {
	const char *path;
	bool goes;
} places[] = {
	{ STATE_DIR "/.armed.warmboot-new", true },
	{ STATE_DIR "/.history.warmboot-new", true },
	{ "/etc/default/kexec.d/.warmboot.warmboot-new", true },
	{ "/etc/conf.d/.kexec.warmboot-new", true },
	{ "/etc/.kexec.conf.warmboot-new", true },
	{ STATE_DIR "/history", false },
	{ STATE_DIR "/armed.warmboot-new", false },
	{ "/etc/.warmboot-new", false },
	{ "/etc/default/kexec.d/.warmboot.warmboot-new~", false },
	{ "/etc/default/.grub.warmboot-new", false },
};

START_TEST(test_place)
{
	const struct place *place = &places[_i];

	scene_put(place->path, "FORMAT=1\nVERS");
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert_int_eq(scene_exists(place->path), !place->goes);
}
END_TEST

/* In the middle of a boot it may be the other half of a write that still runs. */
START_TEST(test_only_once_a_boot)
{
	scene_put(places[0].path, "");
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert(scene_exists(places[0].path));
}
END_TEST

Suite *leftover_suite(void);

Suite *leftover_suite(void)
{
	Suite *suite = suite_create("leftover");
	TCase *tcase = tcase_create("start");

	tcase_add_checked_fixture(tcase, scene_begin, scene_end);
	tcase_add_loop_test(tcase, test_place, 0, ARRAY_SIZE(places));
	tcase_add_test(tcase, test_only_once_a_boot);
	suite_add_tcase(suite, tcase);
	return suite;
}
