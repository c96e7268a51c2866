// SPDX-License-Identifier: GPL-2.0-or-later
/* What GRUB's scripts make of the menu: src/find/grubmenu.c and all below it. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "grub_scene.h"

Suite *grubmenu_suite(void);

#define ID(id) "menuentry " id " --id " id " { linux /k-" id " }\n"
#define ABC ID("a") ID("b") ID("c")
#define AB_(mark_a, mark_b) mark_a "0 a (boot)/k-a []\n" mark_b "1 b (boot)/k-b []\n"
/* A script that shows a value as the title of the only entry, and what it shows. */
#define SHOW(text) "menuentry \"<" text ">\" { linux /k }\n"
#define SHOWN(text) "*0 <" text "> (boot)/k []\n"
/* One that shows whether a command succeeds. */
#define IF(condition) "if " condition "; then x=yes; else x=no; fi\n" SHOW("$x")
#define YES SHOWN("yes")
#define NO SHOWN("no")

static const struct grub_file files[] = {
	{ "/k", "kernel" },
	{ "/empty", "" },
	{ "/dir/", "" },
	{ "/dir/longer", "x" },
	{ "/grub/more.cfg", "menuentry more { linux /m }\nset from=more\n" },
	{ "/grub/where.cfg", "where=\"$config_directory $config_file\"\n" },
	{ "/grub/self.cfg", "source /grub/self.cfg\n" },
	{ "/grub/menu.cfg", "menuentry other { linux /o $exported $hidden }\ndefault=1\n"
			    "menuentry second { linux /s }\n" },
	{ "/grub/secret.cfg", "-EACCES" },
	{ "/grub/broken.cfg", "if\n" },
	{ "/grub/return.cfg", "return\nx=1\n" },
	{ "/grub/empty.cfg", "# nothing\n" },
	{ 0 },
};

static const struct {
	const char *script, *expected;
} scripts[] = {
	/* words */
	{ SHOW("plain"), SHOWN("plain") },
	{ "x='a  b'\n" SHOW("$x"), SHOWN("a  b") },
	{ "x='$y \\n \"'\n" SHOW("$x"), SHOWN("$y \\n \"") },
	{ "x=\"\\$y \\\\ \\\" \\n\"\n" SHOW("$x"), SHOWN("$y \\ \" \\n") },
	{ "x=a\\ b\\$\\\\\n" SHOW("$x"), SHOWN("a b$\\") },
	{ "x=a\\x41\n" SHOW("$x"), SHOWN("ax41") },
	{ "x='a\\x41'\n" SHOW("$x"), SHOWN("a\\x41") },
	{ "x=a\"b\"'c'd\n" SHOW("${x}"), SHOWN("abcd") },
	{ "x=one\\\ntwo\n" SHOW("$x"), SHOWN("onetwo") },
	{ "x='one\n#dropped\ntwo'\n" SHOW("$x"), SHOWN("one\ntwo") },
	{ "x=a # comment\ny=b#c\n" SHOW("$x$y"), SHOWN("ab#c") },
	{ "  #don't\n" SHOW("x"), SHOWN("x") },
	{ "x=1\r\n" SHOW("$x"), SHOWN("1") },
	{ "if true\r\nthen\r\nx=1\r\nfi\r\n" SHOW("$x"), SHOWN("1") },
	{ "if true\r\nth\ren\nx=1\nf\ri\n" SHOW("$x"), SHOWN("1") },
	{ SHOW("$undefined"), SHOWN("") },
	{ SHOW("${grub_platform} $grub_cpu $root $prefix"),
	  SHOWN("efi x86_64 boot (boot)/grub") },
	/* what is split and what is not */
	{ "x='a  b'; menuentry t { linux /k $x \"$x\" '$x' $none \"$none\" y }\n",
	  "*0 t (boot)/k [a b \"a  b\" $x  y]\n" },
	{ "x=' b'; menuentry t { linux /k a$x }\n", "*0 t (boot)/k [ab]\n" },
	{ "x=/k; y=' p'; menuentry t { linux $x$y }\n", "*0 t (boot)/kp []\n" },
	{ "c='set z=1'; $c\n" SHOW("$z"), SHOWN("1") },
	{ "menuentry t { linux /k \"a b\" 'c\"d' e\\\\f g\\x2fh 'g\\x2fh' \\'i }\n",
	  "*0 t (boot)/k [\"a b\" c\\\"d e\\\\f gx2fh g\\\\x2fh \\'i]\n" },
	/* variables */
	{ "set x=1; set y=$x; set x=2\n" SHOW("$x$y"), SHOWN("21") },
	{ "x=1; unset x\n" SHOW("$x"), SHOWN("") },
	{ "set root='(hd0,1)'\n" SHOW("$root"), "*0 <hd0,1> (hd0,1)/k []\n" },
	{ "1=x\n" SHOW("$1"), "*0 <> (boot)/k []\n" },
	{ "set x\n" IF("[ $? = 0 ]"), NO },
	{ "nosuchcommand a b\n" IF("[ $? = 0 ]"), YES },
	/* conditions */
	{ IF("true"), YES },
	{ IF("false"), NO },
	{ IF("! false"), YES },
	{ IF("! true"), NO },
	{ IF("true; false"), NO },
	{ IF("[ x ]"), YES },
	{ IF("[ \"\" ]"), NO },
	{ IF("[ ]"), YES },
	{ IF("test x"), YES },
	{ IF("[ ! x ]"), NO },
	{ IF("[ -n \"\" -o -z \"\" ]"), YES },
	{ IF("[ a = a -a b = c ]"), NO },
	{ IF("[ a = a -a b = c -o d == d ]"), YES },
	{ IF("[ a != b ]"), YES },
	{ IF("[ ! a = b ]"), YES },
	{ IF("[ ( a = b -o c = c ) -a x ]"), YES },
	{ IF("[ ! ( a = b -o c = c ) ]"), NO },
	{ IF("[ 10 -gt 9 -a 9 -lt 10 -a 3 -ge 3 -a 3 -le 3 ]"), YES },
	{ IF("[ 0x10 -eq 16 -a 010 -eq 8 ]"), YES },
	{ IF("[ -1 -lt 0 -a 1 -ne 2 ]"), YES },
	{ IF("[ a -eq 0 ]"), YES },
	{ IF("[ vmlinuz-2 -plt vmlinuz-11 ]"), YES },
	{ IF("[ vmlinuz-12 -pgt vmlinuz-11 ]"), YES },
	{ IF("[ -f /k -a -e /k -a -s /k -a ! -d /k ]"), YES },
	{ IF("[ -d /dir -a -e /dir -a ! -f /dir -a ! -s /dir ]"), YES },
	{ IF("[ -f /empty -a ! -s /empty ]"), YES },
	{ IF("[ -e /none -o -f none -o -s (boot)/none ]"), NO },
	{ IF("[ -f (boot)/k -a -f ($root)/k ]"), YES },
	{ IF("[ /dir/longer -nt /k ]"), YES },
	{ IF("[ /k -ot /dir/longer -a /k -nt /none ]"), YES },
	{ IF("[ /k -nt99 /dir/longer ]"), YES },
	{ "if false; then x=1; elif true; then x=2; else x=3; fi\n" SHOW("$x"),
	  SHOWN("2") },
	{ "if false; then x=1; elif false; then x=2; else x=3; fi\n" SHOW("$x"),
	  SHOWN("3") },
	{ "if [ x ]\nthen\n\nx=1\nfi\n" SHOW("$x"), SHOWN("1") },
	/* loops and functions */
	{ "for i in a 'b c' d; do x=$x$i,; done\n" SHOW("$x"), SHOWN("a,bd,") },
	{ "for i in a 'b c' d; do x=\"$x$i,\"; done\n" SHOW("$x"), SHOWN("a,b c,d,") },
	{ "for i in 1 2 3; do if [ $i = 2 ]; then continue; fi; x=$x$i; done\n" SHOW(
		  "$x"),
	  SHOWN("13") },
	{ "for i in 1 2 3; do if [ $i = 2 ]; then break; fi; x=$x$i; done\n" SHOW("$x"),
	  SHOWN("1") },
	{ "for i in 1 2; do for j in a b; do x=$x$i$j; break 2; done; done\n" SHOW("$x"),
	  SHOWN("1a") },
	{ "while [ \"$x\" != aaa ]; do x=a$x; done\n" SHOW("$x"), SHOWN("aaa") },
	{ "until [ \"$x\" = aa ]; do x=a$x; done\n" SHOW("$x"), SHOWN("aa") },
	{ "function f { x=\"$# $1 $2 $*\"; }\nf a 'b c'\n" SHOW("$x"),
	  SHOWN("2 a b c a b c") },
	{ "function f { for i in \"$@\"; do x=\"$x[$i]\"; done; }\nf a 'b c'\n" SHOW(
		  "$x"),
	  SHOWN("[a][b c]") },
	{ "function f { shift; x=$1; }\nf a b\n" SHOW("$x"), SHOWN("b") },
	{ "function f { setparams p q; x=$1$2$3; }\nf a b c\n" SHOW("$x"), SHOWN("pq") },
	{ "function f { return 1; x=late; }\n" IF("f"), NO },
	{ "function f { false; return; }\n" IF("f"), NO },
	{ "function set { x=never; }\nset y=1\n" SHOW("$x$y"), SHOWN("1") },
	{ "eval \"x=1; y=\\\"\\$x\\\"2\"\n" SHOW("$y"), SHOWN("12") },
	{ "regexp --set 1:a --set=2:b '(.)-(.+)' x-yz\n" SHOW("$a $b"), SHOWN("x yz") },
	{ IF("regexp '^b' abc"), NO },
	/* entries */
	{ ABC, "*0 a (boot)/k-a []\n1 b (boot)/k-b []\n2 c (boot)/k-c []\n" },
	{ "menuentry T --class c --unrestricted $menuentry_id_option I --hotkey=x "
	  "{ linux /k a\ninitrd /i /j }\n",
	  "*0 T (boot)/k [a] (boot)/i (boot)/j\n" },
	{ "menuentry_id_option=--id\nmenuentry T $menuentry_id_option I { linux /k }\n",
	  "*0 I 'T' (boot)/k []\n" },
	{ "menuentry T { linux /k\ninitrd /i\nlinux16 /l b\ninitrd16 /j }\n",
	  "*0 T (boot)/l [b] (boot)/j\n" },
	{ "menuentry T x { linux /k $1 $2 }\n", "*0 T (boot)/k [T x]\n" },
	{ "p=1\nmenuentry a { p=2; linux /k }\nmenuentry b { linux /k $p }\n",
	  "*0 a (boot)/k []\n1 b (boot)/k [1]\n" },
	{ "menuentry a { linux /k $p }\np=late\n", "*0 a (boot)/k [late]\n" },
	{ "menuentry a { if [ $grub_platform = pc ]; then linux16 /p; else linuxefi /e; "
	  "fi }\n",
	  "*0 a (boot)/e []\n" },
	{ "menuentry a { set root='hd1,2'; linux /k }\n", "*0 a (hd1,2)/k []\n" },
	{ "menuentry a { search --no-floppy --fs-uuid --set=root 12-AB; linux /k }\n",
	  "*0 a (boot)/k []\n" },
	{ "menuentry a { search --set=root --fs-uuid 99; linux /k\ninitrd (boot)/i }\n",
	  "*0 a (uuid/99)/k [] (boot)/i\n" },
	{ "menuentry a { search -u 12-ab --set --hint-bios=hd0,1; linux /k }\n",
	  "*0 a (boot)/k []\n" },
	{ "menuentry a { search.fs_uuid 12-ab x hd0; linux ($x)/k }\n",
	  "*0 a (boot)/k []\n" },
	{ "menuentry a { search --label --set=root there; linux /k }\n",
	  "*0 a (label/there)/k []\n" },
	{ "menuentry a { linux /k\nboot\nlinux /late }\n", "*0 a (boot)/k []\n" },
	{ "menuentry a { chainloader /bootmgfw.efi }\n",
	  "*0 a ! it is no Linux system that could be loaded: chainloader\n" },
	{ "menuentry a { multiboot2 /xen.gz\nmodule2 /k }\n",
	  "*0 a ! it is no Linux system that could be loaded: multiboot2\n" },
	{ "menuentry a { linux /k\ndevicetree /d }\n",
	  "*0 a (boot)/k [] ! it brings a device tree, which a warm reboot cannot "
	  "load\n" },
	{ "menuentry a { true }\n", "*0 a ! it loads no Linux kernel\n" },
	{ "menuentry a { initrd /i }\n",
	  "*0 a ! not understood (line 1): 'initrd' comes before linux\n" },
	{ "menuentry a { linux /k\ninitrd newc:x:/i }\n",
	  "*0 a (boot)/k [] ! not understood (line 2): 'newc:x:/i'\n" },
	{ "menuentry a { linux /k\nprobe --set=x -u $root }\n",
	  "*0 a (boot)/k [] ! not understood (line 2): 'probe'\n" },
	{ "menuentry a { configfile /grub/menu.cfg }\n",
	  "*0 a ! not understood (line 1): it goes on with another menu, "
	  "/grub/menu.cfg\n" },
	{ "set superusers=root\nexport superusers\n"
	  "menuentry a { linux /k }\nmenuentry b --unrestricted { linux /k }\n"
	  "menuentry c --users '' { linux /k }\n",
	  "*0 a (boot)/k [] ! GRUB asks for a password before it boots it\n"
	  "1 b (boot)/k []\n"
	  "2 c (boot)/k [] ! GRUB asks for a password before it boots it\n" },
	{ "menuentry a { if true; then\nlinux /k\nreturn\nfi\nlinux /l\n}\n",
	  "*0 a (boot)/l [] ! not understood (line 3): 'return' outside of a function, "
	  "which does not stop GRUB\n" },
	{ "function f { source /grub/return.cfg; }\nf\n" ID("a"),
	  "doubt: /grub/return.cfg, line 1 is not understood: 'return' outside of a "
	  "function, which does not stop GRUB\n*0 a (boot)/k-a []\n" },
	{ "function f { if true; then return; fi; linux /l; }\n"
	  "menuentry a { linux /k\nf\n}\n",
	  "*0 a (boot)/k []\n" },
	{ "menuentry T --users $none { linux /t }\nmenuentry a { linux /k }\n",
	  "*0 a (boot)/k []\n" },
	{ "menuentry T --unrestricted --users --id x { linux /t }\n"
	  "menuentry a --users= { linux /k }\n",
	  "*0 a (boot)/k []\n" },
	{ "menuentry 'no body'\nmenuentry a { linux /k }\n", "*0 a (boot)/k []\n" },
	/* submenus and the default */
	{ "default=1\n" ABC,
	  "reason: default \"1\" of /grub/grub.cfg line 1\n"
	  "0 a (boot)/k-a []\n*1 b (boot)/k-b []\n2 c (boot)/k-c []\n" },
	{ "set default=\"b\"\n" ID("a") ID("b"),
	  "reason: default \"b\" of /grub/grub.cfg line 1\n" AB_("", "*") },
	{ "set default=none\n" ID("a") ID("b"),
	  "reason: the first entry, for none is 'none' (default \"none\" of "
	  "/grub/grub.cfg line 1)\n" AB_("*", "") },
	{ "set default=7\n" ID("a") ID("b"),
	  "reason: the first entry, for none is '7' (default \"7\" of /grub/grub.cfg "
	  "line 1)\n" AB_("*", "") },
	{ "default=1\n" ID("a") "submenu s --id S { " ID("b") ID("c") "}\n",
	  "reason: default \"1\" of /grub/grub.cfg line 1\n0 a (boot)/k-a []\n"
	  "*1>0 b (boot)/k-b []\n1>1 c (boot)/k-c []\n" },
	{ "default='1>0'\n" ID("a") "submenu s --id S { " ID("b") ID("c") "}\n",
	  "reason: default \"1>0\" of /grub/grub.cfg line 1\n0 a (boot)/k-a []\n"
	  "*1>0 b (boot)/k-b []\n1>1 c (boot)/k-c []\n" },
	{ "default='S>c'\n" ID("a") "submenu s --id S { " ID("b") ID("c") "}\n",
	  "reason: default \"S>c\" of /grub/grub.cfg line 1\n0 a (boot)/k-a []\n"
	  "1>0 b (boot)/k-b []\n*1>1 c (boot)/k-c []\n" },
	{ "default='a>>b'\nmenuentry x { linux /x }\nmenuentry 'a>b' { linux /k }\n",
	  "reason: default \"a>>b\" of /grub/grub.cfg line 1\n0 x (boot)/x []\n"
	  "*1 a>b (boot)/k []\n" },
	{ "default=1\nexport default\n" ID("a") "submenu s --id S { " ID("b")
		  ID("c") "}\n",
	  "reason: default \"1\" of /grub/grub.cfg line 1\n0 a (boot)/k-a []\n"
	  "*1>0 b (boot)/k-b []\n1>1 c (boot)/k-c []\n" },
	{ "x=1; y=2; export x\nsubmenu s { menuentry a { linux /k $x $y } }\n",
	  "*0>0 a (boot)/k [1]\n" },
	{ "submenu s { read x\nmenuentry a { linux /k } }\n" ID("b") "default=1\n",
	  "reason: default \"1\" of /grub/grub.cfg line 4\n0>0 a (boot)/k []\n"
	  "*1 b (boot)/k-b []\n" },
	{ "submenu s { read x\nmenuentry a { linux /k } }\n",
	  "doubt: /grub/grub.cfg, line 1 is not understood: 'read'\n*0>0 a (boot)/k []\n" },
	/* other files */
	{ "source /grub/more.cfg\n" SHOW("$from"),
	  "*0 more (boot)/m []\n1 <more> (boot)/k "
	  "[]\n" },
	{ ". $prefix/where.cfg\n" SHOW("$where"),
	  SHOWN("(boot)/grub (boot)/grub/where.cfg") },
	{ "source /none\n" IF("[ $? = 0 ]"), YES },
	{ "if [ -f  ${config_directory}/custom.cfg ]; then source x; fi\n" ID("a"),
	  "*0 a (boot)/k-a []\n" },
	{ "exported=1; export exported; hidden=2\n" ID(
		  "a") "configfile /grub/menu.cfg\n" ID("b"),
	  "reason: default \"1\" of /grub/menu.cfg line 2\n0 other (boot)/o [1]\n"
	  "*1 second (boot)/s []\n" },
	{ "configfile /grub/empty.cfg\n" ID("a"), "*0 a (boot)/k-a []\n" },
	{ "insmod regexp\nfor f in /dir/*; do x=$x$f; done\n" SHOW("$x"),
	  SHOWN("/dir/longer") },
	{ "insmod regexp\nfor f in /none/*; do x=$x$f; done\n" SHOW("$x"),
	  SHOWN("/none/*") },
	{ "for f in 'a*' \"/dir/*\" /dir/\\*; do x=\"$x$f \"; done\n" SHOW("$x"),
	  SHOWN("a* /dir/* /dir/* ") },
	/* what is in doubt */
	{ "read x\n" ID("a"), "doubt: /grub/grub.cfg, line 1 is not understood: 'read'\n"
			      "*0 a (boot)/k-a []\n" },
	{ "exit\n" ID("a"), "doubt: /grub/grub.cfg, line 1 is not understood: 'exit' "
			    "outside of a menu entry\n*0 a (boot)/k-a []\n" },
	{ "", "doubt: /grub/grub.cfg makes no menu\n" },
	{ "if true; then\n",
	  "doubt: /grub/grub.cfg, line 2 is not understood: GRUB would "
	  "report a mistake\n" },
	{ "source /grub/broken.cfg\n" ID("a"),
	  "doubt: /grub/broken.cfg, line 2 is not understood: GRUB would report a "
	  "mistake\n*0 a (boot)/k-a []\n" },
	{ "source (hd7)/x\n" ID("a"),
	  "doubt: /grub/grub.cfg, line 1 is not understood: it reads (hd7)/x, which is on "
	  "another disk, or on one that is not known\n*0 a (boot)/k-a []\n" },
	{ "source (hd7)0+8\n" ID("a"),
	  "doubt: /grub/grub.cfg, line 1 is not understood: the list of blocks "
	  "'(hd7)0+8'\n*0 a (boot)/k-a []\n" },
	{ "source $cmdpath/x.cfg\n" ID("a"),
	  "doubt: /grub/grub.cfg, line 1 is not understood: the variable cmdpath, which "
	  "GRUB sets as it starts\n*0 a (boot)/k-a []\n" },
	{ "cmdpath=(boot)/grub\nsource $cmdpath/more.cfg\n", "*0 more (boot)/m []\n" },
	{ "menuentry a { linux /k ip=$net_default_ip }\n" ID("b"),
	  "*0 a (boot)/k [ip=] ! not understood (line 1): the variable net_default_ip, "
	  "which GRUB sets as it starts\n1 b (boot)/k-b []\n" },
	{ "source /grub/secret.cfg\n" ID("a"),
	  "doubt: /grub/grub.cfg, line 1 is not understood: /grub/secret.cfg cannot be "
	  "read: Permission denied (run as root)\n*0 a (boot)/k-a []\n" },
	{ "source /grub/self.cfg\n",
	  "doubt: /grub/grub.cfg is larger, or runs longer, than is reasonable\n" },
	{ "while true; do x=1; done\n",
	  "doubt: /grub/grub.cfg is larger, or runs longer, than is reasonable\n" },
	{ "x=xxxxxxxx; while true; do x=$x$x; done\n",
	  "doubt: /grub/grub.cfg is larger, or runs longer, than is reasonable\n" },
	/* what only shows at boot */
	{ "fwsetup --is-supported\nif [ \"$?\" = 0 ]; then\nmenuentry f { fwsetup }\nfi\n" ID(
		  "a"),
	  "doubt: it depends on what only shows at boot (fwsetup --is-supported)\n"
	  "*0 a (boot)/k-a []\n" },
	{ ID("a") "if fwsetup --is-supported; then\nmenuentry f { fwsetup }\nfi\n" ID(
		  "b"),
	  AB_("*", "") },
	{ ID("a") "if cmostest 1:2; then default=b; fi\n" ID("b"),
	  "doubt: it depends on what only shows at boot (cmostest 1:2)\n" AB_("*", "") },
	{ "if cmostest 1:2; then o=x; fi\nmenuentry a { linux /k $o }\n" ID("b"),
	  "*0 a (boot)/k [] ! it depends on what only shows at boot (cmostest 1:2)\n"
	  "1 b (boot)/k-b []\n" },
	{ "for i in 1 2 3 4 5; do cmostest $i; done\n" ID("a"),
	  "doubt: /grub/grub.cfg, line 1 is not understood: too much is known at boot only: "
	  "cmostest 4\n*0 a (boot)/k-a []\n" },
	{ "if search --label --set=x there; then default=1; fi\n" ID("a") ID("b"),
	  "doubt: it depends on what only shows at boot (is there a disk with the label "
	  "there?)\n" AB_("*", "") },
	{ "if ! search.file /there x; then default=1; fi\n" ID("a") ID("b"),
	  "doubt: it depends on what only shows at boot (is there a disk with the file "
	  "/there?)\nreason: default \"1\" of /grub/grub.cfg line 1\n" AB_("", "*") },
	{ "search --fs-uuid --set=x 99\nif [ -n \"$x\" ]; then default=1; fi\n" ID("a")
		  ID("b"),
	  "doubt: it depends on what only shows at boot (is there a disk with the uuid "
	  "99?)\n" AB_("*", "") },
	{ IF("search --fs-uuid --set=x 12-ab"), YES },
	{ "if ls (hd1)/x; then default=1; fi\n" ID("a") ID("b"),
	  "doubt: it depends on what only shows at boot (ls (hd1)/x)\n" AB_("*", "") },
	{ "if insmod new; then x=1; else x=2; fi\n" ID("a"), "*0 a (boot)/k-a []\n" },
	{ "ls (hd1); insmod a; insmod b; insmod c; insmod d\n" ID("a"),
	  "*0 a (boot)/k-a []\n" },
	{ "if [ \"$lockdown\" = y ]; then default=1; fi\n" ID("a") ID("b"),
	  "doubt: it depends on what only shows at boot (is GRUB's variable lockdown "
	  "set?)\n" AB_("*", "") },
	{ "if [ -f (hd5)/x ]; then y=1; fi\n" ID("a"), "*0 a (boot)/k-a []\n" },
};

START_TEST(test_script)
{
	const struct grub_scene scene = { files, "12-ab", false, false };
	const char *script = scripts[_i].script;
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_msg(streq(text, scripts[_i].expected),
		      "%s\n--- is:\n%s--- should be:\n%s", script, text,
		      scripts[_i].expected);
}
END_TEST

/* NULL: GRUB boots by itself. */
static const struct {
	const char *script, *waits;
} timeouts[] = {
	{ "set timeout=5\n", NULL },
	{ "timeout=0\n", NULL },
	{ "timeout=5s\n", NULL },
	{ "timeout=0x10\n", NULL },
	{ "set timeout=5\nset timeout_style=hidden\n", NULL },
	{ "", "no timeout is set" },
	{ "timeout=5\nunset timeout\n", "no timeout is set" },
	{ "set timeout=-1\n", "its timeout is \"-1\"" },
	{ "set timeout=\n", "its timeout is \"\"" },
	{ "set timeout=never\n", "its timeout is \"never\"" },
	{ "set timeout=4294967295\n", "its timeout is \"4294967295\"" },
	{ "set timeout=99999999999999999999\n",
	  "its timeout is \"99999999999999999999\"" },
	{ "if [ \"$lockdown\" = y ]; then timeout=5; else timeout=-1; fi\n",
	  "its timeout is \"-1\"" },
	{ "if [ \"$lockdown\" = y ]; then timeout=-1; else timeout=5; fi\n",
	  "its timeout is \"-1\"" },
	{ "timeout=5\nsubmenu s { timeout=-1\n" ID("a") "}\n", NULL },
};

START_TEST(test_timeout)
{
	const struct grub_scene scene = { files, "12-ab", false, false };
	_cleanup_free_ char *script = strf("%s" ID("b"), timeouts[_i].script);
	_cleanup_free_ char *expected =
		timeouts[_i].waits ? strf("GRUB boots nothing until somebody chooses: %s "
					  "(GRUB_TIMEOUT in /etc/default/grub)",
					  timeouts[_i].waits)
				   : NULL;
	_cleanup_(grubmenu_done) struct grubmenu menu;

	grub_scene_read(&scene, script, strlen(script), &menu);
	ck_assert_pstr_eq(menu.waits, expected);
}
END_TEST

/* Fedora's GRUB, and only that, leaves \xHH as it is. */
START_TEST(test_fedora)
{
	static const char script[] =
		"x='$y\\x41'; menuentry t { linux /k a\\x2fb 'c\\x2fd' "
		"\"e\\x2ff\" $x \\x4 }\n";
	const struct grub_scene scene = { files, "12-ab", true, false };
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_str_eq(text, "*0 t (boot)/k [a\\x2fb c\\x2fd e\\x2ff $y\\x41 x4]\n");
}
END_TEST

/* ---- Ubuntu's question for the graphics card ---- */

static const struct {
	const char *list, *command;
	bool known;
	const char *expected;
} cards[] = {
	{ "# none\n\n", "hwmatch /list 3", true, "*0 <0> (boot)/k []\n" },
	{ "v8086.*\nv1234d1111.*\n", "hwmatch /list 3", true, "*0 <1> (boot)/k []\n" },
	{ "v1234d1111sv....sd....bc03sc00\n", "hwmatch /list 3", true,
	  "*0 <1> (boot)/k []\n" },
	{ "v1234\n", "hwmatch /list 3", true, "*0 <0> (boot)/k []\n" },
	{ "v1234.*\n", "hwmatch /list 2", true, "*0 <0> (boot)/k []\n" },
	{ "v1234.*\n", "hwmatch /none 3", true, "*0 <> (boot)/k []\n" },
	{ "v1234.*\n", "hwmatch /list 3", false,
	  "doubt: it depends on what only shows at boot (hwmatch /list 3)\n"
	  "*0 <0> (boot)/k [] ! it depends on what only shows at boot (hwmatch /list "
	  "3)\n" },
};

START_TEST(test_card)
{
	const struct grub_file some[] = { { "/list", cards[_i].list }, { 0 } };
	const struct grub_scene scene = { some, "12-ab", false, cards[_i].known };
	_cleanup_free_ char *script = strf("%s\n" SHOW("$match"), cards[_i].command);
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_str_eq(text, cards[_i].expected);
}
END_TEST

/* ---- the environment block ---- */

#define LOAD "load_env\n"
/* As grub-mkconfig writes it with GRUB_DEFAULT=saved. */
#define HEADER                                                                                 \
	"if [ -s $prefix/grubenv ]; then\n set have_grubenv=true\n load_env\nfi\n"             \
	"if [ \"${next_entry}\" ] ; then\n set default=\"${next_entry}\"\n set next_entry=\n"  \
	" save_env next_entry\n set boot_once=true\nelse\n set default=\"${saved_entry}\"\n"   \
	"fi\nif [ \"${prev_saved_entry}\" ]; then\n set saved_entry=\"${prev_saved_entry}\"\n" \
	" save_env saved_entry\n set prev_saved_entry=\n save_env prev_saved_entry\n"          \
	" set boot_once=true\nfi\n"

static const struct {
	const char *env, *script, *expected; /* env is NULL: there is no block */
} blocks[] = {
	{ "saved_entry=b\n", HEADER ID("a") ID("b"),
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	{ "saved_entry=1\n", HEADER ID("a") ID("b"),
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	{ "", HEADER ID("a") ID("b"), AB_("*", "") },
	{ NULL, HEADER ID("a") ID("b"), AB_("*", "") },
	{ "saved_entry=gone\n", HEADER ID("a") ID("b"),
	  "reason: the first entry, for none is 'gone' (grubenv's saved_entry)\n" AB_(
		  "*", "") },
	{ "saved_entry=a\nnext_entry=b\n", HEADER ID("a") ID("b"),
	  "once: GRUB's next_entry asks once for 'b' (grub-reboot)\n"
	  "reason: grubenv's next_entry\n" AB_("", "*") },
	{ "next_entry=\nsaved_entry=b\n", HEADER ID("a") ID("b"),
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	/* A menu that does not read the block does not care. */
	{ "saved_entry=b\nnext_entry=b\n", ID("a") ID("b"), AB_("*", "") },
	{ "saved_entry=b\nprev_saved_entry=a\n", HEADER ID("a") ID("b"),
	  "once: GRUB's prev_saved_entry asks once for 'b' (an old grub-reboot)\n"
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	/* One-shot requests of somebody's own. */
	{ "once=b\n",
	  LOAD "if [ \"$once\" ]; then default=$once; once=; save_env once; fi\n" ID("a")
		  ID("b"),
	  "once: GRUB boots 'b' once, and something else after that\n"
	  "reason: grubenv's once\n" AB_("", "*") },
	{ "boot_counter=1\nboot_success=0\n",
	  LOAD
	  "insmod increment\nif [ -n \"${boot_counter}\" -a \"${boot_success}\" = \"0\" "
	  "]; then\nif [ \"${boot_counter}\" = \"0\" -o \"${boot_counter}\" = \"-1\" ]; "
	  "then\nset default=1\nset boot_counter=-1\nelse\ndecrement "
	  "boot_counter\nfi\nsave_env boot_counter\nfi\n" ID("a") ID("b"),
	  "once: GRUB boots 'a' once, and something else after that\n" AB_("*", "") },
	/* What an entry saves of itself changes nothing. */
	{ "saved_entry=b\n",
	  HEADER "function savedefault { if [ -z \"${boot_once}\" ]; then "
		 "saved_entry=\"${chosen}\"; save_env saved_entry; fi; }\n"
		 "menuentry a { savedefault; linux /k-a }\n"
		 "menuentry b { savedefault; linux /k-b }\n",
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	{ "recordfail=1\n",
	  HEADER "function recordfail { set recordfail=1; save_env recordfail; }\n"
		 "menuentry a { recordfail; linux /k-a }\n" ID("b"),
	  AB_("*", "") },
	{ "a=1\nb=2\n", "load_env -f /grub/grubenv a\n" SHOW("$a$b"), SHOWN("1") },
	{ "a=1\n", "load_env --file=/grub/other\n" IF("[ $? = 0 ]"), NO },
	{ "a=1\nnot a line", LOAD ID("a"),
	  "doubt: /grub/grub.cfg, line 1 is not understood: (boot)/grub/grubenv is no whole "
	  "environment block\n*0 a (boot)/k-a []\n" },
};

/* ---- the block of a btrfs, in sectors of the disk: GRUB 2.14's menu ---- */

#define BTRFS_HEADER                                                                     \
	"if [ -s $prefix/grubenv ]; then\n load_env\nfi\n"                               \
	"if [ \"${env_block}\" ] ; then\n set env_block=\"(${root})${env_block}\"\n"     \
	" export env_block\n load_env -f \"${env_block}\"\nfi\n"                         \
	"if [ \"${next_entry}\" ] ; then\n set default=\"${next_entry}\"\n"              \
	" set next_entry=\n if [ \"${env_block}\" ] ; then\n"                            \
	"  save_env -f \"${env_block}\" next_entry\n else\n  save_env next_entry\n fi\n" \
	" set boot_once=true\nelse\n set default=\"${saved_entry}\"\nfi\n" ID("a")       \
		ID("b")

static const struct {
	const char *env, *sector, *expected; /* sector: NULL, it cannot be read */
} sectors[] = {
	{ "env_block=512+1\n", "next_entry=b\n",
	  "once: GRUB's next_entry asks once for 'b' (grub-reboot)\n"
	  "reason: grubenv's next_entry\n" AB_("", "*") },
	{ "env_block=512+1\nsaved_entry=a\n", "saved_entry=b\n",
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	{ "env_block=512+1\nsaved_entry=b\n", "",
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	{ "env_block=0x200+1\nsaved_entry=b\n", "x=y\n",
	  "reason: grubenv's saved_entry\n" AB_("", "*") },
	{ "env_block=512+1\n", NULL,
	  "doubt: /grub/grub.cfg, line 7 is not understood: (boot)512+1 cannot be read: "
	  "Permission denied (run as root)\n" AB_("*", "") },
	{ "env_block=512+1\n", "damage",
	  "doubt: /grub/grub.cfg, line 7 is not understood: (boot)512+1 is no whole "
	  "environment block\n" AB_("*", "") },
	{ "env_block=512+1,514+1\n", "",
	  "doubt: /grub/grub.cfg, line 7 is not understood: (boot)512+1,514+1 cannot be "
	  "read: Operation not supported\n" AB_("*", "") },
	{ "env_block=600+1\n", "",
	  "doubt: /grub/grub.cfg, line 7 is not understood: (boot)600+1 cannot be read: "
	  "Input/output error\n" AB_("*", "") },
	/* no list of blocks: GRUB says so, and goes on */
	{ "env_block=elsewhere\n", "next_entry=b\n", AB_("*", "") },
};

START_TEST(test_sector)
{
	char block[1025], sector[1025];
	const struct grub_file with[] = {
		{ "/grub/grubenv", grub_scene_env(sectors[_i].env, block) },
		{ "512+1", sectors[_i].sector ? grub_scene_env(sectors[_i].sector, sector)
					      : "-EACCES" },
		{ 0 },
	};
	const struct grub_scene scene = { with, "12-ab", false, false };
	_cleanup_free_ char *text =
		grub_scene_menu(&scene, BTRFS_HEADER, strlen(BTRFS_HEADER));

	ck_assert_msg(streq(text, sectors[_i].expected),
		      "%s\n--- is:\n%s--- should be:\n%s", sectors[_i].env, text,
		      sectors[_i].expected);
}
END_TEST

START_TEST(test_block)
{
	char block[1025];
	const struct grub_file with[] = {
		{ "/grub/grubenv",
		  blocks[_i].env ? grub_scene_env(blocks[_i].env, block) : "" },
		{ 0 },
	};
	const struct grub_scene scene = { blocks[_i].env ? with : with + 1, "12-ab",
					  false, false };
	const char *script = blocks[_i].script;
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_msg(streq(text, blocks[_i].expected),
		      "%s%s\n--- is:\n%s--- should be:\n%s", str_or(blocks[_i].env, ""),
		      script, text, blocks[_i].expected);
}
END_TEST

/* ---- size ---- */

/* Many entries take time in proportion. */
START_TEST(test_many)
{
	const struct grub_scene scene = { NULL, "12-ab", false, false };
	_cleanup_(grubmenu_done) struct grubmenu menu;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	for (int i = 0; i < 10000; i++)
		fprintf(out,
			"menuentry 'e%d' --class os $menuentry_id_option 'id%d' {\n"
			"\tinsmod gzio\n\techo 'x'\n\tlinux /k-%d root=UUID=x ro\n"
			"\tinitrd /i-%d\n}\n",
			i, i, i, i);
	fprintf(out, "default=9999\n");
	fclose(out);
	grub_scene_read(&scene, text, size, &menu);
	free(text);
	ck_assert_pstr_eq(menu.doubt, NULL);
	ck_assert_uint_eq(menu.count, 10000);
	ck_assert(menu.entries[9999].is_default);
	ck_assert_str_eq(menu.entries[9999].kernel, "(boot)/k-9999");
}
END_TEST

/* One more than the limit, and nothing is known. */
START_TEST(test_too_many)
{
	const struct grub_scene scene = { NULL, "12-ab", false, false };
	static const char script[] = "while true; do menuentry a { linux /k }; done\n";
	_cleanup_free_ char *text = grub_scene_menu(&scene, script, strlen(script));

	ck_assert_msg(
		starts_with(text, "doubt: /grub/grub.cfg is larger, or runs longer"),
		"%s", text);
}
END_TEST

Suite *grubmenu_suite(void)
{
	Suite *s = suite_create("grubmenu");
	TCase *t = tcase_create("menu");

	tcase_add_loop_test(t, test_script, 0, ARRAY_SIZE(scripts));
	tcase_add_loop_test(t, test_timeout, 0, ARRAY_SIZE(timeouts));
	tcase_add_test(t, test_fedora);
	tcase_add_loop_test(t, test_card, 0, ARRAY_SIZE(cards));
	tcase_add_loop_test(t, test_block, 0, ARRAY_SIZE(blocks));
	tcase_add_loop_test(t, test_sector, 0, ARRAY_SIZE(sectors));
	tcase_add_test(t, test_many);
	tcase_add_test(t, test_too_many);
	suite_add_tcase(s, t);
	return s;
}
