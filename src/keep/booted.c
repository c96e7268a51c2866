// SPDX-License-Identifier: GPL-2.0-or-later
/* How this boot came about. */
#include <errno.h>

#include "base/fdt.h"
#include "keep/history.h"

/* A property of the node chosen: drivers/of/kexec.c */
#define BY_KEXEC "linux,booted-from-kexec"

static int ask_device_tree(const struct ctx *ctx)
{
	_cleanup_free_ char *tree = NULL;
	size_t len;
	int r;

	if (root_exists(ctx->root, "/proc/device-tree/chosen/" BY_KEXEC))
		return BOOTED_KEXEC;
	if (root_exists(ctx->root, "/proc/device-tree/chosen"))
		return BOOTED_FIRMWARE;
	/* Servers with ACPI have only the tree that the EFI stub and kexec pass on. */
	r = root_read(ctx->root, "/sys/firmware/fdt", FDT_MAX, &tree, &len);
	if (r == 0)
		r = fdt_has_property((const uint8_t *)tree, len, "chosen", BY_KEXEC);
	if (r == -ENOENT || r == -ENOTDIR || r == -EBADMSG || r == -E2BIG)
		return BOOTED_UNKNOWN;
	if (r < 0)
		return r;
	return r ? BOOTED_KEXEC : BOOTED_FIRMWARE;
}

int booted_by_ask(const struct ctx *ctx)
{
	_cleanup_free_ char *type = NULL;
	int r = root_read_line(ctx->root, "/proc/sys/kernel/bootloader_type", &type);

	if (r == 0)
		return streq(type, "208") ? BOOTED_KEXEC : BOOTED_FIRMWARE;
	return r == -ENOENT || r == -ENOTDIR ? ask_device_tree(ctx) : r;
}

/* kexec-tools leaves no mark in a device tree (of x86 it does). */
static bool may_be_unmarked(const struct ctx *ctx)
{
	return !root_exists(ctx->root, "/proc/sys/kernel/bootloader_type") &&
	       (root_exists(ctx->root, "/sbin/kexec") ||
		root_exists(ctx->root, "/usr/sbin/kexec"));
}

enum booted_by history_booted_by(const struct ctx *ctx)
{
	int r = booted_by_ask(ctx);

	if (r < 0 || (r == BOOTED_FIRMWARE && may_be_unmarked(ctx)))
		return BOOTED_UNKNOWN;
	return (enum booted_by)r;
}
