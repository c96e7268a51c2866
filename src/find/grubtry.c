// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What each item of the menu would boot: its body is run on variables of its own, as
 * grub_menu_execute_entry() of normal/menu.c does with the one that is chosen.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubdefault.h"
#include "find/grubrun.h"

/* The menu that an item is in. */
struct place {
	const char *path, *position; /* of its submenu, with a ">" behind; or "" */
	unsigned depth;
	bool is_default; /* the next boot leads through it */
};

/* @prefix and @name, in which GRUB doubles each ">". */
static char *join_path(const char *prefix, const char *name, const char *suffix)
{
	char *path = malloc(strlen(prefix) + 2 * strlen(name) + strlen(suffix) + 1), *p;

	if (!path)
		return NULL;
	p = stpcpy(path, prefix);
	for (; *name; name++) {
		if (*name == '>')
			*p++ = '>';
		*p++ = *name;
	}
	(void)stpcpy(p, suffix);
	return path;
}

static int add_entry(struct grubrun *run, const struct grubitem *item,
		     const struct place *place, size_t number)
{
	struct grubmenu *menu = run->menu;
	struct grubmenu_entry *entry, *entries = menu->entries;
	size_t n = menu->count;

	if (n == GRUBMENU_MAX_ENTRIES)
		return -E2BIG;
	if ((n & (n - 1)) == 0) { /* full at each power of two */
		entries = reallocarray(entries, n ? 2 * n : 1, sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		menu->entries = entries;
	}
	entry = &entries[menu->count++];
	*entry = (struct grubmenu_entry){ .line = item->line };
	/* Names of the menus around it, which many may have. */
	if (grubrun_charge(run, strlen(place->path) + strlen(place->position) +
					strlen(item->file)) < 0)
		return -E2BIG;
	entry->position = strf("%s%zu", place->position, number);
	entry->path = join_path(place->path, item->id, "");
	if (!entry->position || !entry->path || str_set(&entry->title, item->title) < 0 ||
	    str_set(&entry->id, item->id) < 0 || str_set(&entry->file, item->file) < 0)
		return -ENOMEM;
	run->entry = entry;
	return 0;
}

/* Runs the body of @item; run->vars are its own, and @outer those of its menu. */
static int run_body(struct grubrun *run, const struct grubitem *item, const char *path,
		    const struct grubvars *outer)
{
	struct grubargs args = item->args;
	const char *value = grubvars_get(outer, "default");
	const char *rest = value ? grubdefault_rest(value) : NULL;
	int r = grubvars_set(run->vars, "chosen", path);

	if (r == 0)
		r = grubvars_export(run->vars, "chosen");
	if (r == 0 && rest)
		r = grubvars_set(run->vars, "default", rest);
	else if (r == 0 && !run->host->fedora)
		r = grubvars_unset(run->vars, "default");
	if (r < 0)
		return r;
	run->params = &args;
	run->file = item->file;
	run->line = item->line;
	r = grubrun_list(run, item->body);
	run->params = NULL;
	run->returning = run->stopped = false;
	run->breaks = run->loops = 0;
	return r < 0 ? r : 0;
}

static int refuse(struct grubmenu_entry *entry, char *why)
{
	if (!why)
		return -ENOMEM;
	if (entry->why)
		free(why);
	else
		entry->why = why;
	return 0;
}

static int try_entry(struct grubrun *run, const struct grubitem *item,
		     const struct place *place, size_t number, bool is_default)
{
	struct grubvars vars, *outer = run->vars;
	struct grubmenu_entry *entry;
	int r = add_entry(run, item, place, number);

	if (r < 0)
		return r;
	entry = run->entry;
	entry->is_default = is_default;
	grubvars_start(&vars, outer, false);
	run->vars = &vars;
	r = run_body(run, item, entry->path, outer);
	run->vars = outer;
	run->entry = NULL;
	grubvars_done(&vars);
	if (r == 0 && item->why)
		r = refuse(entry, strdup(item->why));
	if (r == 0 && !entry->kernel)
		r = refuse(entry, strf("it loads no Linux kernel"));
	if (r == 0 && item->restricted && grubvars_get(run->vars, "superusers"))
		r = refuse(entry, strf("GRUB asks for a password before it boots it"));
	return r;
}

static int try_menu(struct grubrun *run, const struct grubitems *items,
		    const struct place *place);

/* A submenu: a menu of its own, on variables of its own. */
static int fill_submenu(struct grubrun *run, const struct grubitem *item,
			const struct place *inner)
{
	struct grubitems items = { .tail = NULL }, *outer = run->items;
	size_t len = strlen(inner->path) - 1;
	_cleanup_free_ char *path = strndup(inner->path, len);
	int r;

	if (!path)
		return -ENOMEM;
	items.tail = &items.first;
	run->items = &items;
	r = run_body(run, item, path, run->vars->below);
	run->items = outer;
	return r < 0 ? r : try_menu(run, &items, inner);
}

static int try_submenu(struct grubrun *run, const struct grubitem *item,
		       const struct place *place, size_t number, bool is_default)
{
	_cleanup_free_ char *path = join_path(place->path, item->id, ">");
	_cleanup_free_ char *position = strf("%s%zu>", place->position, number);
	struct place inner = { path, position, place->depth + 1, is_default };
	struct grubvars vars, *outer = run->vars;
	char *doubt = run->menu->doubt;
	int r;

	if (!path || !position)
		return -ENOMEM;
	if (place->depth == GRUBMENU_MAX_SUBMENUS)
		return -E2BIG;
	if (is_default && item->restricted && grubvars_get(outer, "superusers")) {
		r = grubrun_doubt(run, strf("GRUB asks for a password before it opens "
					    "the menu '%s'",
					    item->title));
		if (r < 0)
			return r;
	}
	grubvars_start(&vars, outer, !run->host->fedora);
	run->vars = &vars;
	r = fill_submenu(run, item, &inner);
	run->vars = outer;
	grubvars_done(&vars);
	/* What a menu does that is not gone through does not matter. */
	if (!is_default && run->menu->doubt != doubt) {
		free(run->menu->doubt);
		run->menu->doubt = doubt;
	}
	return r;
}

/* In words, where the value of `default` comes from. The caller frees. */
static char *describe_source(const struct grubrun *run, const char *value)
{
	const char *from = run->default_from;

	if (from)
		return grubvars_get(&run->loaded, from)
			       ? strf("grubenv's %s", from)
			       : strf("GRUB's variable %s", from);
	return strf("default \"%s\" of %s line %u", value,
		    str_or(run->default_file, "GRUB"), run->default_line);
}

static int explain_default(struct grubrun *run, const char *value, int found)
{
	_cleanup_free_ char *source = NULL;

	if (!value || !*value || (!run->default_from && streq(value, "0"))) {
		run->menu->default_reason = strf("the first entry");
		return run->menu->default_reason ? 0 : -ENOMEM;
	}
	source = describe_source(run, value);
	if (!source)
		return -ENOMEM;
	if (found >= 0)
		run->menu->default_reason = TAKE_PTR(source);
	else
		run->menu->default_reason =
			strf("the first entry, for none is '%s' (%s)", value, source);
	return run->menu->default_reason ? 0 : -ENOMEM;
}

/* The number of the item that boots next. */
static int find_default(struct grubrun *run, const struct grubitems *items, bool explain,
			size_t *ret)
{
	const char *value = grubvars_get(run->vars, "default");
	struct grubtitle *titles = calloc(items->count + 1, sizeof(*titles));
	bool fedora = run->host->fedora || run->blscfg;
	int n = -1, other = -1, r = 0;
	size_t i = 0;

	if (!titles)
		return -ENOMEM;
	for (const struct grubitem *item = items->first; item; item = item->next)
		titles[i++] = (struct grubtitle){ item->title, item->id };
	if (value) {
		n = grubdefault_find(value, titles, items->count, fedora);
		other = grubdefault_find(value, titles, items->count, !fedora);
	}
	free(titles);
	/* Old ones of Fedora's kin do as everybody does. */
	if (fedora && !run->blscfg && (n < 0 ? 0 : n) != (other < 0 ? 0 : other))
		r = grubrun_doubt(
			run, strf("versions of GRUB differ in what '%s' means", value));
	if (r == 0 && explain)
		r = explain_default(run, value, n);
	*ret = n < 0 ? 0 : (size_t)n;
	return r;
}

static int try_menu(struct grubrun *run, const struct grubitems *items,
		    const struct place *place)
{
	size_t chosen = 0, n = 0;
	int r = 0;

	if (place->is_default && items->count > 0)
		r = find_default(run, items, place->depth == 0, &chosen);
	for (const struct grubitem *item = items->first; r == 0 && item;
	     item = item->next) {
		bool is_default = place->is_default && n == chosen;

		r = item->is_submenu ? try_submenu(run, item, place, n, is_default)
				     : try_entry(run, item, place, n, is_default);
		n++;
	}
	return r;
}

int grubtry_items(struct grubrun *run, const struct grubitems *items)
{
	struct place top = { "", "", 0, true };

	return try_menu(run, items, &top);
}
