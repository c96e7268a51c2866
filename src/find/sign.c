// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/sign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/efivar.h"
#include "find/bootorder.h"

void sign_done(struct sign *sign)
{
	free(sign->program);
	free(sign->why);
	free(sign->doubt);
	*sign = (struct sign)SIGN_EMPTY;
}

/* Sets the loader and @why, which it takes. */
static int tell(struct sign *sign, enum boot_loader loader, char *why)
{
	sign->loader = loader;
	sign->why = why;
	return why ? 0 : -ENOMEM;
}

/* systemd-boot, newer GRUBs, rEFInd and others leave their name and version. */
static int read_info(const struct root *root, struct sign *sign)
{
	_cleanup_free_ char *info = NULL;
	enum boot_loader loader = LOADER_OTHER;
	int r = efivar_read_text(root, "LoaderInfo", EFIVAR_LOADER, &info);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	sign->has_variables = true;
	if (starts_with(info, "systemd-boot "))
		loader = LOADER_BLS;
	else if (starts_with(info, "GRUB "))
		loader = LOADER_GRUB;
	return tell(sign, loader, strf("the EFI variable LoaderInfo says '%s'", info));
}

/* Does the firmware start a kernel by itself (EFI stub, unified image)? */
static bool is_kernel(const char *path)
{
	static const char *const names[] = { "vmlinuz", "bzImage", "linux", "kernel" };
	const char *name = strrchr(path, '/');

	if (strcasestr(path, "/EFI/Linux/"))
		return true;
	for (size_t i = 0; name && i < ARRAY_SIZE(names); i++)
		if (strncasecmp(name + 1, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

/* What the firmware boots is what it booted: is that a program that we know? */
static int take_first(const struct boot_option *first, struct sign *sign)
{
	enum boot_program program = boot_option_program(first);
	const char *title = str_or(first->title, "?"), *path = str_or(first->path, "?");

	switch (program) {
	case PROGRAM_GRUB:
		return tell(sign, LOADER_GRUB,
			    strf("the firmware boots '%s' (%s)", title, path));
	case PROGRAM_SYSTEMD_BOOT:
		return tell(sign, LOADER_BLS,
			    strf("the firmware boots '%s' (%s)", title, path));
	case PROGRAM_REFIND:
	case PROGRAM_LIMINE:
	case PROGRAM_WINDOWS:
		return tell(sign, LOADER_OTHER,
			    strf("the firmware boots '%s' (%s), which is %s", title, path,
				 boot_program_name(program)));
	case PROGRAM_UNKNOWN:
		break;
	}
	if (!is_kernel(path))
		return 0;
	return tell(sign, LOADER_FIRMWARE,
		    strf("the firmware starts '%s' (%s) itself", title, path));
}

/* A network card or a disk without a file is passed over when it has nothing to boot, as
 * it was the last time. */
static int read_order(const struct root *root, struct sign *sign)
{
	_cleanup_(bootorder_done) struct bootorder order = BOOTORDER_EMPTY;
	const struct boot_option *first = &order.first;
	int r = bootorder_read(root, &order);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	sign->has_variables = true;
	if (!order.found || !first->path || order.current == BOOT_NONE)
		return 0;
	if (first->number == (unsigned)order.current) {
		/* From EFI/BOOT, GRUB reads the menu of another folder. */
		if (boot_option_program(first) == PROGRAM_GRUB) {
			sign->program = strdup(first->path);
			if (!sign->program)
				return -ENOMEM;
		}
		return sign->why ? 0 : take_first(first, sign);
	}
	sign->doubt =
		strf("the firmware boots '%s' (%s) next, and not what started this "
		     "machine (Boot%04X): see efibootmgr",
		     str_or(first->title, "?"), first->path, (unsigned)order.current);
	return sign->doubt ? 0 : -ENOMEM;
}

int sign_read(const struct root *root, struct sign *ret)
{
	struct sign sign = SIGN_EMPTY;
	int r = 0;

	sign.is_efi = root_exists(root, "/sys/firmware/efi");
	sign.is_bios = !sign.is_efi && root_exists(root, "/sys/firmware");
	if (sign.is_efi)
		r = read_info(root, &sign);
	if (r == 0 && sign.is_efi)
		r = read_order(root, &sign);
	if (r < 0)
		sign_done(&sign);
	*ret = sign;
	return r;
}
