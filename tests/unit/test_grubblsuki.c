// SPDX-License-Identifier: GPL-2.0-or-later
/* blscfg of GRUB 2.14, where it differs from Fedora's: grubbls.c, grubblsentry.c,
 * grubfilename.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubfilename.h"
#include "grub_scene.h"

Suite *grubblsuki_suite(void);

/* ---- the order ---- */

static const struct {
	const char *later, *sooner;
} pairs[] = {
	{ "m-10.conf", "m-9.conf" },
	{ "m-6.1.0-56-amd64.conf", "m-6.1.0-55-amd64.conf" },
	{ "m-6.10.9-200.fc40.x86_64.conf", "m-6.9.12-300.fc40.x86_64.conf" },
	{ "m-6.1.rc1-1.conf", "m-6.1.1-1.conf" }, /* Fedora's: the other way round */
	{ "m-6.1.1-1.conf", "m-6.1-1.conf" },
	{ "m-1.conf", "m-1~rc1.conf" },
	{ "m-1+1.conf", "m-1.conf" },
	{ "m-1.conf", "m-0-rescue.conf" },
	{ "b-1.conf", "a-2.conf" },
	{ "a.conf", "B.conf" },
	{ "a-1.conf", ".z-9.conf" },
	{ ".conf", ".." },
	{ "..", "." },
	{ ".", "" },
	{ "a.b.conf", "a.a.conf" },
	{ "a.conf", "a" },
	{ "a-1.5.conf", "a-1.conf" },
	{ "a.~1~", "a" },
	{ "a.1", "a.~1" },
};

START_TEST(test_order)
{
	ck_assert_int_gt(grubfilename_compare(pairs[_i].later, pairs[_i].sooner), 0);
	ck_assert_int_lt(grubfilename_compare(pairs[_i].sooner, pairs[_i].later), 0);
	ck_assert_int_eq(grubfilename_compare(pairs[_i].later, pairs[_i].later), 0);
}
END_TEST

/* ---- menus ---- */

#define LIST "/grub/x86_64-efi/command.lst"
#define UPSTREAM                                                     \
	{                                                            \
		LIST, "*acpi: acpi\n*blscfg: blsuki\n*uki: blsuki\n" \
	}
#define FEDORA                                       \
	{                                            \
		LIST, "acpi: acpi\nblscfg: blscfg\n" \
	}
#define DIR "/loader/entries/"
#define TWO                                    \
	{ DIR "m-2.conf", "linux /k-2\n" },    \
	{                                      \
		DIR "m-1.conf", "linux /k-1\n" \
	}
#define K1 "m-1 '/k-1' (boot)/k-1 []\n"
#define K2 "m-2 '/k-2' (boot)/k-2 []\n"

static const struct {
	struct grub_file files[5];
	const char *script, *expected;
} menus[] = {
	{ { UPSTREAM, TWO }, "blscfg\n", "*0 " K2 "1 " K1 },
	{ { UPSTREAM,
	    { DIR "m-1.rc1-1.conf", "linux /r\n" },
	    { DIR "m-1.1-1.conf", "linux /k\n" } },
	  "blscfg\n",
	  "*0 m-1.rc1-1 '/r' (boot)/r []\n1 m-1.1-1 '/k' (boot)/k []\n" },
	{ { FEDORA,
	    { DIR "m-1.rc1-1.conf", "linux /r\n" },
	    { DIR "m-1.1-1.conf", "linux /k\n" } },
	  "blscfg\n",
	  "*0 m-1.1-1 '/k' (boot)/k []\n1 m-1.rc1-1 '/r' (boot)/r []\n" },
	/* keys and values */
	{ { UPSTREAM, { DIR "m-1.conf", "title\tT x\nlinux\t/k\noptions\ta b\n" } },
	  "blscfg\n",
	  "*0 m-1 'T x' (boot)/k [a b]\n" },
	{ { UPSTREAM, { DIR "m-1.conf", "linux /k\ntitle  \noptions lost\n" } },
	  "blscfg\n",
	  "*0 m-1 '/k' (boot)/k []\n" },
	{ { UPSTREAM,
	    { DIR "m-1.conf",
	      "linux /k\ninitrd /u\ninitrd /i\noptions a=$x, \\$y $z b c\n" } },
	  "x=1; y=2; default_kernelopts=d; early_initrd=e\nblscfg\n",
	  "*0 m-1 '/k' (boot)/k [a=1 , 2 b c] (boot)/u (boot)/i\n" },
	{ { UPSTREAM, { DIR "m-1.conf", "linux /k\ndevicetree /d\n" } },
	  "blscfg\n",
	  "*0 m-1 '/k' (boot)/k [] ! it brings a device tree, which a warm reboot cannot load\n" },
	/* where they are */
	{ { UPSTREAM, { "/boot" DIR "m-1.conf", "linux /k-1\n" } },
	  "blsdir=/boot" DIR "\nblscfg\n",
	  "doubt: /grub/grub.cfg makes no menu\n" },
	{ { UPSTREAM, { "/else/m-1.conf", "linux /k-1\n" } },
	  "blscfg -p /else\n",
	  "*0 " K1 },
	{ { UPSTREAM, { "/else/m-1.conf", "linux /k-1\n" } },
	  "blscfg --path=($root)/else\n",
	  "*0 " K1 },
	{ { UPSTREAM, TWO },
	  "blscfg -p /else\n",
	  "doubt: /grub/grub.cfg makes no menu\n" },
	{ { UPSTREAM, TWO }, "blscfg -f -p /else\n", "*0 " K2 "1 " K1 },
	{ { UPSTREAM, TWO },
	  "blscfg -p ($root)" DIR "m-1.conf\n",
	  "doubt: /grub/grub.cfg, line 1 is not understood: blscfg with the path "
	  "'(boot)/loader/entries/m-1.conf'\n" },
	{ { UPSTREAM, TWO }, "blscfg -p nowhere\n", "*0 " K2 "1 " K1 },
	{ { UPSTREAM, TWO },
	  "blscfg -p m-1.conf\n",
	  "doubt: /grub/grub.cfg, line 1 is not understood: blscfg with the path "
	  "'m-1.conf'\n" },
	{ { UPSTREAM, TWO },
	  "blscfg -p (hd9)/x\n",
	  "doubt: /grub/grub.cfg, line 1 is not understood: it reads entries from another "
	  "disk, or from one that is not known\n" },
	{ { UPSTREAM, TWO }, "blscfg\nblscfg\n", "*0 " K2 "1 " K1 "2 " K2 "3 " K1 },
	{ { UPSTREAM, TWO },
	  "blscfg default\n",
	  "doubt: /grub/grub.cfg makes no menu\n" },
	{ { UPSTREAM, TWO }, "bls_import\n", "doubt: /grub/grub.cfg makes no menu\n" },
	/* which ones are shown; the number is that among all */
	{ { UPSTREAM, TWO },
	  "default=1\nblscfg -d\n",
	  "reason: the first entry, for none is '1' (default \"1\" of /grub/grub.cfg line 1)\n*0 " K1 },
	{ { UPSTREAM, TWO },
	  "default=1\nblscfg --show-non-default\n",
	  "reason: the first entry, for none is '1' (default \"1\" of /grub/grub.cfg line 1)\n*0 " K2 },
	{ { UPSTREAM, TWO }, "blscfg -e m-1.conf\n", "*0 " K1 },
	{ { UPSTREAM, TWO }, "blscfg -d -n\n", "*0 " K2 "1 " K1 },
	/* GRUB's own default: numbers go first, also those that an id begins with */
	{ { UPSTREAM, TWO },
	  "default=m-1\nblscfg\n",
	  "reason: default \"m-1\" of /grub/grub.cfg line 1\n0 " K2 "*1 " K1 },
	{ { UPSTREAM, TWO },
	  "default=m-1.conf\nblscfg\n",
	  "reason: the first entry, for none is 'm-1.conf' (default \"m-1.conf\" of /grub/grub.cfg line 1)\n*0 " K2
	  "1 " K1 },
	{ { UPSTREAM,
	    { DIR "7a-2.conf", "linux /k\n" },
	    { DIR "7a-1.conf", "linux /l\n" } },
	  "default=7a-1\nblscfg\n",
	  "reason: the first entry, for none is '7a-1' (default \"7a-1\" of /grub/grub.cfg line 1)\n"
	  "*0 7a-2 '/k' (boot)/k []\n1 7a-1 '/l' (boot)/l []\n" },
	/* built into GRUB: whatever both do */
	{ { TWO }, "blscfg\n", "*0 " K2 "1 " K1 },
	{ { { DIR "7a-2.conf", "linux /k\n" }, { DIR "7a-1.conf", "linux /l\n" } },
	  "default=7a-1\nblscfg\n",
	  "doubt: it depends on what only shows at boot (which blscfg GRUB has)\n"
	  "reason: the first entry, for none is '7a-1' (default \"7a-1\" of /grub/grub.cfg "
	  "line 1)\n*0 7a-2 '/k' (boot)/k []\n1 7a-1 '/l' (boot)/l []\n" },
};

START_TEST(test_menu)
{
	const struct grub_scene scene = { menus[_i].files, "12-ab", false, false };
	const char *script = menus[_i].script;
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_msg(streq(text, menus[_i].expected),
		      "%s\n%s\n--- is:\n%s--- should be:\n%s", menus[_i].files[1].text,
		      script, text, menus[_i].expected);
}
END_TEST

Suite *grubblsuki_suite(void)
{
	Suite *s = suite_create("grubblsuki");
	TCase *t = tcase_create("blscfg");

	tcase_add_loop_test(t, test_order, 0, ARRAY_SIZE(pairs));
	tcase_add_loop_test(t, test_menu, 0, ARRAY_SIZE(menus));
	suite_add_tcase(s, t);
	return s;
}
