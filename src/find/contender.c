// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/contender.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootname.h"
#include "find/doubt.h"
#include "find/version.h"

int contender_flavour(const char *release, char **ret)
{
	char flavour[NAME_MAX + 1];
	bool known = version_flavour(release, flavour, sizeof(flavour)) == 0;

	return str_set(ret, known ? flavour : release);
}

/* The image's version, or what the name claims if that is newer or all that there is. */
static const char *release_of(const struct entry *entry, const struct bootname *name)
{
	const char *claim = *name->version ? name->version : NULL;

	if (!entry->version || (claim && version_compare(claim, entry->version) > 0))
		return claim;
	return entry->version;
}

static int exclude(const struct ctx *ctx, const char *removed,
		   struct contender *contender)
{
	const char *why = NULL;

	if (removed && streq(contender->release, removed))
		why = "it is being removed";
	else if (strv_matches(&ctx->config->exclude, contender->release))
		why = "the configuration excludes it";
	if (!why)
		return 0;
	contender->excluded = true;
	return entry_refuse(contender->entry, strdup(why));
}

/* Returns 1 and *@ret if it is one, 0 if not, or -ENOMEM. */
static int read_entry(struct entry *entry, struct contender *ret)
{
	struct bootname name = { .leftover = NULL };
	const char *release;

	if (bootname_read_path(entry->kernel, &name) && name.leftover)
		return 0;
	release = release_of(entry, &name);
	if (!release)
		return 0;
	ret->entry = entry;
	if (str_set(&ret->release, release) < 0 ||
	    contender_flavour(release, &ret->flavour) < 0)
		return -ENOMEM;
	return 1;
}

int contenders_init(struct contenders *all, const struct ctx *ctx,
		    struct entry_list *list, const char *removed)
{
	int r = 0;

	all->items = calloc(list->count + 1, sizeof(*all->items));
	if (!all->items)
		return -ENOMEM;
	for (size_t i = 0; r >= 0 && i < list->count; i++) {
		struct contender *contender = &all->items[all->count];

		r = read_entry(&list->items[i], contender);
		if (r != 0)
			all->count++; /* half of one is released too */
		if (r > 0)
			r = exclude(ctx, removed, contender);
	}
	return r < 0 ? r : 0;
}

void contenders_done(struct contenders *all)
{
	for (size_t i = 0; i < all->count; i++) {
		free(all->items[i].release);
		free(all->items[i].flavour);
	}
	free(all->items);
	*all = (struct contenders)CONTENDERS_EMPTY;
}

static bool in_menu(const struct contender *contender)
{
	return contender->entry->source == SOURCE_GRUB;
}

const struct contender *contenders_newest(const struct contenders *all,
					  const char *flavour,
					  const struct contender **ret_tie)
{
	const struct contender *best = NULL;

	*ret_tie = NULL;
	for (size_t i = 0; i < all->count; i++) {
		const struct contender *this = &all->items[i];
		int r;

		if (this->excluded || !streq(this->flavour, flavour))
			continue;
		r = best ? version_compare(this->release, best->release) : 1;
		if (r == 0)
			r = in_menu(this) - in_menu(best);
		if (r == 0)
			*ret_tie = this;
		if (r <= 0)
			continue;
		best = this;
		*ret_tie = NULL;
	}
	return best;
}

const struct contender *contenders_default(const struct contenders *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].entry->is_default)
			return &all->items[i];
	return NULL;
}

bool contenders_mixed(const struct contenders *all, const struct contender **ret_a,
		      const struct contender **ret_b)
{
	*ret_a = NULL;
	for (size_t i = 0; i < all->count; i++) {
		*ret_b = &all->items[i];
		if (!starts_with((*ret_b)->entry->kernel, "/boot/"))
			continue;
		if (!*ret_a)
			*ret_a = *ret_b;
		else if (!streq((*ret_a)->flavour, (*ret_b)->flavour))
			return true;
	}
	return false;
}
