// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <string.h>

#include "base/efivar.h"
#include "guard_machine.h"
#include "keep/firmware_time.h"
#include "keep/runfiles.h"

Suite *firmware_time_suite(void);

#define BOOT "/sys/firmware/acpi/fpdt/boot/"
#define TYPE "/proc/sys/kernel/bootloader_type"

/* "12345678" as the Boot Loader Interface writes it: UTF-16LE with its NUL. */
static const char loader_us[] = "1\0002\0003\0004\0005\0006\0007\0008\0\0";

static const struct {
	const char *kernel, *launch; /* of the FPDT; NULL: not there */
	bool loader;		     /* LoaderTimeExecUSec is there */
	int result;
	double seconds;
} cases[] = {
	{ NULL, NULL, false, 0, 0 },
	{ "11526108720\n", "9000000000\n", false, 1, 11.526 },
	{ "11526108720\n", "9000000000\n", true, 1, 11.526 },
	{ NULL, NULL, true, 1, 12.345 },
	{ "0\n", "0\n", true, 1, 12.345 },
	{ "0\n", "9000000000\n", false, 1, 9.0 },
	{ "n/a\n", "\n", false, 0, 0 },
	/* Nobody waits for more than an hour, or less than a blink. */
	{ "3600001000000\n", NULL, false, 0, 0 },
	{ "3600000000000\n", NULL, false, 1, 3600 },
	{ "18446744073709551616\n", NULL, true, 1, 12.345 },
	{ "1000000\n", NULL, false, 0, 0 },
};

static void put(int i)
{
	if (cases[i].kernel)
		machine_put(BOOT "exitbootservice_end_ns", cases[i].kernel);
	if (cases[i].launch)
		machine_put(BOOT "bootloader_launch_ns", cases[i].launch);
	if (cases[i].loader)
		machine_variable("LoaderTimeExecUSec-" EFIVAR_LOADER, loader_us,
				 sizeof(loader_us));
}

START_TEST(test_told_now)
{
	double seconds = 0;

	put(_i);
	ck_assert_int_eq(firmware_time_read(&machine, &seconds), cases[_i].result);
	ck_assert_double_eq_tol(seconds, cases[_i].seconds, 0.0005);
}
END_TEST

START_TEST(test_kept)
{
	double seconds = 0;

	put(_i);
	machine_put(TYPE, "114\n");
	ck_assert_int_eq(firmware_time_note(&machine), 0);
	machine_remove_tree("/sys/firmware");
	ck_assert_int_eq(firmware_time_read(&machine, &seconds), cases[_i].result);
	ck_assert_double_eq_tol(seconds, cases[_i].seconds, 0.0005);
}
END_TEST

/* After a kexec, or when it is not known how this boot came about, nothing is kept. */
START_TEST(test_only_of_a_cold_boot)
{
	machine_put(BOOT "exitbootservice_end_ns", "5000000000\n");
	if (_i)
		machine_put(TYPE, "208\n");
	ck_assert_int_eq(firmware_time_note(&machine), 0);
	ck_assert(!root_exists(machine.root, STATE_DIR "/firmware"));
}
END_TEST

START_TEST(test_damaged_record)
{
	double seconds = 0;

	machine_put(STATE_DIR "/firmware", "FORMAT=1\nSECONDS=-3\n");
	ck_assert_int_eq(firmware_time_read(&machine, &seconds), 0);
	machine_put(STATE_DIR "/firmware", "FORMAT=1\nSECONDS=1e99\n");
	ck_assert_int_eq(firmware_time_read(&machine, &seconds), 0);
	machine_put(STATE_DIR "/firmware", "FORMAT=1\nSECONDS=nan\n");
	ck_assert_int_eq(firmware_time_read(&machine, &seconds), 0);
	machine_put(STATE_DIR "/firmware", "FORMAT=2\nSECONDS=3\n");
	ck_assert_int_eq(firmware_time_read(&machine, &seconds), 0);
}
END_TEST

Suite *firmware_time_suite(void)
{
	Suite *suite = suite_create("firmware_time");
	TCase *tc = tcase_create("firmware_time");

	tcase_add_checked_fixture(tc, machine_begin, machine_end);
	tcase_add_loop_test(tc, test_told_now, 0, (int)ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, test_kept, 0, (int)ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, test_only_of_a_cold_boot, 0, 2);
	tcase_add_test(tc, test_damaged_record);
	suite_add_tcase(suite, tc);
	return suite;
}
