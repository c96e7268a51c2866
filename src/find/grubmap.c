// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define BOOT "/boot"
#define DEPTH_MAX 32 /* folders of a subvolume's path */

static int compare_kernels(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;

	return strcmp(x->kernel, y->kernel);
}

static int compare_key(const void *key, const void *item)
{
	return strcmp(key, (*(struct entry *const *)item)->kernel);
}

int grubmap_init(struct grubmap *map, const struct root *root, struct entry_list *list)
{
	struct stat top, boot;

	*map = (struct grubmap){ .root = root };
	map->items = calloc(list->count + 1, sizeof(*map->items));
	if (!map->items)
		return -ENOMEM;
	for (size_t i = 0; i < list->count; i++)
		map->items[map->count++] = &list->items[i];
	qsort(map->items, map->count, sizeof(*map->items), compare_kernels);
	map->boot_is_apart = root_stat(root, "/", &top) == 0 &&
			     root_stat(root, BOOT, &boot) == 0 &&
			     top.st_dev != boot.st_dev;
	return 0;
}

void grubmap_done(struct grubmap *map)
{
	free(map->items);
	*map = (struct grubmap)GRUBMAP_EMPTY;
}

static struct entry *lookup(const struct grubmap *map, const char *path)
{
	struct entry **found;

	if (map->count == 0)
		return NULL;
	found = bsearch(path, map->items, map->count, sizeof(*map->items), compare_key);
	return found ? *found : NULL;
}

static struct entry *lookup_below_boot(const struct grubmap *map, const char *path)
{
	_cleanup_free_ char *below = strf(BOOT "%s", path);

	return below ? lookup(map, below) : NULL;
}

struct entry *grubmap_find(const struct grubmap *map, const char *kernel,
			   struct grubmap_rule *ret)
{
	const char *rest = kernel;

	for (int depth = 0; depth < DEPTH_MAX && rest && *rest == '/'; depth++) {
		struct entry *entry = lookup(map, rest);

		*ret = (struct grubmap_rule){ .strip = (size_t)(rest - kernel) };
		if (entry)
			return entry;
		entry = lookup_below_boot(map, rest);
		ret->below_boot = true;
		/* On one and the same file system "/vmlinuz" is not "/boot/vmlinuz",
		 * unless the tree that we look at was put together from two. */
		if (entry && (map->boot_is_apart ||
			      (depth == 0 && !root_exists(map->root, kernel))))
			return entry;
		rest = strchr(rest + 1, '/');
	}
	return NULL;
}

int grubmap_apply(const struct grubmap_rule *rule, const char *kernel, const char *path,
		  char **ret)
{
	if (strncmp(path, kernel, rule->strip) != 0 || path[rule->strip] != '/')
		return -EINVAL;
	*ret = strf("%s%s", rule->below_boot ? BOOT : "", path + rule->strip);
	return *ret ? 0 : -ENOMEM;
}
