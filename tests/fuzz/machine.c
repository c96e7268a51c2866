// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The whole program on a machine whose small files are the input: what guards, records,
 * other loaders' settings, the kernel and the firmware say. One byte for what is run;
 * then for each file its number in the table, two bytes of length, and its bytes.
 *
 * Whatever they hold, the exit status is a documented one, and JSON is JSON.
 */
#include <fcntl.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "app.h"
#include "base/efivar.h"
#include "base/util.h"
#include "fake_sys.h"
#include "keep/runfiles.h"
#include "unit/fake_root.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* New rows go to the end: seeds name files by their number. */
static const char *const paths[] = {
	RUN_ARMED,
	RUN_BOOT,
	RUN_GO,
	RUN_GUARDS,
	RUN_DISARMED,
	RUN_LAST,
	STATE_ATTEMPT,
	STATE_HISTORY,
	STATE_KEPT,
	STATE_DIR "/armed",
	STATE_DIR "/firmware",
	STATE_DIR "/trial",
	"/etc/conf.d/kexec",
	"/etc/default/kexec",
	"/etc/default/kexec.d/other",
	"/run/systemd/shutdown/scheduled",
	"/run/systemd/container",
	"/run/systemd/reboot-param",
	"/etc/systemd/system.conf",
	"/sys/class/watchdog/watchdog0/state",
	"/sys/class/watchdog/watchdog0/timeout",
	"/etc/crypttab",
	"/sys/block/dm-0/dm/uuid",
	"/dev/sda2",
	"/sys/class/tpm/tpm0/ppi/request",
	"/sys/class/firmware-attributes/a/attributes/pending_reboot",
	"/var/lib/fwupd/pending.db",
	"/boot/grub/grubenv",
	"/boot/grub/grub.cfg",
	"/proc/cmdline",
	"/proc/cpuinfo",
	"/proc/meminfo",
	"/proc/stat",
	"/proc/swaps",
	"/proc/self/mountinfo",
	"/proc/self/status",
	"/etc/fstab",
	"/run/udev/data/b8:2",
	"/sys/power/resume",
	"/sys/power/resume_offset",
	"/sys/kernel/kexec_loaded",
	"/sys/kernel/security/lockdown",
	"/sys/kernel/boot_params/data",
	"/proc/sys/kernel/kexec_load_disabled",
	"/proc/sys/kernel/kexec_load_limit_reboot",
	"/proc/sys/kernel/bootloader_type",
	"/proc/sys/kernel/random/boot_id",
	"/sys/hypervisor/type",
	"/sys/firmware/uv/prot_virt_guest",
	"/sys/firmware/fdt",
	"/sys/firmware/dmi/tables/DMI",
	"/sys/firmware/acpi/fpdt/boot/exitbootservice_end_ns",
	EFIVAR_DIR "/BootOrder-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/Boot0001-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/BootCurrent-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/BootNext-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/OsIndications-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/SecureBoot-" EFIVAR_GLOBAL,
	EFIVAR_DIR "/LoaderInfo-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderEntryDefault-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderBootCountPath-" EFIVAR_LOADER,
	EFIVAR_DIR "/LoaderTimeExecUSec-" EFIVAR_LOADER,
	EFIVAR_DIR "/MokNew-" EFIVAR_SHIM,
	"/boot/loader/loader.conf",
	"/boot/loader/entries/a.conf",
	"/boot/extlinux/extlinux.conf",
	"/boot/efi/EFI/debian/grub.cfg",
	"/etc/os-release",
	"/etc/machine-id",
	"/etc/kernel/cmdline",
	"/etc/kernel/proxmox-boot-uuids",
	"/etc/default/grub",
	"/boot/config-6.1.0-55-amd64",
	"/var/lib/dpkg/info/linux-image-6.1.0-56-amd64.md5sums",
	"/etc/init.d/kexec",
	"/etc/init.d/kexec-load",
	"/sbin/kexec",
	"/etc/runlevels/default/kexec",
};

/* What is run, in a row on the same files. */
static const char *const runs[][4][4] = {
	{ { "--status", "-v" }, { "--status", "--json" } },
	{ { "--list", "-v" }, { "--list", "--json" } },
	{ { "--arm", "-n" }, { "--hook", "apt-post-invoke" }, { "--status", "--json" } },
	{ { "--hook", "service-start" }, { "--arm" }, { "--status", "--json" } },
	{ { "--hook", "service-stop" }, { "--hook", "gate", "kexec" } },
	{ { "--disarm" }, { "--hook", "gate", "init" }, { "--status", "--json" } },
	{ { "--hook", "package-remove" }, { "--status", "--json" } },
	{ { "--hook", "dpkg-postrm", "6.1.0-56-amd64" }, { "--hook", "service-good" } },
};

static char dir[] = "/tmp/warmboot-fuzz-XXXXXX", machine[64];
static int out;

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void clean_up(void)
{
	(void)fake_root_remove(dir);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	check(mkdtemp(dir) != NULL && atexit(clean_up) == 0);
	snprintf(machine, sizeof(machine), "%s/root", dir);
	check(fake_root_folder(dir, "/root") == 0);
	fake_sys_use(dir);
	out = memfd_create("out", MFD_CLOEXEC);
	return out < 0;
}

/* What is not in the input is as it was at first: also what the last run has changed. */
static void put_files(const uint8_t *data, size_t size)
{
	check(fake_root_remove(machine) == 0 && fake_root_folder(dir, "/root") == 0);
	(void)fake_root_text(dir, "/calls", "");
	check(fake_root_text(machine, "/etc/warmboot.conf", "verify = \"header\";\n") ==
	      0);
	check(fake_root_kernel(machine, "/boot/vmlinuz-6.1.0-56-amd64", "6.1.0-56-amd64",
			       "#1 SMP Debian 6.1.1-1") == 0);
	check(fake_root_folder(machine, "/var/lib") == 0);
	while (size >= 3) {
		const char *path = paths[data[0] % ARRAY_SIZE(paths)];
		size_t len = data[1] | (size_t)data[2] << 8;

		data += 3;
		size -= 3;
		len = len < size ? len : size;
		check(fake_root_file(machine, path, data, len) == 0);
		data += len;
		size -= len;
	}
}

static void check_json(void)
{
	off_t len = lseek(out, 0, SEEK_END);
	_cleanup_free_ char *text = malloc((size_t)len + 1);
	json_t *json;

	check(text && pread(out, text, (size_t)len, 0) == len);
	json = json_loadb(text, (size_t)len, JSON_REJECT_DUPLICATES, NULL);
	check(json != NULL);
	json_decref(json);
}

static void run(const char *const *words)
{
	char *argv[8] = { (char[]){ NAME } };
	int argc = 1, status;

	for (; words[argc - 1] && argc < 5; argc++)
		argv[argc] = (char *)(uintptr_t)words[argc - 1];
	check(ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0);
	check(dup2(out, STDOUT_FILENO) >= 0);
	status = app_run(argc, argv, &sys_fake, machine);
	fflush(stdout);
	check(status == 0 || status == 1 || status == 3);
	check(status == 0 || !streq(words[0], "--hook"));
	if (streq(words[1], "--json") && status == 0)
		check_json();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *const(*row)[4];

	if (size == 0 || size > 16384)
		return 0;
	row = runs[data[0] % ARRAY_SIZE(runs)];
	put_files(data + 1, size - 1);
	for (size_t i = 0; i < 4 && row[i][0]; i++)
		run(row[i]);
	return 0;
}
