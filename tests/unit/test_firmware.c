// SPDX-License-Identifier: GPL-2.0-or-later
/* Kernels that the firmware starts by itself: src/find/firmware.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"
#include "bls_machine.h"
#include "find/firmware.h"
#include "make_option.h"

Suite *firmware_suite(void);

#define KERNEL "/efi/EFI/Gentoo/vmlinuz-6.6.1.efi"
#define INITRD "/efi/EFI/Gentoo/initramfs-6.6.1.img"
#define IMAGE "uki:/efi/EFI/Linux/arch.efi"
#define SECTIONS ".osrel=ID=arch\nNAME=Arch\n|.cmdline=root=2|.linux=x|.initrd=y"
#define LOADED "\\EFI\\Gentoo\\vmlinuz-6.6.1.efi"

static const struct {
	const char *name;
	const char *path, *arguments; /* of the first option */
	struct bls_file files[3];
	const char
		*current; /* BootCurrent; NULL: not set. Number 3 is the first option. */
	const char *expected; /* as bls_describe() tells it; NULL: there is no menu */
	const char *doubt;
} machines[] = {
	{ "as Gentoo's installkernel makes it",
	  LOADED,
	  "root=/dev/sda2 ro initrd=\\EFI\\Gentoo\\initramfs-6.6.1.img",
	  { { KERNEL, NULL }, { INITRD, "x" } },
	  "\3\0",
	  "Boot0003 default [root=/dev/sda2 ro initrd=\\EFI\\Gentoo\\initramfs-6.6.1.img] " KERNEL
	  " " INITRD "\n",
	  NULL },
	{ "no initramfs",
	  LOADED,
	  "root=/dev/sda2",
	  { { KERNEL, NULL } },
	  NULL,
	  "Boot0003 default [root=/dev/sda2] " KERNEL " (no initramfs)\n",
	  NULL },
	{ "no arguments",
	  LOADED,
	  "",
	  { { KERNEL, NULL } },
	  NULL,
	  "Boot0003 default [] " KERNEL " ! the firmware passes it no command line: the "
	  "kernel's own one is not known\n",
	  NULL },
	{ "an initramfs that is gone",
	  LOADED,
	  "initrd=\\x.img",
	  { { KERNEL, NULL } },
	  NULL,
	  "Boot0003 default [initrd=\\x.img] " KERNEL
	  " /efi/x.img ! it names initrd /efi/x.img, which is not there\n",
	  NULL },
	{ "another one was booted",
	  LOADED,
	  "root=1",
	  { { KERNEL, NULL } },
	  "\4\0",
	  "Boot0003 default [root=1] " KERNEL " (no initramfs)\n",
	  "BootOrder begins with Boot0003, but Boot0004 was booted" },
	{ "GRUB",
	  "\\EFI\\debian\\grubx64.efi",
	  "",
	  { { KERNEL, NULL } },
	  NULL,
	  NULL,
	  NULL },
	{ "something else",
	  "\\EFI\\x\\tool.efi",
	  "",
	  { { "/efi/EFI/x/tool.efi", "x" } },
	  NULL,
	  NULL,
	  NULL },
	{ "not there", LOADED, "root=1", { { INITRD, "x" } }, NULL, NULL, NULL },
	{ "a unified image",
	  "\\EFI\\Linux\\arch.efi",
	  "",
	  { { IMAGE, SECTIONS } },
	  NULL,
	  "Boot0003 default [root=2] /efi/EFI/Linux/arch.efi\n",
	  NULL },
	{ "a unified image with arguments",
	  "\\EFI\\Linux\\arch.efi",
	  "quiet",
	  { { IMAGE, SECTIONS } },
	  NULL,
	  "Boot0003 default [root=2] /efi/EFI/Linux/arch.efi ! the firmware passes "
	  "arguments, which systemd-stub may take in place of its own command line\n",
	  NULL },
	{ "a unified image with credentials",
	  "\\EFI\\Linux\\arch.efi",
	  "",
	  { { IMAGE, SECTIONS }, { "/efi/loader/credentials/a.cred", "x" } },
	  NULL,
	  "Boot0003 default [root=2] /efi/EFI/Linux/arch.efi ! systemd-stub would pass "
	  "/efi/loader/credentials/a.cred, which kexec does not\n",
	  NULL },
};

static void put_variable(const char *name, const void *data, size_t len)
{
	_cleanup_free_ char *path = strf(EFIVAR_DIR "/%s-" EFIVAR_GLOBAL, name);
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	bytes_add(&b, "\7\0\0\0", 4);
	bytes_add(&b, data, len);
	bls_put_bytes(path, b.data, b.len);
}

static void put_option(const char *path, const char *arguments)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	option_add(&b, 1, "Linux", path, arguments);
	put_variable("BootOrder", "\3\0", 2);
	put_variable("Boot0003", b.data, b.len);
}

START_TEST(test_machine)
{
	const char *name = machines[_i].name, *doubt = machines[_i].doubt;
	_cleanup_free_ char *found = NULL;

	put_option(machines[_i].path, machines[_i].arguments);
	if (machines[_i].current)
		put_variable("BootCurrent", machines[_i].current, 2);
	for (size_t i = 0; i < 3 && machines[_i].files[i].path; i++)
		bls_put(&machines[_i].files[i]);
	ck_assert_msg(firmware_menu(&bls_ctx, &bls_list) == !!machines[_i].expected, "%s",
		      name);
	if (!machines[_i].expected)
		return;
	ck_assert_int_eq(bls_list.loader, LOADER_FIRMWARE);
	ck_assert_str_eq(bls_list.default_reason, "the first of BootOrder, \"Linux\"");
	found = bls_describe();
	ck_assert_msg(streq(found, machines[_i].expected), "%s:\n%s", name, found);
	if (doubt)
		ck_assert_pstr_eq(bls_list.not_understood, doubt);
	else
		ck_assert_ptr_null(bls_list.not_understood);
}
END_TEST

START_TEST(test_once)
{
	put_option(LOADED, "root=1");
	bls_put(&(struct bls_file){ KERNEL, NULL });
	put_variable("BootNext", "\1\0", 2);
	ck_assert_int_eq(firmware_menu(&bls_ctx, &bls_list), 1);
	ck_assert_str_eq(bls_list.one_shot,
			 "BootNext asks once for Boot0001 (efibootmgr --bootnext)");
}
END_TEST

Suite *firmware_suite(void)
{
	Suite *suite = suite_create("firmware");
	TCase *tc = tcase_create("firmware");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_checked_fixture(tc, bls_set_up, bls_tear_down);
	tcase_add_loop_test(tc, test_machine, 0, (int)ARRAY_SIZE(machines));
	tcase_add_test(tc, test_once);
	suite_add_tcase(suite, tc);
	return suite;
}
