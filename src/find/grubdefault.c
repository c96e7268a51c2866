// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubdefault.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/envfile.h"
#include "find/doubt.h"
#include "find/grubenv.h"

#define DEFAULTS "/etc/default/grub"
#define DEFAULTS_DIR DEFAULTS ".d"
#define DEFAULTS_MAX 1000 /* files in it */

static int check_menu(const struct grubcfg *cfg, struct entry_list *list)
{
	if (cfg->doubt)
		return list_doubt(list, strf("%s, line %u: %s", list->loader_file,
					     cfg->doubt_line, cfg->doubt));
	if (cfg->default_entry && !streq(cfg->default_entry, "0"))
		return list_doubt(
			list,
			strf("%s takes '%s' as its default, and only 0 is understood",
			     list->loader_file, cfg->default_entry));
	if (cfg->default_entry && !cfg->default_standard)
		return list_doubt(list,
				  strf("%s does not set its default in the usual way",
				       list->loader_file));
	return 0;
}

/* The last GRUB_DEFAULT seen. */
struct setting {
	char *value, *path;
};

static void setting_done(struct setting *setting)
{
	free(setting->value);
	free(setting->path);
}

static int read_defaults(const struct ctx *ctx, const char *path, struct entry_list *list,
			 struct setting *setting)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *text = NULL;
	const struct envfile_item *item;
	size_t len;
	int r;

	r = root_read(ctx->root, path, ENVFILE_MAX_SIZE, &text, &len);
	if (r == -ENOENT)
		return 0;
	if (r == 0)
		r = envfile_parse(text, len, &file);
	if (r < 0)
		return list_doubt_file(list, path, r);
	item = envfile_find(&file, "GRUB_DEFAULT");
	if (!item)
		return 0;
	r = str_set(&setting->value, item->value);
	return r < 0 ? r : str_set(&setting->path, path);
}

/* What the next update-grub will write into the menu. */
static int check_defaults(const struct ctx *ctx, struct entry_list *list)
{
	_cleanup_(setting_done) struct setting setting = { NULL, NULL };
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r;

	r = read_defaults(ctx, DEFAULTS, list, &setting);
	if (r < 0)
		return r;
	r = root_list(ctx->root, DEFAULTS_DIR, DEFAULTS_MAX, &names);
	if (r < 0 && r != -ENOENT)
		return list_doubt_file(list, DEFAULTS_DIR, r);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = strf(DEFAULTS_DIR "/%s", names.items[i]);

		if (!path)
			return -ENOMEM;
		if (!ends_with(path, ".cfg"))
			continue;
		r = read_defaults(ctx, path, list, &setting);
		if (r < 0)
			return r;
	}
	/* Code that a shell would run is no "0" either: it is kept as it is written. */
	if (!setting.value || !*setting.value || streq(setting.value, "0"))
		return 0;
	return list_doubt(list, strf("GRUB_DEFAULT=%s in %s, and only 0 is understood",
				     setting.value, setting.path));
}

/* The path of @name beside grub.cfg. */
static char *beside_menu(const struct entry_list *list, const char *name)
{
	const char *slash = strrchr(list->loader_file, '/');

	return strf("%.*s/%s", (int)(slash - list->loader_file), list->loader_file, name);
}

static int check_grubenv(const struct ctx *ctx, struct entry_list *list)
{
	static const char *const names[] = { "next_entry", "saved_entry" };
	_cleanup_free_ char *path = beside_menu(list, "grubenv"), *block = NULL;
	_cleanup_(grubenv_done) struct grubenv env = GRUBENV_EMPTY;
	size_t len;
	int r;

	if (!path)
		return -ENOMEM;
	r = root_read(ctx->root, path, GRUBENV_SIZE, &block, &len);
	if (r == -ENOENT || (r == 0 && len == 0))
		return 0;
	if (r == 0)
		r = grubenv_parse(block, len, &env);
	if (r < 0)
		return list_doubt_file(list, path, r);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const char *value = grubenv_get(&env, names[i]);

		if (value && *value)
			return list_doubt(
				list,
				strf("%s has %s=%s, and only the menu's first entry "
				     "is understood",
				     path, names[i], value));
	}
	return 0;
}

/* A file of the administrator's own, read after the menu: it may change everything. */
static int check_custom(const struct ctx *ctx, const struct grubcfg *cfg,
			struct entry_list *list)
{
	_cleanup_free_ char *path = beside_menu(list, "custom.cfg");
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (!cfg->sources_custom || root_stat(ctx->root, path, &st) < 0 ||
	    st.st_size == 0)
		return 0;
	return list_doubt(list,
			  strf("GRUB also reads %s, which is not understood", path));
}

int grubdefault_check(const struct ctx *ctx, const struct grubcfg *cfg,
		      struct entry_list *list)
{
	int r = check_menu(cfg, list);

	if (r == 0)
		r = check_defaults(ctx, list);
	if (r == 0)
		r = check_grubenv(ctx, list);
	return r < 0 ? r : check_custom(ctx, cfg, list);
}
