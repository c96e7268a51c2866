// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grub.h"

#include <errno.h>
#include <string.h>

#include "find/doubt.h"
#include "find/grubdefault.h"
#include "find/grubmap.h"

static const char *const menus[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

/* Does it boot this kernel, but not the way an ordinary boot does? */
static bool is_recovery(const struct grubcfg_entry *item)
{
	static const char *const words[] = { "single",
					     "recovery",
					     "rescue",
					     "emergency",
					     "systemd.unit=rescue.target",
					     "systemd.unit=emergency.target" };
	const char *word = str_or(item->options, "");

	if (item->id && strstr(item->id, "-recovery-"))
		return true;
	for (size_t len; *word; word += len) {
		word += strspn(word, " \t");
		len = strcspn(word, " \t");
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			if (strlen(words[i]) == len && strncmp(word, words[i], len) == 0)
				return true;
	}
	return false;
}

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
	_cleanup_strv_ struct strv guessed = entry->initrds;
	int r = 0;

	entry->initrds = (struct strv)STRV_EMPTY;
	entry->says_no_initramfs = item->initrds.count == 0;
	if (entry->says_no_initramfs && guessed.count > 0)
		return entry_refuse(
			entry, strf("GRUB's entry names no initramfs, but %s is there "
				    "(is grub.cfg older?): run update-grub",
				    guessed.items[0]));
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
	int r;

	entry->source = SOURCE_GRUB;
	r = str_set(&entry->title, item->title);
	/* A slash in front is kept for ids that are made unique. */
	if (r == 0 && item->id && *item->id && *item->id != '/')
		r = str_set(&entry->id, item->id);
	if (r < 0)
		return r;
	if (doubt)
		return entry_refuse(entry,
				    strf("GRUB's entry is not understood (line %u): %s",
					 item->line, doubt));
	r = str_set(&entry->cmdline, item->options);
	return r < 0 ? r : take_initrds(root, item, rule, entry);
}

/* Each kernel takes the first entry of the menu that is meant for it. */
static int take_items(const struct ctx *ctx, const struct grubcfg *cfg,
		      struct entry_list *list)
{
	_cleanup_(grubmap_done) struct grubmap map = GRUBMAP_EMPTY;
	int r = grubmap_init(&map, ctx->root, list);

	for (size_t i = 0; r == 0 && i < cfg->count; i++) {
		const struct grubcfg_entry *item = &cfg->entries[i];
		struct grubmap_rule rule;
		struct entry *entry;

		if (!item->kernel || is_foreign(item) || is_recovery(item))
			continue;
		entry = grubmap_find(&map, item->kernel, &rule);
		if (!entry || entry->source == SOURCE_GRUB)
			continue;
		entry->is_default = i == 0;
		r = take_item(ctx->root, item, &rule, entry);
	}
	return r;
}

/* Is the menu's first entry one of ours, without a doubt? */
static int check_first(const struct ctx *ctx, const struct grubcfg *cfg,
		       struct entry_list *list)
{
	const struct grubcfg_entry *first = cfg->entries;
	const char *why = NULL;

	if (cfg->count == 0)
		return list_doubt(list,
				  strf("%s holds no menu entry", list->loader_file));
	if (!streq(first->position, "0"))
		why = "is in a submenu, or behind a condition";
	else if (item_doubt(first))
		why = item_doubt(first);
	else if (!first->kernel)
		why = "is no Linux system";
	else if (is_foreign(first))
		why = "is another system";
	else if (is_recovery(first))
		why = "is a recovery boot";
	if (why)
		return list_doubt(
			list,
			strf("GRUB's first menu entry, '%s', is not one to take: %s "
			     "(%s, line %u)",
			     first->title, why, list->loader_file, first->line));
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].is_default)
			return 0;
	return list_doubt(
		list, strf("GRUB's first menu entry, '%s', boots %s, which is %s",
			   first->title, first->kernel,
			   root_exists(ctx->root, first->kernel)
				   ? "none of the kernels found"
				   : "not there (is grub.cfg older?): run update-grub"));
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

int grub_find(const struct ctx *ctx, struct entry_list *list)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg = GRUBCFG_EMPTY;
	int r;

	r = find_menu(ctx, list);
	if (r <= 0)
		return r;
	r = read_menu(ctx->root, list->loader_file, &cfg);
	if (r < 0)
		return list_doubt_file(list, list->loader_file, r);

	r = take_items(ctx, &cfg, list);
	if (r == 0)
		r = grubdefault_check(ctx, &cfg, list);
	if (r == 0)
		r = check_first(ctx, &cfg, list);
	return r;
}

bool grub_holds_menu(const struct root *root, const char *path)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg = GRUBCFG_EMPTY;

	return read_menu(root, path, &cfg) < 0 || cfg.count > 0;
}
