// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bls.h"

#include <errno.h>
#include <string.h>

#include "base/efivar.h"
#include "find/blsmenu.h"
#include "find/blspart.h"
#include "find/doubt.h"
#include "find/proxmox.h"

int bls_loader_info(const struct root *root, char **ret)
{
	int r = efivar_read_text(root, "LoaderInfo", EFIVAR_LOADER, ret);

	return r == -ENOMEM ? r : r == 0;
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

/* It looks for the partition by its type, whether we have it mounted or not. */
static int check_unmounted(struct bls_menu *menu, const struct blspart *part)
{
	_cleanup_free_ char *uuid = NULL;
	int r = blspart_find_unmounted(menu->ctx->root, part, &uuid);

	if (r <= 0)
		return r;
	return list_doubt(
		menu->list,
		strf("systemd-boot also reads the partition %s (XBOOTLDR) of its "
		     "disk, which is not mounted at /boot",
		     uuid));
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
	int r = bls_menu_look_around(menu);

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
		r = check_unmounted(menu, part);
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
