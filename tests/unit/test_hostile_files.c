// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Each file that the program reads, made a GiB long (it takes no room: all but its
 * beginning is a hole). Nothing may be read beyond the limits of SECURITY.md, nothing be
 * armed that rests on it, and the exit status is one of the documented ones.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/efivar.h"
#include "base/util.h"
#include "bounds.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *hostile_files_suite(void);

#define LENGTH ((off_t)1 << 30)
#define MEMORY_MIB 256
/* In all of a run; the largest single limit is GRUB's, 16 MiB a file. */
#define READ_MIB 64

static const char *const paths[] = {
	/* ours */
	"/etc/warmboot.conf",
	RUN_ARMED,
	RUN_BOOT,
	RUN_GO,
	RUN_GUARDS,
	RUN_DISARMED,
	RUN_LAST,
	STATE_DIR "/history",
	STATE_DIR "/attempt",
	STATE_DIR "/firmware",
	STATE_DIR "/trial",
	/* boot loaders' */
	"/boot/grub/grub.cfg",
	"/boot/grub2/grub.cfg",
	"/boot/grub/grubenv",
	"/boot/grub/x86_64-efi/command.lst",
	"/etc/default/grub",
	"/boot/efi/EFI/debian/grub.cfg",
	"/boot/loader/loader.conf",
	"/boot/efi/loader/loader.conf",
	"/boot/loader/entries/a.conf",
	"/boot/efi/loader/entries/a.conf",
	"/boot/efi/EFI/Linux/a.efi",
	"/boot/extlinux/extlinux.conf",
	"/boot/extlinux/ldlinux.sys",
	"/etc/kernel/cmdline",
	"/etc/kernel/proxmox-boot-uuids",
	"/boot/vmlinuz-" SCENE_NEW,
	"/boot/initrd.img-" SCENE_NEW,
	/* the system's */
	"/etc/fstab",
	"/etc/crypttab",
	"/etc/crypttab.initramfs",
	"/etc/os-release",
	"/etc/machine-id",
	"/etc/conf.d/kexec",
	"/etc/default/kexec",
	"/etc/default/kexec.d/other",
	"/etc/default/kexec.d/warmboot",
	"/etc/systemd/system.conf",
	"/etc/systemd/system.conf.d/a.conf",
	"/run/systemd/container",
	"/run/systemd/reboot-param",
	"/run/systemd/shutdown/scheduled",
	"/run/udev/data/b8:2",
	"/var/lib/fwupd/pending.db",
	"/var/lib/dpkg/info/linux-image-" SCENE_NEW ".md5sums",
	"/boot/config-" SCENE_OLD,
	/* the kernel's */
	"/proc/cmdline",
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/self/mountinfo",
	"/proc/self/status",
	"/proc/sys/kernel/bootloader_type",
	"/proc/sys/kernel/kexec_load_disabled",
	"/proc/sys/kernel/kexec_load_limit_reboot",
	"/proc/sys/kernel/random/boot_id",
	"/sys/kernel/kexec_loaded",
	"/sys/kernel/boot_params/data",
	"/sys/kernel/security/lockdown",
	"/sys/power/resume",
	"/sys/power/resume_offset",
	"/sys/block/dm-0/dm/uuid",
	"/sys/class/tpm/tpm0/ppi/request",
	"/sys/class/firmware-attributes/a/attributes/pending_reboot",
	"/sys/class/watchdog/watchdog0/state",
	"/sys/firmware/fdt",
	"/sys/firmware/dmi/tables/DMI",
	"/sys/firmware/efi/fw_platform_size",
	"/sys/firmware/acpi/fpdt/boot/exitbootservice_end_ns",
	"/sys/firmware/uv/prot_virt_guest",
	"/sys/hypervisor/type",
	EFIVAR_DIR "/BootOrder-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/Boot0001-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/BootCurrent-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/OsIndications-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/SecureBoot-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/LoaderInfo-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderEntryDefault-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderBootCountPath-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderTimeExecUSec-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderDevicePartUUID-" EFIVAR_LOADER,
};

/* What this process has read so far, in bytes; 0 where the kernel does not count. */
static uint64_t bytes_read(void)
{
	uint64_t n = 0;
	FILE *f = fopen("/proc/self/io", "re");

	if (!f)
		return 0;
	if (fscanf(f, "rchar: %" SCNu64, &n) != 1)
		n = 0;
	fclose(f);
	return n;
}

static void make_long(const char *path)
{
	_cleanup_free_ char *full = strf("%s%s", scene_machine(), path);

	/* Asked so, and not by scene_exists(), for which qemu-user has a file of its own.
	 */
	if (access(full, F_OK) < 0)
		scene_put(path, "# a\n");
	ck_assert_int_eq(truncate(full, LENGTH), 0);
}

/* Bounds for this process. What it prints goes to a file beside the root, as its messages
 * do. */
static bool begin(void)
{
	_cleanup_free_ char *path = strf("%s/../printed", scene_machine());

	return bounds_begin(MEMORY_MIB) && freopen(path, "we", stdout);
}

/* A limit of ours comes before one of the machine's. */
static void check_words(const char *path, const char *file)
{
	_cleanup_free_ char *text = scene_fake_read(file, NULL);

	ck_assert_msg(!text || !strstr(text, strerror(ENOMEM)), "%s: %.500s", path, text);
}

/* What it makes of it besides is the business of other tests. */
static void run(const char *path, const char *a, const char *b)
{
	uint64_t before = bytes_read(), read;
	int status = scene_run(a, b, NULL);

	fflush(stdout);
	check_words(path, "printed");
	check_words(path, "log");
	read = bytes_read() - before;
	ck_assert_msg(status == 0 || status == 1 || status == 3, "%s: %s %s: status %d",
		      path, a, str_or(b, ""), status);
	ck_assert_msg(read <= (uint64_t)READ_MIB << 20,
		      "%s: %s %s: %" PRIu64 " bytes read", path, a, str_or(b, ""), read);
}

START_TEST(test_long_file)
{
	const char *path = paths[_i];

	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, "x", NULL), 0);
	ck_assert(scene_loaded());
	scene_install(SCENE_NEWER);
	make_long(path);
	if (!begin())
		return;
	run(path, "--status", "-v");
	run(path, "--status", "--json");
	run(path, "--list", "-v");
	run(path, "--arm", "-n");
	run(path, "--arm", NULL);
	/* What the next reboot does is still known, and so is how to change it. */
	run(path, "--disarm", NULL);
	run(path, "--status", NULL);
}
END_TEST

/* Not a regular file at all: a directory, a pipe that nobody writes to, itself. */
START_TEST(test_odd_file)
{
	const char *path = paths[_i / 3];
	_cleanup_free_ char *full = strf("%s%s", scene_machine(), path);

	scene_install(SCENE_NEW);
	scene_put(path, "");
	scene_remove(path);
	if (_i % 3 == 0)
		ck_assert_int_eq(mkdir(full, 0755), 0);
	else if (_i % 3 == 1)
		ck_assert_int_eq(mkfifo(full, 0644), 0);
	else
		ck_assert_int_eq(symlink(path, full), 0);
	if (!begin())
		return;
	run(path, "--status", "-v");
	run(path, "--list", "-v");
	run(path, "--arm", "-n");
	run(path, "--arm", NULL);
	run(path, "--disarm", NULL);
}
END_TEST

Suite *hostile_files_suite(void)
{
	Suite *s = suite_create("hostile_files");
	TCase *t = tcase_create("hostile_files");

	tcase_set_timeout(t, BOUNDS_TIMEOUT);
	tcase_add_checked_fixture(t, scene_begin, scene_end);
	tcase_add_loop_test(t, test_long_file, 0, ARRAY_SIZE(paths));
	tcase_add_loop_test(t, test_odd_file, 0, 3 * ARRAY_SIZE(paths));
	suite_add_tcase(s, t);
	return s;
}
