// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which entry systemd-boot picks: LoaderEntryOneShot, LoaderEntryPreferred, "preferred",
 * LoaderEntryDefault, "default" (the ones in quotes of loader.conf), the first one; of
 * several entries that match a pattern the first of the menu. "@saved" stands for
 * LoaderEntryLastBooted. Sources: loader.conf(5), systemd-boot(7), the Boot Loader
 * Interface (https://systemd.io/BOOT_LOADER_INTERFACE).
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/efivar.h"
#include "find/blsmenu.h"
#include "find/doubt.h"
#include "find/loaderconf.h"

#define KNOWS_PREFERRED 260 /* the systemd-boot that came with it */

/* Entries that are not files. systemd-boot appends them to the menu where it finds the
 * system, or if loader.conf asks for it. */
static const char *const automatic[] = { "auto-osx",
					 "auto-windows",
					 "auto-efi-shell",
					 "auto-efi-default",
					 "auto-poweroff",
					 "auto-reboot",
					 "auto-reboot-to-firmware-setup" };

struct wish {
	const char *pattern; /* NULL: nothing is wished */
	const char *whose;   /* in words */
	bool skips_bad;
};

/* *@ret stays NULL where the variable is not set. */
static int read_variable(struct bls_menu *menu, const char *name, char **ret)
{
	int r = efivar_read_text(menu->ctx->root, name, EFIVAR_LOADER, ret);

	if (r == 0 || r == -ENOENT || r == -ENOMEM)
		return r == -ENOENT ? 0 : r;
	return list_doubt(menu->list, strf("the EFI variable %s cannot be read: %s", name,
					   strerror(-r)));
}

static bool is_saved(const char *pattern)
{
	return pattern && strcasecmp(pattern, "@saved") == 0;
}

static struct bls_item *find_item(struct bls_menu *menu, const struct wish *wish)
{
	for (size_t i = 0; i < menu->count; i++) {
		struct bls_item *item = &menu->items[i];

		if (item->hidden ||
		    (wish->skips_bad && item->name.counts && item->name.left == 0))
			continue;
		if (blsname_matches(wish->pattern, item->entry.id))
			return item;
	}
	return NULL;
}

static const char *find_automatic(const struct wish *wish)
{
	for (size_t i = 0; i < ARRAY_SIZE(automatic); i++)
		if (blsname_matches(wish->pattern, automatic[i]))
			return automatic[i];
	return NULL;
}

/* Two that are equal by every rule stand in an order that we cannot know. */
static bool has_twin(const struct bls_menu *menu, const struct bls_item *item)
{
	struct blsorder order = bls_item_order(item);

	for (size_t i = 0; i < menu->count; i++) {
		struct blsorder other = bls_item_order(&menu->items[i]);

		if (&menu->items[i] != item && !menu->items[i].hidden &&
		    blsorder_compare(&order, &other) == 0)
			return true;
	}
	return false;
}

static int take(struct bls_menu *menu, struct bls_item *item, char *reason)
{
	struct entry *entry = &item->entry;
	int r = 0;

	entry->is_default = true;
	menu->list->default_reason = reason;
	if (!reason)
		return -ENOMEM;
	if (has_twin(menu, item))
		r = list_doubt(menu->list, strf("two entries have the id %s", entry->id));
	if (r == 0 && item->name.counts && item->name.left > 0)
		r = entry_refuse(entry, strf("boot counting in progress (%u left): only "
					     "the boot loader counts",
					     item->name.left));
	else if (r == 0 && item->name.counts)
		r = entry_refuse(entry, strdup("it failed as often as it may (boot "
					       "counting)"));
	return r;
}

/* Returns 1 if the wish decides, 0 if no entry matches, or -ENOMEM. */
static int try_wish(struct bls_menu *menu, const struct wish *wish)
{
	struct bls_item *item;
	const char *id;
	int r;

	if (!wish->pattern)
		return 0;
	item = find_item(menu, wish);
	if (item) {
		r = take(menu, item, strf("%s \"%s\"", wish->whose, wish->pattern));
		return r < 0 ? r : 1;
	}
	id = find_automatic(wish);
	if (!id)
		return 0;
	r = list_doubt(menu->list, strf("%s \"%s\" matches %s, which is no entry of ours",
					wish->whose, wish->pattern, id));
	return r < 0 ? r : 1;
}

static int take_first(struct bls_menu *menu, const char *unmatched, const char *whose)
{
	if (menu->count == 0 || menu->items[0].hidden)
		return list_doubt(menu->list,
				  strdup("systemd-boot's menu has no entry of ours"));
	return take(menu, &menu->items[0],
		    unmatched ? strf("the first entry (none matches %s \"%s\")", whose,
				     unmatched)
			      : strdup("the first entry"));
}

struct wishes {
	struct loaderconf conf;
	char *one_shot, *preferred, *variable, *last, *timeout; /* EFI variables */
	char *conf_default, *conf_preferred; /* in words, with the line */
};

static void wishes_done(struct wishes *w)
{
	loaderconf_done(&w->conf);
	free(w->one_shot);
	free(w->preferred);
	free(w->variable);
	free(w->last);
	free(w->timeout);
	free(w->conf_default);
	free(w->conf_preferred);
}

static int read_conf(struct bls_menu *menu, const char *esp, struct wishes *w)
{
	_cleanup_free_ char *path = strf("%s/loader/loader.conf", esp), *text = NULL;
	size_t len;
	int r;

	if (!path)
		return -ENOMEM;
	r = root_read(menu->ctx->root, path, LOADERCONF_MAX_SIZE, &text, &len);
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == 0)
		r = loaderconf_parse(text, len, &w->conf);
	if (r < 0)
		return list_doubt_file(menu->list, path, r);
	if (w->conf.depends && (menu->version == 0 || menu->version < 253))
		r = list_doubt(menu->list, strf("%s has a value in single quotes, which "
						"systemd-boot reads since 253",
						path));
	w->conf_default = strf("default of %s line %u", path, w->conf.default_line);
	w->conf_preferred = strf("preferred of %s line %u", path, w->conf.preferred_line);
	return w->conf_default && w->conf_preferred ? r : -ENOMEM;
}

static int read_wishes(struct bls_menu *menu, const char *esp, struct wishes *w)
{
	int r = esp ? read_conf(menu, esp, w) : 0;

	if (r == 0)
		r = read_variable(menu, "LoaderEntryOneShot", &w->one_shot);
	if (r == 0)
		r = read_variable(menu, "LoaderEntryPreferred", &w->preferred);
	if (r == 0)
		r = read_variable(menu, "LoaderEntryDefault", &w->variable);
	if (r == 0)
		r = read_variable(menu, "LoaderConfigTimeout", &w->timeout);
	if (r == 0 && (is_saved(w->variable) || is_saved(w->conf.default_pattern)))
		r = read_variable(menu, "LoaderEntryLastBooted", &w->last);
	return r;
}

/* The variable, where it is set, overrides loader.conf. */
static int look_at_timeout(struct bls_menu *menu, const struct wishes *w, const char *esp)
{
	bool in_variable = streq(w->timeout, LOADERCONF_WAITS) ||
			   streq(w->timeout, LOADERCONF_WAITS_NUMBER);

	if (in_variable)
		return list_doubt(
			menu->list,
			strf("systemd-boot boots nothing until somebody chooses: "
			     "LoaderConfigTimeout is %s (bootctl set-timeout)",
			     LOADERCONF_WAITS));
	if (w->conf.waits_line == 0 ||
	    (w->timeout && (starts_with(w->timeout, "menu-") ||
			    (*w->timeout >= '0' && *w->timeout <= '9'))))
		return 0;
	return list_doubt(
		menu->list,
		strf("systemd-boot boots nothing until somebody chooses: timeout "
		     "%s of %s/loader/loader.conf line %u",
		     LOADERCONF_WAITS, esp, w->conf.waits_line));
}

/* Returns as try_wish(). An older systemd-boot does not read it; where its version is not
 * known, nothing is. */
static int try_preferred(struct bls_menu *menu, const struct wishes *w)
{
	const struct wish variable = { w->preferred, "LoaderEntryPreferred", true };
	const struct wish conf = { w->conf.preferred, w->conf_preferred, true };
	int r;

	if ((!w->preferred && !w->conf.preferred) ||
	    (menu->version > 0 && menu->version < KNOWS_PREFERRED))
		return 0;
	if (menu->version == 0 || is_saved(w->preferred) || is_saved(w->conf.preferred)) {
		r = list_doubt(
			menu->list,
			strf("a preferred entry is set, and what this systemd-boot "
			     "makes of it is not known"));
		return r < 0 ? r : 1;
	}
	r = try_wish(menu, &variable);
	return r != 0 ? r : try_wish(menu, &conf);
}

int blsdefault_set(struct bls_menu *menu, const char *esp)
{
	_cleanup_(wishes_done) struct wishes w = { .conf = LOADERCONF_EMPTY };
	struct wish variable = { NULL, "LoaderEntryDefault", false };
	struct wish conf = { NULL, NULL, false };
	int r = read_wishes(menu, esp, &w);

	if (r < 0)
		return r;
	if (w.one_shot) {
		menu->list->one_shot = strf("LoaderEntryOneShot asks once for '%s' "
					    "(bootctl set-oneshot)",
					    w.one_shot);
		if (!menu->list->one_shot)
			return -ENOMEM;
	}
	variable.pattern = is_saved(w.variable) ? w.last : w.variable;
	if (is_saved(w.variable))
		variable.whose = "LoaderEntryLastBooted";
	conf.pattern = w.conf.default_pattern;
	conf.whose = w.conf_default;
	if (is_saved(conf.pattern)) {
		conf.pattern = is_saved(w.variable) ? NULL : w.last;
		conf.whose = "LoaderEntryLastBooted (default @saved)";
	}
	r = try_preferred(menu, &w);
	if (r == 0)
		r = try_wish(menu, &variable);
	if (r == 0)
		r = try_wish(menu, &conf);
	if (r == 0)
		r = take_first(menu, variable.pattern ? variable.pattern : conf.pattern,
			       variable.pattern ? variable.whose : conf.whose);
	return r < 0 ? r : look_at_timeout(menu, &w, esp);
}
