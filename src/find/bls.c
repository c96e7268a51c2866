// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bls.h"

#include <errno.h>
#include <string.h>

#include "base/efivar.h"
#include "find/blsmenu.h"
#include "find/blspart.h"
#include "find/doubt.h"
#include "find/proxmox.h"

#define SMBIOS_TABLE "/sys/firmware/dmi/tables/DMI"
#define SMBIOS_MAX ((size_t)1024 * 1024)

int bls_loader_info(const struct root *root, char **ret)
{
	int r = efivar_read_text(root, "LoaderInfo", EFIVAR_LOADER, ret);

	return r == -ENOMEM ? r : r == 0;
}

static int read_loader_info(struct bls_menu *menu)
{
	static const char name[] = "systemd-boot ";
	int r = bls_loader_info(menu->ctx->root, &menu->loader_info);
	const char *p;

	if (r <= 0 || !starts_with(menu->loader_info, name))
		return r;
	menu->is_running = true;
	for (p = menu->loader_info + strlen(name);
	     *p >= '0' && *p <= '9' && menu->version < 100000; p++)
		menu->version = menu->version * 10 + (unsigned)(*p - '0');
	return 0;
}

/* How systemd-boot was built: its architecture is the firmware's, which on a PC may have
 * 32 bits under a kernel of 64. */
static const char *efi_architecture(const struct ctx *ctx)
{
	static const char *const names[][2] = {
		{ "x86_64", "x64" },	  { "aarch64", "aa64" },
		{ "riscv64", "riscv64" }, { "loongarch64", "loongarch64" },
		{ "i686", "ia32" },	  { "i586", "ia32" },
		{ "armv7l", "arm" },	  { "armv8l", "arm" },
	};
	_cleanup_free_ char *size = NULL;
	struct utsname system;

	if (ctx->sys->uname(&system) < 0)
		return NULL;
	if (streq(system.machine, "x86_64") &&
	    root_read_line(ctx->root, "/sys/firmware/efi/fw_platform_size", &size) == 0 &&
	    streq(size, "32"))
		return "ia32";
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(system.machine, names[i][0]))
			return names[i][1];
	return NULL;
}

static bool enforces_signatures(const struct root *root)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;

	return efivar_read(root, "SecureBoot", EFIVAR_GLOBAL, 16, &data, &len, NULL) ==
		       0 &&
	       len == 1 && data[0] == 1;
}

/* Virtual machines may be given words for the command line and whole entries
 * (systemd-stub(7), smbios-type-11(7)). Only root may read the table. */
static bool has_smbios_words(const struct root *root)
{
	static const char *const words[] = { "io.systemd.boot.kernel-cmdline-extra",
					     "io.systemd.boot.entries-extra",
					     "io.systemd.stub.kernel-cmdline-extra" };
	_cleanup_free_ char *table = NULL;
	size_t len;

	if (root_read(root, SMBIOS_TABLE, SMBIOS_MAX, &table, &len) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (memmem(table, len, words[i], strlen(words[i])))
			return true;
	return false;
}

static int look_around(struct bls_menu *menu)
{
	char *id;
	int r = read_loader_info(menu);

	if (r < 0)
		return r;
	menu->efi_arch = efi_architecture(menu->ctx);
	menu->secure_boot = enforces_signatures(menu->ctx->root);
	menu->smbios_words = has_smbios_words(menu->ctx->root);
	r = root_read_line(menu->ctx->root, "/etc/machine-id", &id);
	if (r == 0 && strlen(id) == 32)
		menu->machine_id = id;
	else if (r == 0)
		free(id);
	return r == -ENOMEM ? r : 0;
}

/* Was systemd-boot started from the ESP that we look at? */
static int check_partition(struct bls_menu *menu, const struct blspart *part)
{
	_cleanup_free_ char *uuid = NULL;
	int r;

	if (!menu->is_running || !part->esp_uuid)
		return 0;
	r = efivar_read_text(menu->ctx->root, "LoaderDevicePartUUID", EFIVAR_LOADER,
			     &uuid);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || strcasecmp(uuid, part->esp_uuid) == 0)
		return 0;
	return list_doubt(menu->list,
			  strf("systemd-boot was started from partition %s, and %s is %s",
			       uuid, part->esp, part->esp_uuid));
}

/* Names with capitals and counters: systemd-boot 252 to 257 forget to fold them, which
 * changes the order. */
static int check_capitals(struct bls_menu *menu)
{
	for (size_t i = 0; i < menu->count; i++) {
		const struct bls_item *item = &menu->items[i];

		if (!item->hidden && item->name.counts && item->name.left > 0 &&
		    strpbrk(item->name.id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
			return list_doubt(menu->list,
					  strf("boot counting in progress for %s, whose "
					       "place in the menu is not certain",
					       item->entry.file));
	}
	return 0;
}

static int read_partitions(struct bls_menu *menu, const struct blspart *part)
{
	int r = 0;

	if (part->esp)
		r = blstype2_read(menu, part->esp);
	if (r == 0 && part->esp)
		r = blstype1_read(menu, part->esp);
	if (r == 0 && part->xbootldr)
		r = blstype2_read(menu, part->xbootldr);
	if (r == 0 && part->xbootldr)
		r = blstype1_read(menu, part->xbootldr);
	return r;
}

/* systemd-boot runs, and nothing of it is to be seen. */
static int explain_absence(struct bls_menu *menu)
{
	if (menu->not_visible)
		return list_doubt(
			menu->list,
			strdup("systemd-boot's partition is not visible to this "
			       "user (run as root)"));
	if (proxmox_has_own_partitions(menu->ctx->root))
		return list_doubt(menu->list,
				  strdup("proxmox-boot-tool keeps systemd-boot's entries "
					 "on partitions that are not mounted"));
	return list_doubt(menu->list,
			  strdup("systemd-boot started this machine, but no entries are "
				 "at /efi, /boot or /boot/efi: is its partition "
				 "mounted?"));
}

static int hand_over(struct bls_menu *menu, const struct blspart *part)
{
	const char *where = part->esp ? part->esp : part->xbootldr;
	int r = 0;

	menu->list->loader = LOADER_BLS;
	if (where) {
		char *path = strf("%s/loader/loader.conf", where);

		if (path && !root_exists(menu->ctx->root, path)) {
			free(path);
			path = strf("%s/loader/entries", where);
		}
		if (path && !root_exists(menu->ctx->root, path)) {
			free(path);
			path = strf("%s/EFI/Linux", where);
		}
		menu->list->loader_file = path;
		r = path ? 0 : -ENOMEM;
	}
	for (size_t i = 0; r == 0 && i < menu->count; i++)
		r = entry_list_take(menu->list, &menu->items[i].entry);
	return r;
}

static int fill_menu(struct bls_menu *menu, const struct blspart *part)
{
	int r = look_around(menu);

	if (r == 0)
		r = read_partitions(menu, part);
	if (r < 0)
		return r;
	if (menu->count == 0 && !menu->is_running)
		return 0;
	bls_menu_sort(menu);
	if (menu->count == 0)
		r = explain_absence(menu);
	else if (menu->not_visible)
		r = list_doubt(menu->list, strdup("a part of systemd-boot's menu is not "
						  "visible to this user (run as root)"));
	else if (!part->esp)
		r = list_doubt(
			menu->list,
			strdup("the ESP, which holds systemd-boot's loader.conf, is not at "
			       "/efi, /boot or /boot/efi"));
	if (r == 0)
		r = check_partition(menu, part);
	if (r == 0)
		r = check_capitals(menu);
	if (r == 0)
		r = blsdefault_set(menu, part->esp);
	if (r == 0)
		r = hand_over(menu, part);
	if (r == 0)
		r = proxmox_check(menu->ctx->root, menu->list);
	return r < 0 ? r : 1;
}

int bls_menu(const struct ctx *ctx, struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	_cleanup_(bls_menu_done) struct bls_menu menu = { .ctx = ctx, .list = &list };
	_cleanup_(blspart_done) struct blspart part = { .esp = NULL };
	int r = blspart_find(ctx->root, &part, &menu.not_visible);

	if (r == 0)
		r = fill_menu(&menu, &part);
	*ret = (struct entry_list)ENTRY_LIST_EMPTY;
	if (r == 1) {
		*ret = list;
		list = (struct entry_list)ENTRY_LIST_EMPTY;
	}
	return r;
}
