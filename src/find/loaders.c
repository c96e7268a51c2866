// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/loaders.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "find/bls.h"
#include "find/doubt.h"
#include "find/extlinux.h"
#include "find/firmware.h"
#include "find/grub.h"
#include "find/grubstub.h"
#include "find/others.h"
#include "find/sign.h"

/* In the order in which one of them is shown where it is not known which counts. GRUB's
 * is the first. */
static const struct {
	enum boot_loader loader;
	int (*read)(const struct ctx *ctx, struct entry_list *ret);
} readers[] = {
	{ LOADER_GRUB, NULL }, /* read_grub() */
	{ LOADER_BLS, bls_menu },
	{ LOADER_EXTLINUX, extlinux_menu },
	{ LOADER_FIRMWARE, firmware_menu },
};

/* All that there is. */
struct loaders {
	struct entry_list menus[ARRAY_SIZE(readers)]; /* LOADER_NONE: none */
	struct others others;
	struct sign sign;
	struct grubmap map;
};

static void loaders_done(struct loaders *all)
{
	for (size_t i = 0; i < ARRAY_SIZE(all->menus); i++)
		entry_list_done(&all->menus[i]);
	others_done(&all->others);
	sign_done(&all->sign);
	grubmap_done(&all->map);
}

/* Is there anything in /boot that could be of extlinux? vfat does not care for case. */
static bool may_hold_extlinux(const struct images *images)
{
	for (size_t i = 0; i < images->boot.count; i++)
		if (strncasecmp(images->boot.items[i], "extlinux", 8) == 0 ||
		    strncasecmp(images->boot.items[i], "syslinux", 8) == 0)
			return true;
	return images->boot_error < 0 && images->boot_error != -ENOENT;
}

/* What cannot be this machine's is not read at all. */
static bool is_worth_reading(const struct sign *sign, const struct images *images,
			     enum boot_loader loader)
{
	if (loader == LOADER_EXTLINUX)
		return may_hold_extlinux(images);
	if (loader == LOADER_FIRMWARE)
		return sign->loader == LOADER_NONE || sign->loader == LOADER_FIRMWARE;
	if (loader != LOADER_BLS)
		return true;
	/* systemd-boot needs UEFI and always leaves its name. */
	if (sign->loader != LOADER_NONE)
		return sign->loader == LOADER_BLS;
	return !sign->is_bios && !sign->has_variables;
}

/* A menu of GRUB's beside its program, where that can be started. */
static bool is_second_menu(const struct loaders *all, const struct other *other)
{
	return other->is_grub && !all->sign.is_bios;
}

/* Is @path in the folder of the program that the firmware boots? */
static bool is_beside_program(const struct sign *sign, const char *path)
{
	const char *end = sign->program ? strrchr(sign->program, '/') : NULL;
	const char *name = strrchr(path, '/');
	size_t len = end ? (size_t)(end - sign->program) : 0;

	return end && name && (size_t)(name - path) >= len &&
	       strncasecmp(name - len, sign->program, len) == 0;
}

/*
 * GRUB's menu is the file beside its program, if that is one: mostly it is three lines
 * that point to /boot. Where the program is not known, one in /boot goes first.
 */
static int read_grub(const struct ctx *ctx, struct loaders *all, struct entry_list *ret)
{
	const struct other *only = NULL;
	size_t count = 0;
	int r;

	for (size_t i = 0; i < all->others.count; i++) {
		const struct other *this = &all->others.items[i];

		if (!is_second_menu(all, this))
			continue;
		if (is_beside_program(&all->sign, this->path))
			return grub_menu_at(ctx, &all->map, this->path, ret);
		only = this;
		count++;
	}
	r = grub_menu(ctx, &all->map, ret);
	if (r == 0 && count == 1 && !all->sign.program)
		r = grub_menu_at(ctx, &all->map, only->path, ret);
	return r;
}

/* The lines beside GRUB's program: another system may have put its own there. */
static int check_stubs(struct loaders *all)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->others.grub_stubs.count; i++)
		if (is_beside_program(&all->sign, all->others.grub_stubs.items[i]))
			r = grubstub_check(&all->map, all->others.grub_stubs.items[i],
					   &all->menus[0]);
	return r;
}

static int read_menus(const struct ctx *ctx, const struct images *images,
		      struct loaders *all)
{
	int r = read_grub(ctx, all, &all->menus[0]);

	if (r > 0)
		r = check_stubs(all);
	for (size_t i = 1; r >= 0 && i < ARRAY_SIZE(readers); i++)
		if (is_worth_reading(&all->sign, images, readers[i].loader))
			r = readers[i].read(ctx, &all->menus[i]);
	return r < 0 ? r : 0;
}

/* Are all of @menu's entries read by GRUB itself (its command blscfg)? */
static bool is_part_of_grub(const struct loaders *all, const struct entry_list *menu)
{
	const struct entry_list *grub = &all->menus[0];

	if (menu->loader != LOADER_BLS || grub->loader != LOADER_GRUB)
		return false;
	for (size_t i = 0; i < menu->count; i++) {
		bool found = false;

		for (size_t k = 0; !found && k < grub->count; k++)
			found = grub->items[k].file &&
				streq(grub->items[k].file, menu->items[i].file);
		if (!found)
			return false;
	}
	return true;
}

/* Could this machine be started from it? */
static bool is_possible(const struct loaders *all, const struct entry_list *menu)
{
	const struct sign *sign = &all->sign;

	if (menu->loader == LOADER_NONE)
		return false;
	if (sign->loader != LOADER_NONE)
		return menu->loader == sign->loader;
	return !is_part_of_grub(all, menu);
}

static bool other_is_possible(const struct loaders *all, const struct other *other)
{
	return all->sign.loader == LOADER_NONE && !other->is_grub && !other->is_record &&
	       !(other->needs_efi && all->sign.is_bios);
}

/* Tells of everything but @menu. */
static int tell_others(const struct loaders *all, struct entry_list *menu)
{
	const struct others *others = &all->others;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(all->menus); i++)
		if (&all->menus[i] != menu && all->menus[i].loader != LOADER_NONE)
			r = strv_take(&menu->others,
				      strf("%s: %s",
					   boot_loader_name(all->menus[i].loader),
					   str_or(all->menus[i].loader_file, "?")));
	for (size_t i = 0; r == 0 && i < others->count; i++)
		if (!streq(others->items[i].path, menu->loader_file))
			r = strv_take(&menu->others,
				      strf("%s: %s", others->items[i].whose,
					   others->items[i].path));
	return r;
}

/* What is there besides @menu that could start this machine as well; or NULL. Sets
 * *@ret_path. */
static const char *find_rival(const struct loaders *all, const struct entry_list *menu,
			      const char **ret_path)
{
	for (size_t i = 0; i < ARRAY_SIZE(all->menus); i++) {
		const struct entry_list *this = &all->menus[i];

		*ret_path = str_or(this->loader_file, "?");
		if (this != menu && is_possible(all, this))
			return boot_loader_name(this->loader);
	}
	for (size_t i = 0; i < all->others.count; i++) {
		const struct other *this = &all->others.items[i];

		*ret_path = this->path;
		if (other_is_possible(all, this))
			return this->whose;
	}
	return NULL;
}

/* Two menus of GRUB's, and which one its program reads is not known. */
static int check_second(const struct loaders *all, struct entry_list *menu)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < all->others.count; i++) {
		const struct other *this = &all->others.items[i];

		if (is_second_menu(all, this) && menu->loader == LOADER_GRUB &&
		    !all->sign.program && !streq(this->path, menu->loader_file))
			r = list_doubt(menu,
				       strf("GRUB also has a menu in %s", this->path));
	}
	return r;
}

static int take_menu(const struct loaders *all, struct entry_list *menu)
{
	const char *path, *rival = find_rival(all, menu, &path);
	char *why;

	if (rival &&
	    list_doubt(menu,
		       strf("both %s (%s) and %s (%s) are configured, and nothing says "
			    "which one starts this machine",
			    boot_loader_name(menu->loader),
			    str_or(menu->loader_file, "?"), rival, path)) < 0)
		return -ENOMEM;
	if (all->sign.why)
		why = strdup(all->sign.why);
	else
		why = strdup(rival ? "nothing says which one starts this machine"
				   : "no other one can start this machine");
	menu->loader_reason = why;
	if (!why || check_second(all, menu) < 0)
		return -ENOMEM;
	return tell_others(all, menu);
}

/* No menu that is read could be the machine's: an empty one, and why. */
static int take_none(const struct loaders *all, struct entry_list *ret)
{
	const char *path, *rival = find_rival(all, NULL, &path);

	if (tell_others(all, ret) < 0)
		return -ENOMEM;
	if (rival) {
		ret->loader = LOADER_OTHER;
		if (str_set(&ret->loader_file, path) < 0)
			return -ENOMEM;
		return list_doubt(
			ret, strf("%s belongs to %s, which this version does not read",
				  path, rival));
	}
	if (all->sign.why) {
		ret->loader = all->sign.loader;
		return list_doubt(ret, strf("what starts this machine has no menu here "
					    "that is read: %s",
					    all->sign.why));
	}
	for (size_t i = 0; i < all->others.count; i++) {
		const struct other *this = &all->others.items[i];

		if (!is_second_menu(all, this))
			continue;
		ret->loader = LOADER_OTHER;
		if (str_set(&ret->loader_file, this->path) < 0)
			return -ENOMEM;
		return list_doubt(ret,
				  strf("what starts this machine is not known: there "
				       "is a menu of GRUB's in %s",
				       this->path));
	}
	return 0;
}

int loaders_menu(const struct ctx *ctx, const struct images *images,
		 struct entry_list *ret)
{
	_cleanup_(loaders_done) struct loaders all = { .sign = SIGN_EMPTY };
	struct entry_list *menu = NULL;
	int r;

	r = sign_read(ctx->root, &all.sign);
	if (r == 0)
		r = others_find(ctx, images, &all.sign, &all.others);
	if (r == 0)
		r = read_menus(ctx, images, &all);
	if (r < 0)
		return r;

	for (size_t i = 0; !menu && i < ARRAY_SIZE(all.menus); i++)
		if (is_possible(&all, &all.menus[i]))
			menu = &all.menus[i];
	r = menu ? take_menu(&all, menu) : take_none(&all, ret);
	if (r == 0 && menu) {
		*ret = *menu;
		*menu = (struct entry_list)ENTRY_LIST_EMPTY;
	}
	if (r == 0 && all.sign.doubt && ret->loader != LOADER_NONE)
		r = list_doubt(ret, TAKE_PTR(all.sign.doubt));
	if (r == 0 && all.others.problem && all.sign.loader == LOADER_NONE)
		r = list_doubt(ret, TAKE_PTR(all.others.problem));
	if (r < 0)
		entry_list_done(ret);
	return r;
}
