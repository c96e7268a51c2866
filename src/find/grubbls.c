// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * blscfg: entries of the boot loader specification in GRUB's menu. There are two commands
 * of that name (see enum grubbls_kind). Fedora's has no options and sorts the names of
 * the files as if they were packages; the one of GRUB 2.14 (its manual, "blscfg") sorts
 * them as `ls -v` does and can leave entries out. Which one it is, GRUB's own list of
 * commands says, which lies beside its modules.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubblsentry.h"
#include "find/grubblsname.h"
#include "find/grubfilename.h"

#define FILE_MAX 65536	  /* bytes of an entry, and of the list of commands */
#define ENTRIES_MAX 10000 /* of them */

static const char usual[] = "/loader/entries";

struct bls_list {
	struct grubblsentry *items;
	size_t count;
};

static void bls_list_done(struct bls_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		grubblsentry_done(&list->items[i]);
	free(list->items);
	*list = (struct bls_list){ .count = 0 };
}

/* What the command was told, and where that leads. */
struct request {
	enum grubbls_kind kind;
	const char *device;
	const char *dir; /* NULL: nowhere */
	bool fallback, hide_default, hide_others;
	const char *only; /* the file of an entry that is shown all the same; or NULL */
};

/* Files are read within the bounds that hold for scripts: commands may be repeated. */
static int read_file(struct grubrun *run, const char *device, const char *path,
		     char **ret)
{
	size_t len;
	int r;

	if (run->files++ == GRUBRUN_MAX_FILES)
		return -E2BIG;
	r = run->host->read(run->host->data, device, path, FILE_MAX, ret, &len);
	return r < 0 ? r : grubrun_charge(run, len);
}

/* ---- which one it is ---- */

/* The module that the line "*blscfg: MODULE" of @text names; NULL: no such line. */
static const char *find_module(char *text)
{
	static const char name[] = "blscfg: ";
	char *line;

	while ((line = strsep(&text, "\n"))) {
		line += *line == '*';
		if (starts_with(line, name))
			return line + strlen(name);
	}
	return NULL;
}

static int find_kind(struct grubrun *run, enum grubbls_kind *ret)
{
	_cleanup_free_ char *name = strf("%s/%s-%s/command.lst",
					 str_or(grubvars_get(run->vars, "prefix"), ""),
					 run->host->cpu, run->host->platform);
	_cleanup_free_ char *text = NULL;
	const char *module = NULL;
	struct grubpath path;
	int r;

	if (!name)
		return -ENOMEM;
	r = grubrun_path(run, name, &path);
	if (r == 0 && path.device)
		r = read_file(run, path.device, path.path, &text);
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (text)
		module = find_module(text);
	*ret = streq(module, "blsuki") ? GRUBBLS_UPSTREAM : GRUBBLS_FEDORA;
	if (module || run->host->fedora)
		return 0;
	/* It is built into GRUB itself. */
	r = grubrun_ask(run, "which blscfg GRUB has");
	*ret = r > 0 ? GRUBBLS_FEDORA : GRUBBLS_UPSTREAM;
	return r < 0 ? r : 0;
}

/* ---- what is asked for ---- */

static int read_fedora(struct grubrun *run, const struct grubargs *args,
		       struct request *ret)
{
	if (args->count > 1 || run->blscfg)
		return grubrun_doubt(run, strf("this use of '%s'", args->items[0]));
	run->blscfg = true;
	ret->dir = str_or(grubvars_get(run->vars, "blsdir"), usual);
	return 0;
}

/* A directory. One file alone is not understood: GRUB 2.14 reads through a null pointer
 * then (blsuki_load_entries() hands over no device). */
static int read_path(struct grubrun *run, const char *text, struct request *ret)
{
	bool is_file = ends_with(text, ".conf");
	struct grubpath path;
	int r;

	/* A name without slash and device is as good as none. */
	if (*text != '(' && *text != '/' && !is_file)
		return 0;
	r = grubrun_path(run, text, &path);
	if (r < 0)
		return r;
	ret->dir = path.device && !is_file ? path.path : NULL;
	if (!ret->dir)
		return grubrun_doubt(run, strf("blscfg with the path '%s'", text));
	ret->device = path.device;
	return 0;
}

static int read_upstream(struct grubrun *run, const struct grubargs *args,
			 struct request *ret)
{
	enum { PATH, FALLBACK, SHOW_DEFAULT, SHOW_OTHERS, ENTRY };
	static const struct grubopt spec[] = {
		{ "path", 'p', 'v' },	    { "enable-fallback", 'f', 0 },
		{ "show-default", 'd', 0 }, { "show-non-default", 'n', 0 },
		{ "entry", 'e', 'v' },	    { NULL, 0, 0 },
	};
	struct grubopts opts;
	bool choosy;
	int r = grubopt_read(run, args, spec, false, &opts);

	/* GRUB says what is wrong, and adds nothing. */
	if (r != 0 || opts.rest.count > 1 || !streq(args->items[0], "blscfg"))
		return r < 0 ? r : GRUB_FALSE;
	choosy = opts.set[SHOW_DEFAULT] || opts.set[SHOW_OTHERS] || opts.set[ENTRY];
	ret->hide_default = choosy && !opts.set[SHOW_DEFAULT];
	ret->hide_others = choosy && !opts.set[SHOW_OTHERS];
	ret->only = opts.values[ENTRY];
	ret->fallback = opts.set[FALLBACK];
	ret->dir = usual;
	return opts.set[PATH] ? read_path(run, opts.values[PATH], ret) : 0;
}

/* ---- the directory ---- */

static int read_entry(struct grubrun *run, const struct request *request,
		      const char *name, struct grubblsentry *entry)
{
	_cleanup_free_ char *path = strf("%s/%s", request->dir, name);
	int r;

	entry->kind = request->kind;
	entry->name = strdup(name);
	entry->id = strndup(name, strlen(name) - strlen(".conf"));
	if (!path || !entry->name || !entry->id)
		return -ENOMEM;
	r = read_file(run, request->device, path, &entry->text);
	if (r == 0)
		return grubblsentry_read(entry);
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	return grubrun_doubt(run, strf("%s cannot be read: %s%s", path, strerror(-r),
				       r == -EACCES ? " (run as root)" : ""));
}

static bool is_entry(const struct request *request, const char *name)
{
	if (!ends_with(name, ".conf"))
		return false;
	return request->kind == GRUBBLS_UPSTREAM || (*name != '.' && strlen(name) > 5);
}

static int read_entries(struct grubrun *run, const struct request *request,
			const struct strv *names, struct bls_list *list)
{
	int r = 0;

	if (names->count > ENTRIES_MAX || run->files++ == GRUBRUN_MAX_FILES)
		return -E2BIG;
	list->items = calloc(names->count + 1, sizeof(*list->items));
	if (!list->items)
		return -ENOMEM;
	for (size_t i = 0; r == 0 && i < names->count; i++)
		if (is_entry(request, names->items[i]))
			r = read_entry(run, request, names->items[i],
				       &list->items[list->count++]);
	return r;
}

/* Reads @request's directory. Returns 0, also if it is not there, 1 if that is in doubt,
 * or -errno. */
static int read_dir(struct grubrun *run, const struct request *request,
		    struct bls_list *list)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = -ENODEV;

	if (request->device)
		r = run->host->list(run->host->data, request->device, request->dir,
				    &names);
	if (r == 0)
		r = grubrun_charge(run, names.count * GRUBRUN_NAME_COST);
	if (r == -E2BIG)
		return r;
	if (r == 0)
		return read_entries(run, request, &names, list);
	if (r == -ENOENT || r == -ENOTDIR || r == -ENOMEM)
		return r == -ENOMEM ? r : 0;
	if (r == -ENODEV)
		r = grubrun_doubt(run, strf("it reads entries from another disk, or "
					    "from one that is not known"));
	else
		r = grubrun_doubt(run, strf("%s cannot be read: %s%s", request->dir,
					    strerror(-r),
					    r == -EACCES ? " (run as root)" : ""));
	return r < 0 ? r : 1;
}

/* ---- the menu ---- */

static int compare_places(const struct grubblsentry *a, const struct grubblsentry *b)
{
	return a->kind == GRUBBLS_FEDORA ? grubblsname_compare(a->id, b->id)
					 : grubfilename_compare(a->name, b->name);
}

static int compare(const void *a, const void *b)
{
	const struct grubblsentry *x = a, *y = b;
	int r = compare_places(y, x);

	return r != 0 ? r : strcmp(x->id, y->id);
}

/* Does `default` mean the @n-th entry? As blsuki_is_default_entry() of GRUB 2.14. */
static bool is_default(const char *value, const struct grubblsentry *entry, size_t n)
{
	const char *end;
	uint64_t number;

	if (!value || !*value)
		return false;
	if (streq(value, entry->name) ||
	    streq(value, grubblsentry_get(entry, "title", 0)))
		return true;
	return grubcmd_number(value, &number, &end) && !*end && number <= INT_MAX &&
	       number == n;
}

static bool is_shown(const struct grubrun *run, const struct request *request,
		     const struct grubblsentry *entry, size_t n)
{
	bool hide = is_default(grubvars_get(run->vars, "default"), entry, n)
			    ? request->hide_default
			    : request->hide_others;

	return !hide || streq(request->only, entry->name);
}

static int add_items(struct grubrun *run, const struct request *request,
		     struct bls_list *list)
{
	int r = 0;

	if (list->count > 0)
		qsort(list->items, list->count, sizeof(*list->items), compare);
	for (size_t i = 1; i < list->count; i++)
		if (compare_places(&list->items[i - 1], &list->items[i]) == 0)
			list->items[i - 1].is_double = list->items[i].is_double = true;
	for (size_t i = 0; r == 0 && i < list->count; i++)
		if (is_shown(run, request, &list->items[i], i))
			r = grubblsentry_add(run, &list->items[i], request->device,
					     request->dir);
	return r;
}

/* Looks elsewhere if nothing was found: Fedora's if there is no directory at all. */
static int read_all(struct grubrun *run, struct request *request, struct bls_list *list)
{
	int r = read_dir(run, request, list);
	bool missing = request->kind == GRUBBLS_FEDORA
			       ? !list->items
			       : request->fallback && list->count == 0;

	if (r != 0 || !missing)
		return r;
	request->dir = request->fallback ? usual : "/boot/loader/entries";
	bls_list_done(list);
	return read_dir(run, request, list);
}

int grubcmd_blscfg(struct grubrun *run, const struct grubargs *args,
		   _unused_ const struct grubnode *block)
{
	struct request request = { .device = grubvars_get(run->vars, "root") };
	_cleanup_(bls_list_done) struct bls_list list = { .count = 0 };
	int r;

	if (run->entry || !run->items)
		return grubrun_doubt(run, strf("this use of '%s'", args->items[0]));
	run->menu->blscfg = true;
	r = find_kind(run, &request.kind);
	if (r == 0)
		r = request.kind == GRUBBLS_FEDORA ? read_fedora(run, args, &request)
						   : read_upstream(run, args, &request);
	if (r != 0 || !request.dir)
		return r;
	r = read_all(run, &request, &list);
	if (r != 0)
		return r < 0 ? r : 0;
	return add_items(run, &request, &list);
}
