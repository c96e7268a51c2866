// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernels by their names and places: src/find/bootname.c and bootdir.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fake_root.h"
#include "find/bootdir.h"
#include "find/bootname.h"

Suite *bootdir_suite(void);

/* --- Names ------------------------------------------------------------------- */

static const struct {
	const char *path;
	bool kernel, leftover;
	const char *version; /* that the name claims */
} names[] = {
	{ "/boot/vmlinuz-6.1.0-56-amd64", true, false, "6.1.0-56-amd64" },
	{ "/boot/vmlinuz-6.12.96+deb13-cloud-amd64", true, false,
	  "6.12.96+deb13-cloud-amd64" },
	{ "/boot/vmlinux-6.1.0-56-powerpc64le", true, false, "6.1.0-56-powerpc64le" },
	{ "/boot/vmlinux-5.14.0-70.x86_64", true, false, "5.14.0-70.x86_64" },
	{ "/boot/kernel-6.6.31-gentoo-dist", true, false, "6.6.31-gentoo-dist" },
	{ "/boot/kernel-genkernel-x86_64-6.6.31-gentoo", true, false, "6.6.31-gentoo" },
	{ "/boot/kernel-genkernel-x86_64", true, false, "" },
	{ "/boot/Image-6.6.31", true, false, "6.6.31" },
	{ "/boot/vmlinuz-linux-lts", true, false, "" },
	{ "/boot/vmlinuz-lts", true, false, "" },
	{ "/boot/vmlinuz", true, false, "" },
	{ "/boot/bzImage", true, false, "" },
	{ "/usr/lib/modules/6.10.2-arch1-1/vmlinuz", true, false, "6.10.2-arch1-1" },
	{ "/lib/modules/6.10.2-arch1-1/vmlinuz", true, false, "6.10.2-arch1-1" },
	{ "/usr/lib/modules/vmlinuz", false, false, NULL },
	{ "/usr/lib/modules/a/b/vmlinuz", false, false, NULL },
	{ "/usr/lib/modules//vmlinuz", false, false, NULL },
	{ "/boot/vmlinuz.old", true, true, "" },
	{ "/boot/vmlinuz-6.1.0-56-amd64.old", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.bak", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.dpkg-new", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.dpkg-bak", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64;5f.rpmsave", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64~", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.new", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.tmp.123", true, true, NULL },
	{ "/boot/vmlinuz-linux-fallback", true, true, NULL },
	{ "/boot/vmlinuz-0-rescue-0123456789abcdef", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.efi.signed", true, true, NULL },
	{ "/boot/vmlinux-6.4.0-150600.23.7-default.gz", true, true, NULL },
	{ "/boot/memtest86+.bin", true, true, NULL },
	{ "/boot/xen-4.17-amd64.gz", true, true, NULL },
	{ "/boot/vmlinuz-6.1.0-56-amd64.sig", false, false, NULL },
	{ "/boot/.vmlinuz-6.10.10-200.fc40.x86_64.hmac", false, false, NULL },
	{ "/boot/initrd.img-6.1.0-56-amd64", false, false, NULL },
	{ "/boot/config-6.1.0-56-amd64", false, false, NULL },
	{ "/boot/vmlinuzz-6.1", false, false, NULL },
	{ "/boot/kernels", false, false, NULL },
	{ "nothing", false, false, NULL },
};

START_TEST(test_name)
{
	struct bootname name;

	ck_assert_int_eq(bootname_read_path(names[_i].path, &name), names[_i].kernel);
	if (!names[_i].kernel)
		return;
	ck_assert_msg(!!name.leftover == names[_i].leftover, "%s",
		      str_or(name.leftover, "NULL"));
	if (names[_i].version)
		ck_assert_str_eq(name.version, names[_i].version);
}
END_TEST

static const struct {
	const char *path, *version; /* NULL: no kernel */
} paths[] = {
	{ "/boot/vmlinuz-6.1.0-56-amd64", "6.1.0-56-amd64" },
	{ "/boot/vmlinuz-linux", "" },
	{ "/usr/lib/modules/6.10.3/vmlinuz", "6.10.3" },
	{ "/lib/modules/6.10.3/vmlinuz", "6.10.3" },
	{ "/usr/lib/modules/6.10.3/build/vmlinuz", NULL },
	{ "/usr/lib/modules//vmlinuz", NULL },
	{ "/efi/0123456789abcdef/6.10.3-200.fc40.aarch64/linux",
	  "6.10.3-200.fc40.aarch64" },
	{ "/efi/debian/linux", NULL },
	{ "/linux", NULL },
	{ "//linux", NULL },
	{ "vmlinuz", NULL },
};

START_TEST(test_path)
{
	struct bootname name;
	bool is_kernel = bootname_read_path(paths[_i].path, &name);

	ck_assert_msg(is_kernel == (paths[_i].version != NULL), "%s", paths[_i].path);
	if (is_kernel)
		ck_assert_str_eq(name.version, paths[_i].version);
}
END_TEST

static const struct {
	const char *file, *version;
	bool agrees;
} claims[] = {
	{ "vmlinuz-6.6.31-gentoo", "6.6.31-gentoo", true },
	{ "vmlinuz-6.6.31-gentoo.old", "6.6.31-gentoo", true },
	{ "vmlinuz-linux", "6.10.2-arch1-1", true },
	{ "vmlinuz-6.6.31-gentoo", "6.6.30-gentoo", false },
	{ "vmlinuz-6.6.31", "6.6.3", false },
	{ "vmlinuz-6.6.31.2", "6.6.31", false },
	{ "vmlinuz-6.6.31-gentoo", "6.6.31", false },
	{ "vmlinuz-6.6.31", "6.6.31-gentoo", false },
};

START_TEST(test_claim)
{
	struct bootname name;

	ck_assert(bootname_read(claims[_i].file, &name));
	ck_assert_msg(bootname_agrees(&name, claims[_i].version) == claims[_i].agrees,
		      "%s, %s", claims[_i].file, claims[_i].version);
}
END_TEST

START_TEST(test_long_name)
{
	char path[NAME_MAX + 64] = "/boot/vmlinuz-6.1-";
	size_t start = strlen("/boot/");
	struct bootname name;

	memset(path + strlen(path), 'a', sizeof(path) - strlen(path) - 1);
	path[start + NAME_MAX] = '\0';
	ck_assert(bootname_read_path(path, &name));
	ck_assert_uint_eq(strlen(name.version), NAME_MAX - strlen("vmlinuz-"));
	for (char initrd[NAME_MAX + 1], *p = initrd; bootname_initrd(&name, 0, initrd);)
		ck_abort_msg("%s is too long to exist", p);
	path[start + NAME_MAX] = 'a';
	path[start + NAME_MAX + 1] = '\0';
	ck_assert(!bootname_read_path(path, &name));
}
END_TEST

/* --- Trees ------------------------------------------------------------------- */

#define GOOD "6.1.0-56-amd64"

/* What is put at @path: a kernel of the release @what, or one of these. */
#define OTHER "-" /* a file with a line of text */
#define LINK "->" /* a link to @target */
#define HARD "="  /* the same file as @target */
#define FOLDER "/"
#define HALF "half" /* the start of a kernel of the release @target */

struct item {
	const char *path, *what, *target;
};

/* @expected: a line for each entry: its path, its version, "ok" or why not, its initrds
 */
static const struct tree {
	const char *name;
	struct item items[12];
	const char *expected;
} trees[] = {
	{ "empty", { { 0 } }, "" },
	{ "Debian",
	  { { "/boot/vmlinuz-" GOOD, GOOD, NULL },
	    { "/boot/initrd.img-" GOOD, OTHER, NULL },
	    { "/boot/initrd.img-" GOOD ".dpkg-bak", OTHER, NULL },
	    { "/boot/config-" GOOD, OTHER, NULL } },
	  "/boot/vmlinuz-" GOOD " " GOOD " ok /boot/initrd.img-" GOOD "\n" },
	{ "no initramfs yet",
	  { { "/boot/vmlinuz-" GOOD, GOOD, NULL },
	    { "/boot/initrd.img-" GOOD ".new", OTHER, NULL } },
	  "/boot/vmlinuz-" GOOD " " GOOD " ok\n" },
	{ "Fedora, openSUSE, Alpine, Arch",
	  { { "/boot/vmlinuz-6.10.10-200.fc40.x86_64", "6.10.10-200.fc40.x86_64", NULL },
	    { "/boot/initramfs-6.10.10-200.fc40.x86_64.img", OTHER, NULL },
	    { "/boot/vmlinuz-6.4.0-150600.23.7-default", "6.4.0-150600.23.7-default",
	      NULL },
	    { "/boot/initrd-6.4.0-150600.23.7-default", OTHER, NULL },
	    { "/boot/vmlinuz-lts", "6.6.9-0-lts", NULL },
	    { "/boot/initramfs-lts", OTHER, NULL },
	    { "/boot/vmlinuz-linux", "6.10.1-arch1-1", NULL },
	    { "/boot/initramfs-linux.img", OTHER, NULL },
	    { "/boot/initramfs-linux-fallback.img", OTHER, NULL },
	    { "/boot/intel-ucode.img", OTHER, NULL } },
	  "/boot/vmlinuz-6.10.10-200.fc40.x86_64 6.10.10-200.fc40.x86_64 ok "
	  "/boot/initramfs-6.10.10-200.fc40.x86_64.img\n"
	  "/boot/vmlinuz-6.4.0-150600.23.7-default 6.4.0-150600.23.7-default ok "
	  "/boot/initrd-6.4.0-150600.23.7-default\n"
	  "/boot/vmlinuz-linux 6.10.1-arch1-1 ok /boot/initramfs-linux.img\n"
	  "/boot/vmlinuz-lts 6.6.9-0-lts ok /boot/initramfs-lts\n" },
	{ "Gentoo",
	  { { "/boot/kernel-6.6.31-gentoo", "6.6.31-gentoo", NULL },
	    { "/boot/initramfs-6.6.31-gentoo.img", OTHER, NULL },
	    { "/boot/kernel-genkernel-x86_64-6.6.30-gentoo", "6.6.30-gentoo", NULL },
	    { "/boot/initramfs-genkernel-x86_64-6.6.30-gentoo", OTHER, NULL } },
	  "/boot/kernel-6.6.31-gentoo 6.6.31-gentoo ok /boot/initramfs-6.6.31-gentoo.img\n"
	  "/boot/kernel-genkernel-x86_64-6.6.30-gentoo 6.6.30-gentoo ok "
	  "/boot/initramfs-genkernel-x86_64-6.6.30-gentoo\n" },
	{ "two that it could be",
	  { { "/boot/vmlinuz-linux", "6.10.1-arch1-1", NULL },
	    { "/boot/initramfs-linux.img", OTHER, NULL },
	    { "/boot/booster-linux.img", OTHER, NULL } },
	  "/boot/vmlinuz-linux 6.10.1-arch1-1 ok /boot/initramfs-linux.img "
	  "/boot/booster-linux.img\n" },
	{ "a version that is not its name's",
	  { { "/boot/vmlinuz-" GOOD, "6.1.0-55-amd64", NULL } },
	  "/boot/vmlinuz-" GOOD " 6.1.0-55-amd64 its name says " GOOD ", the image says "
	  "6.1.0-55-amd64\n" },
	{ "no kernel",
	  { { "/boot/vmlinuz-" GOOD, OTHER, NULL },
	    { "/boot/vmlinuz-6.1.0-57-amd64", FOLDER, NULL } },
	  "/boot/vmlinuz-" GOOD " ? not a kernel image, or only a part of one\n" },
	{ "half a kernel",
	  { { "/boot/vmlinuz-" GOOD, HALF, GOOD } },
	  "/boot/vmlinuz-" GOOD " " GOOD " truncated after 3.1 kB of 3.1 kB\n" },
	{ "links to files that are found anyway",
	  { { "/boot/vmlinuz-" GOOD, GOOD, NULL },
	    { "/boot/vmlinuz", LINK, "vmlinuz-" GOOD },
	    { "/boot/vmlinuz.old", LINK, "vmlinuz-" GOOD },
	    { "/boot/vmlinuz-gone", LINK, "nowhere" } },
	  "/boot/vmlinuz-" GOOD " " GOOD " ok\n"
	  "/boot/vmlinuz-gone ? a symbolic link to nothing\n" },
	{ "a leftover that is the same file",
	  { { "/boot/vmlinuz-6.6.1", "6.6.1", NULL },
	    { "/boot/Image-6.6.1.old", HARD, "/boot/vmlinuz-6.6.1" } },
	  "/boot/vmlinuz-6.6.1 6.6.1 ok\n" },
	{ "a link that has the better name",
	  { { "/boot/vmlinuz-linux", "6.10.1", NULL },
	    { "/boot/vmlinuz-6.10.1", LINK, "vmlinuz-linux" } },
	  "/boot/vmlinuz-linux 6.10.1 ok\n" },
	{ "a link out of /boot",
	  { { "/usr/src/linux/arch/x86/boot/bzImage", "6.6.1", NULL },
	    { "/boot/vmlinuz-6.6.1", LINK, "/usr/src/linux/arch/x86/boot/bzImage" },
	    { "/boot/vmlinuz", LINK, "/usr/src/linux/arch/x86/boot/bzImage" } },
	  "/boot/vmlinuz-6.6.1 6.6.1 ok\n" },
	{ "openSUSE: /boot links to the module directory",
	  { { "/usr/lib/modules/6.4.0-default/vmlinuz", "6.4.0-default", NULL },
	    { "/boot/vmlinuz-6.4.0-default", LINK,
	      "../usr/lib/modules/6.4.0-default/vmlinuz" },
	    { "/boot/initrd-6.4.0-default", OTHER, NULL } },
	  "/boot/vmlinuz-6.4.0-default 6.4.0-default ok /boot/initrd-6.4.0-default\n" },
	{ "the same kernel in /boot and in the module directory",
	  { { "/boot/vmlinuz-linux", "6.10.1-arch1-1", NULL },
	    { "/boot/initramfs-linux.img", OTHER, NULL },
	    { "/usr/lib/modules/6.10.1-arch1-1/vmlinuz", "6.10.1-arch1-1", NULL },
	    { "/usr/lib/modules/6.10.1-arch1-1/initramfs.img", OTHER, NULL },
	    { "/lib", LINK, "usr/lib" } },
	  "/boot/vmlinuz-linux 6.10.1-arch1-1 ok /boot/initramfs-linux.img\n" },
	{ "a broken one in /boot is not replaced by its copy",
	  { { "/boot/vmlinuz-" GOOD, OTHER, NULL },
	    { "/usr/lib/modules/" GOOD "/vmlinuz", GOOD, NULL } },
	  "/boot/vmlinuz-" GOOD " ? not a kernel image, or only a part of one\n" },
	{ "a leftover in /boot does not hide the module directory's",
	  { { "/boot/vmlinuz-" GOOD ".old", GOOD, NULL },
	    { "/usr/lib/modules/" GOOD "/vmlinuz", GOOD, NULL } },
	  "/boot/vmlinuz-" GOOD ".old " GOOD " a backup copy (.old)\n"
	  "/usr/lib/modules/" GOOD "/vmlinuz " GOOD " ok\n" },
	{ "module directories alone",
	  { { "/usr/lib/modules/6.9.1-x/vmlinuz", "6.9.1-x", NULL },
	    { "/usr/lib/modules/6.9.1-x/initramfs.img", OTHER, NULL },
	    { "/usr/lib/modules/6.9.2-x/modules.dep", OTHER, NULL },
	    { "/lib/modules/6.9.3-x/vmlinuz", "6.9.3-x", NULL },
	    { "/boot/initrd.img-6.9.3-x", OTHER, NULL } },
	  "/lib/modules/6.9.3-x/vmlinuz 6.9.3-x ok /boot/initrd.img-6.9.3-x\n"
	  "/usr/lib/modules/6.9.1-x/vmlinuz 6.9.1-x ok /usr/lib/modules/6.9.1-x/initramfs.img\n" },
	{ "/lib/modules is /usr/lib/modules",
	  { { "/usr/lib/modules/6.9.1-x/vmlinuz", "6.9.1-x", NULL },
	    { "/lib", LINK, "usr/lib" } },
	  "/usr/lib/modules/6.9.1-x/vmlinuz 6.9.1-x ok\n" },
};

static char dir[] = "/tmp/warmboot-bootdir-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct entry_list list = ENTRY_LIST_EMPTY;
static struct images images = IMAGES_EMPTY;

/* What the directories hold now. */
static int find(void)
{
	int r = images_init(&images, &root);

	return r < 0 ? r : bootdir_find(&images, &list);
}

static void set_up(void)
{
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
}

static void tear_down(void)
{
	entry_list_done(&list);
	images_done(&images);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

/* The image without its last byte. */
static int put_half(const char *path, const char *version)
{
	_cleanup_free_ char *image = NULL;
	size_t len;
	int r = fake_kernel(version, NULL, &image, &len);

	return r < 0 ? r : fake_root_file(dir, path, image, len - 1);
}

static int put_hard_link(const char *path, const char *target)
{
	_cleanup_free_ char *from = strf("%s%s", dir, target),
			    *to = strf("%s%s", dir, path);

	return link(from, to) < 0 ? -errno : 0;
}

static void put(const struct item *item)
{
	int r;

	if (streq(item->what, OTHER))
		r = fake_root_text(dir, item->path, "text\n");
	else if (streq(item->what, LINK))
		r = fake_root_link(dir, item->path, item->target);
	else if (streq(item->what, HARD))
		r = put_hard_link(item->path, item->target);
	else if (streq(item->what, FOLDER))
		r = fake_root_folder(dir, item->path);
	else if (streq(item->what, HALF))
		r = put_half(item->path, item->target);
	else
		r = fake_root_kernel(dir, item->path, item->what, NULL);
	ck_assert_msg(r == 0, "%s: %s", item->path, strerror(-r));
}

static int compare_kernels(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return strcmp(x->kernel, y->kernel);
}

static char *describe(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (list.count > 0)
		qsort(list.items, list.count, sizeof(*list.items), compare_kernels);
	for (size_t i = 0; i < list.count; i++) {
		const struct entry *entry = &list.items[i];

		fprintf(f, "%s %s %s", entry->kernel, str_or(entry->version, "?"),
			entry->usable ? "ok" : entry->why);
		for (size_t k = 0; k < entry->initrds.count; k++)
			fprintf(f, " %s", entry->initrds.items[k]);
		fprintf(f, "\n");
	}
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

START_TEST(test_tree)
{
	const struct tree *tree = &trees[_i];
	_cleanup_free_ char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(tree->items) && tree->items[i].path; i++)
		put(&tree->items[i]);
	ck_assert_int_eq(find(), 0);
	found = describe();
	ck_assert_msg(streq(found, tree->expected), "%s:\n%s", tree->name, found);
	ck_assert_ptr_null(list.not_understood);
}
END_TEST

START_TEST(test_fields)
{
	ck_assert_int_eq(fake_root_kernel(dir, "/boot/vmlinuz-" GOOD, GOOD,
					  "#1 SMP Debian 6.1.192-2"),
			 0);
	ck_assert_int_eq(
		fake_root_kernel(dir, "/usr/lib/modules/6.9/vmlinuz", "6.9", NULL), 0);
	ck_assert_int_eq(find(), 0);
	ck_assert_uint_eq(list.count, 2);
	qsort(list.items, list.count, sizeof(*list.items), compare_kernels);
	ck_assert_str_eq(list.items[0].id, "vmlinuz-" GOOD);
	ck_assert_str_eq(list.items[0].build, "#1 SMP Debian 6.1.192-2");
	ck_assert_int_eq(list.items[0].source, SOURCE_BOOTDIR);
	ck_assert_ptr_null(list.items[0].cmdline);
	ck_assert(!list.items[0].is_default);
	ck_assert_str_eq(list.items[1].id, "modules/6.9");
	ck_assert_int_eq(list.items[1].source, SOURCE_MODULES);
	ck_assert_int_eq(list.loader, LOADER_NONE);
}
END_TEST

/* No directory is worth more than 20,000 names; then nobody knows what else is in it. */
START_TEST(test_too_many_names)
{
	for (int i = 0; i <= 20000; i++) {
		_cleanup_free_ char *path = strf("/boot/file-%d", i);

		ck_assert_int_eq(fake_root_text(dir, path, ""), 0);
	}
	ck_assert_int_eq(find(), 0);
	ck_assert_uint_eq(list.count, 0);
	ck_assert_pstr_eq(list.not_understood, "/boot holds more than 20000 names");
}
END_TEST

Suite *bootdir_suite(void)
{
	Suite *suite = suite_create("bootdir");
	TCase *pure = tcase_create("names"), *tcase = tcase_create("trees");

	tcase_add_loop_test(pure, test_name, 0, ARRAY_SIZE(names));
	tcase_add_test(pure, test_long_name);
	tcase_add_loop_test(pure, test_path, 0, ARRAY_SIZE(paths));
	tcase_add_loop_test(pure, test_claim, 0, ARRAY_SIZE(claims));
	suite_add_tcase(suite, pure);

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_tree, 0, ARRAY_SIZE(trees));
	tcase_add_test(tcase, test_fields);
	tcase_add_test(tcase, test_too_many_names);
	tcase_set_timeout(tcase, 60);
	suite_add_tcase(suite, tcase);
	return suite;
}
