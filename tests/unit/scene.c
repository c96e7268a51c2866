// SPDX-License-Identifier: GPL-2.0-or-later
#include "scene.h"

#include <check.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "app.h"
#include "base/envfile.h"
#include "base/root.h"
#include "fake_root.h"
#include "fake_sys.h"
#include "keep/runfiles.h"

#define KERNELS_MAX 4
#define LATER                                                                       \
	100 /* seconds: all files of the scene are old enough to be judged by their \
	       times */

static char dir[64], machine[80];
static struct root root;
static const char *kernels[KERNELS_MAX]; /* in the menu's order */
static bool boot_is_apart;		 /* a file system of its own */
static unsigned boots;

const char *scene_machine(void)
{
	return machine;
}

static void shell(const char *fmt, const char *a)
{
	char command[512];

	snprintf(command, sizeof(command), "%s %s", fmt, a);
	ck_assert_int_eq(system(command), 0);
}

void scene_put(const char *path, const char *text)
{
	ck_assert_int_eq(fake_root_text(machine, path, text), 0);
}

void scene_put_bytes(const char *path, const void *data, size_t len)
{
	ck_assert_int_eq(fake_root_file(machine, path, data, len), 0);
}

char *scene_fake_read(const char *name, size_t *ret_len)
{
	_cleanup_free_ char *path = strf("/%s", name);
	struct root beside;
	char *data = NULL;

	ck_assert_int_eq(root_init(&beside, dir), 0);
	if (root_read(&beside, path, 1 << 24, &data, ret_len) < 0)
		data = NULL;
	root_done(&beside);
	return data;
}

void scene_fake(const char *name, const char *text)
{
	_cleanup_free_ char *path = strf("/%s", name);

	ck_assert_int_eq(fake_root_text(dir, path, text), 0);
}

char *scene_read(const char *path)
{
	char *text = NULL;

	return root_read(&root, path, 1 << 20, &text, NULL) < 0 ? NULL : text;
}

bool scene_exists(const char *path)
{
	return root_exists(&root, path);
}

void scene_remove(const char *path)
{
	ck_assert_int_eq(root_unlink(&root, path), 0);
}

static void write_menu(void)
{
	_cleanup_free_ char *text = strdup("set default=\"0\"; set timeout=5\n");
	/* GRUB names files from the root of their file system. */
	const char *boot = boot_is_apart ? "" : "/boot";

	for (size_t i = 0; i < KERNELS_MAX && kernels[i]; i++) {
		char *longer = strf("%smenuentry 'Debian, %s' --id 'id-%s' {\n"
				    "\tlinux %s/vmlinuz-%s root=UUID=1 ro quiet\n"
				    "\tinitrd %s/initrd.img-%s\n}\n",
				    text, kernels[i], kernels[i], boot, kernels[i], boot,
				    kernels[i]);

		free(text);
		text = longer;
	}
	scene_put("/boot/grub/grub.cfg", text);
}

/* One entry of a cpio archive: buffer-format.rst in the kernel's documentation. */
static void cpio_entry(FILE *f, const char *name, unsigned mode)
{
	static const char zeros[4];
	size_t size = strlen(name) + 1;

	fprintf(f, "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08zx%08x", 1, mode,
		0, 0, 1, 0, 0, 0, 0, 0, 0, size, 0);
	fwrite(name, 1, size, f);
	fwrite(zeros, 1, (4 - (110 + size) % 4) % 4, f);
}

static void make_initramfs(const char *version)
{
	_cleanup_free_ char *path = strf("/boot/initrd.img-%s", version), *text = NULL;
	char name[128];
	size_t len;
	FILE *f = open_memstream(&text, &len);

	cpio_entry(f, "init", 0100755);
	cpio_entry(f, "lib", 040755);
	cpio_entry(f, "lib/modules", 040755);
	snprintf(name, sizeof(name), "lib/modules/%s", version);
	cpio_entry(f, name, 040755);
	snprintf(name, sizeof(name), "lib/modules/%s/modules.dep", version);
	cpio_entry(f, name, 0100644);
	cpio_entry(f, "TRAILER!!!", 0);
	fclose(f);
	ck_assert_int_eq(fake_root_file(machine, path, text, len), 0);
}

void scene_install(const char *version)
{
	_cleanup_free_ char *path = strf("/boot/vmlinuz-%s", version);

	memmove(kernels + 1, kernels, sizeof(kernels) - sizeof(*kernels));
	kernels[0] = version;
	ck_assert_int_eq(
		fake_root_kernel(machine, path, version, "#1 SMP Debian 6.1.1-1"), 0);
	make_initramfs(version);
	write_menu();
}

void scene_uninstall(const char *version)
{
	_cleanup_free_ char *kernel = strf("/boot/vmlinuz-%s", version);
	_cleanup_free_ char *initrd = strf("/boot/initrd.img-%s", version);
	size_t to = 0;

	scene_remove(kernel);
	scene_remove(initrd);
	for (size_t i = 0; i < KERNELS_MAX; i++)
		if (kernels[i] && strcmp(kernels[i], version) != 0)
			kernels[to++] = kernels[i];
	while (to < KERNELS_MAX)
		kernels[to++] = NULL;
	write_menu();
}

void scene_unmount(const char *place)
{
	_cleanup_free_ char *from = strf("%s%s", machine, place);
	_cleanup_free_ char *to = strf("%s/mounted%s", dir, place);
	_cleanup_free_ char *menu = strf("%s/grub/grub.cfg", to);
	_cleanup_free_ char *parent = strdup(place);

	*strrchr(parent, '/') = '\0';
	ck_assert_int_eq(fake_root_folder(dir, "/mounted"), 0);
	if (*parent) {
		_cleanup_free_ char *folder = strf("/mounted%s", parent);

		ck_assert_int_eq(fake_root_folder(dir, folder), 0);
	}
	ck_assert_int_eq(rename(from, to), 0);
	if (strcmp(place, "/boot") == 0) {
		boot_is_apart = true;
		shell("sed -i 's| /boot/| /|g'", menu);
	}
	ck_assert_int_eq(fake_root_folder(machine, place), 0);
	scene_put("/proc/self/mountinfo",
		  "20 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n");
}

void scene_boot(const char *release, bool by_kexec)
{
	char text[128];

	shell("rm -rf",
	      machine[0] ? strcat(strcpy(text, machine), "/run") : "/nonexistent");
	snprintf(text, sizeof(text), "00000000-0000-4000-8000-%012u\n", ++boots);
	scene_put("/proc/sys/kernel/random/boot_id", text);
	scene_put("/proc/sys/kernel/bootloader_type", by_kexec ? "208\n" : "114\n");
	scene_put("/sys/kernel/kexec_loaded", "0\n");
	snprintf(text, sizeof(text), "%s #1 SMP Debian 6.1.1-1", release);
	scene_fake("uname", text);
	snprintf(text, sizeof(text), "%ld\n",
		 (long)time(NULL) + LATER * (long)(1 + boots));
	scene_fake("now", text);
}

void scene_begin(void)
{
	const char *temporary = getenv("TMPDIR");

	snprintf(dir, sizeof(dir), "%s/warmboot-scene-XXXXXX", str_or(temporary, "/tmp"));
	ck_assert_int_eq(fake_root_make(dir), 0);
	snprintf(machine, sizeof(machine), "%s/root", dir);
	ck_assert_int_eq(fake_root_folder(dir, "/root"), 0);
	ck_assert_int_eq(root_init(&root, machine), 0);
	fake_sys_use(dir);
	memset(kernels, 0, sizeof(kernels));
	boot_is_apart = false;
	scene_put("/proc/meminfo", "MemTotal:  4000000 kB\nMemAvailable:  3000000 kB\n");
	/* Fake kernels have no contents to unpack: their headers are what is read here.
	 */
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = \"header\";\n");
	scene_put("/etc/default/grub", "GRUB_DEFAULT=0\n");
	ck_assert_int_eq(fake_root_folder(machine, "/var/lib"), 0);
	scene_install(SCENE_OLD);
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
}

void scene_end(void)
{
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

int scene_run(const char *word, ...)
{
	char *argv[16] = { (char[]){ "warmboot" } };
	int argc = 1, result, saved = dup(STDERR_FILENO), log;
	va_list ap;

	va_start(ap, word);
	for (; word && argc < 15; word = va_arg(ap, const char *))
		argv[argc++] = strdup(word);
	va_end(ap);
	/* Messages go beside the root, where a failing test can be looked at. */
	log = openat(AT_FDCWD, strcat(strcpy((char[128]){ "" }, dir), "/log"),
		     O_WRONLY | O_CREAT | O_APPEND, 0644);
	dup2(log, STDERR_FILENO);
	close(log);
	result = app_run(argc, argv, &sys_fake, machine);
	fflush(stderr);
	dup2(saved, STDERR_FILENO);
	close(saved);
	for (int i = 1; i < argc; i++)
		free(argv[i]);
	return result;
}

unsigned scene_calls(const char *what)
{
	char path[96], *line = NULL;
	unsigned count = 0;
	size_t size = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/calls", dir);
	f = fopen(path, "re");
	while (f && getline(&line, &size, f) > 0)
		count += starts_with(line, what);
	free(line);
	if (f)
		fclose(f);
	return count;
}

bool scene_loaded(void)
{
	_cleanup_free_ char *text = scene_read("/sys/kernel/kexec_loaded");

	return text && *text == '1';
}

char *scene_armed_version(void)
{
	_cleanup_free_ char *text = scene_read(RUN_ARMED);
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	const char *version;

	if (!text || envfile_parse(text, strlen(text), &file) < 0)
		return NULL;
	version = envfile_get(&file, "VERSION");
	return version ? strdup(version) : NULL;
}
