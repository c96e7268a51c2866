// SPDX-License-Identifier: GPL-2.0-or-later
/* systemd-boot's menu of whole machines: src/find/bls*.c, proxmox.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "bls_machine.h"

Suite *bls_suite(void);

static const struct bls_machine machines[] = {
	{ "nothing", { { "/etc/machine-id", ID "\n" } }, NULL, NULL, NULL },
	{ "GRUB on UEFI",
	  { { "/boot/efi/EFI/debian/grubx64.efi", "x" }, { "/boot/vmlinuz-6.1", "x" } },
	  NULL,
	  NULL,
	  NULL },
	{ "systemd-boot, and its partition is not there",
	  { SDBOOT("252.39") },
	  "",
	  "is its partition mounted",
	  NULL },
	{ "the same by Proxmox",
	  { SDBOOT("252.39"), { "/etc/kernel/proxmox-boot-uuids", "AAAA-BBBB\n" } },
	  "",
	  "proxmox-boot-tool keeps",
	  NULL },

	/* the order and the first */
	{ "the first of two", { BOTH }, DEFAULT_B LINE_A, NULL, "the first entry" },
	{ "sort keys before names",
	  { KERNELS,
	    { DIR "a.conf", ONE "sort-key x\nversion 1\n" },
	    { DIR "b.conf", TWO } },
	  DEFAULT_A LINE_B,
	  NULL,
	  "the first entry" },
	{ "versions",
	  { KERNELS,
	    { DIR "a.conf", ONE "sort-key x\nversion 10\n" },
	    { DIR "b.conf", TWO "sort-key x\nversion 9\n" } },
	  DEFAULT_A LINE_B,
	  NULL,
	  NULL },
	{ "two partitions",
	  { { "/efi/EFI/systemd/systemd-bootx64.efi", "x" },
	    { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE },
	    { "/boot/l2", "x" },
	    { "/boot/i", "x" },
	    { "/boot/loader/entries/b.conf", TWO } },
	  "b.conf default [root=2] /boot/l2 /boot/i\n" LINE_A,
	  NULL,
	  NULL },
	{ "one at /boot",
	  { { "/boot/loader/loader.conf", "default a.conf\n" },
	    { "/boot/l1", "x" },
	    { "/boot/i", "x" },
	    { "/boot/loader/entries/a.conf", ONE } },
	  "a.conf default [root=1] /boot/l1 /boot/i\n",
	  NULL,
	  "default of /boot/loader/loader.conf line 1 \"a.conf\"" },
	{ "one id on two partitions",
	  { { "/efi/EFI/systemd/systemd-bootx64.efi", "x" },
	    { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE },
	    { "/boot/l2", "x" },
	    { "/boot/i", "x" },
	    { "/boot/loader/entries/a.conf", TWO } },
	  DEFAULT_A "a.conf [root=2] /boot/l2 /boot/i\n",
	  "two entries have the id a.conf",
	  NULL },

	/* who decides */
	{ "loader.conf",
	  { BOTH, { CONF, "timeout 3\ndefault A*\n" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "default of /efi/loader/loader.conf line 2 \"A*\"" },
	{ "loader.conf names nothing that is there",
	  { BOTH, { CONF, "default a\n" } },
	  DEFAULT_B LINE_A,
	  NULL,
	  "the first entry (none matches default of /efi/loader/loader.conf line 1" },
	{ "bootctl set-default",
	  { BOTH, { CONF, "default b*\n" }, { "var:LoaderEntryDefault", "a.conf" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "LoaderEntryDefault \"a.conf\"" },
	{ "one that is gone",
	  { BOTH, { CONF, "default a*\n" }, { "var:LoaderEntryDefault", "c.conf" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "line 1 \"a*\"" },
	{ "@saved",
	  { BOTH,
	    { CONF, "default @saved\n" },
	    { "var:LoaderEntryLastBooted", "a.conf" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "LoaderEntryLastBooted" },
	{ "@saved, and nothing is yet",
	  { BOTH, { CONF, "default @saved\n" } },
	  DEFAULT_B LINE_A,
	  NULL,
	  "the first entry" },
	{ "@saved as variable goes before loader.conf",
	  { BOTH,
	    { CONF, "default b*\n" },
	    { "var:LoaderEntryDefault", "@saved" },
	    { "var:LoaderEntryLastBooted", "a.conf" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "LoaderEntryLastBooted" },
	{ "last booted counts only if asked for",
	  { BOTH, { "var:LoaderEntryLastBooted", "a.conf" } },
	  DEFAULT_B LINE_A,
	  NULL,
	  NULL },
	{ "one-shot",
	  { BOTH, { "var:LoaderEntryOneShot", "a.conf" } },
	  "once: LoaderEntryOneShot asks once for 'a.conf' (bootctl set-oneshot)\n" DEFAULT_B
		  LINE_A,
	  NULL,
	  NULL },
	{ "Windows",
	  { BOTH, { CONF, "default auto-windows\n" } },
	  LINE_B LINE_A,
	  "matches auto-windows",
	  NULL },
	{ "a damaged variable",
	  { BOTH, { "var:LoaderEntryDefault", "a\x01" } },
	  DEFAULT_B LINE_A,
	  "LoaderEntryDefault cannot be read",
	  NULL },
	{ "a menu that waits",
	  { BOTH, { CONF, "timeout 3\ntimeout menu-force\n" } },
	  DEFAULT_B LINE_A,
	  "boots nothing until somebody chooses: timeout menu-force of "
	  "/efi/loader/loader.conf line 2",
	  NULL },
	{ "a menu that waits, by the variable",
	  { BOTH, { CONF, "timeout 3\n" }, { "var:LoaderConfigTimeout", "menu-force" } },
	  DEFAULT_B LINE_A,
	  "boots nothing until somebody chooses: LoaderConfigTimeout is menu-force",
	  NULL },
	{ "the same as bootctl writes it",
	  { BOTH, { "var:LoaderConfigTimeout", "4294967295" } },
	  DEFAULT_B LINE_A,
	  "boots nothing until somebody chooses: LoaderConfigTimeout is menu-force",
	  NULL },
	{ "a menu that the variable does not let wait",
	  { BOTH, { CONF, "timeout menu-force\n" }, { "var:LoaderConfigTimeout", "7" } },
	  DEFAULT_B LINE_A,
	  NULL,
	  NULL },
	{ "a menu that waits, and a variable that says nothing",
	  { BOTH,
	    { CONF, "timeout menu-force\n" },
	    { "var:LoaderConfigTimeout", "soon" } },
	  DEFAULT_B LINE_A,
	  "timeout menu-force of",
	  NULL },
	{ "preferred, known",
	  { BOTH, SDBOOT("260.1"), { CONF, "default b*\npreferred a*\n" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "preferred of /efi/loader/loader.conf line 2" },
	{ "preferred by variable",
	  { BOTH, SDBOOT("260.1"), { "var:LoaderEntryPreferred", "a.conf" } },
	  LINE_B DEFAULT_A,
	  NULL,
	  "LoaderEntryPreferred" },
	{ "preferred, too old for it",
	  { BOTH, SDBOOT("257.13-1"), { CONF, "preferred a*\n" } },
	  DEFAULT_B LINE_A,
	  NULL,
	  "the first entry" },
	{ "preferred, and who reads it is not known",
	  { BOTH, { CONF, "preferred a*\n" } },
	  LINE_B LINE_A,
	  "a preferred entry is set",
	  NULL },

	/* boot counting */
	{ "under assessment",
	  { KERNELS, { DIR "a.conf", ONE }, { DIR "b+3.conf", TWO } },
	  "b.conf default [root=2] /efi/l2 /efi/i ! boot counting in progress (3 left): "
	  "only the boot loader counts\n" LINE_A,
	  NULL,
	  NULL },
	{ "not the default",
	  { KERNELS, { DIR "a+2-1.conf", ONE }, { DIR "b.conf", TWO } },
	  DEFAULT_B LINE_A,
	  NULL,
	  NULL },
	{ "failed",
	  { KERNELS, { DIR "a.conf", ONE }, { DIR "b+0-3.conf", TWO } },
	  DEFAULT_A LINE_B,
	  NULL,
	  NULL },
	{ "all failed",
	  { { "/efi/l2", "x" }, { "/efi/i", "x" }, { DIR "b+0-3.conf", TWO } },
	  "b.conf default [root=2] /efi/l2 /efi/i ! it failed as often as it may (boot "
	  "counting)\n",
	  NULL,
	  NULL },
	{ "capitals that count",
	  { KERNELS, { DIR "B+3.conf", TWO }, { DIR "c.conf", ONE } },
	  "c.conf default [root=1] /efi/l1 /efi/i\nB.conf [root=2] /efi/l2 /efi/i\n",
	  "place in the menu is not certain",
	  NULL },

	/* one entry */
	{ "several initrd and options lines, and other slashes",
	  { { "/efi/a/l", "x" },
	    { "/efi/u", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", "linux \\a//./l\ninitrd u\ninitrd /i\noptions a  b\n"
			    "options c\n" } },
	  "a.conf default [a  b c] /efi/a/l /efi/u /efi/i\n",
	  NULL,
	  NULL },
	{ "no initrd, no options",
	  { { "/efi/l", "x" }, { DIR "a.conf", "linux /l\n" } },
	  "a.conf default [] /efi/l (no initramfs)\n",
	  NULL,
	  NULL },
	{ "a kernel that is gone is not shown",
	  { { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE },
	    { DIR "b.conf", TWO } },
	  DEFAULT_A "b.conf [] /efi/l2 ! /efi/l2 is not there, so systemd-boot does not "
		    "show it\n",
	  NULL,
	  NULL },
	{ "an initrd that is gone",
	  { { "/efi/l1", "x" }, { DIR "a.conf", ONE } },
	  "a.conf default [root=1] /efi/l1 /efi/i ! it names initrd /efi/i, which is not "
	  "there\n",
	  NULL,
	  NULL },
	{ "for another machine",
	  { { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE "architecture aa64\n" } },
	  "a.conf [] (no kernel) ! it is for architecture 'aa64', and this is 'x64'\n",
	  "no entry of ours",
	  NULL },
	{ "for this one",
	  { { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE "architecture X64\n" } },
	  DEFAULT_A,
	  NULL,
	  NULL },
	{ "another system's",
	  { BOTH,
	    { "/etc/machine-id", ID "\n" },
	    { DIR "c.conf", TWO "machine-id 1123456789abcdef0123456789abcdef\n" } },
	  "c.conf default [root=2] /efi/l2 /efi/i ! it belongs to another system "
	  "(machine-id 1123456789abcdef0123456789abcdef)\n" LINE_B LINE_A,
	  NULL,
	  NULL },
	{ "this system's",
	  { { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { "/etc/machine-id", ID "\n" },
	    { DIR "a.conf", ONE "machine-id " ID "\n" } },
	  DEFAULT_A,
	  NULL,
	  NULL },
	{ "out of the partition",
	  { { "/l", "x" }, { DIR "a.conf", "linux /../l\n" } },
	  "a.conf default [] (no kernel) ! it names /../l, which leaves its partition\n",
	  NULL,
	  NULL },
	{ "an EFI program",
	  { { "/efi/s.efi", "x" }, { DIR "a.conf", "efi /s.efi\n" } },
	  "a.conf default [] /efi/s.efi ! it starts an EFI program, which kexec cannot\n",
	  NULL,
	  NULL },
	{ "nothing to start",
	  { BOTH, { DIR "c.conf", "title c\n" } },
	  DEFAULT_B LINE_A,
	  NULL,
	  NULL },
	{ "a UKI by type 1, which old ones do not show",
	  { BOTH, SDBOOT("257"), { "/efi/u", "x" }, { DIR "c.conf", "uki /u\n" } },
	  DEFAULT_B LINE_A
	  "c.conf [] /efi/u ! a unified kernel image that a type 1 entry starts is not "
	  "read by this version\n",
	  NULL,
	  NULL },
	{ "a UKI by type 1, which new ones show",
	  { BOTH, SDBOOT("258"), { "/efi/u", "x" }, { DIR "c.conf", "uki /u\n" } },
	  "c.conf default [] /efi/u ! a unified kernel image that a type 1 entry starts "
	  "is not read by this version\n" LINE_B LINE_A,
	  NULL,
	  NULL },
	{ "a device tree",
	  { { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE "devicetree /d\n" } },
	  "a.conf default [root=1] /efi/l1 /efi/i ! it names a device tree, which kexec "
	  "would not load\n",
	  NULL,
	  NULL },
	{ "initrd= among the options",
	  { { "/efi/l1", "x" },
	    { DIR "a.conf", "linux /l1\noptions root=1 initrd=\\i\n" } },
	  "a.conf default [root=1 initrd=\\i] /efi/l1 (no initramfs) ! it has initrd= "
	  "among its options, which the kernel may read itself\n",
	  NULL,
	  NULL },
	{ "not UTF-8",
	  { { "/efi/l1", "x" }, { "/efi/i", "x" }, { DIR "a.conf", ONE "title \xff\n" } },
	  "a.conf default [root=1] /efi/l1 /efi/i ! it is not written in UTF-8\n",
	  NULL,
	  NULL },
	{ "words of the firmware",
	  { { "/efi/l1", "x" },
	    { "/efi/i", "x" },
	    { DIR "a.conf", ONE },
	    { "/sys/firmware/dmi/tables/DMI",
	      "..io.systemd.boot.kernel-cmdline-extra=quiet" } },
	  "a.conf default [root=1] /efi/l1 /efi/i ! the firmware adds words to the "
	  "command line (SMBIOS strings io.systemd.*)\n",
	  NULL,
	  NULL },

	/* Proxmox */
	{ "a pin that the menu follows",
	  { { CONF, "default proxmox-6.2.16-3-pve.conf\n" },
	    { "/efi/EFI/proxmox/6.2.16-3-pve/l", "x" },
	    { "/etc/kernel/proxmox-boot-pin", "6.2.16-3-pve\n" },
	    { DIR "proxmox-6.2.16-3-pve.conf",
	      "title Proxmox\nlinux /EFI/proxmox/6.2.16-3-pve/l\n" } },
	  "proxmox-6.2.16-3-pve.conf default [] /efi/EFI/proxmox/6.2.16-3-pve/l (no "
	  "initramfs)\n",
	  NULL,
	  NULL },
	{ "a pin that it does not",
	  { { "/efi/EFI/proxmox/6.2.16-3-pve/l", "x" },
	    { "/etc/kernel/proxmox-boot-pin", "2.16-3-pve\n" },
	    { DIR "proxmox-6.2.16-3-pve.conf",
	      "title Proxmox\nlinux /EFI/proxmox/6.2.16-3-pve/l\n" } },
	  "proxmox-6.2.16-3-pve.conf default [] /efi/EFI/proxmox/6.2.16-3-pve/l (no "
	  "initramfs)\n",
	  "run proxmox-boot-tool refresh",
	  NULL },
	{ "a pin for once",
	  { BOTH, { "/etc/kernel/next-boot-pin", "6.2\n" } },
	  "once: /etc/kernel/next-boot-pin asks once for 6.2 (proxmox-boot-tool kernel "
	  "pin)\n" DEFAULT_B LINE_A,
	  NULL,
	  NULL },
};

START_TEST(test_machine)
{
	bls_check(&machines[_i]);
}
END_TEST

/* What is told of an entry beside what it boots. */
START_TEST(test_places)
{
	static const struct bls_file files[] = { BOTH, SDBOOT("252.39-1~deb12u2") };
	_cleanup_free_ char *info = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		bls_put(&files[i]);
	bls_put(&(struct bls_file){ "uki:/efi/EFI/Linux/c.efi",
				    UKI "|.profile=ID=a|.profile=TITLE=More" });
	ck_assert_int_eq(bls_menu(&bls_ctx, &bls_list), 1);
	ck_assert_str_eq(bls_list.loader_file, "/efi/loader/entries");
	ck_assert_uint_eq(bls_list.count, 4);
	ck_assert_int_eq(bls_list.items[0].source, SOURCE_UKI);
	ck_assert_uint_eq(bls_list.items[0].profile, 0);
	ck_assert_str_eq(bls_list.items[0].file, "/efi/EFI/Linux/c.efi");
	ck_assert_str_eq(bls_list.items[1].title, "Debian (More)");
	ck_assert_uint_eq(bls_list.items[1].profile, 1);
	ck_assert_int_eq(bls_list.items[2].source, SOURCE_BLS);
	ck_assert_str_eq(bls_list.items[2].file, "/efi/loader/entries/b.conf");
	ck_assert_str_eq(bls_list.items[2].title, "b.conf");
	ck_assert_int_eq(bls_loader_info(bls_ctx.root, &info), 1);
	ck_assert_str_eq(info, "systemd-boot 252.39-1~deb12u2");
}
END_TEST

#define XBOOTLDR "E:ID_PART_ENTRY_TYPE=bc13c2ff-59e6-4262-a352-b275fd6f7172\n"

/* What udev says of another partition, and whether systemd-boot reads it as well. */
static const struct {
	const char *record;
	bool is_read;
} partitions[] = {
	{ XBOOTLDR "E:ID_PART_ENTRY_DISK=8:0\nE:ID_PART_ENTRY_UUID=1-2\n", true },
	{ XBOOTLDR "E:ID_PART_ENTRY_DISK=8:16\nE:ID_PART_ENTRY_UUID=1-2\n", false },
	{ "E:ID_PART_ENTRY_TYPE=0fc63daf-8483-4772-8e79-3d69d8477de4\n"
	  "E:ID_PART_ENTRY_DISK=8:0\n",
	  false },
};

START_TEST(test_unmounted_partition)
{
	static const struct bls_file files[] = { BOTH, SDBOOT("252.39") };
	_cleanup_free_ char *esp = NULL;
	struct stat st;

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		bls_put(&files[i]);
	ck_assert_int_eq(root_stat(bls_ctx.root, "/efi", &st), 0);
	esp = strf("/run/udev/data/b%u:%u", major(st.st_dev), minor(st.st_dev));
	ck_assert_ptr_nonnull(esp);
	bls_put(&(struct bls_file){ esp, "E:ID_PART_ENTRY_DISK=8:0\n" });
	bls_put(&(struct bls_file){ "/run/udev/data/b8:77", partitions[_i].record });
	bls_put(&(struct bls_file){ "/run/udev/data/n1", XBOOTLDR });
	ck_assert_int_eq(bls_menu(&bls_ctx, &bls_list), 1);
	if (partitions[_i].is_read)
		ck_assert_pstr_eq(
			bls_list.not_understood,
			"systemd-boot also reads the partition 1-2 (XBOOTLDR) of "
			"its disk, which is not mounted at /boot");
	else
		ck_assert_pstr_eq(bls_list.not_understood, NULL);
}
END_TEST

Suite *bls_suite(void)
{
	Suite *suite = suite_create("bls");
	TCase *tc = tcase_create("bls");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_checked_fixture(tc, bls_set_up, bls_tear_down);
	tcase_add_loop_test(tc, test_machine, 0, (int)ARRAY_SIZE(machines));
	tcase_add_test(tc, test_places);
	tcase_add_loop_test(tc, test_unmounted_partition, 0, (int)ARRAY_SIZE(partitions));
	suite_add_tcase(suite, tc);
	return suite;
}
