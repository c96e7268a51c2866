// SPDX-License-Identifier: GPL-2.0-or-later
/* What kernel-install's plugin and rpm's file triggers come to. */
#include <check.h>

#include "base/util.h"
#include "scene.h"

Suite *kernel_install_suite(void);

#define ENTRY "/boot/0123456789abcdef0123456789abcdef/"

#define assert_armed(expected)                                     \
	do {                                                       \
		_cleanup_free_ char *is = scene_armed_version();   \
		ck_assert_pstr_eq(is, expected);                   \
		ck_assert(scene_loaded() == ((expected) != NULL)); \
	} while (0)

static void add(const char *version)
{
	ck_assert_int_eq(scene_run("--hook", "kernel-install", "add", version, ENTRY,
				   "/lib/modules/x/vmlinuz", NULL),
			 0);
}

static void removed(const char *version)
{
	ck_assert_int_eq(
		scene_run("--hook", "kernel-install", "remove", version, ENTRY, NULL), 0);
}

static void trigger(void)
{
	ck_assert_int_eq(scene_run("--hook", "rpm-trigger", NULL), 0);
}

START_TEST(test_add_arms_once)
{
	scene_install(SCENE_NEW);
	add(SCENE_NEW);
	assert_armed(SCENE_NEW);
	trigger();
	/* In any order, for any version: what boots next is found out anew. */
	add(SCENE_OLD);
	trigger();
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 1);
}
END_TEST

/* zypper may skip rpm's file triggers; its own plugin says the same. */
START_TEST(test_end_of_zypper)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "zypp", NULL), 0);
	assert_armed(SCENE_NEW);
}
END_TEST

START_TEST(test_initramfs_of_a_later_scriptlet)
{
	scene_install(SCENE_NEW);
	add(SCENE_NEW);
	scene_uninstall(SCENE_NEW);
	scene_install(SCENE_NEW); /* the same bytes in other files */
	trigger();
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("load"), 2);
}
END_TEST

/* The package's %preun: its files, and the menu's entry, may still be there. */
START_TEST(test_remove_unloads)
{
	scene_install(SCENE_NEW);
	add(SCENE_NEW);
	removed(SCENE_NEW);
	assert_armed(NULL);
	scene_uninstall(SCENE_NEW);
	trigger();
	assert_armed(NULL);
	ck_assert_uint_eq(scene_calls("load"), 1);
}
END_TEST

START_TEST(test_remove_of_another_changes_nothing)
{
	scene_install(SCENE_NEW);
	add(SCENE_NEW);
	removed(SCENE_OLD);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("unload"), 0);
}
END_TEST

/* Entries of one type go; as long as the boot loader has the kernel, it stays armed. */
START_TEST(test_remove_of_one_type)
{
	static const struct {
		const char *env, *armed;
	} cases[] = {
		{ "KERNEL_INSTALL_BOOT_ENTRY_TYPE=type2\n", SCENE_NEW },
		{ "KERNEL_INSTALL_BOOT_ENTRY_TYPE=all\n", NULL },
		{ "KERNEL_INSTALL_BOOT_ENTRY_TYPE=\n", NULL },
	};

	scene_install(SCENE_NEW);
	add(SCENE_NEW);
	scene_fake("env", cases[_i].env);
	removed(SCENE_NEW);
	assert_armed(cases[_i].armed);
}
END_TEST

START_TEST(test_bypass_arms_nothing)
{
	scene_install(SCENE_NEW);
	scene_fake("env", "KERNEL_INSTALL_BYPASS=1\n");
	add(SCENE_NEW);
	assert_armed(NULL);
}
END_TEST

Suite *kernel_install_suite(void)
{
	Suite *s = suite_create("kernel_install");
	TCase *tc = tcase_create("kernel_install");

	tcase_add_checked_fixture(tc, scene_begin, scene_end);
	tcase_add_test(tc, test_add_arms_once);
	tcase_add_test(tc, test_end_of_zypper);
	tcase_add_test(tc, test_initramfs_of_a_later_scriptlet);
	tcase_add_test(tc, test_remove_unloads);
	tcase_add_test(tc, test_remove_of_another_changes_nothing);
	tcase_add_loop_test(tc, test_remove_of_one_type, 0, 3);
	tcase_add_test(tc, test_bypass_arms_nothing);
	suite_add_tcase(s, tc);
	return s;
}
