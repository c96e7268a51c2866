// SPDX-License-Identifier: GPL-2.0-or-later
/* blscfg, and how Fedora's GRUB finds its default: grubbls.c, grubblsname.c,
 * grubdefault.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubblsname.h"
#include "find/grubdefault.h"
#include "grub_scene.h"

Suite *grubbls_suite(void);

/* ---- the order ---- */

static const struct {
	const char *newer, *older;
} pairs[] = {
	{ "m-6.10.10-200.fc40.x86_64", "m-6.10.9-200.fc40.x86_64" },
	{ "m-6.10.10-200.fc40.x86_64", "m-6.10.10-100.fc40.x86_64" },
	{ "m-6.10.10-200.fc40.x86_64", "m-6.9.12-200.fc40.x86_64" },
	{ "m-6.1.0", "m-0-rescue" },
	{ "b-1-1", "a-2-2" },
	{ "m-1.0-1", "m-1.0~rc1-1" },
	{ "m-1.0+1-1", "m-1.0-1" },
	{ "m-1.1-1", "m-1.0+1-1" },
	{ "m-1.010-1", "m-1.9-1" },
	{ "m-1.a-1", "m-1-1" },
	{ "m-1.1-1", "m-1.a-1" },
	{ "kernel-5.14.0-503.11.1.el9_5.x86_64", "kernel-5.14.0-427.13.1.el9_4.x86_64" },
	{ "m-1-1.el8", "m-1-1" },
	{ "2", "1" },
};

START_TEST(test_order)
{
	ck_assert_int_gt(grubblsname_compare(pairs[_i].newer, pairs[_i].older), 0);
	ck_assert_int_lt(grubblsname_compare(pairs[_i].older, pairs[_i].newer), 0);
	ck_assert_int_eq(grubblsname_compare(pairs[_i].newer, pairs[_i].newer), 0);
}
END_TEST

/* ---- menus ---- */

#define DIR "/loader/entries/"
#define ONE "title One\nlinux /k-1\ninitrd /i-1\noptions root=x ro\n"
#define BLSCFG "insmod blscfg\nblscfg\n"

static const struct {
	struct grub_file files[4];
	const char *script, *expected;
} menus[] = {
	{ { { DIR "m-1-1.conf", ONE } },
	  BLSCFG,
	  "*0 m-1-1 'One' (boot)/k-1 [root=x ro] (boot)/i-1\n" },
	{ { { DIR "m-9-1.conf", "linux /k-9\n" },
	    { DIR "m-10-1.conf", "linux /k-10\n" } },
	  BLSCFG,
	  "*0 m-10-1 '/k-10' (boot)/k-10 []\n1 m-9-1 '/k-9' (boot)/k-9 []\n" },
	{ { { "/boot" DIR "m-1-1.conf", ONE } },
	  BLSCFG,
	  "*0 m-1-1 'One' (boot)/k-1 [root=x ro] (boot)/i-1\n" },
	{ { { "/else/m-1-1.conf", ONE } },
	  "blsdir=/else\n" BLSCFG,
	  "*0 m-1-1 'One' (boot)/k-1 [root=x ro] (boot)/i-1\n" },
	{ { { DIR "m-1-1.conf", "title T\r\nlinux\t/k\r\n" } },
	  BLSCFG,
	  "*0 m-1-1 'T' (boot)/k []\n" },
	{ { { DIR "m-1-1.conf",
	      "# c\n  title T x\nlinux   /k\noptions aa\noptions bb\n" } },
	  BLSCFG,
	  "*0 m-1-1 'T x' (boot)/k [aa]\n" },
	{ { { DIR "m-1-1.conf", "title T\nlinux /k\n\noptions lost\n" } },
	  BLSCFG,
	  "*0 m-1-1 'T' (boot)/k []\n" },
	{ { { DIR "m-1-1.conf", "title no kernel\n" },
	    { DIR "readme.txt", "linux /no\n" },
	    { DIR "m-2-1.conf", "linux /k\n" } },
	  BLSCFG,
	  "*0 m-2-1 '/k' (boot)/k []\n" },
	/* variables */
	{ { { DIR "m-1-1.conf", "linux /k\noptions $kernelopts $tuned_params qq\n" } },
	  "kernelopts='root=x ro'\ntuned_params=t=1\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [root=x ro t=1 qq]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions $kernelopts $tuned_params\n" } },
	  "kernelopts='root=x ro'\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [root=x ro]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions a=$x/b \\$y c\n" } },
	  "x=1; y=2\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [a=1 /b $y c]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions a=\"b c\" 'd\n" } },
	  BLSCFG,
	  "*0 m-1-1 '/k' ! GRUB would report a mistake in it\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions \"a=b c\" d\n" } },
	  BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [\"a=b c\" d]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\n" } },
	  "default_kernelopts='root=d'\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [root=d]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions $none\n" } },
	  "default_kernelopts='root=d'\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [root=d]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions aa $x q\n" } },
	  "x=1\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [aa 1]\n" },
	{ { { DIR "m-1-1.conf", "linux /k\noptions $none $x $none\n" } },
	  "x=1\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [1]\n" },
	{ { { DIR "m-1-1.conf", "linux /v/k\ninitrd /v/i $tuned_initrd\ninitrd /j\n" } },
	  BLSCFG,
	  "*0 m-1-1 '/v/k' (boot)/v/k [] (boot)/v/i (boot)/j\n" },
	{ { { DIR "m-1-1.conf", "linux /v/k\ninitrd /v/i $tuned_initrd\n" } },
	  "tuned_initrd=($root)/t\n" BLSCFG,
	  "*0 m-1-1 '/v/k' (boot)/v/k [] (boot)/v/i (boot)/t\n" },
	{ { { DIR "m-1-1.conf", "linux /v/k\ninitrd /v/i\n" } },
	  "early_initrd='ucode.img b.img'\n" BLSCFG,
	  "*0 m-1-1 '/v/k' (boot)/v/k [] (boot)/v/ucode.img (boot)/v/b.img (boot)/v/i\n" },
	{ { { DIR "m-1-1.conf", "linux /k\ndevicetree /d\n" } },
	  BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [] ! it brings a device tree, which a warm reboot cannot "
	  "load\n" },
	{ { { DIR "m-1-1.conf", "linux /k\ngrub_users $grub_users\n" } },
	  "superusers=root\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k []\n" },
	{ { { DIR "m-1-1.conf", "linux /k\ngrub_users $grub_users\n" } },
	  "superusers=root\ngrub_users=root\n" BLSCFG,
	  "*0 m-1-1 '/k' (boot)/k [] ! GRUB asks for a password before it boots it\n" },
	/* the default */
	{ { { DIR "m-2-1.conf", "linux /k-2\n" }, { DIR "m-1-1.conf", "linux /k-1\n" } },
	  "default=m-1-1\n" BLSCFG,
	  "reason: default \"m-1-1\" of /grub/grub.cfg line 1\n"
	  "0 m-2-1 '/k-2' (boot)/k-2 []\n*1 m-1-1 '/k-1' (boot)/k-1 []\n" },
	{ { { DIR "0123-2-1.conf", "linux /k-2\n" },
	    { DIR "0123-1-1.conf", "linux /k-1\n" } },
	  "default=0123-1-1\n" BLSCFG,
	  "reason: default \"0123-1-1\" of /grub/grub.cfg line 1\n"
	  "0 0123-2-1 '/k-2' (boot)/k-2 []\n*1 0123-1-1 '/k-1' (boot)/k-1 []\n" },
	{ { { DIR "m-1-1.conf", "linux /k\n" } },
	  "menuentry first { linux /f }\n" BLSCFG "menuentry last { linux /l }\n",
	  "*0 first (boot)/f []\n1 m-1-1 '/k' (boot)/k []\n2 last (boot)/l []\n" },
	/* what is not understood */
	{ { { 0 } }, BLSCFG, "doubt: /grub/grub.cfg makes no menu\n" },
	{ { { DIR "m-1-1.conf", "linux /k\n" } },
	  "root=hd9\n" BLSCFG,
	  "doubt: /grub/grub.cfg, line 3 is not understood: it reads entries from another "
	  "disk, or from one that is not known\n" },
	{ { { DIR "m-1-1.conf", "-EACCES" } },
	  BLSCFG,
	  "doubt: /grub/grub.cfg, line 2 is not understood: /loader/entries/m-1-1.conf "
	  "cannot be read: Permission denied (run as root)\n" },
	{ { { DIR "m-1-1.conf", "linux /k\n" } },
	  "blscfg non-default\n",
	  "doubt: /grub/grub.cfg, line 1 is not understood: this use of 'blscfg'\n" },
	{ { { DIR "m-1.0-1.conf", "linux /a\n" }, { DIR "m-1_0-1.conf", "linux /b\n" } },
	  BLSCFG,
	  "*0 m-1.0-1 '/a' (boot)/a [] ! GRUB takes another file for the same version\n"
	  "1 m-1_0-1 '/b' (boot)/b [] ! GRUB takes another file for the same version\n" },
};

START_TEST(test_menu)
{
	const struct grub_scene scene = { menus[_i].files, "12-ab", true, false };
	const char *script = menus[_i].script;
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_msg(streq(text, menus[_i].expected),
		      "%s\n--- is:\n%s--- should be:\n%s", menus[_i].files[0].text, text,
		      menus[_i].expected);
}
END_TEST

/* ---- the default ---- */

static const struct grubtitle titles[] = {
	{ "Debian", "debian" }, { "Advanced", "adv" }, { "2 x", "two" },
	{ "a>b", "a>b" },	{ "7", "seven" },      { "twice", "debian" },
};

static const struct {
	const char *value;
	int upstream, fedora;
	const char *rest;
} defaults[] = {
	{ "0", 0, 0, NULL },
	{ "5", 5, 5, NULL },
	{ "6", -1, -1, NULL },
	{ "-1", -1, -1, NULL },
	{ "", -1, -1, NULL },
	{ "1>2", 1, -1, "2" },
	{ "debian", 0, 0, NULL },
	{ "Debian", 0, 0, NULL },
	{ "Debia", -1, -1, NULL },
	{ "Debian ", -1, -1, NULL },
	{ "adv>3", 1, 1, "3" },
	{ "adv>x>>y>z", 1, 1, "x>>y>z" },
	{ "a>>b", 3, 3, NULL },
	{ "a>>b>c", 3, 3, "c" },
	{ "a>b", -1, -1, "b" },
	{ "adv>", 1, 1, NULL },
	{ "two", 2, 2, NULL },
	{ "2 x", 2, 2, NULL },
	{ "0x1", 1, 1, NULL },
	{ "010", -1, -1, NULL },
	{ "1abc", 1, -1, NULL },
	{ "7", -1, 4, NULL },
	{ "99999999999999999999", -1, -1, NULL },
};

START_TEST(test_default)
{
	const char *value = defaults[_i].value;

	ck_assert_int_eq(grubdefault_find(value, titles, ARRAY_SIZE(titles), false),
			 defaults[_i].upstream);
	ck_assert_int_eq(grubdefault_find(value, titles, ARRAY_SIZE(titles), true),
			 defaults[_i].fedora);
	ck_assert_pstr_eq(grubdefault_rest(value), defaults[_i].rest);
}
END_TEST

Suite *grubbls_suite(void)
{
	Suite *s = suite_create("grubbls");
	TCase *t = tcase_create("blscfg");

	tcase_add_loop_test(t, test_order, 0, ARRAY_SIZE(pairs));
	tcase_add_loop_test(t, test_menu, 0, ARRAY_SIZE(menus));
	tcase_add_loop_test(t, test_default, 0, ARRAY_SIZE(defaults));
	suite_add_tcase(s, t);
	return s;
}
