// SPDX-License-Identifier: GPL-2.0-or-later
/* Boot loaders that are not read must be noticed: src/find/loaders.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fake_root.h"
#include "find/find.h"

Suite *loaders_suite(void);

#define RELEASE "6.1.0-56-amd64"
#define MENU                                                                       \
	"menuentry 'A system' {\nlinux /boot/vmlinuz-" RELEASE " root=/dev/sda1\n" \
	"initrd /boot/initrd.img-" RELEASE "\n}\n"

static const struct machine {
	const char *path, *text; /* NULL text: a folder */
	bool grub;		 /* GRUB's menu is there too */
	enum boot_loader loader;
	const char *doubt; /* NULL: none */
} machines[] = {
	/* GRUB on a boot partition */
	{ "/boot/efi/EFI/debian/grub.cfg", "configfile $prefix/grub.cfg\n", true,
	  LOADER_GRUB, NULL },
	{ "/boot/efi/EFI/debian/grub.cfg", MENU, true, LOADER_GRUB,
	  "GRUB also has a menu in /boot/efi/EFI/debian/grub.cfg" },
	{ "/boot/efi/EFI/debian/grub.cfg", "menuentry {", true, LOADER_GRUB,
	  "GRUB also has a menu" },
	{ "/boot/efi/EFI/debian/grub.cfg", MENU, false, LOADER_GRUB,
	  "but no menu in /boot/grub" },
	/* the boot loader specification */
	{ "/boot/loader/entries", NULL, true, LOADER_GRUB, NULL },
	{ "/efi/EFI/Linux", NULL, true, LOADER_GRUB, NULL },
	{ "/boot/loader/entries", NULL, false, LOADER_NONE, NULL },
	{ "/boot/loader/entries/README", "x", true, LOADER_GRUB, NULL },
	{ "/boot/loader/entries/a.conf", "x", false, LOADER_BLS,
	  "boot loader specification entries" },
	{ "/efi/loader/entries/a.conf", "x", false, LOADER_BLS, "/efi/loader/entries" },
	{ "/boot/efi/loader/entries/a.conf", "x", true, LOADER_BLS,
	  "/boot/efi/loader/entries" },
	{ "/efi/EFI/Linux/debian.efi", "x", false, LOADER_BLS, "unified kernel images" },
	{ "/boot/EFI/LINUX/debian.EFI", "x", true, LOADER_BLS, "unified kernel images" },
	/* others, alone and beside GRUB */
	{ "/boot/extlinux/extlinux.conf", "x", false, LOADER_OTHER, "extlinux" },
	{ "/boot/extlinux.conf", "x", true, LOADER_GRUB, "extlinux" },
	{ "/efi/EFI/syslinux/syslinux.cfg", "x", false, LOADER_OTHER, "syslinux" },
	{ "/boot/efi/EFI/refind/refind.conf", "x", false, LOADER_OTHER, "rEFInd" },
	{ "/boot/refind_linux.conf", "x", true, LOADER_GRUB, "rEFInd" },
	{ "/boot/limine.conf", "x", false, LOADER_OTHER, "Limine" },
	{ "/efi/EFI/BOOT/limine.conf", "x", false, LOADER_OTHER, "Limine" },
	{ "/efi/EFI/Gentoo/vmlinuz-6.6.31.efi", "x", false, LOADER_OTHER,
	  "the firmware" },
	{ "/boot/grub/menu.lst", "x", false, LOADER_OTHER, "GRUB Legacy" },
	{ "/etc/lilo.conf", "x", false, LOADER_OTHER, "LILO" },
	{ "/boot/efi/EFI/Microsoft/Boot/bootmgfw.efi", "x", true, LOADER_GRUB, NULL },
	{ "/boot/efi/EFI/debian/shimx64.efi", "x", true, LOADER_GRUB, NULL },
};

static char dir[] = "/tmp/warmboot-loaders-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct entry_list list = ENTRY_LIST_EMPTY;
static struct config config;
static const struct options options = { .verb = VERB_LIST };

static uid_t fake_geteuid(void)
{
	return 0;
}

static const struct sys sys = { .geteuid = fake_geteuid };
static const struct ctx ctx = {
	.options = &options, .config = &config, .root = &root, .sys = &sys
};

static void set_up(void)
{
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(fake_root_kernel(dir, "/boot/vmlinuz-" RELEASE, RELEASE, NULL),
			 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/initrd.img-" RELEASE, "x"), 0);
}

static void tear_down(void)
{
	entry_list_done(&list);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

START_TEST(test_loader)
{
	const struct machine *machine = &machines[_i];

	if (machine->grub)
		ck_assert_int_eq(fake_root_text(dir, "/boot/grub/grub.cfg", MENU), 0);
	ck_assert_int_eq(machine->text ? fake_root_text(dir, machine->path, machine->text)
				       : fake_root_folder(dir, machine->path),
			 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_msg(list.loader == machine->loader, "%s: loader %d", machine->path,
		      (int)list.loader);
	ck_assert_msg(!list.loader_file == (machine->loader == LOADER_NONE), "%s",
		      machine->path);
	if (!machine->doubt)
		ck_assert_msg(!list.not_understood, "%s: %s", machine->path,
			      list.not_understood);
	else
		ck_assert_msg(list.not_understood &&
				      strstr(list.not_understood, machine->doubt),
			      "%s: %s", machine->path,
			      str_or(list.not_understood, "no doubt"));
}
END_TEST

Suite *loaders_suite(void)
{
	Suite *suite = suite_create("loaders");
	TCase *tcase = tcase_create("loaders");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_loader, 0, ARRAY_SIZE(machines));
	suite_add_tcase(suite, tcase);
	return suite;
}
