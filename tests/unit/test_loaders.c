// SPDX-License-Identifier: GPL-2.0-or-later
/* Whose menu is the machine's: src/find/loaders.c, others.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/efivar.h"
#include "fake_root.h"
#include "find/find.h"

Suite *loaders_suite(void);

#define RELEASE "6.1.0-56-amd64"
#define MENU                                                              \
	"timeout=5; menuentry 'A system' {\nlinux /boot/vmlinuz-" RELEASE \
	" root=/dev/sda1\n"                                               \
	"initrd /boot/initrd.img-" RELEASE "\n}\n"

#define VARIABLE(name) EFIVAR_DIR "/" name "-" EFIVAR_GLOBAL
#define TYPE1 "/efi/loader/entries/debian.conf"
#define ENTRY "title Debian\nlinux /vmlinuz\ninitrd /initrd\noptions root=/dev/sda1\n"
#define EXTLINUX "/boot/extlinux/extlinux.conf"
#define LABEL                                                \
	"default l0\nlabel l0\nlinux /boot/vmlinuz-" RELEASE \
	"\ninitrd /boot/initrd.img-" RELEASE "\nappend root=/dev/sda1\n"

/* What the machine itself tells: nothing, as in a tree that is only looked at; or BIOS,
 * UEFI. */
enum firmware {
	UNSEEN,
	BIOS,
	UEFI,	    /* which started something on the network */
	UEFI_GRUB,  /* … GRUB */
	UEFI_STUB,  /* … a kernel by itself */
	UEFI_OTHER, /* … something else than what is first now, which is GRUB */
};

static const struct machine {
	const char *path, *text; /* NULL text: a folder */
	bool grub;		 /* GRUB's menu is there too */
	enum firmware firmware;
	const char *info; /* the EFI variable LoaderInfo */
	enum boot_loader loader;
	const char *doubt; /* NULL: none */
	const char *other; /* what is told of another one; NULL: nothing is looked for */
} machines[] = {
	/* GRUB on a boot partition */
	{ "/boot/efi/EFI/debian/grub.cfg", "configfile $prefix/grub.cfg\n", true, UNSEEN,
	  NULL, LOADER_GRUB, NULL, NULL },
	{ "/boot/efi/EFI/debian/grub.cfg", MENU, true, UNSEEN, NULL, LOADER_GRUB,
	  "GRUB also has a menu in /boot/efi/EFI/debian/grub.cfg", NULL },
	{ "/boot/efi/EFI/debian/grub.cfg", "menuentry {", true, UNSEEN, NULL, LOADER_GRUB,
	  "GRUB also has a menu", NULL },
	{ "/boot/efi/EFI/debian/grub.cfg", MENU, true, BIOS, NULL, LOADER_GRUB, NULL,
	  "GRUB: /boot/efi/EFI/debian/grub.cfg" },
	{ "/boot/loader/entries", NULL, true, UNSEEN, NULL, LOADER_GRUB, NULL, NULL },
	{ "/efi/EFI/Linux", NULL, true, UNSEEN, NULL, LOADER_GRUB, NULL, NULL },
	{ "/boot/loader/entries", NULL, false, UNSEEN, NULL, LOADER_NONE, NULL, NULL },
	{ "/boot/loader/entries/README", "x", true, UNSEEN, NULL, LOADER_GRUB, NULL,
	  NULL },
	/* others, alone and beside GRUB */
	{ "/boot/efi/EFI/refind/refind.conf", "x", false, UNSEEN, NULL, LOADER_OTHER,
	  "belongs to rEFInd", "rEFInd: /boot/efi/EFI/refind/refind.conf" },
	{ "/boot/refind_linux.conf", "x", true, UNSEEN, NULL, LOADER_GRUB,
	  "both GRUB (/boot/grub/grub.cfg) and rEFInd (/boot/refind_linux.conf) are "
	  "configured",
	  "rEFInd" },
	{ "/boot/limine.conf", "x", false, UNSEEN, NULL, LOADER_OTHER, "Limine", NULL },
	{ "/efi/EFI/BOOT/limine.conf", "x", false, UNSEEN, NULL, LOADER_OTHER, "Limine",
	  NULL },
	{ "/efi/EFI/Gentoo/vmlinuz-6.6.31.efi", "x", false, UNSEEN, NULL, LOADER_OTHER,
	  "the firmware", NULL },
	{ "/boot/grub/menu.lst", "x", false, UNSEEN, NULL, LOADER_OTHER, "GRUB Legacy",
	  NULL },
	{ "/etc/lilo.conf", "x", false, UNSEEN, NULL, LOADER_OTHER, "LILO", NULL },
	{ "/boot/efi/EFI/Microsoft/Boot/bootmgfw.efi", "x", true, UNSEEN, NULL,
	  LOADER_GRUB, NULL, NULL },
	{ "/boot/efi/EFI/debian/shimx64.efi", "x", true, UNSEEN, NULL, LOADER_GRUB, NULL,
	  NULL },
	/* a BIOS starts nothing of an EFI partition, and what else there is all the same
	 */
	{ "/boot/efi/EFI/refind/refind.conf", "x", true, BIOS, NULL, LOADER_GRUB, NULL,
	  "rEFInd" },
	{ "/boot/grub/menu.lst", "x", true, BIOS, NULL, LOADER_GRUB,
	  "both GRUB (/boot/grub/grub.cfg) and GRUB Legacy", "GRUB Legacy" },
	{ "/boot/efi/EFI/refind/refind.conf", "x", true, UEFI, NULL, LOADER_GRUB,
	  "both GRUB (/boot/grub/grub.cfg) and rEFInd", "rEFInd" },
	{ "/boot/efi/EFI/refind/refind.conf", "x", false, BIOS, NULL, LOADER_NONE, NULL,
	  "rEFInd" },
	/* a note is no menu */
	{ "/var/lib/misc/installkernel", "x", true, BIOS, NULL, LOADER_GRUB, NULL,
	  "installkernel's record: /var/lib/misc/installkernel" },
	{ "/var/lib/misc/installkernel", "x", false, UNSEEN, NULL, LOADER_NONE, NULL,
	  "installkernel's record" },
	/* what says its name in LoaderInfo */
	{ "/boot/efi/EFI/refind/refind.conf", "x", true, UEFI, "GRUB 2.12-1ubuntu7",
	  LOADER_GRUB, NULL, "rEFInd" },
	{ "/boot/efi/EFI/refind/refind.conf", "x", true, UEFI, "rEFInd 0.14.0.2",
	  LOADER_OTHER, "LoaderInfo says 'rEFInd 0.14.0.2'",
	  "GRUB: /boot/grub/grub.cfg" },
	{ "/boot/efi/EFI/debian/grub.cfg", MENU, true, UEFI, "GRUB 2.12", LOADER_GRUB,
	  "GRUB also has a menu", NULL },
	{ "/boot/README", "x", true, UEFI, "systemd-boot 252.39", LOADER_BLS,
	  "systemd-boot started this machine, but no entries are",
	  "GRUB: /boot/grub/grub.cfg" },
	{ "/boot/README", "x", false, UEFI, "systemd-boot 252.39", LOADER_BLS,
	  "systemd-boot started this machine, but no entries are", NULL },
	{ TYPE1, ENTRY, true, UEFI, "systemd-boot 252.39", LOADER_BLS, NULL,
	  "GRUB: /boot/grub/grub.cfg" },
	{ TYPE1, ENTRY, true, UEFI, "GRUB 2.12", LOADER_GRUB, NULL, NULL },
	{ TYPE1, ENTRY, true, UEFI, NULL, LOADER_GRUB, NULL, NULL },
	{ TYPE1, ENTRY, true, BIOS, NULL, LOADER_GRUB, NULL, NULL },
	{ TYPE1, ENTRY, false, UNSEEN, NULL, LOADER_BLS, NULL, NULL },
	{ TYPE1, ENTRY, true, UNSEEN, NULL, LOADER_GRUB,
	  "both GRUB (/boot/grub/grub.cfg) and systemd-boot (", "systemd-boot: " },
	/* U-Boot's and SYSLINUX's menu */
	{ EXTLINUX, LABEL, false, UNSEEN, NULL, LOADER_EXTLINUX, NULL, NULL },
	{ EXTLINUX, LABEL, false, BIOS, NULL, LOADER_EXTLINUX, NULL, NULL },
	{ EXTLINUX, LABEL, true, BIOS, NULL, LOADER_GRUB,
	  "both GRUB (/boot/grub/grub.cfg) and extlinux (" EXTLINUX ")",
	  "extlinux: " EXTLINUX },
	{ EXTLINUX, LABEL, true, UEFI, "GRUB 2.12", LOADER_GRUB, NULL,
	  "extlinux: " EXTLINUX },
	{ "/boot/README", "x", true, UEFI, NULL, LOADER_GRUB, NULL, NULL },
	/* GRUB's menu beside its program, as RHEL 7 has it */
	{ "/boot/efi/EFI/x/grub.cfg", MENU, true, UEFI_GRUB, NULL, LOADER_GRUB, NULL,
	  NULL },
	{ "/boot/efi/EFI/x/grub.cfg", MENU, false, UEFI_GRUB, NULL, LOADER_GRUB, NULL,
	  NULL },
	{ "/boot/efi/EFI/redhat/grub.cfg", MENU, false, UNSEEN, NULL, LOADER_GRUB, NULL,
	  NULL },
	{ "/boot/efi/EFI/redhat/grub.cfg", MENU, true, UEFI_GRUB, NULL, LOADER_GRUB, NULL,
	  "GRUB: /boot/efi/EFI/redhat/grub.cfg" },
	/* what the firmware boots */
	{ "/boot/efi/EFI/refind/refind.conf", "x", true, UEFI_GRUB, NULL, LOADER_GRUB,
	  NULL, "rEFInd" },
	{ "/boot/README", "x", true, UEFI_STUB, NULL, LOADER_FIRMWARE,
	  "the firmware starts 'entry' (/EFI/x/vmlinuz-6.6.31.efi) itself",
	  "GRUB: /boot/grub/grub.cfg" },
	{ "/boot/README", "x", true, UEFI_OTHER, NULL, LOADER_GRUB,
	  "the firmware boots 'entry' (/EFI/x/shimx64.efi) next, and not what started "
	  "this machine (Boot0000)",
	  NULL },
	{ TYPE1, ENTRY, true, UEFI_OTHER, "systemd-boot 257", LOADER_BLS,
	  "the firmware boots 'entry'", "GRUB" },
	{ "/boot/README", "x", false, UEFI, NULL, LOADER_NONE, NULL, NULL },
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
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(fake_root_kernel(dir, "/boot/vmlinuz-" RELEASE, RELEASE, NULL),
			 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/initrd.img-" RELEASE, "x"), 0);
	ck_assert_int_eq(fake_root_kernel(dir, "/efi/vmlinuz", RELEASE, NULL), 0);
	ck_assert_int_eq(fake_root_text(dir, "/efi/initrd", "x"), 0);
}

static void tear_down(void)
{
	entry_list_done(&list);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

/* UTF-16LE with a NUL, behind four bytes of attributes. */
static void put_variable(const char *name, const char *guid, const char *text)
{
	_cleanup_free_ char *path = strf("/sys/firmware/efi/efivars/%s-%s", name, guid);
	char data[256] = { 6 };
	size_t len = 4;

	for (const char *s = text; *s; s++, len += 2)
		data[len] = *s;
	ck_assert_int_eq(fake_root_file(dir, path, data, len + 2), 0);
}

/* Boot0001 starts a file (UEFI specification 3.1.3, 10.3: EFI_LOAD_OPTION with a media
 * device path of type 4, subtype 4); "" for the network. @changed: the machine was
 * started by another one. */
static void put_boot(const char *file, bool changed)
{
	static const char title[] = "entry";
	char data[512] = { 7 }, *p = data + 4, *lengths;
	char order[] = { 7, 0, 0, 0, 1, 0 }, current[] = { 6, 0, 0, 0, !changed, 0 };
	size_t len = 0;

	*p = 1; /* LOAD_OPTION_ACTIVE */
	lengths = p + 4;
	p += 6;
	for (size_t i = 0; i < sizeof(title); i++, p += 2)
		*p = title[i];
	if (*file) {
		_cleanup_free_ char *path = strf("\\EFI\\x\\%s", file);

		len = 4 + 2 * (strlen(path) + 1);
		p[0] = 4;
		p[1] = 4;
		p[2] = (char)len;
		for (size_t i = 0; path[i]; i++)
			p[4 + 2 * i] = path[i];
		p += len;
	}
	*lengths = (char)(len + 4);
	memcpy(p, (char[]){ 0x7f, (char)0xff, 4, 0 }, 4);
	p += 4;
	ck_assert_int_eq(
		fake_root_file(dir, VARIABLE("Boot0001"), data, (size_t)(p - data)), 0);
	ck_assert_int_eq(fake_root_file(dir, VARIABLE("BootOrder"), order, sizeof(order)),
			 0);
	ck_assert_int_eq(
		fake_root_file(dir, VARIABLE("BootCurrent"), current, sizeof(current)),
		0);
}

static void put_firmware(const struct machine *machine)
{
	if (machine->firmware == UNSEEN)
		return;
	ck_assert_int_eq(fake_root_folder(dir, "/sys/firmware/acpi"), 0);
	if (machine->firmware >= UEFI)
		put_boot(machine->firmware == UEFI	  ? ""
			 : machine->firmware == UEFI_GRUB ? "grubx64.efi"
			 : machine->firmware == UEFI_STUB ? "vmlinuz-6.6.31.efi"
							  : "shimx64.efi",
			 machine->firmware == UEFI_OTHER);
	if (machine->info)
		put_variable("LoaderInfo", EFIVAR_LOADER, machine->info);
}

static bool tells(const char *what)
{
	for (size_t i = 0; i < list.others.count; i++)
		if (strstr(list.others.items[i], what))
			return true;
	return false;
}

START_TEST(test_loader)
{
	const struct machine *machine = &machines[_i];

	put_firmware(machine);
	if (machine->grub)
		ck_assert_int_eq(fake_root_text(dir, "/boot/grub/grub.cfg", MENU), 0);
	ck_assert_int_eq(machine->text ? fake_root_text(dir, machine->path, machine->text)
				       : fake_root_folder(dir, machine->path),
			 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_msg(list.loader == machine->loader, "%s: loader %d", machine->path,
		      (int)list.loader);
	if (machine->other)
		ck_assert_msg(tells(machine->other), "%s", machine->path);
	else
		ck_assert_msg(list.others.count == 0 || machine->doubt, "%s: %s",
			      machine->path, list.others.items[0]);
	if (!machine->doubt && machine->loader != LOADER_NONE) {
		ck_assert_ptr_nonnull(list.loader_file);
		ck_assert_ptr_nonnull(list.loader_reason);
	}
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

/* What grub-install wrote beside the program that the firmware boots. "a" is this
 * system's file system, and its menu is in /boot; "b" is another one's. */
static const struct stub {
	const char *text;
	bool leads_away;
} stubs[] = {
	{ "search.fs_uuid a root hd0,gpt2\nset prefix=($root)'/boot/grub'\n"
	  "configfile $prefix/grub.cfg\n",
	  false },
	{ "search.fs_uuid b root hd0,gpt3\nset prefix=($root)'/boot/grub'\n"
	  "configfile $prefix/grub.cfg\n",
	  true },
	{ "search --no-floppy --root-dev-only --fs-uuid --set=dev b\n"
	  "set prefix=($dev)/grub2\nexport $prefix\nconfigfile $prefix/grub.cfg\n",
	  true },
	{ "search --fs-uuid --set=root a\nset prefix=(${root})/boot/grub\n"
	  "source \"${prefix}/grub.cfg\"\n",
	  false },
	/* a second system without a menu, and only then ours */
	{ "search.fs_uuid b other\nsource ($other)/extra.cfg\n"
	  "search.fs_uuid a root\nconfigfile ($root)/boot/grub/grub.cfg\n",
	  false },
	{ "", false },
	{ "set timeout=1\n", false },
	{ "configfile $prefix/grub.cfg\n", false },
};

START_TEST(test_stub_beside_the_program)
{
	const struct stub *stub = &stubs[_i];

	put_boot("shimx64.efi", false);
	ck_assert_int_eq(fake_root_text(dir, "/proc/self/mountinfo",
					"20 1 8:2 / / rw - ext4 /dev/sda2 rw\n"
					"21 20 8:1 / /boot/efi rw - vfat /dev/sda1 rw\n"),
			 0);
	ck_assert_int_eq(fake_root_text(dir, "/run/udev/data/b8:2", "E:ID_FS_UUID=a\n"),
			 0);
	ck_assert_int_eq(fake_root_text(dir, "/run/udev/data/b8:1", "E:ID_FS_UUID=e\n"),
			 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/grub/grub.cfg", MENU), 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/efi/EFI/x/grub.cfg", stub->text), 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_int_eq((int)list.loader, LOADER_GRUB);
	ck_assert_msg(stub->leads_away == (list.not_understood != NULL), "%s: %s",
		      stub->text, list.not_understood);
	if (stub->leads_away)
		ck_assert_ptr_nonnull(strstr(list.not_understood, "on another disk"));
}
END_TEST

/* GRUB is built for the firmware: on a PC's BIOS it has 32 bits whatever the kernel has.
 */
static const struct {
	const char *path, *text, *name;
} builds[] = {
	{ "/sys/firmware/acpi", NULL, "i386-pc" },
	{ "/sys/firmware/efi/fw_platform_size", "64\n", "x86_64-efi" },
	{ "/sys/firmware/efi/fw_platform_size", "32\n", "i386-efi" },
	{ "/sys/firmware/efi/config_table", "", "x86_64-efi" },
};

START_TEST(test_build_of_grub)
{
	ck_assert_int_eq(builds[_i].text
				 ? fake_root_text(dir, builds[_i].path, builds[_i].text)
				 : fake_root_folder(dir, builds[_i].path),
			 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/grub/grub.cfg",
					"menuentry $grub_cpu-$grub_platform {\n"
					"linux /boot/vmlinuz-" RELEASE "\n}\n"),
			 0);
	ck_assert_int_eq(find_entries(&ctx, &list), 0);
	ck_assert_str_eq(list.items[0].title, builds[_i].name);
}
END_TEST

Suite *loaders_suite(void)
{
	Suite *suite = suite_create("loaders");
	TCase *tcase = tcase_create("loaders");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_loader, 0, ARRAY_SIZE(machines));
	tcase_add_loop_test(tcase, test_stub_beside_the_program, 0, ARRAY_SIZE(stubs));
	tcase_add_loop_test(tcase, test_build_of_grub, 0, ARRAY_SIZE(builds));
	suite_add_tcase(suite, tcase);
	return suite;
}
