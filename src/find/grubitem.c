// SPDX-License-Identifier: GPL-2.0-or-later
/* menuentry and submenu: what they add to the menu that is being filled. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

int grubitem_add(struct grubrun *run, const struct grubitem *item)
{
	struct grubitem *copy;

	if (run->items->count == GRUBMENU_MAX_ENTRIES)
		return -E2BIG;
	copy = grubpool_get(&run->scripts, sizeof(*copy));
	if (!copy)
		return -E2BIG;
	*copy = *item;
	copy->next = NULL;
	*run->items->tail = copy;
	run->items->tail = &copy->next;
	run->items->count++;
	return 0;
}

/* The arguments outlive the command. */
static int keep_args(struct grubrun *run, const struct grubargs *args,
		     struct grubargs *ret)
{
	ret->items = grubpool_get(&run->scripts, (args->count + 1) * sizeof(char *));
	ret->count = args->count;
	for (size_t i = 0; ret->items && i < args->count; i++) {
		ret->items[i] = grubrun_keep(run, args->items[i]);
		if (!ret->items[i])
			return -E2BIG;
	}
	return ret->items ? 0 : -E2BIG;
}

int grubcmd_menuentry(struct grubrun *run, const struct grubargs *args,
		      const struct grubnode *block)
{
	enum { CLASS, USERS, HOTKEY, SOURCE, ID, UNRESTRICTED };
	static const struct grubopt spec[] = {
		{ "class", 0, 'r' },  { "users", 0, 'v' }, { "hotkey", 0, 'v' },
		{ "source", 0, 'v' }, { "id", 0, 'v' },	   { "unrestricted", 0, 0 },
		{ NULL, 0, 0 },
	};
	struct grubitem item = { .file = run->file, .line = run->line, .body = block };
	struct grubopts opts;
	int r = grubopt_read(run, args, spec, true, &opts);

	if (r < 0)
		return r;
	if (run->entry || !run->items) {
		r = grubrun_doubt(run, strf("'%s' inside of an entry", args->items[0]));
		return r < 0 ? r : GRUB_FALSE;
	}
	/* GRUB says what is wrong, and leaves it out. */
	if (r > 0 || opts.rest.count < 2 || (!block && !opts.set[SOURCE]) ||
	    (block && opts.set[SOURCE]))
		return GRUB_FALSE;
	if (!block) {
		r = grubrun_doubt(run, strf("'%s --source'", args->items[0]));
		return r < 0 ? r : GRUB_FALSE;
	}
	r = keep_args(run, &opts.rest, &item.args);
	if (r < 0)
		return r;
	item.is_submenu = streq(args->items[0], "submenu");
	item.title = item.args.items[1];
	item.id = opts.set[ID] ? grubrun_keep(run, opts.values[ID]) : item.title;
	item.restricted = opts.values[USERS] || !opts.set[UNRESTRICTED];
	return item.id ? grubitem_add(run, &item) : -E2BIG;
}
