// SPDX-License-Identifier: GPL-2.0-or-later
/* The boot loader's menu, read together with the files that it names and the kernels that
 * it does not: src/find/find.c, image.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fake_root.h"
#include "find/find.h"

Suite *find_suite(void);

#define NEW "6.1.0-56-amd64"
#define OLD "6.1.0-55-amd64"
#define CFG "/boot/grub/grub.cfg"

#define ITEM(id, lines) "timeout=5; menuentry 'A system' --id '" id "' {\n" lines "}\n"
#define LINUX(dir, version) "linux " dir "/vmlinuz-" version " root=UUID=1 ro\n"
#define INITRD(dir, version) "initrd " dir "/initrd.img-" version "\n"
#define BOTH(id, dir, version) ITEM(id, LINUX(dir, version) INITRD(dir, version))
#define GOOD BOTH("one", "/boot", NEW) BOTH("two", "/boot", OLD)

/* What is no text: a kernel image of this release, a symbolic link. */
#define AS_KERNEL "kernel "
#define AS_LINK "link "

struct file {
	const char *path, *text;
};

#define UNLISTED                                                                          \
	" unlisted ! it is not in GRUB's menu: run update-grub (or grub-mkconfig -o " CFG \
	")\n"

/* Both kernels and their initramfs files are there already. */
static const struct machine {
	const char *name;
	struct file files[5];
	enum boot_loader loader;
	const char *expected; /* entries as describe() tells them */
} machines[] = {
	{ "no boot loader: newest first",
	  { { 0 } },
	  LOADER_NONE,
	  NEW " bootdir vmlinuz-" NEW " [] /boot/initrd.img-" NEW "\n" OLD
	      " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },
	{ "the menu leads",
	  { { CFG, BOTH("two", "/boot", OLD) BOTH("one", "/boot", NEW) } },
	  LOADER_GRUB,
	  OLD " grub two default [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" NEW
	      " grub one [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" },
	{ "two entries for one kernel",
	  { { CFG, GOOD ITEM("three",
			     LINUX("/boot", NEW) "initrd /boot/initrd.img-" OLD "\n") } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" NEW
	      " grub three [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "a kernel that the menu does not name",
	  { { CFG, BOTH("two", "/boot", OLD) } },
	  LOADER_GRUB,
	  OLD " grub two default [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" NEW
	      " bootdir vmlinuz-" NEW " [] /boot/initrd.img-" NEW UNLISTED },
	{ "a broken one that it does not name stays broken",
	  { { CFG, GOOD }, { "/boot/vmlinuz-6.2.0-1-amd64", "text" } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD
	      "\n? bootdir vmlinuz-6.2.0-1-amd64 [] ! not a kernel image, or only a part "
	      "of one\n" },
	{ "a broken one that it names",
	  { { CFG, GOOD BOTH("new", "/boot", "6.2.0-1-amd64") },
	    { "/boot/vmlinuz-6.2.0-1-amd64", "text" },
	    { "/boot/initrd.img-6.2.0-1-amd64", "x" } },
	  LOADER_GRUB,
	  NEW
	  " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	  " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD
	  "\n? grub new [root=UUID=1 ro] /boot/initrd.img-6.2.0-1-amd64 ! not a kernel "
	  "image, or only a part of one\n" },
	{ "an image that is not what its name says",
	  { { CFG, BOTH("one", "/boot", NEW) BOTH("two", "/boot", OLD)
			   BOTH("x", "/boot", "6.2.0-1-amd64") },
	    { "/boot/vmlinuz-6.2.0-1-amd64", AS_KERNEL "6.1.0-9-amd64" },
	    { "/boot/initrd.img-6.2.0-1-amd64", "x" } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD
	      "\n6.1.0-9-amd64 grub x [root=UUID=1 ro] /boot/initrd.img-6.2.0-1-amd64 ! "
	      "its name says 6.2.0-1-amd64, the image says 6.1.0-9-amd64\n" },
	{ "a backup copy is what its name says",
	  { { CFG, GOOD BOTH("x", "/boot", "6.1.0-9-amd64.old") },
	    { "/boot/vmlinuz-6.1.0-9-amd64.old", AS_KERNEL "6.1.0-9-amd64" },
	    { "/boot/initrd.img-6.1.0-9-amd64.old", "x" } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD
	      "\n6.1.0-9-amd64 grub x [root=UUID=1 ro] "
	      "/boot/initrd.img-6.1.0-9-amd64.old\n" },
	{ "a link to a kernel is that kernel",
	  { { CFG, ITEM("one", "linux /vmlinuz root=UUID=1 ro\ninitrd "
			       "/boot/initrd.img-" NEW "\n") BOTH("two", "/boot", OLD) },
	    { "/vmlinuz", AS_LINK "boot/vmlinuz-" NEW } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "the copy in a module directory is no kernel of its own",
	  { { CFG, BOTH("two", "/boot", OLD) BOTH("one", "/boot", NEW) },
	    { "/usr/lib/modules/" NEW "/vmlinuz", AS_KERNEL NEW } },
	  LOADER_GRUB,
	  OLD " grub two default [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" NEW
	      " grub one [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" },

	/* initramfs files */
	{ "microcode first",
	  { { CFG, ITEM("one",
			LINUX("/boot", NEW) "initrd /boot/ucode.img /boot/initrd.img-" NEW
					    "\n") BOTH("two", "/boot", OLD) },
	    { "/boot/ucode.img", "x" } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/ucode.img /boot/initrd.img-" NEW
	      "\n" OLD " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "none, though there is one",
	  { { CFG, ITEM("one", LINUX("/boot", NEW)) BOTH("two", "/boot", OLD) } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] ! GRUB's entry names no initramfs, but "
	      "/boot/initrd.img-" NEW " is there: update the menu\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "two that it could be, and the menu says which",
	  { { CFG, GOOD }, { "/boot/booster-" NEW ".img", "x" } },
	  LOADER_GRUB,
	  NEW " grub one default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub two [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" },
	{ "two that it could be, and nothing says which",
	  { { "/boot/booster-" NEW ".img", "x" } },
	  LOADER_NONE,
	  NEW " bootdir vmlinuz-" NEW " [] /boot/initrd.img-" NEW " /boot/booster-" NEW
	      ".img ! more than "
	      "one initramfs could be meant: /boot/initrd.img-" NEW ", /boot/booster-" NEW
	      ".img\n" OLD " bootdir vmlinuz-" OLD " [] /boot/initrd.img-" OLD "\n" },

	/* ids: the first of several keeps it */
	{ "one id for three",
	  { { CFG, BOTH("same", "/boot", NEW) BOTH("same", "/boot", OLD)
			   BOTH("same", "/boot", NEW) } },
	  LOADER_GRUB,
	  NEW " grub same default [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" OLD
	      " grub same#2 [root=UUID=1 ro] /boot/initrd.img-" OLD "\n" NEW
	      " grub same#3 [root=UUID=1 ro] /boot/initrd.img-" NEW "\n" },
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

static int fake_uname(struct utsname *ret)
{
	*ret = (struct utsname){ .release = "6.1.0-55-amd64", .machine = "x86_64" };
	return 0;
}

static const struct sys sys = { .geteuid = fake_geteuid, .uname = fake_uname };
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
	const char *text = file->text;
	int r;

	if (starts_with(text, AS_KERNEL))
		r = fake_root_kernel(dir, file->path, text + strlen(AS_KERNEL), NULL);
	else if (starts_with(text, AS_LINK))
		r = fake_root_link(dir, file->path, text + strlen(AS_LINK));
	else
		r = fake_root_text(dir, file->path, text);
	ck_assert_int_eq(r, 0);
}

/* VERSION SOURCE ID [default] [OPTIONS] INITRD… [! WHY] */
static char *describe(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	for (size_t i = 0; i < list.count; i++) {
		const struct entry *entry = &list.items[i];

		fprintf(f, "%s %s %s%s [%s]", str_or(entry->version, "?"),
			entry_source_name(entry->source), entry->id,
			entry->is_default ? " default" : "", str_or(entry->cmdline, ""));
		for (size_t k = 0; k < entry->initrds.count; k++)
			fprintf(f, " %s", entry->initrds.items[k]);
		fprintf(f, "%s%s%s\n", entry->unlisted ? " unlisted" : "",
			entry->usable ? "" : " ! ", entry->usable ? "" : entry->why);
	}
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

START_TEST(test_machine)
{
	const struct machine *machine = &machines[_i];
	_cleanup_free_ char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(machine->files) && machine->files[i].path; i++)
		put(&machine->files[i]);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	found = describe();
	ck_assert_msg(!list.not_understood, "%s: %s", machine->name, list.not_understood);
	ck_assert_msg(list.loader == machine->loader, "%s", machine->name);
	ck_assert_msg(streq(found, machine->expected), "%s:\n%s", machine->name, found);
}
END_TEST

START_TEST(test_file_name)
{
	ck_assert_int_eq(fake_root_text(dir, CFG, GOOD), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_str_eq(list.loader_file, CFG);
	ck_assert_str_eq(list.items[0].title, "A system");
	ck_assert_str_eq(list.items[0].file, CFG);
	ck_assert_uint_eq(list.items[0].line, 1);
	ck_assert_str_eq(list.items[0].position, "0");
	ck_assert_str_eq(list.items[1].position, "1");
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
	ck_assert_ptr_nonnull(strstr(list.items[0].why, "not there"));
}
END_TEST

/* The menu names a kernel or an initramfs that is gone. */
START_TEST(test_gone)
{
	static const char *const gone[] = { "/boot/vmlinuz-" NEW,
					    "/boot/initrd.img-" NEW };

	ck_assert_int_eq(fake_root_text(dir, CFG, GOOD), 0);
	ck_assert_int_eq(root_unlink(&root, gone[_i]), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_uint_eq(list.count, 2);
	ck_assert(!list.items[0].usable);
	ck_assert(list.items[0].is_default);
	ck_assert_ptr_nonnull(strstr(list.items[0].why, gone[_i]));
	ck_assert_ptr_nonnull(strstr(list.items[0].why, "not there"));
	ck_assert(list.items[1].usable);
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
	tcase_add_loop_test(tcase, test_gone, 0, 2);
	tcase_add_test(tcase, test_order);
	suite_add_tcase(suite, tcase);
	return suite;
}
