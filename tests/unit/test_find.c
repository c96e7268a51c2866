// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernels that are found, read together with the boot loader's menu: src/find/find.c,
 * grub*.c, loaders.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_root.h"
#include "find/find.h"
#include "find/grubmap.h"

Suite *find_suite(void);

#define NEW "6.1.0-56-amd64"
#define OLD "6.1.0-55-amd64"
#define CFG "/boot/grub/grub.cfg"

#define ITEM(id, lines) \
	"menuentry 'A system' $menuentry_id_option '" id "' {\n" lines "}\n"
#define LINUX(dir, version) "linux " dir "/vmlinuz-" version " root=UUID=1 ro\n"
#define INITRD(dir, version) "initrd " dir "/initrd.img-" version "\n"
#define BOTH(id, dir, version) ITEM(id, LINUX(dir, version) INITRD(dir, version))
#define GOOD BOTH("one", "/boot", NEW) BOTH("two", "/boot", OLD)

/* A grubenv block is 1024 bytes; the rest is filled when it is written. */
#define GRUBENV "/boot/grub/grubenv"

struct file {
	const char *path, *text;
};

/* Both kernels and their initramfs files are there already. */
static const struct machine {
	const char *name;
	struct file files[5];
	enum boot_loader loader;
	const char *doubt; /* something that not_understood says; NULL: it must be NULL */
	const char *expected; /* entries as describe() tells them, if not NULL */
} machines[] = {
	{ "no boot loader",
	  { { 0 } },
	  LOADER_NONE,
	  NULL,
	  NEW " bootdir vmlinuz-" NEW " [] /boot/initrd.img-" NEW "\n" OLD
	      " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },
	{ "the plain case",
	  { { CFG, GOOD } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "its other place",
	  { { "/boot/grub2/grub.cfg", GOOD } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "both places",
	  { { CFG, GOOD }, { "/boot/grub2/grub.cfg", GOOD } },
	  LOADER_GRUB,
	  "two menus",
	  NULL },
	{ "the older one first",
	  { { CFG, BOTH("two", "/boot", OLD) BOTH("one", "/boot", NEW) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two default [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "the first entry for a kernel counts",
	  { { CFG, GOOD ITEM("three", "linux /boot/vmlinuz-" NEW " root=/dev/sdz1\n") } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },

	/* paths */
	{ "/boot is a file system of its own",
	  { { CFG, BOTH("one", "", NEW) BOTH("two", "", OLD) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "a file at the top, and /boot is not apart",
	  { { CFG, BOTH("one", "", NEW) }, { "/vmlinuz-" NEW, "something else" } },
	  LOADER_GRUB,
	  "none of the kernels found",
	  NULL },
	{ "a subvolume",
	  { { CFG, BOTH("one", "/@/boot", NEW) BOTH("two", "/@/boot", OLD) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "a data set",
	  { { CFG, BOTH("one", "/ROOT/debian@/boot", NEW) } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "an initramfs outside of the subvolume",
	  { { CFG, ITEM("one", LINUX("/@/boot", NEW) INITRD("/boot", NEW)) } },
	  LOADER_GRUB,
	  NULL,
	  NEW
	  " grub one default [root=UUID=1 ro] ! GRUB's entry names initrd /boot/initrd.img-" NEW
	  ", which is not where the kernel is\n" OLD " bootdir vmlinuz-" OLD
	  " [] /boot/initrd.img-" OLD "\n" },
	{ "a disk is named",
	  { { CFG, BOTH("one", "(hd1,gpt2)/boot", NEW) } },
	  LOADER_GRUB,
	  "none of the kernels found|not there",
	  NULL },
	{ "another file of almost that name",
	  { { CFG, BOTH("one", "/otherboot", NEW) } },
	  LOADER_GRUB,
	  "not there",
	  NULL },

	/* initramfs files */
	{ "microcode first",
	  { { CFG, ITEM("one",
			LINUX("/boot", NEW) "initrd /boot/ucode.img /boot/initrd.img-" NEW
					    "\n") },
	    { "/boot/ucode.img", "x" } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/ucode.img /boot/initrd.img-" NEW
	      "\n" OLD " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },
	{ "one that is not there",
	  { { CFG, ITEM("one",
			LINUX("/boot", NEW) "initrd /boot/gone.img /boot/initrd.img-" NEW
					    "\n") } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/gone.img /boot/initrd.img-" NEW
	      " ! GRUB's entry names initrd /boot/gone.img, which is not there\n" OLD
	      " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },
	{ "none, though there is one",
	  { { CFG, ITEM("one", LINUX("/boot", NEW)) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] ! GRUB's entry names no initramfs, but "
	      "/boot/initrd.img-" NEW
	      " is there (is grub.cfg older?): run update-grub\n" OLD
	      " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },
	{ "two that it could be, and the menu says which",
	  { { CFG, GOOD }, { "/boot/booster-" NEW ".img", "x" } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "two that it could be, and nothing says which",
	  { { "/boot/booster-" NEW ".img", "x" } },
	  LOADER_NONE,
	  NULL,
	  NEW " bootdir vmlinuz-" NEW " [] /boot/initrd.img-" NEW " /boot/booster-" NEW
	      ".img ! more than "
	      "one initramfs could be meant: /boot/initrd.img-" NEW ", /boot/booster-" NEW
	      ".img\n" OLD " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },

	/* entries that are not taken */
	{ "another system's",
	  { { CFG,
	      BOTH("one", "/boot", OLD) BOTH("osprober-gnulinux-x", "/boot", NEW) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " bootdir vmlinuz-" NEW " [] /boot/initrd.img-" NEW "\n" OLD
	      " grub one default [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "another system's first",
	  { { CFG, BOTH("osprober-gnulinux-x", "/boot", NEW) GOOD } },
	  LOADER_GRUB,
	  "is another system",
	  NULL },
	{ "recovery",
	  { { CFG, ITEM("x", "linux /boot/vmlinuz-" NEW
			     " ro single\n" INITRD("/boot", NEW)) GOOD } },
	  LOADER_GRUB,
	  "is a recovery boot",
	  NEW " grub one [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "recovery by its id",
	  { { CFG, BOTH("gnulinux-6-recovery-1", "/boot", NEW) GOOD } },
	  LOADER_GRUB,
	  "is a recovery boot",
	  NULL },
	{ "a variable",
	  { { CFG, ITEM("one", "linux /boot/vmlinuz-" NEW
			       " ro $more\n" INITRD("/boot", NEW)) } },
	  LOADER_GRUB,
	  "uses variables",
	  NEW " grub one default [] /boot/initrd.img-" NEW
	      " ! GRUB's entry is not understood (line 1): it uses variables\n" OLD
	      " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },
	{ "no Linux",
	  { { CFG,
	      ITEM("windows", "chainloader /EFI/Microsoft/Boot/bootmgfw.efi\n") GOOD } },
	  LOADER_GRUB,
	  "'A system', is not one to take",
	  NULL },
	{ "a submenu first",
	  { { CFG, "submenu 'More' {\n" GOOD "}\n" GOOD } },
	  LOADER_GRUB,
	  "is in a submenu",
	  NULL },
	{ "a condition first",
	  { { CFG, "if [ x = x$y ]; then\n" BOTH("one", "/boot", NEW) "fi\n" GOOD } },
	  LOADER_GRUB,
	  "behind a condition",
	  NULL },
	{ "a kernel that is gone",
	  { { CFG, BOTH("zero", "/boot", "6.1.0-57-amd64") GOOD } },
	  LOADER_GRUB,
	  "boots /boot/vmlinuz-6.1.0-57-amd64, which is not there",
	  NULL },
	{ "an empty menu",
	  { { CFG, "set timeout=5\n" } },
	  LOADER_GRUB,
	  "holds no menu entry",
	  NULL },
	{ "not a menu",
	  { { CFG, "menuentry 'x' {\n" } },
	  LOADER_GRUB,
	  CFG " is not understood",
	  NULL },

	/* ids */
	{ "one id for two",
	  { { CFG, BOTH("same", "/boot", NEW) BOTH("same", "/boot", OLD) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub /boot/vmlinuz-" NEW " default [root=UUID=1 ro] /boot/initrd.img-" NEW
	      "\n" OLD " grub same [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "an id that is like a path",
	  { { CFG, BOTH("/boot/vmlinuz-" OLD, "/boot", NEW) } },
	  LOADER_GRUB,
	  NULL,
	  NEW " grub vmlinuz-" NEW " default [root=UUID=1 ro] /boot/initrd.img-" NEW
	      "\n" OLD " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },

	/* what GRUB takes as its default */
	{ "0",
	  { { CFG, "set default=\"0\"\n" GOOD },
	    { "/etc/default/grub", "GRUB_DEFAULT=0\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "empty",
	  { { CFG, GOOD }, { "/etc/default/grub", "GRUB_DEFAULT=\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "1 in the menu",
	  { { CFG, "set default=\"1\"\n" GOOD } },
	  LOADER_GRUB,
	  "takes '1' as its default",
	  NULL },
	{ "1 for the next menu",
	  { { CFG, GOOD }, { "/etc/default/grub", "GRUB_DEFAULT=1\n" } },
	  LOADER_GRUB,
	  "GRUB_DEFAULT=1 in /etc/default/grub",
	  NULL },
	{ "saved",
	  { { CFG, GOOD }, { "/etc/default/grub", "GRUB_DEFAULT='saved'\n" } },
	  LOADER_GRUB,
	  "GRUB_DEFAULT=saved",
	  NULL },
	{ "a command",
	  { { CFG, GOOD }, { "/etc/default/grub", "GRUB_DEFAULT=`cat /x`\n" } },
	  LOADER_GRUB,
	  "GRUB_DEFAULT=`cat /x`",
	  NULL },
	{ "a snippet",
	  { { CFG, GOOD },
	    { "/etc/default/grub", "GRUB_DEFAULT=0\n" },
	    { "/etc/default/grub.d/x.cfg", "GRUB_DEFAULT=2\n" } },
	  LOADER_GRUB,
	  "GRUB_DEFAULT=2 in /etc/default/grub.d/x.cfg",
	  NULL },
	{ "a later snippet",
	  { { CFG, GOOD },
	    { "/etc/default/grub", "GRUB_DEFAULT=2\n" },
	    { "/etc/default/grub.d/a.cfg", "GRUB_DEFAULT=1\n" },
	    { "/etc/default/grub.d/b.cfg", "GRUB_DEFAULT=0\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "no snippet",
	  { { CFG, GOOD }, { "/etc/default/grub.d/x.cfg.dpkg-old", "GRUB_DEFAULT=2\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "an open quote",
	  { { CFG, GOOD }, { "/etc/default/grub", "GRUB_DEFAULT='\n" } },
	  LOADER_GRUB,
	  "/etc/default/grub is not understood",
	  NULL },
	{ "an empty grubenv",
	  { { CFG, GOOD }, { GRUBENV, "# GRUB Environment Block\nsaved_entry=\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "something else in grubenv",
	  { { CFG, GOOD }, { GRUBENV, "# GRUB Environment Block\nrecordfail=1\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "saved_entry",
	  { { CFG, GOOD }, { GRUBENV, "# GRUB Environment Block\nsaved_entry=two\n" } },
	  LOADER_GRUB,
	  "grubenv has saved_entry=two",
	  NULL },
	{ "next_entry",
	  { { CFG, GOOD }, { GRUBENV, "# GRUB Environment Block\nnext_entry=0\n" } },
	  LOADER_GRUB,
	  "grubenv has next_entry=0",
	  NULL },
	{ "a damaged grubenv",
	  { { CFG, GOOD }, { GRUBENV, "next_entry=0\n" } },
	  LOADER_GRUB,
	  "grubenv is not understood",
	  NULL },
	{ "custom.cfg, but nobody reads it",
	  { { CFG, GOOD }, { "/boot/grub/custom.cfg", "set default=1\n" } },
	  LOADER_GRUB,
	  NULL,
	  NULL },
	{ "custom.cfg",
	  { { CFG, GOOD "if [ -f ${config_directory}/custom.cfg ]; then\n"
			"source ${config_directory}/custom.cfg\nfi\n" },
	    { "/boot/grub/custom.cfg", "set default=1\n" } },
	  LOADER_GRUB,
	  "custom.cfg",
	  NULL },
	{ "blscfg", { { CFG, "blscfg\n" GOOD } }, LOADER_GRUB, "blscfg", NULL },
};

static char dir[] = "/tmp/warmboot-find-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct entry_list list = ENTRY_LIST_EMPTY;
static struct config config;
static const struct options options = { .verb = VERB_LIST };
static uid_t uid;

static uid_t fake_geteuid(void)
{
	return uid;
}

static const struct sys sys = { .geteuid = fake_geteuid };
static const struct ctx ctx = {
	.options = &options, .config = &config, .root = &root, .sys = &sys
};

static void set_up(void)
{
	uid = 0;
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(fake_root_kernel(dir, "/boot/vmlinuz-" NEW, NEW, NULL), 0);
	ck_assert_int_eq(fake_root_kernel(dir, "/boot/vmlinuz-" OLD, OLD, NULL), 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/initrd.img-" NEW, "x"), 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/initrd.img-" OLD, "x"), 0);
}

static void tear_down(void)
{
	entry_list_done(&list);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

static void put(const struct file *file)
{
	char block[1024];

	if (!file->text) {
		_cleanup_free_ char *path = strdup(file->path);

		path[strlen(path) - 1] = '\0';
		ck_assert_int_eq(fake_root_folder(dir, path), 0);
		return;
	}
	if (!streq(file->path, GRUBENV)) {
		ck_assert_int_eq(fake_root_text(dir, file->path, file->text), 0);
		return;
	}
	memset(block, '#', sizeof(block));
	memcpy(block, file->text, strlen(file->text));
	ck_assert_int_eq(fake_root_file(dir, file->path, block, sizeof(block)), 0);
}

/* VERSION SOURCE ID [default] [OPTIONS] INITRD… [! WHY] */
static char *describe(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < list.count; i++) {
		const struct entry *entry = &list.items[i];

		fprintf(f, "%s %s %s%s [%s]", entry->version,
			entry_source_name(entry->source), entry->id,
			entry->is_default ? " default" : "", str_or(entry->cmdline, ""));
		for (size_t k = 0; k < entry->initrds.count; k++)
			fprintf(f, " %s", entry->initrds.items[k]);
		fprintf(f, "%s%s\n", entry->usable ? "" : " ! ",
			entry->usable ? "" : entry->why);
	}
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

/* Does @text hold @wanted, or one of those that a "|" divides? */
static bool says(const char *text, const char *wanted)
{
	_cleanup_free_ char *copy = strdup(wanted);
	char *save = NULL;

	for (char *one = strtok_r(copy, "|", &save); one;
	     one = strtok_r(NULL, "|", &save))
		if (strstr(text, one))
			return true;
	return false;
}

START_TEST(test_machine)
{
	const struct machine *machine = &machines[_i];
	_cleanup_free_ char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(machine->files) && machine->files[i].path; i++)
		put(&machine->files[i]);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	found = describe();
	if (machine->doubt)
		ck_assert_msg(
			list.not_understood && says(list.not_understood, machine->doubt),
			"%s: %s", machine->name, str_or(list.not_understood, "no doubt"));
	else
		ck_assert_msg(!list.not_understood, "%s: %s", machine->name,
			      list.not_understood);
	ck_assert_msg(list.loader == machine->loader, "%s", machine->name);
	if (machine->expected)
		ck_assert_msg(streq(found, machine->expected), "%s:\n%s", machine->name,
			      found);
}
END_TEST

START_TEST(test_file_name)
{
	ck_assert_int_eq(fake_root_text(dir, CFG, GOOD), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_str_eq(list.loader_file, CFG);
	ck_assert_str_eq(list.items[0].title, "A system");
	ck_assert(!list.items[0].says_no_initramfs);
}
END_TEST

/* A kernel that needs no initramfs: there is none, and the menu names none. */
START_TEST(test_says_no_initramfs)
{
	ck_assert_int_eq(root_unlink(&root, "/boot/initrd.img-" NEW), 0);
	ck_assert_int_eq(fake_root_text(dir, CFG, ITEM("one", LINUX("/boot", NEW))), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert(list.items[0].usable);
	ck_assert(list.items[0].says_no_initramfs);
	ck_assert(!list.items[1].says_no_initramfs);
}
END_TEST

/* A hostile or broken menu must not name files outside of the tree. */
START_TEST(test_paths_stay_inside)
{
	_cleanup_free_ char *outside = strf("%s-outside", dir);
	_cleanup_free_ char *menu = NULL;
	FILE *f = fopen(outside, "we");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(fclose(f), 0);
	menu = strf(ITEM("one", LINUX("/boot", NEW) "initrd /boot/../../../..%s\n"),
		    outside);
	ck_assert_int_eq(fake_root_text(dir, CFG, menu), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_int_eq(unlink(outside), 0);
	ck_assert(!list.items[0].usable);
	ck_assert_ptr_nonnull(strstr(list.items[0].why, "which is not there"));
}
END_TEST

START_TEST(test_grubmap_apart)
{
	_cleanup_(grubmap_done) struct grubmap map = GRUBMAP_EMPTY;
	struct grubmap_rule rule;
	_cleanup_free_ char *path = NULL;
	struct entry *entry;

	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_int_eq(grubmap_init(&map, &root, &list), 0);
	ck_assert(!map.boot_is_apart);
	/* A subvolume that is mounted at /boot. */
	ck_assert_ptr_null(grubmap_find(&map, "/@boot/vmlinuz-" NEW, &rule));
	map.boot_is_apart = true;
	entry = grubmap_find(&map, "/@boot/vmlinuz-" NEW, &rule);
	ck_assert_ptr_nonnull(entry);
	ck_assert_str_eq(entry->kernel, "/boot/vmlinuz-" NEW);
	ck_assert_int_eq(
		grubmap_apply(&rule, "/@boot/vmlinuz-" NEW, "/@boot/initrd", &path), 0);
	ck_assert_str_eq(path, "/boot/initrd");
	ck_assert_int_eq(
		grubmap_apply(&rule, "/@boot/vmlinuz-" NEW, "/other/initrd", &path),
		-EINVAL);
	ck_assert_int_eq(grubmap_apply(&rule, "/@boot/vmlinuz-" NEW, "/@boot", &path),
			 -EINVAL);
	ck_assert_int_eq(grubmap_apply(&rule, "/@boot/vmlinuz-" NEW, "", &path), -EINVAL);
}
END_TEST

/* Newest first, and every id once. */
START_TEST(test_order)
{
	static const char *const versions[] = { "6.1.0-9-amd64", "6.12.1-1",
						"6.1.0-100-amd64", "6.12.0-rc3" };
	static const char *const sorted[] = { "6.12.1-1", "6.12.0-rc3", "6.1.0-100-amd64",
					      NEW,	  OLD,		"6.1.0-9-amd64" };

	for (size_t i = 0; i < ARRAY_SIZE(versions); i++) {
		_cleanup_free_ char *path = strf("/boot/vmlinuz-%s", versions[i]);

		ck_assert_int_eq(fake_root_kernel(dir, path, versions[i], NULL), 0);
	}
	ck_assert_int_eq(fake_root_text(dir, "/boot/vmlinuz-broken", "x"), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_uint_eq(list.count, ARRAY_SIZE(sorted) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(sorted); i++)
		ck_assert_str_eq(list.items[i].version, sorted[i]);
	ck_assert_ptr_null(list.items[ARRAY_SIZE(sorted)].version);
}
END_TEST

Suite *find_suite(void)
{
	Suite *suite = suite_create("find");
	TCase *tcase = tcase_create("find");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_machine, 0, ARRAY_SIZE(machines));
	tcase_add_test(tcase, test_file_name);
	tcase_add_test(tcase, test_says_no_initramfs);
	tcase_add_test(tcase, test_paths_stay_inside);
	tcase_add_test(tcase, test_grubmap_apart);
	tcase_add_test(tcase, test_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
