// SPDX-License-Identifier: GPL-2.0-or-later
/* GRUB's commands that read files or look for disks. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubenv.h"
#include "find/grubrun.h"

#define BLOCK _unused_ const struct grubnode *block

int grubrun_path(struct grubrun *run, const char *text, struct grubpath *ret)
{
	const char *close = *text == '(' ? strchr(text, ')') : NULL;
	const char *root = grubvars_get(run->vars, "root");

	ret->path = close ? close + 1 : text;
	ret->device =
		close ? grubpool_copy(&run->words, text + 1, (size_t)(close - text - 1))
		      : NULL;
	if (close && !ret->device)
		return -E2BIG;
	if (!close && *text == '/' && root && *root) {
		ret->device = grubpool_copy(&run->words, root, strlen(root));
		if (!ret->device)
			return -E2BIG;
	}
	if (*ret->path != '/')
		ret->device = NULL; /* "name" alone, or a list of blocks */
	return 0;
}

int grubrun_read(struct grubrun *run, const char *name, char **ret, size_t *ret_len)
{
	struct grubpath path;
	int r = grubrun_path(run, name, &path);

	if (r < 0)
		return r;
	if (!path.device && !grubblocks_are_meant(path.path))
		return GRUB_FALSE;
	if (run->files++ == GRUBRUN_MAX_FILES)
		return -E2BIG;
	r = path.device ? run->host->read(run->host->data, path.device, path.path,
					  GRUBPARSE_MAX_SIZE, ret, ret_len)
			: grubblocks_read(run, name, ret, ret_len);
	if (r == 0 || r == -ENOMEM)
		return r;
	if (r == -ENODEV)
		r = grubrun_doubt(run, strf("it reads %s, which is on another disk, or "
					    "on one that is not known",
					    name));
	else if (r != -ENOENT && r != -ENOTDIR && r != -EINVAL)
		r = grubrun_doubt(run, strf("%s cannot be read: %s%s", name, strerror(-r),
					    r == -EACCES ? " (run as root)" : ""));
	return r == -ENOMEM ? r : GRUB_FALSE;
}

/* ---- source ---- */

/* Sets config_file and config_directory as GRUB does while it reads @name. */
static int set_config(struct grubrun *run, const char *name)
{
	struct grubpath path;
	_cleanup_free_ char *full = NULL;
	int r = grubrun_path(run, name, &path);

	if (r < 0)
		return r;
	full = strf("(%s)%s", str_or(path.device, ""), path.path);
	if (!full)
		return -ENOMEM;
	r = grubvars_set(run->vars, "config_file", full);
	*strrchr(full, '/') = '\0';
	if (r == 0)
		r = grubvars_set(run->vars, "config_directory", full);
	if (r == 0)
		r = grubvars_export(run->vars, "config_file");
	return r < 0 ? r : grubvars_export(run->vars, "config_directory");
}

static int set_back(struct grubrun *run, const char *name, const char *value)
{
	return value ? grubvars_set(run->vars, name, value)
		     : grubvars_unset(run->vars, name);
}

int grubrun_name(struct grubrun *run, const char *device, const char *path,
		 const char **ret)
{
	_cleanup_free_ char *name = NULL;
	int r = run->host->name(run->host->data, device, path, &name);

	if (r < 0)
		return r;
	*ret = grubrun_keep(run, name);
	return *ret ? 0 : -E2BIG;
}

int grubrun_file(struct grubrun *run, const char *name)
{
	_cleanup_free_ char *text = NULL, *file = NULL, *directory = NULL;
	struct grubpath path;
	const char *shown;
	size_t len;
	int r = grubrun_path(run, name, &path);

	if (r == 0 && !path.device && grubblocks_are_meant(path.path))
		return grubrun_doubt(run, strf("the list of blocks '%s'", name));
	if (r == 0)
		r = grubrun_read(run, name, &text, &len);
	/* GRUB reports that there is no such file, and goes on. */
	if (r != 0)
		return r < 0 ? r : 0;
	r = grubrun_name(run, path.device, path.path, &shown);
	if (r < 0)
		return r;
	if (str_set(&file, grubvars_get(run->vars, "config_file")) < 0 ||
	    str_set(&directory, grubvars_get(run->vars, "config_directory")) < 0)
		return -ENOMEM;
	r = set_config(run, name);
	if (r == 0)
		r = grubrun_text(run, text, len, shown);
	if (r >= 0)
		r = set_back(run, "config_file", file);
	if (r >= 0)
		r = set_back(run, "config_directory", directory);
	return r < 0 ? r : 0;
}

int grubcmd_source(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	return args->count == 2 ? grubrun_file(run, args->items[1]) : GRUB_FALSE;
}

/* A menu in place of the one that is being made. */
int grubcmd_configfile(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	struct grubitems items = { .tail = NULL }, *outer_items = run->items;
	struct grubvars *outer = run->vars;
	int r;

	if (args->count != 2)
		return GRUB_FALSE;
	if (run->entry)
		return grubrun_doubt(
			run, strf("it goes on with another menu, %s", args->items[1]));
	run->vars = grubpool_get(&run->scripts, sizeof(*run->vars));
	if (!run->vars)
		return -E2BIG;
	grubvars_start(run->vars, outer, !run->host->fedora);
	run->items = &items;
	items.tail = &items.first;
	r = grubrun_file(run, args->items[1]);
	run->items = outer_items;
	if (r >= 0 && items.count > 0) {
		*outer_items = items;
		if (!items.first)
			outer_items->tail = &outer_items->first;
		run->stopped = true;
		return 0; /* and its variables stay: the caller gives them back */
	}
	grubvars_done(run->vars);
	run->vars = outer;
	return r;
}

/* ---- the environment block ---- */

static const struct grubopt env_options[] = { { "file", 'f', 'v' },
					      { "skip-sig", 's', 0 },
					      { NULL, 0, 0 } };

static bool is_wanted(const struct grubargs *names, const char *name)
{
	for (size_t i = 1; i < names->count; i++)
		if (streq(names->items[i], name))
			return true;
	return names->count <= 1;
}

static int take_variables(struct grubrun *run, const struct grubargs *names,
			  const struct grubenv *env)
{
	size_t pos = 0;
	int r = 0;

	for (size_t i = 0; r == 0 && i < env->count; i++) {
		const char *name = env->text + pos, *value = name + strlen(name) + 1;

		pos += strlen(name) + strlen(value) + 2;
		if (!is_wanted(names, name))
			continue;
		r = grubvars_set(run->vars, name, value);
		if (r == 0)
			r = grubvars_set(&run->loaded, name, value);
	}
	return r;
}

/* What an earlier start has left in the block, as grubmenu.c plays it. */
static int take_saved(struct grubrun *run, const struct grubargs *names)
{
	int r = 0;

	for (size_t i = 0; r == 0 && run->saved && i < run->saved->count; i++) {
		_cleanup_free_ char *name = strdup(run->saved->items[i]);
		char *equals;

		if (!name)
			return -ENOMEM;
		equals = strchr(name, '=');
		if (equals)
			*equals++ = '\0';
		if (is_wanted(names, name))
			r = equals ? grubvars_set(run->vars, name, equals)
				   : grubvars_unset(run->vars, name);
	}
	return r;
}

int grubcmd_load_env(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	_cleanup_(grubenv_done) struct grubenv env = GRUBENV_EMPTY;
	_cleanup_free_ char *name = NULL, *text = NULL;
	struct grubopts opts;
	size_t len;
	int r = grubopt_read(run, args, env_options, false, &opts);

	if (r != 0)
		return r;
	name = opts.values[0] ? strdup(opts.values[0])
			      : strf("%s/grubenv",
				     str_or(grubvars_get(run->vars, "prefix"), ""));
	if (!name)
		return -ENOMEM;
	r = grubrun_read(run, name, &text, &len);
	if (r == 0)
		r = grubrun_charge(run, len);
	if (r != 0)
		return r;
	if (len == 0)
		return GRUB_FALSE;
	r = grubenv_parse(text, len, &env);
	if (r < 0) {
		r = grubrun_doubt(run, strf("%s is no whole environment block", name));
		return r < 0 ? r : GRUB_FALSE;
	}
	r = take_variables(run, &opts.rest, &env);
	return r < 0 ? r : take_saved(run, &opts.rest);
}

/* These are asked for one boot: GRUB's menu takes them away as it reads them. */
static int note_one_shot(struct grubrun *run, const char *name, const char *tool)
{
	const char *value = grubvars_get(&run->loaded, name);

	if (run->menu->one_shot || !value || !*value)
		return 0;
	run->menu->one_shot =
		strf("GRUB's %s asks once for '%s' (%s)", name,
		     streq(name, "next_entry")
			     ? value
			     : str_or(grubvars_get(&run->loaded, "saved_entry"), value),
		     tool);
	return run->menu->one_shot ? 0 : -ENOMEM;
}

/* Nothing is written; but it is noted what would be. */
int grubcmd_save_env(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	struct grubopts opts;
	int r = grubopt_read(run, args, env_options, false, &opts);

	if (r == 0 && opts.rest.count < 2)
		r = GRUB_FALSE;
	if (r != 0 || (run->entry && !run->entry->is_default))
		return r;
	for (size_t i = 1; r == 0 && i < opts.rest.count; i++) {
		const char *name = opts.rest.items[i];
		const char *value = grubvars_get(run->vars, name);

		if (streq(name, "next_entry"))
			r = note_one_shot(run, name, "grub-reboot");
		else if (streq(name, "prev_saved_entry"))
			r = note_one_shot(run, name, "an old grub-reboot");
		if (r == 0)
			r = grubrun_charge(run, strlen(name) + strlen(str_or(value, "")));
		if (r == 0)
			r = value ? strv_take(&run->saves, strf("%s=%s", name, value))
				  : strv_add(&run->saves, name);
	}
	return r;
}

/* ---- disks ---- */

/* Is a disk there that is not ours? Only GRUB can tell, and it matters only where the
 * menu asks for it, or for a variable that is set by it. */
static int ask_for_disk(struct grubrun *run, const char *kind, const char *key,
			const char *name)
{
	_cleanup_free_ char *question = NULL;

	if (run->conditions == 0 && (!name || streq(name, "root")))
		return 1;
	question = strf("is there a disk with the %s %s?", kind, key);
	return question ? grubrun_ask(run, question) : -ENOMEM;
}

/* Sets @name to the device that holds the file system. */
static int search(struct grubrun *run, enum grubsearch kind, const char *key,
		  const char *name)
{
	static const char *const kinds[] = { [GRUBSEARCH_UUID] = "uuid",
					     [GRUBSEARCH_LABEL] = "label",
					     [GRUBSEARCH_FILE] = "file" };
	_cleanup_free_ char *device = NULL;
	int r = run->host->search(run->host->data, kind, key, &device);

	if (r == -ENOMEM)
		return r;
	if (r < 0) {
		r = ask_for_disk(run, kinds[kind], key, name);
		if (r <= 0)
			return r < 0 ? r : GRUB_FALSE;
		/* Nothing that we could look at. */
		device = strf("%s/%s", kinds[kind], key);
		if (!device)
			return -ENOMEM;
	}
	return name ? grubvars_set(run->vars, name, device) : 0;
}

int grubcmd_search(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	enum { FILE_, LABEL, UUID, SET };
	static const struct grubopt spec[] = {
		{ "file", 'f', 0 },
		{ "label", 'l', 0 },
		{ "fs-uuid", 'u', 0 },
		{ "set", 's', 'o' },
		{ "no-floppy", 'n', 0 },
		{ "efidisk-only", 0, 0 },
		{ "cryptodisk-only", 0, 0 },
		{ "root-dev-only", 'r', 0 },
		{ "hint", 'h', 'v' },
		{ "hint-ieee1275", 0, 'v' },
		{ "hint-bios", 0, 'v' },
		{ "hint-baremetal", 0, 'v' },
		{ "hint-efi", 0, 'v' },
		{ "hint-arc", 0, 'v' },
		{ NULL, 0, 0 },
	};
	struct grubopts opts;
	const char *name = NULL, *key = NULL;
	int r = grubopt_read(run, args, spec, true, &opts);

	if (r != 0)
		return r;
	for (size_t i = 1; !key && i < opts.rest.count; i++)
		if (!starts_with(opts.rest.items[i], "--hint-"))
			key = opts.rest.items[i];
	if (opts.set[SET])
		name = key ? str_or(opts.values[SET], "root") : "root";
	if (!key)
		key = opts.values[SET];
	if (!key)
		return GRUB_FALSE;
	if (opts.set[LABEL])
		return search(run, GRUBSEARCH_LABEL, key, name);
	if (opts.set[UUID])
		return search(run, GRUBSEARCH_UUID, key, name);
	return opts.set[FILE_] ? search(run, GRUBSEARCH_FILE, key, name) : GRUB_FALSE;
}

static int search_for(struct grubrun *run, enum grubsearch kind,
		      const struct grubargs *args)
{
	return args->count > 1 ? search(run, kind, args->items[1],
					args->count > 2 ? args->items[2] : NULL)
			       : GRUB_FALSE;
}

int grubcmd_search_file(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	return search_for(run, GRUBSEARCH_FILE, args);
}

int grubcmd_search_label(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	return search_for(run, GRUBSEARCH_LABEL, args);
}

int grubcmd_search_uuid(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	return search_for(run, GRUBSEARCH_UUID, args);
}
