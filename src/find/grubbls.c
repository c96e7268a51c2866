// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blscfg, as Fedora's GRUB has it (grub-core/commands/blscfg.c there): entries of the
 * boot loader specification in GRUB's menu. They are read as GRUB reads them, not as
 * systemd-boot does: an empty line ends the file, only the first "options" line counts,
 * variables are expanded, the order is that of the files' names as if they were packages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubblsname.h"
#include "find/grubrun.h"

#define FILE_MAX 65536	  /* bytes of an entry */
#define ENTRIES_MAX 10000 /* of them */

struct bls {
	char *id; /* the file's name without ".conf" */
	char *text;
	struct strv keys, values;
	bool is_double; /* another one has the same place in the order */
};

static void bls_done(struct bls *bls)
{
	free(bls->id);
	free(bls->text);
	strv_done(&bls->keys);
	strv_done(&bls->values);
}

struct bls_list {
	struct bls *items;
	size_t count;
};

static void bls_list_done(struct bls_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		bls_done(&list->items[i]);
	free(list->items);
}

/* Returns 1 if the line was read, 0 if the file ends here for GRUB. */
static int read_line(struct bls *bls, char *line)
{
	char *gap;
	int r;

	line += strspn(line, " \t");
	if (*line == '#')
		return 1;
	gap = strchr(line, ' ');
	if (!gap)
		gap = strchr(line, '\t');
	if (!gap || !gap[1])
		return 0;
	*gap++ = '\0';
	r = strv_add(&bls->keys, line);
	if (r == 0)
		r = strv_add(&bls->values, gap + strspn(gap, " \t"));
	return r < 0 ? r : 1;
}

static int read_lines(struct bls *bls)
{
	char *save = bls->text;
	int r = 1;

	while (r > 0 && save && *save) {
		char *line = strsep(&save, "\n"), *out = line;

		for (const char *p = line; *p; p++)
			if (*p != '\r')
				*out++ = *p;
		*out = '\0';
		r = read_line(bls, line);
	}
	return r < 0 ? r : 0;
}

/* The value of @key, the @n-th one; NULL if there are not so many. */
static const char *get(const struct bls *bls, const char *key, size_t n)
{
	for (size_t i = 0; i < bls->keys.count; i++)
		if (streq(bls->keys.items[i], key) && n-- == 0)
			return bls->values.items[i];
	return NULL;
}

/* ---- variables in values ---- */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/*
 * Appends what stands from @start to @end: text, or the value of a variable and a blank
 * behind it. *@any: something was appended, be it empty.
 */
static int put_field(struct grubrun *run, struct grubtext *text, bool is_variable,
		     const char *start, const char *end, bool *any)
{
	_cleanup_free_ char *field = strndup(start, (size_t)(end - start));
	const char *value;
	int r;

	if (!field)
		return -ENOMEM;
	value = is_variable ? grubvars_get(run->vars, field) : field;
	if (!value)
		return 0;
	*any = true;
	r = grubtext_add(text, value);
	return is_variable && r == 0 ? grubtext_put(text, ' ') : r;
}

/*
 * Expands $name, but not behind a backslash. The blank behind a variable is taken with
 * it, a last field of one character is lost, and a variable that is not set and has
 * another one right behind it ends everything: that is what GRUB's loop does. Returns 1,
 * or 0 if nothing is left.
 */
static int expand(struct grubrun *run, const char *value, struct grubtext *text)
{
	const char *start = value, *last = value, *p = value;
	bool is_variable = false, any = false;
	int r = 0;

	for (; *p; last = p++) {
		if (*p == '$' && *last != '\\') {
			if (start < last)
				r = put_field(run, text, is_variable, start, last + 1,
					      &any);
			any = any || (start > last && !is_variable);
			if (r < 0 || (start != last && !any))
				return r;
			is_variable = true;
			start = p + 1;
		} else if (is_variable && !is_name_char(*p)) {
			r = put_field(run, text, true, start, p, &any);
			if (r < 0)
				return r;
			is_variable = false;
			start = p + (*p == ' ');
		}
	}
	if (start < last)
		r = put_field(run, text, is_variable, start, last + 1, &any);
	any = any || (start > last && !is_variable);
	return r < 0 ? r : any;
}

/* ---- entries ---- */

static int add_paths(struct grubtext *script, const char *prefix, const char *path)
{
	int r = grubtext_add(script, " ($root)");

	if (r == 0)
		r = grubtext_add(script, prefix);
	return r < 0 ? r : grubtext_add(script, path);
}

/* The files of $early_initrd, which lie where the first other one is. */
static int add_early(struct grubrun *run, const struct bls *bls, struct grubtext *script)
{
	const char *names = grubvars_get(run->vars, "early_initrd");
	const char *beside = str_or(get(bls, "initrd", 0), get(bls, "linux", 0));
	const char *slash = strrchr(beside, '/');
	_cleanup_free_ char *dir = NULL, *copy = NULL;
	char *save;
	int r = 0;

	if (!names)
		return 0;
	dir = slash ? strndup(beside, (size_t)(slash - beside) + 1) : strdup("");
	save = copy = strdup(names);
	if (!dir || !copy)
		return -ENOMEM;
	while (r == 0 && save)
		r = add_paths(script, dir, strsep(&save, " "));
	return r;
}

/* The script that GRUB makes of an entry. */
static int write_script(struct grubrun *run, const struct bls *bls,
			struct grubtext *script)
{
	const char *options = get(bls, "options", 0), *initrd;
	const char *otherwise = grubvars_get(run->vars, "default_kernelopts");
	size_t before;
	int r = grubtext_add(script, "linux ($root)");

	if (r == 0)
		r = grubtext_add(script, get(bls, "linux", 0));
	if (r == 0)
		r = grubtext_put(script, ' ');
	if (r == 0 && options)
		r = expand(run, options, script);
	if (r == 0 && otherwise)
		r = expand(run, otherwise, script);
	if (r >= 0)
		r = grubtext_add(script, "\ninitrd");
	before = script->used;
	if (r == 0)
		r = add_early(run, bls, script);
	for (size_t i = 0; r == 0 && (initrd = get(bls, "initrd", i)); i++)
		r = add_paths(script, "", initrd);
	if (r == 0 && script->used == before)
		script->used -= strlen("initrd");
	if (r == 0 &&
	    (get(bls, "devicetree", 0) || grubvars_get(run->vars, "devicetree")))
		r = grubtext_add(script, "\ndevicetree x");
	return r < 0 ? r : grubtext_put(script, '\n');
}

/* GRUB asks for a password if there are users after expansion. */
static int find_users(struct grubrun *run, const struct bls *bls, bool *ret)
{
	const char *users = get(bls, "grub_users", 0);
	struct grubtext text = { .used = 0 };
	int r = users ? expand(run, users, &text) : 0;

	*ret = r > 0;
	grubtext_done(&text);
	return r < 0 ? r : 0;
}

static int parse_script(struct grubrun *run, const struct grubtext *script,
			struct grubitem *item)
{
	struct grubnode *body;
	unsigned line;
	int r = grubparse(script->text, script->used, &run->scripts, &body, &line);

	if (r == 0)
		item->body = body;
	else if (r == -EBADMSG)
		item->why = "GRUB would report a mistake in it";
	return r == -EBADMSG ? 0 : r;
}

static int create_item(struct grubrun *run, const struct bls *bls, const char *device,
		       const char *dir)
{
	struct grubtext script = { .used = 0 };
	struct grubitem item = { .id = grubrun_keep(run, bls->id) };
	const char *title = str_or(get(bls, "title", 0), get(bls, "linux", 0));
	_cleanup_free_ char *path = strf("%s/%s.conf", dir, bls->id);
	int r;

	/* GRUB leaves out what names no kernel. */
	if (!title || !get(bls, "linux", 0))
		return 0;
	item.title = grubrun_keep(run, title);
	item.args.items = grubpool_get(&run->scripts, 3 * sizeof(char *));
	if (!path || !item.id || !item.title || !item.args.items)
		return -ENOMEM;
	item.args.items[0] = item.args.items[1] = grubrun_keep(run, title);
	item.args.count = 2;
	if (bls->is_double)
		item.why = "GRUB takes another file for the same version";
	r = grubrun_name(run, device, path, &item.file);
	if (r == 0)
		r = find_users(run, bls, &item.restricted);
	if (r == 0)
		r = write_script(run, bls, &script);
	if (r == 0)
		r = parse_script(run, &script, &item);
	grubtext_done(&script);
	return r < 0 ? r : grubitem_add(run, &item);
}

/* ---- the directory ---- */

static int read_entry(struct grubrun *run, const char *device, const char *dir,
		      const char *name, struct bls *bls)
{
	_cleanup_free_ char *path = strf("%s/%s", dir, name);
	size_t len;
	int r;

	bls->id = strndup(name, strlen(name) - strlen(".conf"));
	if (!path || !bls->id)
		return -ENOMEM;
	r = run->host->read(run->host->data, device, path, FILE_MAX, &bls->text, &len);
	if (r == 0)
		return read_lines(bls);
	if (r == -ENOMEM)
		return r;
	return grubrun_doubt(run, strf("%s cannot be read: %s%s", path, strerror(-r),
				       r == -EACCES ? " (run as root)" : ""));
}

static int read_entries(struct grubrun *run, const char *device, const char *dir,
			const struct strv *names, struct bls_list *list)
{
	int r = 0;

	if (names->count > ENTRIES_MAX)
		return -E2BIG;
	list->items = calloc(names->count + 1, sizeof(*list->items));
	if (!list->items)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < names->count; i++) {
		const char *name = names->items[i];

		if (*name != '.' && strlen(name) > 5 && ends_with(name, ".conf"))
			r = read_entry(run, device, dir, name,
				       &list->items[list->count++]);
	}
	return r;
}

static int compare(const void *a, const void *b)
{
	const struct bls *x = a, *y = b;
	int r = grubblsname_compare(y->id, x->id);

	return r != 0 ? r : strcmp(x->id, y->id);
}

static int add_items(struct grubrun *run, const char *device, const char *dir,
		     struct bls_list *list)
{
	int r = 0;

	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare);
	for (size_t i = 1; i < list->count; i++)
		if (grubblsname_compare(list->items[i - 1].id, list->items[i].id) == 0)
			list->items[i - 1].is_double = list->items[i].is_double = true;
	for (size_t i = 0; r == 0 && i < list->count; i++)
		r = create_item(run, &list->items[i], device, dir);
	return r;
}

int grubcmd_blscfg(struct grubrun *run, const struct grubargs *args,
		   _unused_ const struct grubnode *block)
{
	static const char usual[] = "/loader/entries",
			  below_boot[] = "/boot/loader/entries";
	const char *root = grubvars_get(run->vars, "root");
	const char *dir = str_or(grubvars_get(run->vars, "blsdir"), usual);
	_cleanup_(bls_list_done) struct bls_list list = { .count = 0 };
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r;

	if (args->count > 1 || run->entry || !run->items || run->blscfg)
		return grubrun_doubt(run, strf("this use of '%s'", args->items[0]));
	run->blscfg = run->menu->blscfg = true;
	r = root ? run->host->list(run->host->data, root, dir, &names) : -ENODEV;
	if (r == -ENOENT || r == -ENOTDIR) {
		dir = below_boot;
		r = run->host->list(run->host->data, root, dir, &names);
	}
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == -ENODEV)
		return grubrun_doubt(run, strf("it reads entries from another disk, or "
					       "from one that is not known"));
	if (r < 0 && r != -ENOMEM)
		return grubrun_doubt(run,
				     strf("%s cannot be read: %s%s", dir, strerror(-r),
					  r == -EACCES ? " (run as root)" : ""));
	if (r == 0)
		r = read_entries(run, root, dir, &names, &list);
	return r < 0 ? r : add_items(run, root, dir, &list);
}
