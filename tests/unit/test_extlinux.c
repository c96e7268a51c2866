// SPDX-License-Identifier: GPL-2.0-or-later
/* Menus of SYSLINUX and U-Boot: src/find/extlinux*.c, devicetree.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_root.h"
#include "find/extlinux.h"
#include "find/extlinuxadv.h"

Suite *extlinux_suite(void);

#define CONF "/boot/extlinux/extlinux.conf"
#define SYS "/boot/syslinux/syslinux.cfg"
#define FILES                                     \
	{ "/boot/k1", "x" }, { "/boot/k2", "x" }, \
	{                                         \
		"/boot/i", "x"                    \
	}
#define ONE "label one\nlinux /boot/k1\ninitrd /boot/i\nappend root=1\n"
#define TWO "label two\nlinux /boot/k2\ninitrd /boot/i\nappend root=2\n"
#define LINE_1 "one [root=1] /boot/k1 /boot/i\n"
#define LINE_2 "two [root=2] /boot/k2 /boot/i\n"
#define DEFAULT_1 "one default [root=1] /boot/k1 /boot/i\n"
#define DEFAULT_2 "two default [root=2] /boot/k2 /boot/i\n"

struct file {
	const char *path, *text;
};

static const struct machine {
	const char *name;
	bool by_uboot;
	struct file files[7];
	const char *expected; /* NULL: there is no menu */
	const char *doubt;    /* something that not_understood says; NULL: it is NULL */
	const char *reason;   /* the same of default_reason; NULL: anything */
} machines[] = {
	{ "nothing", false, { { "/boot/k1", "x" } }, NULL, NULL, NULL },

	/* U-Boot */
	{ "as u-boot-menu writes it",
	  true,
	  { { "/boot/vmlinuz-6.1", "x" },
	    { "/boot/initrd.img-6.1", "x" },
	    { CONF, "## generated\n\ndefault l0\nmenu title U-Boot menu\nprompt 0\n"
		    "timeout 50\n\n\nlabel l0\n\tmenu label Debian 12 6.1\n"
		    "\tlinux /boot/vmlinuz-6.1\n\tinitrd /boot/initrd.img-6.1\n\t\n"
		    "\tappend root=UUID=1 ro quiet\n\nlabel l0r\n"
		    "\tmenu label Debian 12 6.1 (rescue target)\n"
		    "\tlinux /boot/vmlinuz-6.1\n\tinitrd /boot/initrd.img-6.1\n"
		    "\tappend root=UUID=1 ro single\n" } },
	  "l0 default [root=UUID=1 ro quiet] /boot/vmlinuz-6.1 /boot/initrd.img-6.1\n"
	  "l0r [root=UUID=1 ro single] /boot/vmlinuz-6.1 /boot/initrd.img-6.1\n",
	  NULL,
	  "its DEFAULT, in " CONF },
	{ "the last of default and ontimeout",
	  true,
	  { FILES, { CONF, "default one\n" ONE TWO "ontimeout two\n" } },
	  LINE_1 DEFAULT_2,
	  NULL,
	  NULL },
	{ "menu default comes second",
	  true,
	  { FILES, { CONF, ONE TWO "menu default\n" } },
	  LINE_1 DEFAULT_2,
	  NULL,
	  NULL },
	{ "menu default after default",
	  true,
	  { FILES, { CONF, "default one\n" ONE TWO "menu default\n" } },
	  DEFAULT_1 LINE_2,
	  NULL,
	  NULL },
	{ "no default",
	  true,
	  { FILES, { CONF, ONE } },
	  LINE_1,
	  "it has no default",
	  NULL },
	{ "a default that is not there",
	  true,
	  { FILES, { CONF, "default three\n" ONE } },
	  LINE_1,
	  "its default names no label",
	  NULL },
	{ "the first initrd, the last append",
	  true,
	  { FILES, { CONF, "default one\n" ONE "initrd /boot/gone\nappend new\n" } },
	  "one default [new] /boot/k1 /boot/i\n",
	  NULL,
	  NULL },
	{ "initrd= in append",
	  true,
	  { FILES,
	    { CONF, "default one\nlabel one\nkernel /boot/k1\nappend a "
		    "initrd=/boot/i b\n" } },
	  "one default [a initrd=/boot/i b] /boot/k1 /boot/i\n",
	  NULL,
	  NULL },
	{ "a word that ends the label",
	  true,
	  { FILES, { CONF, "default one\n" ONE "text help\n" } },
	  "one default [] ! U-Boot does not know all its lines\n",
	  NULL,
	  NULL },
	{ "variables",
	  true,
	  { FILES, { CONF, "default one\n" ONE "append ${bootargs}\n" } },
	  "one default [] /boot/k1 ! its command line has variables of U-Boot\n",
	  NULL,
	  NULL },
	{ "quotes that U-Boot takes away",
	  true,
	  { FILES,
	    { CONF, "default one\n" ONE "append x='a b'\nlabel two\n"
		    "linux /boot/k2\nappend a\\x20b\n" } },
	  "one default [] /boot/k1 ! U-Boot takes quotes or backslashes out of its command "
	  "line\ntwo [] /boot/k2 ! U-Boot takes quotes or backslashes out of its command "
	  "line\n",
	  NULL,
	  NULL },
	{ "blanks at the end, which U-Boot takes for a part of the name",
	  true,
	  { FILES,
	    { CONF, "default one\nlabel one\nlinux /boot/k1 \nappend a \n"
		    "label two\nlinux /boot/k2\nappend b \n" } },
	  "one default [a ] /boot/k1  ! it names /boot/k1 : not there\ntwo [b ] /boot/k2\n",
	  NULL,
	  NULL },
	{ "blanks at the end of a label",
	  true,
	  { FILES, { CONF, "default one\nlabel one \nlinux /boot/k1\nappend a\n" } },
	  "one  [a] /boot/k1\n",
	  "its default names no label",
	  NULL },
	{ "no append",
	  true,
	  { FILES, { CONF, "default one\nlabel one\nlinux /boot/k1\n" } },
	  "one default [] /boot/k1 ! it has no APPEND: its command line is U-Boot's own\n",
	  NULL,
	  NULL },
	{ "a FIT image",
	  true,
	  { FILES, { CONF, "default one\nlabel one\nlinux /boot/k1#conf\nappend a\n" } },
	  "one default [] ! it picks a configuration of a FIT image\n",
	  NULL,
	  NULL },
	{ "two labels of one name",
	  true,
	  { FILES,
	    { CONF, "default one\n" ONE "label one\nlinux /boot/k2\nappend b\n" } },
	  LINE_1 "one default [b] /boot/k2\n",
	  NULL,
	  NULL },
	{ "a relative path, /boot apart",
	  true,
	  { FILES,
	    { CONF, "default one\nlabel one\nlinux ../k1\ninitrd /i\nappend a\n" } },
	  "one default [a] /boot/k1 /boot/i\n",
	  NULL,
	  NULL },
	{ "a device tree that was there before this boot",
	  true,
	  { { "/boot/k-6.0", "x" },
	    { "/boot/k-6.1", "x" },
	    { "/boot/dtb/b.dtb", "x" },
	    { CONF, "default new\nlabel new\nlinux /boot/k-6.1\nfdtdir /boot/dtb/\n"
		    "append a\nlabel old\nlinux /boot/k-6.0\nfdtdir /boot/dtb/\n"
		    "append a\n" } },
	  "new default [a] /boot/k-6.1\nold [a] /boot/k-6.0\n",
	  NULL,
	  NULL },
	{ "another device tree",
	  true,
	  { { "/boot/k-6.0", "x" },
	    { "/boot/k-6.1", "x" },
	    { CONF, "default new\nlabel new\nlinux /boot/k-6.1\nfdt /boot/b-6.1\n"
		    "append a\nlabel old\nlinux /boot/k-6.0\nfdt /boot/b-6.0\n"
		    "append a\n" } },
	  "new default [a] /boot/k-6.1 ! it names another device tree than the running "
	  "kernel's, which kexec would not load\nold [a] /boot/k-6.0 ! its device tree "
	  "files were changed since this boot, and kexec would not load them\n",
	  NULL,
	  NULL },

	{ "no device tree, where the running kernel was given one",
	  true,
	  { { "/boot/k-6.0", "x" },
	    { "/boot/k-6.1", "x" },
	    { "/boot/b-6.0", "x" },
	    { CONF, "default new\nlabel new\nlinux /boot/k-6.1\nappend a\n"
		    "label old\nlinux /boot/k-6.0\nfdt /boot/b-6.0\nappend a\n" } },
	  "new default [a] /boot/k-6.1 ! it names another device tree than the running "
	  "kernel's, which kexec would not load\nold [a] /boot/k-6.0\n",
	  NULL,
	  NULL },

	/* SYSLINUX */
	{ "DEFAULT",
	  false,
	  { FILES, { SYS, "DEFAULT two\n" ONE TWO } },
	  LINE_1 DEFAULT_2,
	  NULL,
	  "its DEFAULT" },
	{ "ONTIMEOUT goes before all",
	  false,
	  { FILES,
	    { SYS, "UI menu.c32\nTIMEOUT 9\nDEFAULT one\nONTIMEOUT two\n" ONE
		   "MENU DEFAULT\n" TWO } },
	  LINE_1 DEFAULT_2,
	  NULL,
	  "its ONTIMEOUT" },
	{ "MENU DEFAULT, the last one",
	  false,
	  { FILES,
	    { SYS, "UI vesamenu.c32\nTIMEOUT 9\nDEFAULT one\n" ONE "MENU DEFAULT\n" TWO
		   "MENU DEFAULT\n" } },
	  LINE_1 DEFAULT_2,
	  NULL,
	  "its MENU DEFAULT" },
	{ "MENU DEFAULT without a menu",
	  false,
	  { FILES, { SYS, "DEFAULT one\n" ONE TWO "MENU DEFAULT\n" } },
	  DEFAULT_1 LINE_2,
	  NULL,
	  NULL },
	{ "a menu, and nothing more",
	  false,
	  { FILES, { SYS, "DEFAULT menu.c32\nTIMEOUT 1\n" ONE TWO } },
	  DEFAULT_1 LINE_2,
	  NULL,
	  "the first label" },
	{ "a menu that waits",
	  false,
	  { FILES, { SYS, "TIMEOUT 50\nDEFAULT menu.c32\nTIMEOUT 00\n" ONE TWO } },
	  LINE_1 LINE_2,
	  "none boots until somebody chooses",
	  NULL },
	{ "a menu only with a key held",
	  false,
	  { FILES, { SYS, "UI menu.c32\nMENU SHIFTKEY\nDEFAULT two\n" ONE TWO } },
	  LINE_1 DEFAULT_2,
	  NULL,
	  "its DEFAULT" },
	{ "a prompt that waits",
	  false,
	  { FILES, { SYS, "DEFAULT one\nPROMPT 1\n" ONE } },
	  LINE_1,
	  "none boots until somebody chooses",
	  NULL },
	{ "a prompt that gives up",
	  false,
	  { FILES, { SYS, "DEFAULT one\nPROMPT 1\nTIMEOUT 0\nTOTALTIMEOUT 900\n" ONE } },
	  DEFAULT_1,
	  NULL,
	  "its DEFAULT" },
	{ "U-Boot's prompt, which waits",
	  true,
	  { { "/boot/k-6.1", "x" },
	    { CONF, "default new\nprompt 1\nlabel new\nlinux /boot/k-6.1\nappend a\n" } },
	  "new [a] /boot/k-6.1\n",
	  "none boots until somebody chooses",
	  NULL },
	{ "U-Boot's menu, which waits",
	  true,
	  { { "/boot/k-6.1", "x" },
	    { CONF,
	      "menu title T\ndefault new\nlabel new\nlinux /boot/k-6.1\nappend a\n" } },
	  "new [a] /boot/k-6.1\n",
	  "none boots until somebody chooses",
	  NULL },
	{ "U-Boot's menu that is not shown",
	  true,
	  { { "/boot/k-6.1", "x" },
	    { CONF, "menu title T\nprompt 0\ndefault new\nlabel new\n"
		    "menu label L\nlinux /boot/k-6.1\nappend a\n" } },
	  "new default [a] /boot/k-6.1\n",
	  NULL,
	  NULL },
	{ "nothing at all", false, { FILES, { SYS, ONE } }, LINE_1, "no default", NULL },
	{ "words for the default",
	  false,
	  { FILES, { SYS, "DEFAULT one quiet\n" ONE } },
	  LINE_1,
	  "DEFAULT adds words",
	  NULL },
	{ "submenus",
	  false,
	  { FILES, { SYS, "DEFAULT one\nMENU BEGIN\n" ONE "MENU END\n" } },
	  LINE_1,
	  "it has submenus",
	  NULL },
	{ "MENU SAVE",
	  false,
	  { FILES, { SYS, "DEFAULT one\nMENU SAVE\n" ONE } },
	  LINE_1,
	  "saves what was chosen last",
	  NULL },
	{ "APPEND for all, for one, and for none",
	  false,
	  { FILES,
	    { SYS, "DEFAULT a\nAPPEND all\nLABEL a\nLINUX /boot/k1\nLABEL b\n"
		   "LINUX /boot/k1\nAPPEND one\nLABEL c\nLINUX /boot/k1\nAPPEND -\n" } },
	  "a default [all] /boot/k1\nb [one] /boot/k1\nc [] /boot/k1\n",
	  NULL,
	  NULL },
	{ "as on Arch",
	  false,
	  { FILES,
	    { SYS, "DEFAULT arch\nPROMPT 0\nTIMEOUT 50\nUI menu.c32\nMENU TITLE Arch\n"
		   "LABEL arch\n    MENU LABEL ^Arch Linux\n    LINUX ../k1\n"
		   "    APPEND root=/dev/sda3 rw\n    INITRD ../i,../k2\n"
		   "LABEL hdt\n  COM32 hdt.c32\nLABEL reboot\n  KERNEL reboot.c32\n" } },
	  "arch default [root=/dev/sda3 rw] /boot/k1 /boot/i /boot/k2\n"
	  "hdt [] ! it starts something else than a Linux kernel\n"
	  "reboot [] ! it starts something else than a Linux kernel\n",
	  NULL,
	  NULL },
	{ "two initrd that differ",
	  false,
	  { FILES,
	    { SYS, "DEFAULT a\nLABEL a\nLINUX /boot/k1\nAPPEND initrd=/boot/i\n"
		   "INITRD /boot/k2\n" } },
	  "a default [initrd=/boot/i] /boot/k1 ! it names an initrd more than once\n",
	  NULL,
	  NULL },
	{ "words from the firmware",
	  false,
	  { FILES, { SYS, "DEFAULT one\n" ONE "SYSAPPEND 2\n" } },
	  "one default [] ! the loader adds words to its command line\n",
	  NULL,
	  NULL },
	{ "another disk",
	  false,
	  { FILES, { SYS, "DEFAULT a\nLABEL a\nLINUX (hd1,1)/boot/k1\n" } },
	  "a default [] ! it names (hd1,1)/boot/k1, which is not a file of this file "
	  "system\n",
	  NULL,
	  NULL },
	{ "a kernel that is gone",
	  false,
	  { { SYS, "DEFAULT one\nLABEL one\nLINUX /boot/k1\n" } },
	  "one default [] /boot/k1 ! it names /boot/k1: not there\n",
	  NULL,
	  NULL },
	{ "two menus",
	  false,
	  { FILES, { SYS, "DEFAULT one\n" ONE }, { CONF, "DEFAULT two\n" TWO } },
	  DEFAULT_2,
	  "there are two menus",
	  NULL },

	/* included files */
	{ "one file in another",
	  false,
	  { FILES,
	    { SYS, "INCLUDE one.cfg\nDEFAULT one\n" TWO },
	    { "/boot/syslinux/one.cfg", ONE } },
	  DEFAULT_1 LINE_2,
	  NULL,
	  NULL },
	{ "one that is gone",
	  false,
	  { FILES, { SYS, "INCLUDE one.cfg\nDEFAULT two\n" TWO } },
	  DEFAULT_2,
	  "/boot/syslinux/one.cfg cannot be read",
	  NULL },
	{ "in a circle",
	  false,
	  { FILES, { SYS, "DEFAULT two\n" TWO "MENU INCLUDE syslinux.cfg\n" } },
	  NULL, /* checked by its doubt only */
	  "which is not read",
	  NULL },
};

static char dir[64];
static struct root root;
static struct entry_list list = ENTRY_LIST_EMPTY;
static struct config config;
static const struct options options = { .verb = VERB_LIST };
static bool by_uboot;

static int fake_uname(struct utsname *ret)
{
	*ret = (struct utsname){ .release = "6.0" };
	strcpy(ret->machine, by_uboot ? "aarch64" : "x86_64");
	return 0;
}

static uid_t fake_geteuid(void)
{
	return 0;
}

/* Far behind the files of a test, but one: see test_machine. */
static struct timespec fake_now(void)
{
	return (struct timespec){ .tv_sec = 40000000000 };
}

static struct timespec fake_uptime(void)
{
	return (struct timespec){ .tv_sec = 1000 };
}

static const struct sys sys = { .geteuid = fake_geteuid,
				.uname = fake_uname,
				.now = fake_now,
				.uptime = fake_uptime };
static const struct ctx ctx = {
	.options = &options, .config = &config, .root = &root, .sys = &sys
};

static void set_up(void)
{
	strcpy(dir, "/tmp/warmboot-test-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
}

static void tear_down(void)
{
	entry_list_done(&list);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

/* A line each: ID [default] [OPTIONS] KERNEL INITRD… [! WHY] */
static char *describe(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < list.count; i++) {
		const struct entry *entry = &list.items[i];

		ck_assert_int_eq(entry->source, SOURCE_EXTLINUX);
		ck_assert_int_eq(entry->usable, entry->why == NULL);
		ck_assert_uint_gt(entry->line, 0);
		fprintf(f, "%s%s [%s]", entry->id, entry->is_default ? " default" : "",
			str_or(entry->cmdline, ""));
		if (entry->kernel)
			fprintf(f, " %s", entry->kernel);
		for (size_t k = 0; k < entry->initrds.count; k++)
			fprintf(f, " %s", entry->initrds.items[k]);
		fprintf(f, "%s%s\n", entry->usable ? "" : " ! ",
			entry->usable ? "" : entry->why);
	}
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

static void check_words(const char *name, const char *found, const char *wanted)
{
	if (wanted)
		ck_assert_msg(found && strstr(found, wanted), "%s: %s", name,
			      str_or(found, "nothing"));
	else
		ck_assert_msg(!found, "%s: %s", name, found);
}

START_TEST(test_machine)
{
	const struct machine *machine = &machines[_i];
	_cleanup_free_ char *found = NULL;
	bool is_menu = machine->expected || machine->doubt;

	by_uboot = machine->by_uboot;
	for (size_t i = 0; i < ARRAY_SIZE(machine->files) && machine->files[i].path; i++)
		ck_assert_int_eq(fake_root_text(dir, machine->files[i].path,
						machine->files[i].text),
				 0);
	ck_assert_msg(extlinux_menu(&ctx, &list) == is_menu, "%s", machine->name);
	if (!is_menu)
		return;
	ck_assert_int_eq(list.loader, LOADER_EXTLINUX);
	found = describe();
	if (machine->expected)
		ck_assert_msg(streq(found, machine->expected), "%s:\n%s", machine->name,
			      found);
	check_words(machine->name, list.not_understood, machine->doubt);
	if (machine->reason)
		check_words(machine->name, list.default_reason, machine->reason);
}
END_TEST

/* --- extlinux --once ------------------------------------------------------- */

static void put32(uint8_t *to, uint32_t value)
{
	for (size_t i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

/* A vector as libinstaller/setadv.c makes it. */
static void make_adv(uint8_t adv[EXTLINUX_ADV_BYTES], const char *data, size_t len)
{
	uint32_t sum = 0xa3041767U;

	memset(adv, 0, EXTLINUX_ADV_BYTES);
	put32(adv, 0x5a2d2fa5U);
	memcpy(adv + 8, data, len);
	for (size_t i = 8; i < 508; i++)
		sum -= (uint32_t)adv[i] << 8 * (i % 4);
	put32(adv + 4, sum);
	put32(adv + 508, 0xdd28bf64U);
	memcpy(adv + 512, adv, 512);
}

static const struct {
	const char *data;
	size_t len, damaged; /* the byte that is changed; 0: none */
	int result;
	const char *value;
} advs[] = {
	{ "", 0, 0, 0, NULL },
	{ "\1\3one", 5, 0, 1, "one" },
	{ "\2\3two\1\3one", 10, 0, 1, "one" },
	{ "\2\3two", 5, 0, 0, NULL },
	{ "\1\3one", 5, 9, 1, "one" }, /* the second copy is whole */
	{ "\1\xff", 2, 0, 1, "" },
	{ "\2\xff", 2, 0, 0, NULL },
};

START_TEST(test_adv)
{
	uint8_t adv[EXTLINUX_ADV_BYTES];
	_cleanup_free_ char *value = NULL;

	make_adv(adv, advs[_i].data, advs[_i].len);
	if (advs[_i].damaged)
		adv[advs[_i].damaged]++;
	ck_assert_int_eq(extlinuxadv_get(adv, ADV_BOOT_ONCE, &value), advs[_i].result);
	ck_assert_pstr_eq(value, advs[_i].value);
	if (advs[_i].damaged) {
		adv[512 + advs[_i].damaged]++;
		ck_assert_int_eq(extlinuxadv_get(adv, ADV_BOOT_ONCE, &value), -EBADMSG);
	}
}
END_TEST

START_TEST(test_once)
{
	uint8_t file[100 + EXTLINUX_ADV_BYTES] = { 0 };

	by_uboot = false;
	make_adv(file + 100, "\1\3two", 5);
	ck_assert_int_eq(fake_root_text(dir, SYS, "DEFAULT one\n" ONE), 0);
	ck_assert_int_eq(
		fake_root_file(dir, "/boot/syslinux/ldlinux.sys", file, sizeof(file)), 0);
	ck_assert_int_eq(extlinux_menu(&ctx, &list), 1);
	ck_assert_str_eq(list.one_shot, "extlinux asks once for 'two' (extlinux --once)");
}
END_TEST

/* @times @unit behind @before. */
static char *repeat(const char *before, const char *unit, size_t times)
{
	char *text = malloc(strlen(before) + strlen(unit) * times + 1), *end;

	end = stpcpy(text, before);
	while (times-- > 0)
		end = stpcpy(end, unit);
	return text;
}

START_TEST(test_many_initrds)
{
	_cleanup_free_ char *most = repeat("LABEL a\nLINUX /boot/k1\nINITRD ", "/boot/i,",
					   256),
			    *more = repeat(most, "/boot/i,", 1);

	by_uboot = false;
	ck_assert_int_eq(fake_root_text(dir, "/boot/k1", "x"), 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/i", "x"), 0);
	ck_assert_int_eq(fake_root_text(dir, SYS, most), 0);
	ck_assert_int_eq(extlinux_menu(&ctx, &list), 1);
	ck_assert_uint_eq(list.items[0].initrds.count, 256);
	ck_assert(list.items[0].usable);
	entry_list_done(&list);
	ck_assert_int_eq(fake_root_text(dir, SYS, more), 0);
	ck_assert_int_eq(extlinux_menu(&ctx, &list), 1);
	ck_assert_uint_eq(list.items[0].initrds.count, 256);
	ck_assert_str_eq(list.items[0].why, "it names too many initrds");
}
END_TEST

/* A file of almost a MiB, included again and again: four of them are read. */
START_TEST(test_much_text)
{
	_cleanup_free_ char *large = repeat("", "# nothing\n", 100000);

	by_uboot = false;
	ck_assert_int_eq(fake_root_text(dir, "/boot/syslinux/a.cfg", large), 0);
	for (size_t n = 4; n <= 5; n++) {
		_cleanup_free_ char *text =
			repeat("DEFAULT one\n" ONE, "INCLUDE a.cfg\n", n);

		ck_assert_int_eq(fake_root_text(dir, SYS, text), 0);
		entry_list_done(&list);
		ck_assert_int_eq(extlinux_menu(&ctx, &list), 1);
		ck_assert_msg(!list.not_understood == (n == 4), "%zu files: %s", n,
			      list.not_understood);
	}
}
END_TEST

Suite *extlinux_suite(void)
{
	Suite *suite = suite_create("extlinux");
	TCase *tc = tcase_create("extlinux");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_machine, 0, (int)ARRAY_SIZE(machines));
	tcase_add_loop_test(tc, test_adv, 0, (int)ARRAY_SIZE(advs));
	tcase_add_test(tc, test_once);
	tcase_add_test(tc, test_many_initrds);
	tcase_add_test(tc, test_much_text);
	suite_add_tcase(suite, tc);
	return suite;
}
