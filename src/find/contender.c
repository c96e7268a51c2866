// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/contender.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootname.h"
#include "find/doubt.h"
#include "find/version.h"
#include "verify/cmdline.h"

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

	if (!entry->version)
		return claim;
	if (claim && !bootname_agrees(name, entry->version) &&
	    version_compare(claim, entry->version) > 0)
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

/* Words that say so alone, and with a value. Unlike for the running command line, which
 * may be inherited, init= is no such word: it is how some systems boot always. */
static const char *const rescue_words[] = {
	"single",
	"rescue",
	"emergency",
	"recovery",
	"rd.break",
	"systemd.unit=rescue.target",
	"systemd.unit=emergency.target",
};

bool entry_is_rescue(const struct entry *entry)
{
	const char *cursor = str_or(entry->cmdline, "");
	const char *file = entry->kernel ? strrchr(entry->kernel, '/') : NULL;
	struct cmdline_word word;

	if (entry->id && strstr(entry->id, "-recovery-"))
		return true;
	if (file && strstr(file, "-rescue"))
		return true;
	while (cmdline_next(&cursor, &word))
		for (size_t i = 0; i < ARRAY_SIZE(rescue_words); i++)
			if (strlen(rescue_words[i]) == word.len &&
			    memcmp(rescue_words[i], word.text, word.len) == 0)
				return true;
	return false;
}

/* Entries of directories are known by their kernel alone. */
static bool is_in_menu(const struct entry *entry)
{
	return entry->source != SOURCE_BOOTDIR && entry->source != SOURCE_MODULES;
}

/* Returns 1 and *@ret if it is one, 0 if not, or -ENOMEM. */
static int read_entry(struct entry *entry, struct contender *ret)
{
	struct bootname name = { .leftover = NULL };
	const char *release;

	if (!entry->kernel)
		return 0;
	if (!bootname_read_path(entry->kernel, &name))
		name = (struct bootname){ .leftover = NULL };
	if (entry_is_rescue(entry) || (name.leftover && !entry->is_default))
		return 0;
	release = release_of(entry, &name);
	if (!release)
		return 0;
	ret->entry = entry;
	ret->in_menu = is_in_menu(entry);
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

/* Lower goes first. The default does, even if it cannot be used: another entry of the
 * same version would be another boot. */
static int rank_of(const struct contender *contender)
{
	const struct entry *entry = contender->entry;

	if (!contender->in_menu)
		return 3;
	if (entry->is_default)
		return 0;
	return entry->usable ? 1 : 2;
}

/* @this instead of *@best? In a menu the order decides, elsewhere nothing does. */
static void consider(const struct contender *this, const struct contender **best,
		     const struct contender **tie)
{
	if (!*best || rank_of(this) < rank_of(*best)) {
		*best = this;
		*tie = NULL;
	} else if (!this->in_menu && !(*best)->in_menu) {
		*tie = this;
	}
}

const struct contender *contenders_newest(const struct contenders *all,
					  const char *flavour,
					  const struct contender **ret_tie)
{
	const struct contender *best = NULL;

	*ret_tie = NULL;
	for (size_t i = 0; i < all->count; i++) {
		const struct contender *this = &all->items[i];
		int age = best ? version_compare(this->release, best->release) : 1;

		if (this->excluded || !streq(this->flavour, flavour) || age < 0)
			continue;
		if (age > 0)
			best = NULL;
		consider(this, &best, ret_tie);
	}
	return best;
}

const struct contender *contenders_named(const struct contenders *all,
					 const char *release,
					 const struct contender **ret_tie)
{
	const struct contender *best = NULL;

	*ret_tie = NULL;
	for (size_t i = 0; i < all->count; i++)
		if (streq(all->items[i].release, release))
			consider(&all->items[i], &best, ret_tie);
	return best;
}

const struct contender *contenders_default(const struct contenders *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->items[i].entry->is_default)
			return &all->items[i];
	return NULL;
}
