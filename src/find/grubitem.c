// SPDX-License-Identifier: GPL-2.0-or-later
/* The items of GRUB's menus: menuentry and submenu. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubparse.h"

/* Options of menuentry and submenu that take a value in the next word. */
static const char *const valued_options[] = { "--class",
					      "--users",
					      "--hotkey",
					      "--source",
					      "--id",
					      "$menuentry_id_option",
					      "${menuentry_id_option}",
					      NULL };

/* Finds title and id among the words of a menuentry; returns what is wrong with it, or
 * NULL. */
static const char *read_item(const struct grub_parser *p, const char **ret_title,
			     const char **ret_id)
{
	*ret_title = NULL;
	*ret_id = NULL;
	for (size_t i = 1; i < p->count; i++) {
		const char *option = grubparse_word(p, i);

		if (grubparse_is_one_of(option, valued_options)) {
			if (++i == p->count)
				return "has an option without value";
			if (streq(option, "--id") || *option == '$')
				*ret_id = grubparse_word(p, i);
		} else if (starts_with(option, "--id=")) {
			*ret_id = option + strlen("--id=");
		} else if (!starts_with(option, "--") && !*ret_title) {
			*ret_title = option;
		}
		if (p->words[i].variable)
			return "has a variable in its title or options";
	}
	return *ret_title ? NULL : "has no title";
}

/* The next item of @menu has this number; NULL in *@ret when a condition decides that. */
static int number_item(const struct grub_parser *p, struct frame *menu, char **ret)
{
	bool conditional = grubparse_in_condition(p);

	*ret = NULL;
	if (menu->position && !menu->next_unknown && !conditional) {
		*ret = strf("%s%u", menu->position, menu->next);
		if (!*ret)
			return -ENOMEM;
	}
	menu->next++;
	menu->next_unknown = menu->next_unknown || conditional;
	return 0;
}

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

static int add_entry(struct grub_parser *p, struct grubcfg_entry **ret)
{
	struct grubcfg_entry *entries;
	size_t n = p->cfg.count;

	if (n == GRUBCFG_MAX_ENTRIES)
		return -E2BIG;
	if ((n & (n - 1)) == 0) { /* full at each power of two */
		entries = reallocarray(p->cfg.entries, n ? 2 * n : 1, sizeof(*entries));
		if (!entries)
			return -ENOMEM;
		p->cfg.entries = entries;
	}
	*ret = &p->cfg.entries[p->cfg.count++];
	**ret = (struct grubcfg_entry){ .line = p->line };
	return 0;
}

static int open_submenu(struct grub_parser *p, const struct frame *menu, const char *name,
			const char *position)
{
	struct frame *frame;
	int r;

	r = grubparse_push(p, FRAME_SUBMENU);
	if (r < 0)
		return r;
	frame = grubparse_frame(p);
	frame->depth = menu->depth + 1;
	frame->path = join_path(menu->path, name, ">");
	frame->position = position ? strf("%s>", position) : NULL;
	return frame->path && (frame->position || !position) ? 0 : -ENOMEM;
}

static bool has_condition_around(const struct grub_parser *p)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->frames[i].kind == FRAME_IF)
			return true;
	return false;
}

static int open_entry(struct grub_parser *p, const struct frame *menu, const char *title,
		      const char *id, const char *position)
{
	struct grubcfg_entry *entry;
	int r;

	r = add_entry(p, &entry);
	if (r < 0)
		return r;
	entry->depth = menu->depth;
	entry->is_conditional = has_condition_around(p);
	entry->path = join_path(menu->path, id ? id : title, "");
	if (!entry->path || str_set(&entry->title, title) < 0 ||
	    str_set(&entry->id, id) < 0 || str_set(&entry->position, position) < 0)
		return -ENOMEM;
	p->entry = entry;
	return grubparse_push(p, FRAME_ENTRY);
}

/* The menu that an item belongs to; NULL if it is made in a loop, a function or another
 * entry. */
static struct frame *find_menu(struct grub_parser *p)
{
	for (size_t i = p->depth; i > 0; i--) {
		struct frame *frame = &p->frames[i - 1];

		if (frame->kind == FRAME_FILE || frame->kind == FRAME_SUBMENU)
			return frame;
		if (frame->kind != FRAME_IF)
			return NULL;
	}
	return NULL;
}

int grubitem_open(struct grub_parser *p)
{
	_cleanup_free_ char *position = NULL;
	const char *title, *id, *wrong;
	struct frame *menu = find_menu(p);
	int r;

	wrong = menu ? read_item(p, &title, &id)
		     : "stands in a function, a loop or an entry";
	if (wrong) {
		/* From here on, nobody knows which number an item has. */
		if (menu)
			menu->next_unknown = true;
		r = grubparse_doubt(p, grubparse_word(p, 0), wrong);
		return r < 0 ? r : grubparse_push(p, FRAME_BLOCK);
	}
	r = number_item(p, menu, &position);
	if (r < 0)
		return r;
	if (streq(grubparse_word(p, 0), "submenu"))
		return open_submenu(p, menu, id ? id : title, position);
	return open_entry(p, menu, title, id, position);
}
