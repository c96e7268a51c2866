// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"
#include "fake_root.h"
#include "find/bootorder.h"
#include "make_option.h"

Suite *bootorder_suite(void);

static const struct {
	uint32_t attributes;
	const char *title, *path, *arguments;
	bool is_active, is_application;
	const char *told_path;
	enum boot_program program;
} options[] = {
	{ 1, "debian", "\\EFI\\debian\\shimx64.efi", "", true, false,
	  "/EFI/debian/shimx64.efi", PROGRAM_GRUB },
	{ 1, "Fedora", "\\EFI\\fedora\\GRUBX64.EFI", "", true, false,
	  "/EFI/fedora/GRUBX64.EFI", PROGRAM_GRUB },
	{ 1, "Linux Boot Manager", "\\EFI\\systemd\\systemd-bootx64.efi", "", true, false,
	  "/EFI/systemd/systemd-bootx64.efi", PROGRAM_SYSTEMD_BOOT },
	{ 0, "rEFInd", "EFI/refind\\\\refind_x64.efi", "", false, false,
	  "/EFI/refind/refind_x64.efi", PROGRAM_REFIND },
	{ 0x101, "Setup", NULL, "", true, true, NULL, PROGRAM_UNKNOWN },
	{ 1, "Gentoo 6.6.1", "\\EFI\\Gentoo\\vmlinuz-6.6.1.efi",
	  "root=/dev/sda2 initrd=\\EFI\\Gentoo\\initramfs-6.6.1.img", true, false,
	  "/EFI/Gentoo/vmlinuz-6.6.1.efi", PROGRAM_UNKNOWN },
	{ 1, "Windows Boot Manager", "\\EFI\\Microsoft\\Boot\\bootmgfw.efi", "WINDOWS",
	  true, false, "/EFI/Microsoft/Boot/bootmgfw.efi", PROGRAM_WINDOWS },
	{ 1, "", NULL, "", true, false, NULL, PROGRAM_UNKNOWN },
};

START_TEST(test_option)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	struct boot_option option;

	option_add(&b, options[_i].attributes, options[_i].title, options[_i].path,
		   options[_i].arguments);
	ck_assert_int_eq(boot_option_parse(b.data, b.len, &option), 0);
	ck_assert_int_eq(option.is_active, options[_i].is_active);
	ck_assert_int_eq(option.is_application, options[_i].is_application);
	ck_assert_str_eq(option.title, options[_i].title);
	ck_assert_pstr_eq(option.path, options[_i].told_path);
	ck_assert_pstr_eq(option.partition, options[_i].path ? OPTION_GUID : NULL);
	ck_assert_pstr_eq(option.arguments, options[_i].arguments);
	ck_assert_int_eq(boot_option_program(&option), options[_i].program);
	boot_option_done(&option);

	/* Each shorter one is either damaged or another option: never read too far. */
	for (size_t len = 0; len < b.len; len++) {
		uint8_t *part = malloc(len ? len : 1);

		memcpy(part, b.data, len);
		if (boot_option_parse(part, len, &option) == 0)
			boot_option_done(&option);
		else
			ck_assert_ptr_null(option.title);
		free(part);
	}
}
END_TEST

/* Arguments that are no text, as Windows has them. */
START_TEST(test_binary_arguments)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	struct boot_option option;

	option_add(&b, 1, "x", "\\x.efi", "W");
	bytes_add(&b, "\0\0\1\0", 4);
	ck_assert_int_eq(boot_option_parse(b.data, b.len, &option), 0);
	ck_assert_ptr_null(option.arguments);
	boot_option_done(&option);
	bytes_add(&b, "\1", 1);
	ck_assert_int_eq(boot_option_parse(b.data, b.len, &option), 0);
	ck_assert_ptr_null(option.arguments);
	boot_option_done(&option);
}
END_TEST

START_TEST(test_damaged)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	struct boot_option option;
	uint8_t *big = calloc(1, BOOT_OPTION_MAX + 1);

	option_add(&b, 1, "x", "\\x.efi", "");
	bytes_put(&b, 4, 0xffff, 2); /* the path's length */
	ck_assert_int_eq(boot_option_parse(b.data, b.len, &option), -EBADMSG);
	bytes_put(&b, 4, 4, 2);
	ck_assert_int_eq(boot_option_parse(b.data, b.len, &option), -EBADMSG);
	ck_assert_ptr_nonnull(big);
	ck_assert_int_eq(boot_option_parse(big, BOOT_OPTION_MAX + 1, &option), -E2BIG);
	free(big);
}
END_TEST

static char dir[64];
static struct root root;

static void set_up(void)
{
	strcpy(dir, "/tmp/warmboot-test-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
}

static void tear_down(void)
{
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

static void put(const char *name, const void *data, size_t len)
{
	_cleanup_free_ char *path = strf(EFIVAR_DIR "/%s-" EFIVAR_GLOBAL, name);
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	bytes_add(&b, "\7\0\0\0", 4);
	bytes_add(&b, data, len);
	ck_assert_int_eq(fake_root_file(dir, path, b.data, b.len), 0);
}

static void put_option(const char *name, uint32_t attributes, const char *title)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	option_add(&b, attributes, title, "\\x.efi", "");
	put(name, b.data, b.len);
}

START_TEST(test_order)
{
	struct bootorder order;

	ck_assert_int_eq(bootorder_read(&root, &order), -ENOENT);
	put("BootOrder", "\5\0\4\0\x0a\0\1\0", 8);
	put_option("Boot0004", 0, "off");
	put_option("Boot000A", 0x101, "Setup");
	put_option("Boot0001", 1, "debian");
	ck_assert_int_eq(bootorder_read(&root, &order), 0);
	ck_assert(order.found);
	ck_assert_str_eq(order.first.title, "debian");
	ck_assert_uint_eq(order.first.number, 1);
	ck_assert_int_eq(order.current, BOOT_NONE);
	ck_assert_int_eq(order.once, BOOT_NONE);
	bootorder_done(&order);

	put("BootCurrent", "\4\0", 2);
	put("BootNext", "\xff\xff", 2);
	ck_assert_int_eq(bootorder_read(&root, &order), 0);
	ck_assert_int_eq(order.current, 4);
	ck_assert_int_eq(order.once, 0xffff);
	bootorder_done(&order);

	put("BootNext", "\1", 1);
	ck_assert_int_eq(bootorder_read(&root, &order), -EBADMSG);
	put("BootNext", "\1\0", 2);
	put("Boot0004", "damaged", 7);
	ck_assert_int_eq(bootorder_read(&root, &order), -EBADMSG);
	put("BootOrder", "\1", 1);
	ck_assert_int_eq(bootorder_read(&root, &order), -EBADMSG);
	put("BootOrder", "", 0);
	ck_assert_int_eq(bootorder_read(&root, &order), 0);
	ck_assert(!order.found);
	bootorder_done(&order);
}
END_TEST

Suite *bootorder_suite(void)
{
	Suite *suite = suite_create("bootorder");
	TCase *tc = tcase_create("bootorder");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_option, 0, (int)ARRAY_SIZE(options));
	tcase_add_test(tc, test_binary_arguments);
	tcase_add_test(tc, test_damaged);
	tcase_add_test(tc, test_order);
	suite_add_tcase(suite, tc);
	return suite;
}
