// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grub.h"

#include <errno.h>
#include <string.h>

#include "find/bootdir.h"
#include "find/doubt.h"
#include "find/grubdefault.h"
#include "find/grubmap.h"

static const char *const menus[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

/* Does it belong to another system? Its kernels have the same names as ours. */
static bool is_foreign(const struct grubcfg_entry *item)
{
	return item->id && starts_with(item->id, "osprober-");
}

static const char *item_doubt(const struct grubcfg_entry *item)
{
	if (item->has_variable)
		return "it uses variables";
	if (item->has_condition)
		return "a condition decides what it boots";
	if (item->is_repeated)
		return "it has more than one linux or initrd line";
	if (item->has_other)
		return "it starts something else too";
	return item->is_conditional ? "a condition decides whether it is there" : NULL;
}

/* The files that the menu names, in place of those that were guessed from the kernel's
 * name. */
static int take_initrds(const struct root *root, const struct grubcfg_entry *item,
			const struct grubmap_rule *rule, struct entry *entry)
{
	int r = 0;

	entry->says_no_initramfs = item->initrds.count == 0;
	for (size_t i = 0; r == 0 && i < item->initrds.count; i++) {
		const char *named = item->initrds.items[i];
		char *path;

		r = grubmap_apply(rule, item->kernel, named, &path);
		if (r == -EINVAL)
			return entry_refuse(
				entry, strf("GRUB's entry names initrd %s, which is not "
					    "where the kernel is",
					    named));
		if (r == 0)
			r = strv_take(&entry->initrds, path);
		if (r == 0 && !root_exists(root, entry->initrds.items[i]))
			r = entry_refuse(
				entry,
				strf("GRUB's entry names initrd %s, which is not there",
				     entry->initrds.items[i]));
	}
	return r;
}

static int take_item(const struct root *root, const struct grubcfg_entry *item,
		     const struct grubmap_rule *rule, struct entry *entry)
{
	const char *doubt = item_doubt(item);

	if (doubt)
		return entry_refuse(entry,
				    strf("GRUB's entry is not understood (line %u): %s",
					 item->line, doubt));
	if (str_set(&entry->cmdline, item->options) < 0)
		return -ENOMEM;
	return take_initrds(root, item, rule, entry);
}

static int describe(const struct entry_list *list, const struct grubcfg_entry *item,
		    struct entry *entry)
{
	entry->source = SOURCE_GRUB;
	entry->line = item->line;
	entry->usable = true;
	if (str_set(&entry->title, item->title) < 0 ||
	    str_set(&entry->position, item->position) < 0 ||
	    str_set(&entry->file, list->loader_file) < 0)
		return -ENOMEM;
	return str_set(&entry->id, item->id && *item->id ? item->id : item->title);
}

static int take_kernel(const struct ctx *ctx, const struct grubcfg_entry *item,
		       const struct grubmap *map, struct entry *entry)
{
	struct grubmap_rule rule;
	const struct entry *found;

	if (!item->kernel)
		return entry_refuse(entry, strdup("it is no Linux system"));
	if (is_foreign(item))
		return entry_refuse(entry, strdup("it is another system's"));
	found = grubmap_find(map, item->kernel, &rule);
	if (!found)
		return entry_refuse(entry,
				    strf("its kernel %s is not there", item->kernel));
	if (str_set(&entry->kernel, found->kernel) < 0)
		return -ENOMEM;
	return take_item(ctx->root, item, &rule, entry);
}

static int take_items(const struct ctx *ctx, const struct grubcfg *cfg,
		      struct entry_list *kernels, struct entry_list *list)
{
	_cleanup_(grubmap_done) struct grubmap map = GRUBMAP_EMPTY;
	int r = grubmap_init(&map, ctx->root, kernels);

	for (size_t i = 0; r == 0 && i < cfg->count; i++) {
		const struct grubcfg_entry *item = &cfg->entries[i];
		struct entry entry = ENTRY_EMPTY;

		entry.is_default = i == 0 && streq(item->position, "0");
		r = describe(list, item, &entry);
		if (r == 0)
			r = take_kernel(ctx, item, &map, &entry);
		if (r == 0)
			r = entry_list_take(list, &entry);
		entry_done(&entry);
	}
	return r;
}

/* Returns 1 if a menu was found, 0 if not, or -ENOMEM. */
static int find_menu(const struct ctx *ctx, struct entry_list *list)
{
	struct stat st, other;

	for (size_t i = 0; i < ARRAY_SIZE(menus); i++) {
		int r = root_stat(ctx->root, menus[i], &st);

		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		list->loader = LOADER_GRUB;
		if (str_set(&list->loader_file, menus[i]) < 0)
			return -ENOMEM;
		if (r < 0)
			return list_doubt_file(list, menus[i], r) < 0 ? -ENOMEM : 1;
		if (i == 0 && root_stat(ctx->root, menus[1], &other) == 0 &&
		    (st.st_dev != other.st_dev || st.st_ino != other.st_ino) &&
		    list_doubt(list, strf("there are two menus, %s and %s", menus[0],
					  menus[1])) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

static int read_menu(const struct root *root, const char *path, struct grubcfg *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r;

	r = root_read(root, path, GRUBCFG_MAX_SIZE, &text, &len);
	return r < 0 ? r : grubcfg_parse(text, len, ret);
}

int grub_menu(const struct ctx *ctx, struct entry_list *list)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg = GRUBCFG_EMPTY;
	_cleanup_(images_done) struct images images = IMAGES_EMPTY;
	_cleanup_(entry_list_done) struct entry_list kernels = ENTRY_LIST_EMPTY;
	int r;

	r = find_menu(ctx, list);
	if (r <= 0)
		return r;
	r = read_menu(ctx->root, list->loader_file, &cfg);
	if (r < 0)
		return list_doubt_file(list, list->loader_file, r) < 0 ? -ENOMEM : 1;
	r = images_init(&images, ctx->root);
	if (r == 0)
		r = bootdir_find(&images, &kernels);
	if (r == 0)
		r = take_items(ctx, &cfg, &kernels, list);
	if (r == 0)
		r = grubdefault_check(ctx, &cfg, list);
	if (r == 0)
		r = str_set(&list->default_reason, "the first entry");
	return r < 0 ? r : 1;
}

bool grub_holds_menu(const struct root *root, const char *path)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg = GRUBCFG_EMPTY;

	return read_menu(root, path, &cfg) < 0 || cfg.count > 0;
}
