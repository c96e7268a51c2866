// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bootdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "find/bootname.h"
#include "find/doubt.h"

#define BOOT IMAGES_BOOT
#define NAMES_MAX IMAGES_NAMES_MAX

/* Among the names of one file, the one with the lowest rank stays. */
#define RANK_UNNAMED 1 /* the name claims no release */
#define RANK_LINK 2
#define RANK_MODULES 4
#define RANK_LEFTOVER 8

/* A kernel, and which file it is: two names of one file are one kernel. */
struct candidate {
	struct entry entry;
	struct image *image;
	int rank;
};

struct candidates {
	struct candidate *items;
	size_t count, room;
};

static void candidates_done(struct candidates *all)
{
	for (size_t i = 0; i < all->count; i++)
		entry_done(&all->items[i].entry);
	free(all->items);
}

/* A new, empty one at the end; NULL when out of memory. */
static struct candidate *candidates_add(struct candidates *all)
{
	struct candidate *items = all->items;

	if (!items || all->count == all->room) {
		all->room = all->room ? all->room * 2 : 64;
		items = reallocarray(items, all->room, sizeof(*items));
		if (!items)
			return NULL;
		all->items = items;
	}
	items += all->count++;
	*items = (struct candidate){ .entry = ENTRY_EMPTY };
	return items;
}

/* Returns 1 if it is something to list, 0 if not, or -ENOMEM. */
static int read_candidate(struct images *images, const struct bootname *name,
			  struct candidate *candidate)
{
	struct entry *entry = &candidate->entry;
	const struct image_name *file;
	int r = images_get(images, entry->kernel, &file);

	if (r < 0)
		return r;
	if (file->error == -EISDIR || file->error == -ENOENT)
		return 0;
	candidate->image = file->image;
	candidate->rank += file->is_link ? RANK_LINK : 0;
	entry->usable = true;
	if (name->leftover)
		r = entry_refuse(entry, strdup(name->leftover));
	if (r == 0)
		r = entry_take_image(entry, file->image);
	if (r == 0 && file->image->version) {
		entry->title = strf("Linux %s", file->image->version);
		r = entry->title ? 0 : -ENOMEM;
	}
	return r < 0 ? r : 1;
}

/*
 * Adds the kernel at @path, if there is one. Takes @path and @id. Returns 1 and *@ret,
 * which lives until the next one is added; 0 if there is nothing to list; or -ENOMEM.
 */
static int add_kernel(struct images *images, struct candidates *all,
		      enum entry_source source, char *path, char *id,
		      struct bootname *ret_name, struct candidate **ret)
{
	struct candidate *candidate = candidates_add(all);
	int r = 0;

	if (!candidate || !path || !id) {
		free(path);
		free(id);
		return -ENOMEM;
	}
	candidate->entry.source = source;
	candidate->entry.kernel = path;
	candidate->entry.id = id;
	if (bootname_read_path(path, ret_name)) {
		candidate->rank = (source == SOURCE_MODULES ? RANK_MODULES : 0) +
				  (ret_name->leftover ? RANK_LEFTOVER : 0) +
				  (*ret_name->version ? 0 : RANK_UNNAMED);
		r = read_candidate(images, ret_name, candidate);
	}
	if (r == 0)
		entry_done(&all->items[--all->count].entry);
	*ret = candidate;
	return r;
}

static int compare_names(const void *key, const void *item)
{
	return strcmp(key, *(char *const *)item);
}

static bool sorted_has(const struct strv *names, const char *name)
{
	return names->count > 0 && bsearch(name, names->items, names->count,
					   sizeof(*names->items), compare_names) != NULL;
}

/* All that could be the initramfs, by its name: which one it is, only a menu can say. */
static int find_initrds(const struct strv *names, const struct bootname *name,
			struct candidate *candidate)
{
	struct strv *initrds = &candidate->entry.initrds;
	char initrd[NAME_MAX + 1];
	int r = 0;

	for (size_t i = 0; r == 0 && bootname_initrd(name, i, initrd); i++)
		if (sorted_has(names, initrd))
			r = strv_take(initrds, strf(BOOT "/%s", initrd));
	if (r == 0 && initrds->count > 0)
		r = str_set(&candidate->image->initrd, initrds->items[0]);
	return r;
}

/* @known: the releases that are in /boot, also those of broken files. */
static int scan_boot(struct images *images, struct candidates *all, struct strv *known)
{
	const struct strv *names = &images->boot;
	int r = 0;

	for (size_t i = 0; r >= 0 && i < names->count; i++) {
		const char *file = names->items[i];
		struct bootname name;
		struct candidate *found;

		if (!bootname_read(file, &name))
			continue;
		r = add_kernel(images, all, SOURCE_BOOTDIR, strf(BOOT "/%s", file),
			       strdup(file), &name, &found);
		if (r <= 0)
			continue;
		r = find_initrds(names, &name, found);
		if (r == 0 && *name.version)
			r = strv_add(known, name.version);
		if (r == 0 && found->entry.usable &&
		    !streq(found->entry.version, name.version))
			r = strv_add(known, found->entry.version);
	}
	strv_sort(known);
	return r < 0 ? r : 0;
}

/* The initramfs of a kernel in its module directory: beside it, or in /boot by its
 * release. */
static int find_module_initrds(const struct root *root, const char *dir,
			       struct bootname *name, const struct strv *boot_names,
			       struct candidate *found)
{
	static const char *const beside[] = { "initrd", "initramfs.img" };

	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		_cleanup_free_ char *path =
			strf("%s/%s/%s", dir, name->version, beside[i]);

		if (!path)
			return -ENOMEM;
		if (root_exists(root, path))
			return strv_take(&found->entry.initrds, TAKE_PTR(path));
	}
	snprintf(name->rest, sizeof(name->rest), "%s", name->version);
	return find_initrds(boot_names, name, found);
}

/*
 * Kernels in module directories, but not those of @known releases: those are copies of
 * the kernels in /boot, which the boot loader takes.
 */
static int scan_modules(struct images *images, const char *dir, const struct strv *known,
			struct candidates *all)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(images->root, dir, NAMES_MAX, &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		const char *release = names.items[i];
		struct bootname name;
		struct candidate *found;

		if (sorted_has(known, release))
			continue;
		r = add_kernel(images, all, SOURCE_MODULES,
			       strf("%s/%s/vmlinuz", dir, release),
			       strf("modules/%s", release), &name, &found);
		if (r > 0)
			r = find_module_initrds(images->root, dir, &name, &images->boot,
						found);
	}
	return r < 0 ? r : 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->image != y->image)
		return (uintptr_t)x->image < (uintptr_t)y->image ? -1 : 1;
	return x->rank != y->rank ? x->rank - y->rank
				  : strcmp(x->entry.kernel, y->entry.kernel);
}

/* Gives every file once to the list, under its best name. */
static int take_all(struct candidates *all, struct entry_list *list)
{
	int r = 0;

	if (all->count > 0)
		qsort(all->items, all->count, sizeof(*all->items), compare_files);
	for (size_t i = 0; i < all->count && r == 0; i++)
		if (i == 0 || all->items[i].image != all->items[i - 1].image)
			r = entry_list_take(list, &all->items[i].entry);
	return r;
}

/* A directory that cannot be looked at may hold the newest kernel. */
static int note_problem(struct entry_list *list, const char *dir, int r)
{
	if (r == 0 || r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == -ENOMEM)
		return r;
	return list_doubt(
		list, r == -E2BIG ? strf("%s holds more than %d names", dir, NAMES_MAX)
				  : strf("%s: %s", dir, strerror(-r)));
}

/* Is /lib/modules another directory than /usr/lib/modules? Not where /lib is a link, as
 * nearly everywhere. */
static bool lib_is_apart(const struct root *root)
{
	_cleanup_close_ int fd =
		root_open(root, "/lib", O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
	struct stat usr, lib;

	return fd >= 0 && root_stat(root, "/lib/modules", &lib) == 0 &&
	       (root_stat(root, "/usr/lib/modules", &usr) < 0 ||
		usr.st_dev != lib.st_dev || usr.st_ino != lib.st_ino);
}

int bootdir_find(struct images *images, struct entry_list *list)
{
	_cleanup_(candidates_done) struct candidates all = { NULL, 0, 0 };
	_cleanup_strv_ struct strv known = STRV_EMPTY;
	int r;

	r = note_problem(list, BOOT, images->boot_error);
	if (r == 0)
		r = scan_boot(images, &all, &known);
	if (r == 0)
		r = note_problem(list, "/usr/lib/modules",
				 scan_modules(images, "/usr/lib/modules", &known, &all));
	if (r == 0 && lib_is_apart(images->root))
		r = note_problem(list, "/lib/modules",
				 scan_modules(images, "/lib/modules", &known, &all));
	return r < 0 ? r : take_all(&all, list);
}
