// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/others.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "find/grub.h"

#define NAMES_MAX 4096 /* in one directory of a boot partition */
#define OTHERS_MAX 64  /* more of them say nothing more */

/* Where boot partitions are mounted: the boot loader specification, and old habits. */
static const char *const partitions[] = { "/boot", "/efi", "/boot/efi" };

/* Files that only a certain loader reads. */
static const struct {
	const char *path, *whose;
} files[] = {
	{ "/boot/grub/menu.lst", "GRUB Legacy" },
	{ "/boot/grub/grub.conf", "GRUB Legacy" },
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

/* Gentoo's note of what was installed last: what boots next, it does not say. */
static const struct {
	const char *path;
	struct other kind;
} record = { "/var/lib/misc/installkernel",
	     { .whose = "installkernel's record", .is_record = true } };

void others_done(struct others *others)
{
	for (size_t i = 0; i < others->count; i++)
		free(others->items[i].path);
	free(others->items);
	strv_done(&others->grub_stubs);
	free(others->problem);
	*others = (struct others)OTHERS_EMPTY;
}

static int add(struct others *others, const char *path, const struct other *kind)
{
	if (others->count >= OTHERS_MAX)
		return 0;
	if (!others->items)
		others->items = calloc(OTHERS_MAX, sizeof(*others->items));
	if (!others->items)
		return -ENOMEM;
	others->items[others->count] = *kind;
	others->items[others->count].path = strdup(path);
	return others->items[others->count++].path ? 0 : -ENOMEM;
}

/* What an ordinary user may not see is left to root's own run. */
static int list_names(const struct ctx *ctx, struct others *others, const char *dir,
		      struct strv *ret)
{
	int r = root_list(ctx->root, dir, NAMES_MAX, ret);

	if (r == 0 || r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == -ENOMEM)
		return r;
	if (r == -EACCES && ctx->sys->geteuid() != 0) {
		log_notice("%s: not visible to this user; run as root to be sure", dir);
		return 0;
	}
	if (others->problem)
		return 0;
	others->problem = strf("%s cannot be read: %s", dir, strerror(-r));
	return others->problem ? 0 : -ENOMEM;
}

static int check_efi_file(const struct ctx *ctx, struct others *others, const char *dir,
			  const char *name)
{
	_cleanup_free_ char *path = strf("%s/%s", dir, name);
	struct other kind = { .needs_efi = true };
	int r;

	if (!path)
		return -ENOMEM;
	/* Mostly three lines that point to the menu in /boot. */
	if (strcasecmp(name, "grub.cfg") == 0) {
		kind.whose = "GRUB";
		kind.is_grub = true;
		r = grub_holds_menu(ctx->root, path);
		if (r == 0)
			return strv_add(&others->grub_stubs, path);
		return r < 0 ? 0 : add(others, path, &kind);
	}
	for (size_t i = 0; i < ARRAY_SIZE(efi_files); i++) {
		kind.whose = efi_files[i].whose;
		if (fnmatch(efi_files[i].pattern, name, FNM_CASEFOLD) == 0)
			return add(others, path, &kind);
	}
	return 0;
}

static int check_vendor(const struct ctx *ctx, struct others *others, const char *efi,
			const char *vendor)
{
	_cleanup_free_ char *dir = strf("%s/%s", efi, vendor);
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r;

	if (!dir)
		return -ENOMEM;
	if (strcasecmp(vendor, "Linux") == 0) /* unified images: of systemd-boot's menu */
		return 0;
	r = list_names(ctx, others, dir, &names);
	for (size_t i = 0; r == 0 && i < names.count; i++)
		r = check_efi_file(ctx, others, dir, names.items[i]);
	return r;
}

static int check_partition(const struct ctx *ctx, struct others *others,
			   const char *partition)
{
	_cleanup_free_ char *efi = strf("%s/EFI", partition);
	_cleanup_strv_ struct strv vendors = STRV_EMPTY;
	int r = efi ? list_names(ctx, others, efi, &vendors) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < vendors.count; i++)
		r = check_vendor(ctx, others, efi, vendors.items[i]);
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

static int check_files(const struct ctx *ctx, const struct images *images,
		       struct others *others)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(files); i++) {
		const struct other kind = { .whose = files[i].whose };

		if (may_be_there(&images->boot, files[i].path) &&
		    root_exists(ctx->root, files[i].path))
			r = add(others, files[i].path, &kind);
	}
	return r;
}

/* Only the folder that holds the program which the firmware boots. */
static int check_program(const struct ctx *ctx, const struct sign *sign,
			 struct others *others)
{
	const char *end = strrchr(sign->program, '/');
	int r = 0;

	for (size_t i = 0; r == 0 && end && i < ARRAY_SIZE(partitions); i++) {
		_cleanup_free_ char *dir =
			strf("%s%.*s", partitions[i], (int)(end - sign->program),
			     sign->program);

		if (!dir)
			return -ENOMEM;
		r = check_efi_file(ctx, others, dir, "grub.cfg");
	}
	return r;
}

int others_find(const struct ctx *ctx, const struct images *images,
		const struct sign *sign, struct others *ret)
{
	bool lists = ctx->options->verb == VERB_LIST;
	bool all = lists || sign->loader == LOADER_NONE;
	int r = 0;

	*ret = (struct others)OTHERS_EMPTY;
	if (!all && sign->loader == LOADER_GRUB && sign->program)
		r = check_program(ctx, sign, ret);
	else if (all ? lists || !sign->is_bios : sign->loader == LOADER_GRUB)
		for (size_t i = 0; r == 0 && i < ARRAY_SIZE(partitions); i++)
			r = check_partition(ctx, ret, partitions[i]);
	if (r == 0 && all)
		r = check_files(ctx, images, ret);
	if (r == 0 && lists && root_exists(ctx->root, record.path))
		r = add(ret, record.path, &record.kind);
	if (r < 0)
		others_done(ret);
	return r;
}
