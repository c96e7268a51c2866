// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubmenu.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

/* Names that may differ between two runs and still mean the same place in the menu. */
#define LOOK_AHEAD 64

static void entry_done(struct grubmenu_entry *entry)
{
	free(entry->title);
	free(entry->id);
	free(entry->path);
	free(entry->position);
	free(entry->file);
	free(entry->kernel);
	strv_done(&entry->initrds);
	free(entry->cmdline);
	free(entry->why);
}

void grubmenu_done(struct grubmenu *menu)
{
	for (size_t i = 0; i < menu->count; i++)
		entry_done(&menu->entries[i]);
	free(menu->entries);
	free(menu->default_reason);
	free(menu->one_shot);
	free(menu->doubt);
	free(menu->waits);
	*menu = (struct grubmenu)GRUBMENU_EMPTY;
}

/* ---- one run ---- */

/* What GRUB itself sets before it reads anything. */
static int set_variables(struct grubrun *run, const char *device, const char *path)
{
	static const char *const features[] = {
		"feature_chainloader_bpb",	"feature_ntldr",
		"feature_platform_search_hint", "feature_default_font_path",
		"feature_all_video_module",	"feature_menuentry_id",
		"feature_menuentry_options",	"feature_200_final",
		"feature_nativedisk_cmd",	"feature_timeout_style",
	};
	_cleanup_free_ char *prefix = strf("(%s)%s", device, path);
	const char *const pairs[][2] = {
		{ "root", device },
		{ "prefix", prefix },
		{ "grub_cpu", run->host->cpu },
		{ "grub_platform", run->host->platform },
		{ "color_normal", "light-gray/black" },
		{ "color_highlight", "black/light-gray" },
		{ "?", "0" },
	};
	int r = 0;

	if (!prefix)
		return -ENOMEM;
	*strrchr(prefix, '/') = '\0';
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(pairs); i++) {
		r = grubvars_set(run->vars, pairs[i][0], pairs[i][1]);
		if (r == 0)
			r = grubvars_export(run->vars, pairs[i][0]);
	}
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(features); i++) {
		r = grubvars_set(run->vars, features[i], "y");
		if (r == 0)
			r = grubvars_export(run->vars, features[i]);
	}
	return r;
}

#define WAITS "GRUB boots nothing until somebody chooses: "
#define CURE " (GRUB_TIMEOUT in /etc/default/grub)"

/* Without a timeout, or with one that is no number or negative, the menu stays until
 * somebody chooses (grub_menu_get_timeout() in grub-core/normal/menu.c, which keeps an
 * int of it). */
static int read_timeout(struct grubrun *run)
{
	const char *value = grubvars_get(run->vars, "timeout"), *end;
	uint64_t n;

	if (value && grubcmd_number(value, &n, &end) && (int32_t)n >= 0)
		return 0;
	run->menu->waits = value ? strf(WAITS "its timeout is \"%s\"" CURE, value)
				 : strf(WAITS "no timeout is set" CURE);
	return run->menu->waits ? 0 : -ENOMEM;
}

static int run_menu(struct grubrun *run, const char *device, const char *path)
{
	struct grubitems items = { .tail = NULL };
	_cleanup_free_ char *name = strf("(%s)%s", device, path);
	int r = set_variables(run, device, path);

	if (!name)
		return -ENOMEM;
	items.tail = &items.first;
	run->items = &items;
	run->file = path;
	if (r == 0)
		r = grubrun_file(run, name);
	run->stopped = run->returning = false;
	run->breaks = run->loops = 0;
	if (r == 0)
		r = grubtry_items(run, &items);
	run->items = NULL;
	if (r == 0)
		r = read_timeout(run);
	if (r == 0 && items.count == 0 && !run->menu->doubt) {
		run->menu->doubt = strf("%s makes no menu", path);
		r = run->menu->doubt ? 0 : -ENOMEM;
	}
	return r;
}

/* Menus that took over have variables that shadow those of the menu before. */
static void drop_variables(struct grubvars *vars)
{
	while (vars) {
		/* The one below is ours to change: only its user sees it as const. */
		struct grubvars *below = (struct grubvars *)(uintptr_t)vars->below;

		grubvars_done(vars);
		vars = below;
	}
}

/* What the machine asks of one run of GRUB. */
struct setting {
	const struct grubhost *host;
	const char *device, *path;
	struct grubquestions *questions;
	const struct strv *saved; /* by an earlier run; NULL: none */
};

static int run_once(const struct setting *setting, struct grubmenu *menu,
		    struct strv *ret_saves)
{
	struct grubvars vars;
	struct grubrun run = { .host = setting->host,
			       .questions = setting->questions,
			       .saved = setting->saved,
			       .vars = &vars,
			       .scripts = { .limit = GRUBRUN_MAX_MEMORY,
					    .only_grows = true },
			       .words = { .limit = GRUBRUN_MAX_WORDS },
			       .menu = menu };
	int r;

	*menu = (struct grubmenu)GRUBMENU_EMPTY;
	grubvars_start(&vars, NULL, false);
	grubvars_start(&run.loaded, NULL, false);
	r = run_menu(&run, setting->device, setting->path);
	if (r == -E2BIG) {
		free(menu->doubt);
		menu->doubt = strf("%s is larger, or runs longer, than is reasonable",
				   setting->path);
		setting->questions->count = 0; /* once is enough */
		r = menu->doubt ? 0 : -ENOMEM;
	}
	drop_variables(run.vars);
	grubvars_done(&run.loaded);
	grubtext_done(&run.text);
	grubpool_done(&run.scripts);
	grubpool_done(&run.words);
	if (ret_saves)
		*ret_saves = run.saves;
	else
		strv_done(&run.saves);
	return r;
}

/* ---- several of them ---- */

static const struct grubmenu_entry *find_default(const struct grubmenu *menu)
{
	for (size_t i = 0; i < menu->count; i++)
		if (menu->entries[i].is_default)
			return &menu->entries[i];
	return NULL;
}

static bool boots_the_same(const struct grubmenu_entry *a, const struct grubmenu_entry *b)
{
	return streq(a->path, b->path) && streq(a->title, b->title) &&
	       streq(a->kernel, b->kernel) && streq(a->cmdline, b->cmdline) &&
	       strv_equal(&a->initrds, &b->initrds) && !a->why == !b->why;
}

static char *say_unknown(const struct grubquestions *questions)
{
	struct strv texts = { (char **)(uintptr_t)questions->texts, questions->count };
	_cleanup_free_ char *list = strv_join(&texts, "; ");

	return list ? strf("it depends on what only shows at boot (%s)", list) : NULL;
}

/* An entry that is not the same in both is in doubt. */
static int refuse_differing(struct grubmenu *menu, const struct grubmenu *other,
			    const struct grubquestions *questions)
{
	size_t j = 0;

	for (size_t i = 0; i < menu->count; i++) {
		struct grubmenu_entry *entry = &menu->entries[i];
		size_t k = j;

		while (k < other->count && k - j < LOOK_AHEAD &&
		       !streq(entry->path, other->entries[k].path))
			k++;
		if (k < other->count && streq(entry->path, other->entries[k].path)) {
			j = k + 1;
			if (boots_the_same(entry, &other->entries[k]))
				continue;
		}
		if (!entry->why)
			entry->why = say_unknown(questions);
		if (!entry->why)
			return -ENOMEM;
	}
	return 0;
}

static int merge(struct grubmenu *menu, struct grubmenu *other,
		 const struct grubquestions *questions)
{
	const struct grubmenu_entry *a = find_default(menu), *b = find_default(other);

	if (!menu->doubt)
		menu->doubt = TAKE_PTR(other->doubt);
	if (!menu->one_shot)
		menu->one_shot = TAKE_PTR(other->one_shot);
	if (!menu->waits)
		menu->waits = TAKE_PTR(other->waits);
	if (!menu->doubt && (!a != !b || (a && !streq(a->path, b->path)))) {
		menu->doubt = say_unknown(questions);
		if (!menu->doubt)
			return -ENOMEM;
	}
	return refuse_differing(menu, other, questions);
}

/* Does the menu lead somewhere else when it is read again? Then what boots next was asked
 * for once. */
static int check_again(const struct setting *setting, struct grubmenu *menu,
		       const struct strv *saves)
{
	_cleanup_(grubmenu_done) struct grubmenu again = GRUBMENU_EMPTY;
	struct setting next = *setting;
	const struct grubmenu_entry *a, *b;
	int r;

	if (saves->count == 0 || menu->one_shot || menu->doubt)
		return 0;
	next.saved = saves;
	r = run_once(&next, &again, NULL);
	if (r < 0)
		return r;
	a = find_default(menu);
	b = find_default(&again);
	if (a && b && streq(a->path, b->path))
		return 0;
	menu->one_shot = strf("GRUB boots '%s' once, and something else after that",
			      a ? a->title : "nothing");
	return menu->one_shot ? 0 : -ENOMEM;
}

int grubmenu_read(const struct grubhost *host, const char *device, const char *path,
		  struct grubmenu *ret)
{
	struct grubquestions questions = { .count = 0 };
	struct setting setting = { host, device, path, &questions, NULL };
	_cleanup_strv_ struct strv saves = STRV_EMPTY;
	int r = run_once(&setting, ret, &saves);

	for (unsigned answers = 1; r == 0 && answers < 1U << questions.count; answers++) {
		_cleanup_(grubmenu_done) struct grubmenu other = GRUBMENU_EMPTY;

		questions.answers = answers;
		r = run_once(&setting, &other, NULL);
		if (r == 0)
			r = merge(ret, &other, &questions);
	}
	questions.answers = 0;
	if (r == 0)
		r = check_again(&setting, ret, &saves);
	for (size_t i = 0; i < GRUBRUN_MAX_QUESTIONS; i++)
		free(questions.texts[i]);
	if (r < 0)
		grubmenu_done(ret);
	return r;
}
