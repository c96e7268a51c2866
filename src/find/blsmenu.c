// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/blsmenu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "find/doubt.h"

static void item_done(struct bls_item *item)
{
	entry_done(&item->entry);
	free(item->name.id);
	free(item->sort_key);
	free(item->machine_id);
	free(item->version);
}

struct bls_item *bls_menu_add(struct bls_menu *menu, const char *dir, const char *file,
			      struct blsname *name)
{
	struct bls_item *items = menu->items, *item;

	/* Room is doubled whenever the count is a power of two: 1, 2, 4, 8 … */
	if ((menu->count & (menu->count - 1)) == 0)
		items = reallocarray(items, menu->count ? menu->count * 2 : 1,
				     sizeof(*items));
	if (!items)
		return NULL;
	menu->items = items;
	item = &items[menu->count];
	*item = (struct bls_item){ .entry = ENTRY_EMPTY, .position = menu->count };
	item->entry.usable = true;
	item->entry.file = strf("%s/%s", dir, file);
	item->entry.id = strdup(name->id);
	item->name = *name;
	item->name.id = strdup(name->id);
	menu->count++;
	return item->entry.file && item->entry.id && item->name.id ? item : NULL;
}

void bls_menu_done(struct bls_menu *menu)
{
	for (size_t i = 0; i < menu->count; i++)
		item_done(&menu->items[i]);
	free(menu->items);
	free(menu->loader_info);
	free(menu->machine_id);
}

struct blsorder bls_item_order(const struct bls_item *item)
{
	return (struct blsorder){
		.sort_key = item->sort_key,
		.machine_id = item->machine_id,
		.version = item->version,
		.id = item->name.id,
		.profile = item->entry.profile,
		.counts = item->name.counts,
		.left = item->name.left,
		.done = item->name.done,
	};
}

static int compare_items(const void *a, const void *b)
{
	const struct bls_item *x = a, *y = b;
	struct blsorder first = bls_item_order(x), second = bls_item_order(y);
	int r = (int)x->hidden - (int)y->hidden;

	if (r == 0)
		r = blsorder_compare(&first, &second);
	return r != 0 ? r : (x->position > y->position) - (x->position < y->position);
}

void bls_menu_sort(struct bls_menu *menu)
{
	if (menu->count > 1)
		qsort(menu->items, menu->count, sizeof(*menu->items), compare_items);
}

int bls_menu_list(struct bls_menu *menu, const char *dir, struct strv *ret)
{
	int r = root_list(menu->ctx->root, dir, BLS_NAMES_MAX, ret);

	if (r == 0 || r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == -EACCES && menu->ctx->sys->geteuid() != 0) {
		log_info("%s: not visible to this user; run as root to be sure", dir);
		menu->not_visible = true;
		return 0;
	}
	return list_doubt_file(menu->list, dir, r);
}

int bls_path(const char *partition, const char *path, char **ret)
{
	size_t used = strlen(partition);
	char *to = malloc(used + strlen(path) + 2);

	if (!to)
		return -ENOMEM;
	memcpy(to, partition, used);
	while (*path) {
		size_t len;

		path += strspn(path, "/\\");
		len = strcspn(path, "/\\");
		if (len == 2 && strncmp(path, "..", 2) == 0) {
			free(to);
			return -EINVAL;
		}
		if (len == 0 || (len == 1 && *path == '.')) {
			path += len;
			continue;
		}
		to[used++] = '/';
		memcpy(to + used, path, len);
		used += len;
		path += len;
	}
	to[used] = '\0';
	*ret = to;
	return 0;
}
