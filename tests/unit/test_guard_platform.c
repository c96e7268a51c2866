// SPDX-License-Identifier: GPL-2.0-or-later
/* The guards for machines and states in which a warm reboot is known to fail. */
#include <check.h>
#include <string.h>

#include "base/util.h"
#include "guard_machine.h"

Suite *guard_platform_suite(void);

#define CPU(flags) \
	"processor\t: 0\nvendor_id\t: x\nflags\t\t: " flags "\nbugs\t\t: sev\n\n"

/* One row a case: up to two files, which guard says what at the four moments. */
static const struct {
	const char *guard, *verdicts, *words, *files[2][2];
} cases[] = {
	{ "xen", "oooo", "not under", { { "/sys/hypervisor/type", "kvm\n" } } },
	{ "xen", "vvvv", "not known", { { "/sys/hypervisor/type", "xen\n" } } },
	{ "xen",
	  "vvvv",
	  "not known",
	  { { "/sys/hypervisor/type", "xen\n" },
	    { "/sys/hypervisor/guest_type", "PV\n" } } },
	{ "xen",
	  "oooo",
	  "(HVM)",
	  { { "/sys/hypervisor/type", "xen\n" },
	    { "/sys/hypervisor/guest_type", "HVM\n" } } },
	{ "xen",
	  "oooo",
	  "(PVH)",
	  { { "/sys/hypervisor/type", "xen\n" },
	    { "/sys/hypervisor/guest_type", "PVH\n" } } },
	{ "xen",
	  "vvvv",
	  "first domain",
	  { { "/sys/hypervisor/type", "xen\n" },
	    { "/proc/xen/capabilities", "control_d\n" } } },
	{ "hyper-v", "vvvv", "Hyper-V", { { "/sys/bus/vmbus/devices/x", "" } } },
	/* Microsoft makes real machines, too. */
	{ "hyper-v",
	  "oooo",
	  "",
	  { { "/sys/class/dmi/id/sys_vendor", "Microsoft Corporation\n" } } },
	{ "confidential-vm", "vvvv", "/dev/tdx_guest", { { "/dev/tdx_guest", "" } } },
	{ "confidential-vm", "vvvv", "/dev/sev-guest", { { "/dev/sev-guest", "" } } },
	{ "confidential-vm",
	  "vvvv",
	  "tdx_guest",
	  { { "/sys/devices/virtual/misc/tdx_guest/dev", "" } } },
	{ "confidential-vm",
	  "vvvv",
	  "prot_virt_guest",
	  { { "/sys/firmware/uv/prot_virt_guest", "1\n" } } },
	{ "confidential-vm",
	  "oooo",
	  "",
	  { { "/sys/firmware/uv/prot_virt_guest", "0\n" } } },
	{ "confidential-vm",
	  "vvvv",
	  "svm",
	  { { "/sys/devices/system/cpu/svm", "1\n" } } },
	{ "confidential-vm",
	  "vvvv",
	  "(sev)",
	  { { "/proc/cpuinfo", CPU("fpu hypervisor sev") } } },
	{ "confidential-vm",
	  "vvvv",
	  "(sev_snp)",
	  { { "/proc/cpuinfo", CPU("fpu hypervisor sev sev_es sev_snp nx") } } },
	{ "confidential-vm",
	  "vvvv",
	  "(tdx_guest)",
	  { { "/proc/cpuinfo", CPU("fpu hypervisor tdx_guest") } } },
	/* The machine that can start such guests; a word in another line; part of one. */
	{ "confidential-vm", "oooo", "", { { "/proc/cpuinfo", CPU("fpu sev sev_es") } } },
	{ "confidential-vm",
	  "oooo",
	  "",
	  { { "/proc/cpuinfo", CPU("fpu hypervisor sevx") } } },
	{ "protected-kvm",
	  "vvvv",
	  "protected",
	  { { "/proc/cmdline", "ro kvm-arm.mode=protected\n" } } },
	{ "protected-kvm", "oooo", "", { { "/proc/cmdline", "kvm-arm.mode=nvhe\n" } } },
	{ "protected-kvm",
	  "oooo",
	  "",
	  { { "/proc/cmdline", "xkvm-arm.mode=protected\n" } } },
	{ "crashkernel",
	  "wwww",
	  "256M",
	  { { "/proc/cmdline", "crashkernel=1G crashkernel=256M ro\n" } } },
};

START_TEST(test_case)
{
	for (size_t i = 0; i < 2 && cases[_i].files[i][0]; i++)
		machine_put(cases[_i].files[i][0], cases[_i].files[i][1]);
	machine_expect(cases[_i].guard, cases[_i].verdicts, cases[_i].words);
}
END_TEST

START_TEST(test_crashkernel_kept_or_not_asked)
{
	machine_put("/proc/cmdline", "crashkernel=256M ro\n");
	machine_facts.cmdline = "ro crashkernel=512M";
	machine_expect("crashkernel", "oooo", "");
	machine_facts.cmdline = NULL;
	machine_expect("crashkernel", "oooo", "nothing is to be loaded");
	machine_facts.cmdline = "xcrashkernel=1 crashkernel";
	machine_expect("crashkernel", "wwww", "256M");
}
END_TEST

/* ---- hibernation ---- */

#define SWAP 65536

/* A swap area whose signature is at the end of a page of @page bytes, after @offset. */
static void put_swap(const char *path, size_t offset, size_t page, const char *signature)
{
	_cleanup_free_ char *area = calloc(1, offset + SWAP);

	strncpy(area + offset + page - 10, signature, 10);
	machine_put_bytes(path, area, offset + SWAP);
}

static const struct {
	const char *verdicts, *signature;
	size_t page;
} swaps[] = {
	{ "oooo", "SWAPSPACE2", 4096 }, { "vvvv", "S1SUSPEND", 4096 },
	{ "vvvv", "ULSUSPEND", 4096 },	{ "vvvv", "S1SUSPEND", 16384 },
	{ "vvvv", "S1SUSPEND", 65536 }, { "oooo", "S1SUSPEND", 12288 },
	{ "oooo", "S1SUSPENDX", 4096 },
};

START_TEST(test_resume_device_of_the_kernel)
{
	machine_put("/sys/power/resume", "8:5\n");
	put_swap("/dev/block/8:5", 0, swaps[_i].page, swaps[_i].signature);
	machine_expect("hibernation", swaps[_i].verdicts, "hibernated system");
}
END_TEST

START_TEST(test_resume_device_of_the_command_line)
{
	machine_put("/proc/cmdline", "ro resume=UUID=ab-cd\n");
	put_swap("/dev/disk/by-uuid/ab-cd", 0, swaps[_i].page, swaps[_i].signature);
	machine_expect("hibernation", swaps[_i].verdicts, "hibernated system");
}
END_TEST

/* A swap file, so many pages into the file system's device. */
START_TEST(test_swap_file)
{
	long page = sysconf(_SC_PAGESIZE);

	machine_put("/sys/power/resume", "8:1\n");
	machine_put("/sys/power/resume_offset", "6\n");
	put_swap("/dev/block/8:1", 6 * (size_t)page, 4096, "S1SUSPEND");
	machine_expect("hibernation", "vvvv", "/dev/block/8:1");
	machine_put("/sys/power/resume_offset", "0\n");
	machine_expect("hibernation", "oooo", "");
	machine_put("/sys/power/resume_offset", "18446744073709551615\n");
	machine_expect("hibernation", "?vvv", "/dev/block/8:1");
}
END_TEST

/* What is swapped to is not read: an image would have been refused. */
START_TEST(test_swapped_to)
{
	machine_put("/proc/cmdline", "ro resume=/dev/sda5\n");
	put_swap("/dev/sda5", 0, 4096, "S1SUSPEND");
	machine_put("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n"
				   "/dev/sda4  partition\t1\t0\t-2\n"
				   "/dev/sda5  partition\t1\t0\t-3\n");
	machine_expect("hibernation", "oooo", "");
	machine_put("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n"
				   "/dev/sda4  partition\t1\t0\t-2\n");
	machine_expect("hibernation", "vvvv", "/dev/sda5");
}
END_TEST

START_TEST(test_no_resume_device)
{
	machine_put("/proc/cmdline", "ro resume=/dev/sda5\n");
	machine_expect("hibernation", "oooo", "not there");
	machine_put("/dev/sda5", "short");
	machine_expect("hibernation", "?vvv", "/dev/sda5 cannot be read");
	machine_put("/proc/cmdline", "ro resume=ID=what\n");
	machine_expect("hibernation", "?vvv", "cannot be read");
	machine_put("/proc/cmdline", "ro resume=\n");
	machine_expect("hibernation", "oooo", "");
}
END_TEST

/* ---- watchdogs ---- */

#define DOG "/sys/class/watchdog/watchdog0/"

static void put_watchdog(const char *state, const char *nowayout, const char *timeout)
{
	machine_put(DOG "state", state);
	machine_put(DOG "nowayout", nowayout);
	machine_put(DOG "timeout", timeout);
	machine_put(DOG "identity", "iTCO_wdt\n");
}

START_TEST(test_watchdog_that_stops)
{
	put_watchdog("inactive\n", "1\n", "30\n");
	machine_expect("watchdog", "oooo", "");
	put_watchdog("active\n", "0\n", "30\n");
	machine_expect("watchdog", "oooo", "");
}
END_TEST

START_TEST(test_watchdog_that_goes_on)
{
	put_watchdog("active\n", "1\n", "30\n");
	machine_expect("watchdog", "wwww", "iTCO_wdt");
	ck_assert_ptr_nonnull(strstr(machine_run(MOMENT_ARM, "watchdog")->found, "30 s"));
	put_watchdog("active\n", "1\n", "600\n");
	machine_expect("watchdog", "oooo", "");
	/* A timer of the running kernel ends with it. */
	put_watchdog("active\n", "1\n", "30\n");
	machine_put(DOG "identity", "Software Watchdog\n");
	machine_expect("watchdog", "oooo", "");
}
END_TEST

static const struct {
	const char *verdicts, *file, *text;
} settings[] = {
	{ "wwww", "/etc/systemd/system.conf", "[Manager]\nKExecWatchdogSec=1min\n" },
	{ "oooo", "/etc/systemd/system.conf", "[Manager]\n#KExecWatchdogSec=1min\n" },
	{ "oooo", "/etc/systemd/system.conf", "[Manager]\nKExecWatchdogSec=off\n" },
	{ "oooo", "/etc/systemd/system.conf", "[Manager]\nRuntimeWatchdogSec=30\n" },
	{ "wwww", "/etc/systemd/system.conf.d/x.conf", "KExecWatchdogSec = 30s\n" },
	{ "wwww", "/usr/lib/systemd/system.conf.d/x.conf", "KExecWatchdogSec=30s\n" },
	{ "oooo", "/etc/systemd/system.conf.d/x.bak", "KExecWatchdogSec=30s\n" },
	{ "oooo", "/run/systemd/system.conf.d/x.conf", "KExecWatchdogSec=0\n" },
};

START_TEST(test_watchdog_of_systemd)
{
	put_watchdog("active\n", "0\n", "30\n");
	machine_put(settings[_i].file, settings[_i].text);
	machine_expect("watchdog", settings[_i].verdicts, "");
}
END_TEST

START_TEST(test_watchdog_of_systemd_overridden)
{
	put_watchdog("active\n", "0\n", "30\n");
	machine_put("/etc/systemd/system.conf", "KExecWatchdogSec=1min\n");
	machine_put("/etc/systemd/system.conf.d/x.conf", "KExecWatchdogSec=off\n");
	machine_expect("watchdog", "oooo", "");
}
END_TEST

Suite *guard_platform_suite(void)
{
	Suite *suite = suite_create("guard_platform");
	TCase *tc = tcase_create("guard_platform");

	tcase_add_checked_fixture(tc, machine_begin, machine_end);
	tcase_add_loop_test(tc, test_case, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(tc, test_crashkernel_kept_or_not_asked);
	tcase_add_loop_test(tc, test_resume_device_of_the_kernel, 0,
			    (int)ARRAY_SIZE(swaps));
	tcase_add_loop_test(tc, test_resume_device_of_the_command_line, 0,
			    (int)ARRAY_SIZE(swaps));
	tcase_add_test(tc, test_swap_file);
	tcase_add_test(tc, test_swapped_to);
	tcase_add_test(tc, test_no_resume_device);
	tcase_add_test(tc, test_watchdog_that_stops);
	tcase_add_test(tc, test_watchdog_that_goes_on);
	tcase_add_loop_test(tc, test_watchdog_of_systemd, 0, (int)ARRAY_SIZE(settings));
	tcase_add_test(tc, test_watchdog_of_systemd_overridden);
	suite_add_tcase(suite, tc);
	return suite;
}
