// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Boot loaders that count boots until one is good. Only they count, so a warm reboot
 * would never use a try up: a system that reboots itself to get to its fallback would do
 * so for ever.
 */
#include <errno.h>
#include <string.h>

#include "find/grubenv.h"
#include "guard/rows.h"

/*
 * systemd-boot names the file that it booted and counted down, NAME+LEFT-DONE.EXT
 * (https://systemd.io/AUTOMATIC_BOOT_ASSESSMENT). As long as that name is there the boot
 * has not been blessed. 1 with the path, 0, or a negative errno; -ENODEV: the folder that
 * it was in is nowhere, and *@ret_path is its name.
 */
static int counted_file(const struct guard_input *in, char **ret_path)
{
	_cleanup_free_ char *name = NULL;
	bool is_mounted = false;
	int r, seen = 0;

	if (!firmware_has(in->firmware, "LoaderBootCountPath", EFIVAR_LOADER))
		return 0;
	r = efivar_read_text(in->ctx->root, "LoaderBootCountPath", EFIVAR_LOADER, &name);
	if (r < 0 || !*name)
		return r == -ENOENT ? 0 : r;
	for (char *p = name; *p; p++)
		if (*p == '\\')
			*p = '/';
	for (size_t i = 0; firmware_esp_places[i]; i++) {
		_cleanup_free_ char *path = strf("%s/%s", firmware_esp_places[i], name);
		struct stat st;

		if (!path)
			return -ENOMEM;
		r = root_stat(in->ctx->root, path, &st);
		if (r == 0) {
			*ret_path = TAKE_PTR(path);
			return 1;
		}
		if (r != -ENOENT && r != -ENOTDIR)
			seen = r;
		*strrchr(path, '/') = '\0';
		is_mounted |= root_exists(in->ctx->root, path);
	}
	if (seen < 0 || is_mounted)
		return seen;
	/* Nobody can have given the file another name there, either. */
	*ret_path = TAKE_PTR(name);
	return -ENODEV;
}

void guard_boot_counting(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *path = NULL;
	struct grubenv env = GRUBENV_EMPTY;
	const char *env_path = NULL, *counter;
	int r;

	if (firmware_unreadable(in, f))
		return;
	r = counted_file(in, &path);
	if (r == -ENODEV && path) {
		finding_set(f, VERDICT_UNKNOWN,
			    "the boot loader counts boots of %s, and its file system is "
			    "not mounted",
			    path);
		f->remedy = "mount the EFI system partition, or XBOOTLDR";
		return;
	}
	if (r < 0) {
		finding_unknown(f, r, "LoaderBootCountPath, or the file it names,");
		return;
	}
	if (r > 0) {
		finding_set(f, VERDICT_VETO,
			    "the boot loader counts boots of %s until one is good", path);
		return;
	}
	r = guard_grubenv(in->ctx, &env, &env_path);
	if (r < 0) {
		finding_unknown(f, r, env_path);
		return;
	}
	/* Set by greenboot when an update is staged, taken away once a boot is good. */
	counter = r > 0 ? grubenv_get(&env, "boot_counter") : NULL;
	if (counter && *counter)
		finding_set(f, VERDICT_VETO,
			    "GRUB counts boots until one is good: boot_counter=%s in %s",
			    counter, env_path);
	else
		finding_set(f, VERDICT_OK, "no boot is being counted");
}
