// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/loaders.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "find/doubt.h"
#include "find/grub.h"

#define BOOT_NAMES_MAX 20000 /* as in bootdir.c: far above any machine */

#define NAMES_MAX 4096 /* in one directory of a boot partition */

/* Where boot partitions are mounted: the boot loader specification, and old habits. */
static const char *const partitions[] = { "/boot", "/efi", "/boot/efi" };

/* Files that only a certain loader reads. */
static const struct {
	const char *path, *whose;
} files[] = {
	{ "/boot/grub/menu.lst", "GRUB Legacy" },
	{ "/boot/grub/grub.conf", "GRUB Legacy" },
	{ "/boot/extlinux/extlinux.conf", "extlinux" },
	{ "/boot/extlinux.conf", "extlinux" },
	{ "/boot/syslinux/extlinux.conf", "extlinux" },
	{ "/boot/syslinux/syslinux.cfg", "syslinux" },
	{ "/boot/syslinux.cfg", "syslinux" },
	{ "/boot/refind_linux.conf", "rEFInd" },
	{ "/boot/limine.conf", "Limine" },
	{ "/boot/limine.cfg", "Limine" },
	{ "/boot/limine/limine.conf", "Limine" },
	{ "/boot/limine/limine.cfg", "Limine" },
	{ "/efi/limine.conf", "Limine" },
	{ "/boot/efi/limine.conf", "Limine" },
	{ "/boot/firmware/config.txt", "the Raspberry Pi's firmware" },
	{ "/boot/boot.scr", "U-Boot" },
	{ "/etc/lilo.conf", "LILO" },
	{ "/etc/zipl.conf", "zipl" },
};

/* The same in the folders below EFI on a boot partition. */
static const struct {
	const char *pattern, *whose;
} efi_files[] = {
	{ "refind.conf", "rEFInd" },	{ "limine.conf", "Limine" },
	{ "limine.cfg", "Limine" },	{ "syslinux.cfg", "syslinux" },
	{ "elilo.conf", "ELILO" },	{ "vmlinuz*", "the firmware" },
	{ "bzImage*", "the firmware" },
};

static int note(struct entry_list *list, enum boot_loader loader, const char *path,
		char *why)
{
	if (list_doubt(list, why) < 0)
		return -ENOMEM;
	/* With entries of the specification, GRUB's own menu is mostly an empty frame. */
	if (list->loader != LOADER_NONE && loader != LOADER_BLS)
		return 0;
	list->loader = loader;
	return str_set(&list->loader_file, path);
}

/* As list_names(), but what an ordinary user may not see is left to root's own run. */
static int list_names(const struct ctx *ctx, struct entry_list *list, const char *dir,
		      struct strv *ret)
{
	int r = root_list(ctx->root, dir, NAMES_MAX, ret);

	if (r == 0 || r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == -EACCES && ctx->sys->geteuid() != 0) {
		log_notice("%s: not visible to this user; run as root to be sure", dir);
		return 0;
	}
	return list_doubt_file(list, dir, r);
}

/* The first file in @dir that matches makes @loader the boot loader. */
static int look_for(const struct ctx *ctx, struct entry_list *list, const char *dir,
		    const char *pattern, const char *what)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = list_names(ctx, list, dir, &names);

	for (size_t i = 0; r == 0 && i < names.count; i++)
		if (fnmatch(pattern, names.items[i], FNM_CASEFOLD) == 0)
			return note(list, LOADER_BLS, dir,
				    strf("%s holds %s, which this version does not read",
					 dir, what));
	return r;
}

/* @path is EFI/VENDOR/grub.cfg: mostly three lines that point to the menu in /boot. */
static int check_grub(const struct ctx *ctx, struct entry_list *list, const char *path)
{
	if (list->loader != LOADER_GRUB)
		return note(
			list, LOADER_GRUB, path,
			strf("GRUB has a configuration in %s, but no menu in /boot/grub",
			     path));
	if (grub_holds_menu(ctx->root, path))
		return list_doubt(list, strf("GRUB also has a menu in %s", path));
	return 0;
}

static int check_efi_file(const struct ctx *ctx, struct entry_list *list, const char *dir,
			  const char *name)
{
	_cleanup_free_ char *path = strf("%s/%s", dir, name);

	if (!path)
		return -ENOMEM;
	if (strcasecmp(name, "grub.cfg") == 0)
		return check_grub(ctx, list, path);
	for (size_t i = 0; i < ARRAY_SIZE(efi_files); i++)
		if (fnmatch(efi_files[i].pattern, name, FNM_CASEFOLD) == 0)
			return note(
				list, LOADER_OTHER, path,
				strf("%s belongs to %s, which this version does not read",
				     path, efi_files[i].whose));
	return 0;
}

static int check_vendor(const struct ctx *ctx, struct entry_list *list, const char *efi,
			const char *vendor)
{
	_cleanup_free_ char *dir = strf("%s/%s", efi, vendor);
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r;

	if (!dir)
		return -ENOMEM;
	if (strcasecmp(vendor, "Linux") == 0)
		return look_for(ctx, list, dir, "*.efi", "unified kernel images");
	r = list_names(ctx, list, dir, &names);
	for (size_t i = 0; r == 0 && i < names.count; i++)
		r = check_efi_file(ctx, list, dir, names.items[i]);
	return r;
}

static int check_partition(const struct ctx *ctx, struct entry_list *list,
			   const char *partition)
{
	_cleanup_free_ char *entries = strf("%s/loader/entries", partition);
	_cleanup_free_ char *efi = strf("%s/EFI", partition);
	_cleanup_strv_ struct strv vendors = STRV_EMPTY;
	int r;

	if (!entries || !efi)
		return -ENOMEM;
	r = look_for(ctx, list, entries, "*.conf", "boot loader specification entries");
	if (r == 0)
		r = list_names(ctx, list, efi, &vendors);
	for (size_t i = 0; r == 0 && i < vendors.count; i++)
		r = check_vendor(ctx, list, efi, vendors.items[i]);
	return r;
}

/* One listing of /boot instead of a look at every name in it; vfat does not care for
 * case. */
static bool may_be_there(const struct strv *boot, const char *path)
{
	if (!starts_with(path, "/boot/"))
		return true;
	path += strlen("/boot/");
	for (size_t i = 0; i < boot->count; i++)
		if (strncasecmp(boot->items[i], path, strcspn(path, "/")) == 0)
			return true;
	return false;
}

int loaders_find(const struct ctx *ctx, struct entry_list *list)
{
	_cleanup_strv_ struct strv boot = STRV_EMPTY;
	int r = root_list(ctx->root, "/boot", BOOT_NAMES_MAX, &boot);

	if (r == -ENOENT)
		r = 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(partitions); i++)
		r = check_partition(ctx, list, partitions[i]);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(files); i++)
		if (may_be_there(&boot, files[i].path) &&
		    root_exists(ctx->root, files[i].path))
			r = note(
				list, LOADER_OTHER, files[i].path,
				strf("%s belongs to %s, which this version does not read",
				     files[i].path, files[i].whose));
	return r;
}
