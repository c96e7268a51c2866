// SPDX-License-Identifier: GPL-2.0-or-later
/* Unified kernel images in systemd-boot's menu, and what systemd-stub adds to them:
 * src/find/blstype2.c. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"
#include "bls_machine.h"

Suite *bls_uki_suite(void);

static const struct bls_machine machines[] = {
	/* unified kernel images */
	{ "one",
	  { { LINUX "debian-6.1.efi", UKI } },
	  "debian-6.1.efi default [root=1 quiet] /efi/EFI/Linux/debian-6.1.efi\n",
	  NULL,
	  "the first entry" },
	{ "beside a type 1 entry without sort key",
	  { KERNELS, { DIR "z.conf", ONE }, { LINUX "a.efi", UKI } },
	  "a.efi default [root=1 quiet] /efi/EFI/Linux/a.efi\n"
	  "z.conf [root=1] /efi/l1 /efi/i\n",
	  NULL,
	  NULL },
	{ "newest by name",
	  { { LINUX "debian-6.9.efi", UKI }, { LINUX "debian-6.10.efi", UKI } },
	  "debian-6.10.efi default [root=1 quiet] /efi/EFI/Linux/debian-6.10.efi\n"
	  "debian-6.9.efi [root=1 quiet] /efi/EFI/Linux/debian-6.9.efi\n",
	  NULL,
	  NULL },
	{ "no command line, no initramfs",
	  { { LINUX "a.efi", OSREL "|.linux=x" } },
	  "a.efi default [] /efi/EFI/Linux/a.efi (no initramfs)\n",
	  NULL,
	  NULL },
	{ "profiles",
	  { { CONF, "default *@rescue\n" },
	    { LINUX "a.efi", UKI "|.profile=ID=main|.profile=ID=rescue\nTITLE=Rescue|"
				 ".cmdline=rescue|.profile=x=y" } },
	  "a.efi [root=1 quiet] /efi/EFI/Linux/a.efi\n"
	  "a.efi@rescue default [rescue] /efi/EFI/Linux/a.efi\n"
	  "a.efi@2 [root=1 quiet] /efi/EFI/Linux/a.efi\n",
	  NULL,
	  NULL },
	{ "without a name",
	  { { LINUX "a.efi", ".linux=x" } },
	  "a.efi [] /efi/EFI/Linux/a.efi (no initramfs) ! it does not tell its name "
	  "(.osrel), so systemd-boot does not show it\n",
	  "no entry of ours",
	  NULL },
	{ "no image",
	  { BOTH, { "/efi/EFI/Linux/x.efi", "text" } },
	  DEFAULT_B LINE_A "x.efi [] (no kernel) ! not a unified kernel image, so "
			   "systemd-boot does not show it\n",
	  NULL,
	  NULL },
	{ "counting",
	  { { LINUX "a+3-0.efi", UKI } },
	  "a.efi default [root=1 quiet] /efi/EFI/Linux/a+3-0.efi ! boot counting in "
	  "progress (3 left): only the boot loader counts\n",
	  NULL,
	  NULL },
	{ "counting, with profiles",
	  { { LINUX "a+3-0.efi", UKI "|.profile=ID=a|.profile=ID=b" } },
	  "a.efi default [root=1 quiet] /efi/EFI/Linux/a+3-0.efi ! boot counting in "
	  "progress (3 left): only the boot loader counts\n"
	  "a.efi@b [root=1 quiet] /efi/EFI/Linux/a+3-0.efi\n",
	  "profiles and boot counters",
	  NULL },
	{ "addons, in order",
	  { { LINUX "a.efi", UKI STUB },
	    { "uki:/efi/loader/addons/z.addon.efi", ".cmdline=z" },
	    { "uki:/efi/EFI/Linux/a.efi.extra.d/2.addon.efi", ".cmdline=2" },
	    { "uki:/efi/EFI/Linux/a.efi.extra.d/10.addon.efi", ".cmdline=10|.uname=6.1" },
	    { "uki:/efi/EFI/Linux/a.efi.extra.d/3.addon.efi", ".cmdline=3|.uname=6.2" },
	    { "/efi/EFI/Linux/a.efi.extra.d/readme", "x" } },
	  "a.efi default [root=1 quiet z 10 2] /efi/EFI/Linux/a.efi\n",
	  NULL,
	  NULL },
	{ "an addon of a file with counters",
	  { { LINUX "a+0-3.efi", UKI STUB },
	    { "uki:/efi/EFI/Linux/a.efi.extra.d/x.addon.efi", ".cmdline=x" } },
	  "a.efi default [root=1 quiet x] /efi/EFI/Linux/a+0-3.efi ! it failed as often "
	  "as it may (boot counting)\n",
	  NULL,
	  NULL },
	{ "an addon, and a stub that does not say what it is",
	  { { LINUX "a.efi", UKI },
	    { "uki:/efi/loader/addons/z.addon.efi", ".cmdline=z" } },
	  "a.efi default [root=1 quiet] /efi/EFI/Linux/a.efi ! the addon "
	  "/efi/loader/addons/z.addon.efi is there, and whether its stub reads it is not "
	  "known\n",
	  NULL,
	  NULL },
	{ "an addon with an initramfs",
	  { { LINUX "a.efi", UKI STUB },
	    { "uki:/efi/loader/addons/z.addon.efi", ".initrd=z" } },
	  "a.efi default [root=1 quiet] /efi/EFI/Linux/a.efi ! the addon "
	  "/efi/loader/addons/z.addon.efi has an initramfs, microcode or a device tree, "
	  "which kexec would not pass\n",
	  NULL,
	  NULL },
	{ "credentials for all",
	  { { LINUX "a.efi", UKI STUB }, { "/efi/loader/credentials/x.cred", "x" } },
	  "a.efi default [root=1 quiet] /efi/EFI/Linux/a.efi ! systemd-stub would pass "
	  "/efi/loader/credentials/x.cred, which kexec does not\n",
	  NULL,
	  NULL },
	{ "an extension for one",
	  { { LINUX "a.efi", UKI STUB },
	    { LINUX "b.efi", UKI STUB },
	    { "/efi/EFI/Linux/a.efi.extra.d/x.sysext.raw", "x" } },
	  "b.efi default [root=1 quiet] /efi/EFI/Linux/b.efi\n"
	  "a.efi [root=1 quiet] /efi/EFI/Linux/a.efi ! systemd-stub would pass "
	  "/efi/EFI/Linux/a.efi.extra.d/x.sysext.raw, which kexec does not\n",
	  NULL,
	  NULL },

};

START_TEST(test_machine)
{
	bls_check(&machines[_i]);
}
END_TEST

/* With Secure Boot, what an addon adds is the firmware's to say. */
START_TEST(test_secure_boot)
{
	_cleanup_free_ char *found = NULL;

	bls_put(&(struct bls_file){ "uki:/efi/EFI/Linux/a.efi", UKI STUB });
	bls_put(&(struct bls_file){ "uki:/efi/loader/addons/z.addon.efi", ".cmdline=z" });
	bls_put_bytes(EFIVAR_DIR "/SecureBoot-" EFIVAR_GLOBAL, "\6\0\0\0\1", 5);
	ck_assert_int_eq(bls_menu(&bls_ctx, &bls_list), 1);
	found = bls_describe();
	ck_assert_ptr_nonnull(strstr(found, "only the firmware can tell"));
}
END_TEST

Suite *bls_uki_suite(void)
{
	Suite *suite = suite_create("bls_uki");
	TCase *tc = tcase_create("bls_uki");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_checked_fixture(tc, bls_set_up, bls_tear_down);
	tcase_add_loop_test(tc, test_machine, 0, (int)ARRAY_SIZE(machines));
	tcase_add_test(tc, test_secure_boot);
	suite_add_tcase(suite, tc);
	return suite;
}
