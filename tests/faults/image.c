// SPDX-License-Identifier: GPL-2.0-or-later
#include "image.h"

#include <inttypes.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "base/envfile.h"
#include "base/macro.h"
#include "base/root.h"
#include "base/util.h"
#include "keep/kexecd.h"
#include "keep/runfiles.h"
#include "unit/scene.h"

static const char *const others[] = {
	"/etc/conf.d/kexec",  "/etc/kexec.conf",
	"/etc/default/kexec", KEXECD_DIR "/" KEXECD_SNIPPET,
	"/etc/warmboot.conf", "/boot/grub/grub.cfg",
	"/nokexec",	      "/no-kexec-reboot",
};
/* Times, and what says who did it or why: these may differ. */
static const char *const passing[] = { "AT",	    "BY",	  "JUMP_AT",
				       "SECONDS",   "YOUNG",	  "LOADING",
				       "KNAME_WAS", "INITRD_WAS", "KEXEC_OPT_ARGS_WAS" };

void image_loaded(int kernel_fd, int initrd_fd, const char *cmdline)
{
	struct stat kernel = { 0 }, initrd = { 0 };
	_cleanup_free_ char *path = strf("%s/../image", scene_machine());
	_cleanup_fclose_ FILE *f = fopen(path, "we");

	if (kernel_fd >= 0 && fstat(kernel_fd, &kernel) == 0)
		(void)!fstat(initrd_fd, &initrd);
	if (f && kernel_fd >= 0)
		fprintf(f, "%ju %ju %s", (uintmax_t)kernel.st_ino,
			(uintmax_t)initrd.st_ino, cmdline);
}

char *image_of_kernel(void)
{
	char *text = scene_loaded() ? scene_fake_read("image", NULL) : NULL;

	if (scene_loaded() && !text)
		return strdup("of another program");
	return text;
}

/* The inode of "dev:ino:size:mtime:ctime". */
static uintmax_t inode_of(const char *print)
{
	const char *colon = print ? strchr(print, ':') : NULL;

	return colon ? strtoumax(colon + 1, NULL, 10) : 0;
}

char *image_of_record(bool *ret_loading)
{
	_cleanup_free_ char *text = scene_read(RUN_ARMED);
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	const char *kernel, *initrd;
	size_t iter = 0;

	*ret_loading = false;
	if (!text || envfile_parse(text, strlen(text), &file) < 0)
		return NULL;
	*ret_loading = envfile_get(&file, "LOADING") != NULL;
	kernel = envfile_next(&file, "PRINT", &iter);
	initrd = envfile_next(&file, "PRINT", &iter);
	return strf("%ju %ju %s", inode_of(kernel), inode_of(initrd),
		    str_or(envfile_get(&file, "CMDLINE"), ""));
}

/* @path in the scene against "dev:ino:size:…". */
static bool is_same(const struct root *root, const char *path, const char *print)
{
	_cleanup_free_ char *want = NULL;
	struct stat st;

	if (!path || !print || root_stat(root, path, &st) < 0)
		return false;
	want = strf(":%ju:%ju:", (uintmax_t)st.st_ino, (uintmax_t)st.st_size);
	return starts_with(strchr(print, ':'), want);
}

bool image_is_on_disk(void)
{
	_cleanup_(root_done) struct root root = ROOT_EMPTY;
	_cleanup_free_ char *text = scene_read(RUN_ARMED);
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	size_t at_initrd = 0, at_print = 0;
	const char *path, *print;
	bool same;

	if (!text || envfile_parse(text, strlen(text), &file) < 0 ||
	    root_init(&root, scene_machine()) < 0)
		return false;
	path = envfile_get(&file, "KERNEL");
	print = envfile_next(&file, "PRINT", &at_print);
	do {
		same = is_same(&root, path, print);
		path = envfile_next(&file, "INITRD", &at_initrd);
		print = envfile_next(&file, "PRINT", &at_print);
	} while (same && path);
	return same;
}

static bool is_passing(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(passing); i++)
		if (streq(passing[i], key))
			return true;
	return false;
}

static void describe_record(FILE *f, const char *path)
{
	_cleanup_free_ char *text = scene_read(path);
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;

	if (!text) {
		fprintf(f, "%s: none\n", path);
		return;
	}
	if (envfile_parse(text, strlen(text), &file) < 0) {
		fprintf(f, "%s: damaged\n", path);
		return;
	}
	for (size_t i = 0; i < file.count; i++)
		if (!is_passing(file.items[i].key))
			fprintf(f, "%s: %s=%s\n", path, file.items[i].key,
				file.items[i].value);
}

char *image_describe(bool of_others)
{
	static const char *const records[] = { RUN_BOOT, RUN_DISARMED, RUN_GO,
					       STATE_ATTEMPT, STATE_HISTORY };
	_cleanup_free_ char *kernel = image_of_kernel();
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	fprintf(f, "loaded: %s\n", str_or(kernel, "nothing"));
	if (kernel)
		describe_record(f, RUN_ARMED);
	for (size_t i = 0; i < ARRAY_SIZE(records); i++)
		describe_record(f, records[i]);
	if (of_others)
		describe_record(f, STATE_KEPT);
	for (size_t i = 0; i < ARRAY_SIZE(others) && of_others; i++) {
		_cleanup_free_ char *other = scene_read(others[i]);

		fprintf(f, "%s: %s\n", others[i], str_or(other, "none"));
	}
	fclose(f);
	return text;
}
