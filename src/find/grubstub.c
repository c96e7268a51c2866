// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The few lines beside GRUB's program on the EFI partition that lead to its menu, as
 * grub-install(8) writes them: "search.fs_uuid UUID root", "configfile …". Of two systems
 * that were installed into one folder (both "debian"), the last one wrote them.
 */
#include "find/grubstub.h"

#include <errno.h>
#include <string.h>

#include "find/doubt.h"
#include "find/grubparse.h"

/* What the lines were seen to lead to. */
struct lead {
	struct grubmap *map;
	const char *stub, *menu;
	bool reached, elsewhere;
};

/* The lines themselves are read, and nothing that they lead to. */
static int stub_read(void *data, const char *device, const char *path, size_t max,
		     char **ret_text, size_t *ret_len)
{
	struct lead *lead = data;
	_cleanup_free_ char *ours = NULL;
	struct stat menu, st;
	int r = grubmap_to_ours(lead->map, device, path, NULL, &ours);

	if (r == 0 && streq(ours, lead->stub))
		return root_read(lead->map->root, ours, max, ret_text, ret_len);
	lead->elsewhere = lead->elsewhere || r == -ENODEV;
	if (r == 0 && streq(ours, lead->menu))
		lead->reached = true;
	else if (r == 0 && root_stat(lead->map->root, lead->menu, &menu) == 0 &&
		 root_stat(lead->map->root, ours, &st) == 0)
		lead->reached = lead->reached ||
				(menu.st_dev == st.st_dev && menu.st_ino == st.st_ino);
	return r == -ENOMEM ? r : -ENOENT;
}

static int stub_stat(void *data, const char *device, const char *path,
		     struct grubstat *ret)
{
	(void)data, (void)device, (void)path, (void)ret;
	return -ENODEV; /* asks for both answers */
}

static int stub_read_device(void *data, const char *device, uint64_t offset, size_t size,
			    char **ret)
{
	(void)data, (void)device, (void)offset, (void)size, (void)ret;
	return -ENODEV;
}

static int stub_list(void *data, const char *device, const char *path, struct strv *ret)
{
	(void)data, (void)device, (void)path, (void)ret;
	return -ENODEV;
}

static int stub_search(void *data, enum grubsearch kind, const char *key, char **ret)
{
	const struct lead *lead = data;

	return grubmap_search(lead->map, kind, key, ret);
}

static int stub_pci(void *data, struct strv *ret)
{
	(void)data, (void)ret;
	return -ENODEV;
}

static int stub_name(void *data, const char *device, const char *path, char **ret)
{
	(void)data;
	*ret = strf("(%s)%s", device, path);
	return *ret ? 0 : -ENOMEM;
}

static int follow(struct lead *lead)
{
	const struct grubhost host = { .data = lead,
				       .read = stub_read,
				       .stat = stub_stat,
				       .read_device = stub_read_device,
				       .list = stub_list,
				       .search = stub_search,
				       .pci = stub_pci,
				       .name = stub_name,
				       .platform = "efi",
				       .cpu = "x86_64" };
	_cleanup_(grubmenu_done) struct grubmenu menu = GRUBMENU_EMPTY;
	_cleanup_free_ char *device = NULL, *path = NULL;
	int r = grubmap_to_grub(lead->map, lead->stub, &device, &path);

	return r < 0 ? r : grubmenu_read(&host, device, path, &menu);
}

int grubstub_check(struct grubmap *map, const char *stub, struct entry_list *menu)
{
	struct lead lead = { .map = map, .stub = stub, .menu = menu->loader_file };
	int r = follow(&lead);

	if (r == -ENOMEM)
		return r;
	/* Where it cannot be told, it is most likely our own. */
	if (r < 0 || lead.reached || !lead.elsewhere)
		return 0;
	return list_doubt(menu, strf("%s, beside the program that the firmware boots, "
				     "leads to a menu on another disk than %s",
				     stub, menu->loader_file));
}
