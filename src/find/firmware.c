// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/firmware.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/efivar.h"
#include "find/blsmenu.h"
#include "find/blspart.h"
#include "find/bootorder.h"
#include "find/doubt.h"
#include "verify/kernel_header.h"

/* What the first bytes of the file say; KERNEL_UNKNOWN if it cannot be read. */
static enum kernel_type read_type(const struct root *root, const char *path)
{
	_cleanup_close_ int fd = root_open_file(root, path, NULL);
	struct kernel_header header;

	return fd >= 0 && kernel_header_read(fd, &header) == 0 ? header.type
							       : KERNEL_UNKNOWN;
}

/*
 * The initrd= words: the kernel's EFI stub loads these files, one behind the other, from
 * the partition that it came from (drivers/firmware/efi/libstub/file.c). The words stay
 * on the command line.
 */
static int take_initrds(const struct root *root, struct entry *entry, const char *esp)
{
	const char *word = entry->cmdline;
	int r = 0;

	for (size_t len; r == 0 && *word; word += len) {
		_cleanup_free_ char *named = NULL, *path = NULL;

		word += strspn(word, " \t");
		len = strcspn(word, " \t");
		if (len < 7 || strncmp(word, "initrd=", 7) != 0)
			continue;
		named = strndup(word + 7, len - 7);
		r = named ? bls_path(esp, named, &path) : -ENOMEM;
		if (r == -EINVAL)
			return entry_refuse(entry,
					    strf("it names initrd %s, which leaves its "
						 "partition",
						 named));
		if (r == 0 && !root_exists(root, path))
			r = entry_refuse(
				entry,
				strf("it names initrd %s, which is not there", path));
		if (r == 0)
			r = strv_take(&entry->initrds, TAKE_PTR(path));
	}
	entry->says_no_initramfs = entry->initrds.count == 0;
	return r;
}

static int take_cmdline(const struct root *root, struct entry *entry,
			const struct boot_option *option, const char *esp)
{
	if (!option->arguments)
		return entry_refuse(
			entry, strdup("the arguments that the firmware passes are no "
				      "text"));
	/* Then the kernel takes the one that it was built with, which we cannot see. */
	if (!*option->arguments)
		return entry_refuse(entry,
				    strdup("the firmware passes it no command line: the "
					   "kernel's own one is not known"));
	if (str_set(&entry->cmdline, option->arguments) < 0)
		return -ENOMEM;
	return take_initrds(root, entry, esp);
}

/* As systemd-boot would start it, but for arguments: systemd-stub takes those in place of
 * its own command line, unless Secure Boot is on. */
static int take_uki(const struct ctx *ctx, struct entry_list *list, struct entry *entry,
		    const struct boot_option *option, const char *esp)
{
	_cleanup_(bls_menu_done) struct bls_menu menu = { .ctx = ctx, .list = list };
	const char *name = strrchr(entry->kernel, '/');
	_cleanup_free_ char *dir = strndup(entry->kernel, (size_t)(name - entry->kernel));
	int r = dir ? bls_menu_look_around(&menu) : -ENOMEM;

	if (r == 0)
		r = blstype2_read_one(&menu, esp, dir, name + 1);
	if (r < 0)
		return r;
	if (menu.count == 0)
		return entry_refuse(entry,
				    strf("%s cannot be read as a unified kernel image",
					 entry->kernel));
	entry_done(entry);
	*entry = menu.items[0].entry;
	menu.items[0].entry = (struct entry)ENTRY_EMPTY;
	if (!option->arguments || *option->arguments)
		r = entry_refuse(
			entry, strdup("the firmware passes arguments, which systemd-stub "
				      "may take in place of its own command line"));
	return r;
}

static int name_entry(struct entry *entry, const struct boot_option *option)
{
	_cleanup_free_ char *id = strf("Boot%04X", option->number);
	_cleanup_free_ char *file =
		strf(EFIVAR_DIR "/Boot%04X-" EFIVAR_GLOBAL, option->number);
	int r = id && file ? str_set(&entry->id, id) : -ENOMEM;

	if (r == 0)
		r = str_set(&entry->file, file);
	if (r == 0)
		r = str_set(&entry->title, option->title);
	return r;
}

/* Returns 1 if the first option is a kernel, 0 if not, or -ENOMEM. */
static int fill(const struct ctx *ctx, const struct bootorder *order,
		const struct blspart *part, struct entry_list *list, struct entry *entry)
{
	const struct boot_option *option = &order->first;
	enum kernel_type type;
	int r;

	if (!order->found || !option->path || !part->esp ||
	    boot_option_program(option) != PROGRAM_UNKNOWN)
		return 0;
	r = bls_path(part->esp, option->path, &entry->kernel);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	type = read_type(ctx->root, entry->kernel);
	if (type == KERNEL_UNKNOWN || type == KERNEL_GZIP || type == KERNEL_ELF)
		return 0;

	entry->usable = true;
	entry->source = SOURCE_FIRMWARE;
	r = type == KERNEL_UKI ? take_uki(ctx, list, entry, option, part->esp)
			       : take_cmdline(ctx->root, entry, option, part->esp);
	if (r == 0)
		r = name_entry(entry, option);
	if (r == 0 && part->esp_uuid && option->partition &&
	    strcasecmp(part->esp_uuid, option->partition) != 0)
		r = entry_refuse(entry,
				 strf("it is on partition %s, and %s is %s",
				      option->partition, part->esp, part->esp_uuid));
	entry->is_default = true;
	return r < 0 ? r : 1;
}

int firmware_menu(const struct ctx *ctx, struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	_cleanup_(bootorder_done) struct bootorder order = BOOTORDER_EMPTY;
	_cleanup_(blspart_done) struct blspart part = { .esp = NULL };
	_cleanup_(entry_done) struct entry entry = ENTRY_EMPTY;
	bool hidden;
	int r = bootorder_read(ctx->root, &order);

	*ret = (struct entry_list)ENTRY_LIST_EMPTY;
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	r = blspart_find(ctx->root, &part, &hidden);
	if (r == 0)
		r = fill(ctx, &order, &part, &list, &entry);
	if (r <= 0)
		return r;
	list.loader = LOADER_FIRMWARE;
	list.loader_file = strdup(EFIVAR_DIR "/BootOrder-" EFIVAR_GLOBAL);
	list.default_reason = strf("the first of BootOrder, \"%s\"", entry.title);
	if (!list.loader_file || !list.default_reason)
		return -ENOMEM;
	if (order.once != BOOT_NONE) {
		list.one_shot =
			strf("BootNext asks once for Boot%04X (efibootmgr --bootnext)",
			     (unsigned)order.once);
		if (!list.one_shot)
			return -ENOMEM;
	}
	/* The firmware passed over it before: it may do so again. */
	if (order.current != BOOT_NONE && order.current != (int)order.first.number &&
	    list_doubt(&list,
		       strf("BootOrder begins with Boot%04X, but Boot%04X was booted",
			    order.first.number, (unsigned)order.current)) < 0)
		return -ENOMEM;
	r = entry_list_take(&list, &entry);
	if (r < 0)
		return r;
	*ret = list;
	list = (struct entry_list)ENTRY_LIST_EMPTY;
	return 1;
}
