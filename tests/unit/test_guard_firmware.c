// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The guards for work that waits for the firmware or the boot loader. Layouts: UEFI
 * Specification 2.10 (OsIndications 8.5.4, BootNext 3.1.1); FuStructEfiUpdateInfo of
 * fwupd; https://systemd.io/BOOT_LOADER_INTERFACE (texts are UTF-16LE with their NUL);
 * shim's mok.c. BootNext, OsIndications and LoaderEntryOneShot have these very bytes when
 * efibootmgr, systemctl reboot --firmware-setup and bootctl set-oneshot write them.
 */
#include <check.h>
#include <string.h>

#include "guard/firmware.h"
#include "guard_machine.h"

Suite *guard_firmware_suite(void);

#define FWUPD_NAME "fwupd-95f4a0e2-73a1-4c44-9f2b-1c4c0ab4c2d2-0-" EFIVAR_FWUPD
#define FWUPD_INFO(status)                                                         \
	"\7\0\0\0"                                                                 \
	"\xe2\xa0\xf4\x95\xa1\x73\x44\x4c\x9f\x2b\x1c\x4c\x0a\xb4\xc2\xd2\0\0\1\0" \
	"\0\0\0\0\0\0\0\0"                                                         \
	"\xe7\7\x0b\x0e\x16\x0d\x14\0\0\0\0\0\0\0\0\0" status "\2\0\0\0path"

/* A variable: its name, its data, and the guard that sees it. */
#define BYTES(s) s, sizeof(s) - 1
static const struct {
	const char *guard, *verdicts, *name, *data;
	size_t len;
	const char *words;
} variables[] = {
	{ "capsule", "vvvv", "OsIndications-" EFIVAR_GLOBAL, BYTES("\4\0\0\0\0\0\0\0"),
	  "OsIndications" },
	{ "firmware-setup", "vvvv", "OsIndications-" EFIVAR_GLOBAL,
	  BYTES("\1\0\0\0\0\0\0\0"), "OsIndications" },
	{ "firmware-recovery", "vvvv", "OsIndications-" EFIVAR_GLOBAL,
	  BYTES("\2\0\0\0\0\0\0\0"), "revocation" },
	{ "firmware-recovery", "vvvv", "OsIndications-" EFIVAR_GLOBAL,
	  BYTES("\x20\0\0\0\0\0\0\0"), "the system" },
	{ "firmware-recovery", "vvvv", "OsIndications-" EFIVAR_GLOBAL,
	  BYTES("\x40\0\0\0\0\0\0\0"), "the platform" },
	{ "firmware-recovery", "vvvv", "OsIndications-" EFIVAR_GLOBAL,
	  BYTES("\x80\0\0\0\0\0\0\0"), "configuration" },
	/* What is supported, and bits that nobody has given a meaning. */
	{ "capsule", "oooo", "OsIndications-" EFIVAR_GLOBAL,
	  BYTES("\x18\0\0\0\0\0\0\x80"), "" },
	/* Never written: a file without a byte. And one of another owner. */
	{ "boot-next", "oooo", "BootNext-" EFIVAR_LOADER, BYTES("\1\0"), "" },
	{ "boot-next", "vvvv", "BootNext-" EFIVAR_GLOBAL, BYTES("\1\0"), "BootNext" },
	{ "capsule", "vvvv", FWUPD_NAME, BYTES(FWUPD_INFO("\1\0\0\0")), FWUPD_NAME },
	{ "capsule", "oooo", FWUPD_NAME, BYTES(FWUPD_INFO("\2\0\0\0")), "" },
	{ "capsule", "?vvv", FWUPD_NAME, BYTES("\7\0\0\0"), FWUPD_NAME },
	{ "capsule", "oooo", "fwupd-ux-capsule-0-" EFIVAR_FWUPD, BYTES("\1"), "" },
	{ "capsule", "oooo", "fwupd-" EFIVAR_FWUPD, BYTES("\1"), "" },
	{ "loader-once", "vvvv", "LoaderEntryOneShot-" EFIVAR_LOADER, BYTES("a\0\0\0"),
	  "LoaderEntryOneShot" },
	{ "loader-once", "vvvv", "LoaderConfigTimeoutOneShot-" EFIVAR_LOADER,
	  BYTES("5\0\0\0"), "LoaderConfigTimeoutOneShot" },
	{ "loader-once", "oooo", "LoaderEntryDefault-" EFIVAR_LOADER, BYTES("a\0\0\0"),
	  "" },
	{ "mok", "vvvv", "MokNew-" EFIVAR_SHIM, BYTES("x"), "MokNew" },
	{ "mok", "vvvv", "MokSB-" EFIVAR_SHIM, BYTES("x"), "MokSB" },
	{ "mok", "vvvv", "MokPW-" EFIVAR_SHIM, BYTES("x"), "MokPW" },
	{ "mok", "vvvv", "MokAuth-" EFIVAR_SHIM, BYTES("x"), "MokAuth" },
	{ "mok", "vvvv", "MokDel-" EFIVAR_SHIM, BYTES("x"), "MokDel" },
	{ "mok", "vvvv", "MokDB-" EFIVAR_SHIM, BYTES("x"), "MokDB" },
	{ "mok", "vvvv", "MokXNew-" EFIVAR_SHIM, BYTES("x"), "MokXNew" },
	{ "mok", "vvvv", "MokXDel-" EFIVAR_SHIM, BYTES("x"), "MokXDel" },
	{ "mok", "vvvv", "MokXAuth-" EFIVAR_SHIM, BYTES("x"), "MokXAuth" },
	{ "mok", "vvvv", "MokListTrustedNew-" EFIVAR_SHIM, BYTES("x"), "TrustedNew" },
	{ "mok", "vvvv", "SbatPolicy-" EFIVAR_SHIM, BYTES("\2"), "SbatPolicy" },
	{ "mok", "vvvv", "SSPPolicy-" EFIVAR_SHIM, BYTES("\2"), "SSPPolicy" },
	/* These ask for nothing by themselves. */
	{ "mok", "oooo", "MokDelAuth-" EFIVAR_SHIM, BYTES("x"), "" },
	{ "mok", "oooo", "MokListRT-" EFIVAR_SHIM, BYTES("x"), "" },
	{ "mok", "oooo", "SbatLevelRT-" EFIVAR_SHIM, BYTES("sbat,1,2024\n"), "" },
	{ "hibernation", "vvvv", "HibernateLocation-" EFIVAR_SYSTEMD, BYTES("{\0"),
	  "HibernateLocation" },
};

START_TEST(test_variable)
{
	machine_variable(variables[_i].name, variables[_i].data, variables[_i].len);
	machine_expect(variables[_i].guard, variables[_i].verdicts, variables[_i].words);
}
END_TEST

START_TEST(test_variable_never_written)
{
	static const char *const names[] = { "BootNext-" EFIVAR_GLOBAL,
					     "MokNew-" EFIVAR_SHIM,
					     "LoaderEntryOneShot-" EFIVAR_LOADER,
					     FWUPD_NAME };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		_cleanup_free_ char *path = strf(EFIVAR_DIR "/%s", names[i]);

		machine_put(path, "");
	}
	machine_expect("boot-next", "oooo", "");
}
END_TEST

/* One row a case: files, and what is said about them. */
static const struct {
	const char *guard, *verdicts, *file, *text, *words;
} files[] = {
	{ "capsule", "vvvv", "/boot/efi/EFI/UpdateCapsule/fwupd-1.cap", "x",
	  "/boot/efi/EFI/UpdateCapsule/fwupd-1.cap" },
	{ "capsule", "vvvv", "/efi/EFI/UpdateCapsule/CapsuleUpdateFile0000.bin", "x",
	  "File0000.bin" },
	/* Left by fwupd for its own program: its variable decides. */
	{ "capsule", "oooo", "/boot/efi/EFI/debian/fw/fwupd-1.cap", "x", "" },
	{ "firmware-setup", "vvvv", "/run/systemd/reboot-to-firmware-setup", "",
	  "/run/systemd/reboot-to-firmware-setup" },
	{ "loader-once", "vvvv", "/run/systemd/reboot-to-boot-loader-menu", "5000000",
	  "reboot-to-boot-loader-menu" },
	{ "loader-once", "vvvv", "/run/systemd/reboot-to-boot-loader-entry", "x.conf",
	  "reboot-to-boot-loader-entry" },
	{ "bios-settings", "vvvv",
	  "/sys/class/firmware-attributes/thinklmi/attributes/pending_reboot", "1\n",
	  "thinklmi" },
	{ "bios-settings", "oooo",
	  "/sys/class/firmware-attributes/thinklmi/attributes/pending_reboot", "0\n",
	  "" },
	{ "bios-settings", "?vvv",
	  "/sys/class/firmware-attributes/thinklmi/attributes/pending_reboot", "yes\n",
	  "cannot be read" },
	{ "tpm-request", "vvvv", "/sys/class/tpm/tpm0/ppi/request", "5\n", "5 (" },
	{ "tpm-request", "vvvv", "/sys/class/tpm/tpm0/ppi/request", "23 4\n", "23 4 (" },
	{ "tpm-request", "oooo", "/sys/class/tpm/tpm0/ppi/request", "0\n", "" },
	{ "tpm-request", "oooo", "/sys/class/tpm/tpm0/ppi/request", "0 7\n", "" },
	{ "tpm-request", "oooo", "/sys/class/tpm/tpm0/ppi/version", "1.3\n", "" },
	{ "reboot-parameter", "vvvv", "/run/systemd/reboot-param", "recovery\n",
	  "'recovery'" },
	{ "reboot-parameter", "oooo", "/run/systemd/reboot-param", "", "" },
	{ "fwupd", "oooo", "/var/lib/fwupd/pending.db", "", "" },
	{ "fwupd", "?vvv", "/var/lib/fwupd/pending.db", "SQLite format 3", "" },
};

START_TEST(test_file)
{
	machine_put(files[_i].file, files[_i].text);
	machine_expect(files[_i].guard, files[_i].verdicts, files[_i].words);
}
END_TEST

/* What the BMC answers, with the bytes of `ipmitool chassis bootdev`: completion code,
 * version, parameter, boot flags. */
static const struct {
	const char *verdicts, *answer, *words;
} bmcs[] = {
	{ "oooo", "00 01 05 00 00 00 00 00", "not asked for" },
	{ "vvvv", "00 01 05 80 04 00 00 00", "the network (PXE) at the next boot" },
	{ "vvvv", "00 01 05 a0 04 00 00 00", "the network" }, /* options=efiboot */
	{ "vvvv", "00 01 05 c0 04 00 00 00", "the network (PXE) at every boot" },
	{ "vvvv", "00 01 05 80 18 00 00 00", "the firmware's setup" },
	{ "vvvv", "00 01 05 80 14 00 00 00", "CD" },
	{ "vvvv", "00 01 05 80 30 00 00 00", "a device of its own" }, /* reserved */
	{ "oooo", "00 01 05 80 08 00 00 00", "no other device" },     /* the disk */
	{ "oooo", "00 01 05 80 00 00 00 00", "no other device" },
	{ "vvvv", "00 01 05 80 80 00 00 00", "reset" },
	/* Used up by the firmware; locked. */
	{ "oooo", "00 01 05 00 04 00 00 00", "not asked for" },
	{ "oooo", "00 01 85 80 04 00 00 00", "not asked for" },
	{ "oooo", "80", "no boot options" },
	{ "oooo", "c1", "no boot options" },
	{ "?vvv", "c0", "completion code 0xc0" },
	{ "?vvv", "00 01 05 80", "/dev/ipmi0" },
	{ "?vvv", "-110", "timed out" },
	{ "?vvv", "-19", "No such device" },
};

START_TEST(test_bmc)
{
	machine_put("/dev/ipmi0", "");
	machine_fake("ipmi", bmcs[_i].answer);
	machine_expect("bmc-boot", bmcs[_i].verdicts, bmcs[_i].words);
}
END_TEST

START_TEST(test_bmc_elsewhere)
{
	machine_expect("bmc-boot", "oooo", "no BMC");
	machine_put("/dev/ipmi/0", "");
	machine_fake("ipmi", bmcs[1].answer);
	machine_expect("bmc-boot", "vvvv", "/dev/ipmi/0");
}
END_TEST

/* GRUB's block: 1024 bytes. */
static void put_grubenv(const char *path, const char *lines)
{
	char block[1024];
	int n = snprintf(block, sizeof(block), "# GRUB Environment Block\n%s", lines);

	memset(block + n, '#', sizeof(block) - (size_t)n);
	machine_put_bytes(path, block, sizeof(block));
}

static const struct {
	const char *guard, *verdicts, *lines, *words;
} grubenvs[] = {
	{ "grub-once", "oooo", "", "" },
	{ "grub-once", "oooo", "saved_entry=0\nnext_entry=\nboot_success=0\n", "" },
	{ "grub-once", "vvvv", "saved_entry=0\nnext_entry=fwupd\n", "next_entry=fwupd" },
	{ "grub-once", "vvvv", "prev_saved_entry=1\n", "prev_saved_entry=1" },
	{ "grub-once", "vvvv", "menu_show_once=1\n", "menu_show_once=1" },
	{ "grub-once", "vvvv", "menu_show_once_timeout=60\n", "menu_show_once_timeout" },
	{ "boot-counting", "vvvv", "boot_success=0\nboot_counter=3\n", "boot_counter=3" },
	{ "boot-counting", "vvvv", "boot_success=1\nboot_counter=-1\n", "boot_counter" },
	{ "boot-counting", "oooo", "boot_success=1\nboot_indeterminate=0\n", "" },
	{ "boot-counting", "oooo", "boot_counter=\n", "" },
};

START_TEST(test_grubenv)
{
	put_grubenv(_i % 2 ? "/boot/grub/grubenv" : "/boot/grub2/grubenv",
		    grubenvs[_i].lines);
	machine_expect(grubenvs[_i].guard, grubenvs[_i].verdicts, grubenvs[_i].words);
}
END_TEST

START_TEST(test_grubenv_damaged)
{
	machine_put("/boot/grub/grubenv", "# GRUB Environment Block\nnext_entry=x\n");
	ck_assert_int_eq(machine_run(MOMENT_STATUS, "grub-once")->verdict,
			 VERDICT_UNKNOWN);
	ck_assert_int_eq(machine_run(MOMENT_REBOOT, "grub-once")->verdict, VERDICT_VETO);
	ck_assert_int_eq(machine_run(MOMENT_ARM, "boot-counting")->verdict, VERDICT_VETO);
}
END_TEST

/* A link to the EFI system partition, which is not mounted, as Fedora's was. */
START_TEST(test_grubenv_out_of_reach)
{
	static const char *const names[] = { "grub-once", "boot-counting" };

	machine_link("/boot/grub2/grubenv", "../efi/EFI/fedora/grubenv");
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		ck_assert_int_eq(machine_run(MOMENT_STATUS, names[i])->verdict,
				 VERDICT_UNKNOWN);
		ck_assert_int_eq(machine_run(MOMENT_REBOOT, names[i])->verdict,
				 VERDICT_VETO);
	}
	put_grubenv("/boot/efi/EFI/fedora/grubenv", "next_entry=x\n");
	machine_expect("grub-once", "vvvv", "next_entry=x in /boot/grub2/grubenv");
}
END_TEST

/* "\loader\entries\x+2-1.conf" */
static const char counted[] = "\\\0l\0o\0a\0d\0e\0r\0\\\0e\0n\0t\0r\0i\0e\0s\0\\\0x\0+\0"
			      "2\0-\0001\0.\0c\0o\0n\0f\0\0";

START_TEST(test_boot_counting)
{
	machine_variable("LoaderBootCountPath-" EFIVAR_LOADER, counted, sizeof(counted));
	machine_put("/boot/loader/entries/x.conf", "title x\n"); /* blessed */
	machine_expect("boot-counting", "oooo", "");
	machine_put("/efi/loader/entries/x+2-1.conf", "title x\n");
	machine_expect("boot-counting", "vvvv", "/efi//loader/entries/x+2-1.conf");
}
END_TEST

/* The file system that it lies on is nowhere to be seen: nobody can have blessed it. */
START_TEST(test_boot_counting_without_its_file_system)
{
	machine_variable("LoaderBootCountPath-" EFIVAR_LOADER, counted, sizeof(counted));
	machine_expect("boot-counting", "?vvv", "not mounted");
	machine_folder("/boot/loader/entries");
	machine_expect("boot-counting", "oooo", "");
}
END_TEST

/* Half a character. */
START_TEST(test_boot_counting_damaged)
{
	machine_variable("LoaderBootCountPath-" EFIVAR_LOADER, "\\\0l", 3);
	machine_expect("boot-counting", "?vvv", "cannot be read");
}
END_TEST

/* boot-counting asks GRUB's block, too, so it has more to say without UEFI. */
static const char *const by_variable[] = { "capsule",		"firmware-setup",
					   "firmware-recovery", "boot-next",
					   "loader-once",	"mok" };

START_TEST(test_no_uefi)
{
	machine_remove_tree("/sys/firmware/efi");
	for (size_t i = 0; i < ARRAY_SIZE(by_variable); i++)
		machine_expect(by_variable[i], "oooo", "not booted by UEFI");
}
END_TEST

/* UEFI without its variables: nobody can tell what is pending. */
START_TEST(test_variables_unreadable)
{
	machine_remove_tree("/sys/firmware/efi/efivars");
	if (_i == 1)
		machine_put("/sys/firmware/efi/runtime", "");
	else
		machine_folder("/sys/firmware/efi/efivars");
	for (size_t i = 0; i < ARRAY_SIZE(by_variable); i++) {
		const struct finding *f = machine_run(MOMENT_STATUS, by_variable[i]);

		ck_assert_int_eq(f->verdict, VERDICT_UNKNOWN);
		ck_assert_ptr_nonnull(strstr(f->found, "efivarfs is not mounted"));
		ck_assert_ptr_nonnull(strstr(f->remedy, "efi=runtime"));
		ck_assert_int_eq(machine_run(MOMENT_HOOK, by_variable[i])->verdict,
				 VERDICT_VETO);
		ck_assert_int_eq(machine_run(MOMENT_REBOOT, by_variable[i])->verdict,
				 VERDICT_VETO);
	}
	ck_assert_ptr_nonnull(strstr(machine_run(MOMENT_REBOOT, "boot-counting")->found,
				     "efivarfs is not mounted"));
}
END_TEST

/* A damaged OsIndications is unknown to all who look at it. */
START_TEST(test_os_indications_damaged)
{
	machine_variable("OsIndications-" EFIVAR_GLOBAL, "\0\0\0\0", 4);
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(machine_run(MOMENT_ARM, by_variable[i])->verdict,
				 VERDICT_VETO);
	machine_put(EFIVAR_DIR "/OsIndications-" EFIVAR_GLOBAL, "abc");
	for (size_t i = 0; i < 3; i++)
		ck_assert_int_eq(machine_run(MOMENT_ARM, by_variable[i])->verdict,
				 VERDICT_VETO);
}
END_TEST

START_TEST(test_lowered_by_configuration)
{
	machine_variable("BootNext-" EFIVAR_GLOBAL, "\1\0", 2);
	ck_assert_int_eq(strv_add(&machine_config.guards_warn, "boot-next"), 0);
	machine_expect("boot-next", "wwww", "BootNext");
}
END_TEST

Suite *guard_firmware_suite(void)
{
	Suite *suite = suite_create("guard_firmware");
	TCase *tc = tcase_create("guard_firmware");

	tcase_add_checked_fixture(tc, machine_begin, machine_end);
	tcase_add_loop_test(tc, test_variable, 0, (int)ARRAY_SIZE(variables));
	tcase_add_test(tc, test_variable_never_written);
	tcase_add_loop_test(tc, test_file, 0, (int)ARRAY_SIZE(files));
	tcase_add_loop_test(tc, test_bmc, 0, ARRAY_SIZE(bmcs));
	tcase_add_test(tc, test_bmc_elsewhere);
	tcase_add_loop_test(tc, test_grubenv, 0, (int)ARRAY_SIZE(grubenvs));
	tcase_add_test(tc, test_grubenv_damaged);
	tcase_add_test(tc, test_grubenv_out_of_reach);
	tcase_add_test(tc, test_boot_counting);
	tcase_add_test(tc, test_boot_counting_without_its_file_system);
	tcase_add_test(tc, test_boot_counting_damaged);
	tcase_add_test(tc, test_no_uefi);
	tcase_add_loop_test(tc, test_variables_unreadable, 0, 2);
	tcase_add_test(tc, test_os_indications_damaged);
	tcase_add_test(tc, test_lowered_by_configuration);
	suite_add_tcase(suite, tc);
	return suite;
}
