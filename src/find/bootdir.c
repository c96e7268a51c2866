// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bootdir.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>

#include "find/bootname.h"
#include "find/doubt.h"
#include "verify/kernel_header.h"

#define BOOT "/boot"
#define NAMES_MAX 20000 /* in one directory; far above any machine */

/* Among the names of one file, the one with the lowest rank stays. */
#define RANK_UNNAMED 1 /* the name claims no release */
#define RANK_LINK 2
#define RANK_MODULES 4
#define RANK_LEFTOVER 8

/* A kernel, and which file it is: two names of one file are one kernel. */
struct candidate {
	struct entry entry;
	dev_t dev;
	ino_t ino; /* 0: the file could not be opened */
	uint64_t size;
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

/* Returns a descriptor; -ENOENT: there is no such name; -ELOOP: a link to nothing. */
static int open_candidate(const struct root *root, struct candidate *candidate)
{
	const char *path = candidate->entry.kernel;
	_cleanup_close_ int fd =
		root_open(root, path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;

	if (fd == -ELOOP) {
		candidate->rank += RANK_LINK;
		fd = root_open(root, path, O_RDONLY | O_NONBLOCK);
		if (fd == -ENOENT)
			return -ELOOP;
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	candidate->dev = st.st_dev;
	candidate->ino = st.st_ino;
	candidate->size = (uint64_t)st.st_size;
	return TAKE_FD(fd);
}

static const char *open_problem(int r)
{
	if (r == -EINVAL)
		return "not a regular file";
	if (r == -ELOOP)
		return "a symbolic link to nothing";
	return r == -EACCES ? "cannot be read by this user" : strerror(-r);
}

static int refuse_truncated(struct entry *entry, uint64_t size, uint64_t expected)
{
	char has[24], needs[24];

	return entry_refuse(entry, strf("truncated after %s of %s", human_size(size, has),
					human_size(expected, needs)));
}

/* Fills version and build from the image itself. @size: bytes that the file has. */
static int read_version(struct entry *entry, int fd, uint64_t size)
{
	struct kernel_header header;
	int r = kernel_header_read(fd, &header);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return entry_refuse(entry, strf("cannot be read: %s", strerror(-r)));
	if (header.type == KERNEL_UNKNOWN)
		return entry_refuse(entry,
				    strdup("not a kernel image, or only a part of one"));
	if (header.type == KERNEL_UKI)
		return entry_refuse(
			entry,
			strdup("a unified kernel image, not read by this version"));
	if (!*header.version)
		return entry_refuse(entry, strdup("the image does not tell its version"));
	if (str_set(&entry->version, header.version) < 0 ||
	    str_set(&entry->build, *header.build ? header.build : NULL) < 0)
		return -ENOMEM;
	entry->title = strf("Linux %s", entry->version);
	if (!entry->title)
		return -ENOMEM;
	return size < header.size ? refuse_truncated(entry, size, header.size) : 0;
}

/* Returns 1 if it is something to list, 0 if not, or -ENOMEM. */
static int read_candidate(const struct root *root, const struct bootname *name,
			  struct candidate *candidate)
{
	struct entry *entry = &candidate->entry;
	_cleanup_close_ int fd = open_candidate(root, candidate);
	int r = 0;

	if (fd == -ENOMEM)
		return fd;
	if (fd == -EISDIR || fd == -ENOENT)
		return 0;
	entry->usable = true;
	if (name->leftover)
		r = entry_refuse(entry, strdup(name->leftover));
	if (r == 0)
		r = fd < 0 ? entry_refuse(entry, strdup(open_problem(fd)))
			   : read_version(entry, fd, candidate->size);
	if (r == 0 && entry->version && *name->version &&
	    !streq(entry->version, name->version))
		r = entry_refuse(entry, strf("its name says %s, the image says %s",
					     name->version, entry->version));
	return r < 0 ? r : 1;
}

/*
 * Adds the kernel at @path, if there is one. Takes @path and @id. Returns 1 and *@ret,
 * which lives until the next one is added; 0 if there is nothing to list; or -ENOMEM.
 */
static int add_kernel(const struct root *root, struct candidates *all,
		      enum entry_source source, char *path, char *id,
		      struct bootname *ret_name, struct entry **ret)
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
		r = read_candidate(root, ret_name, candidate);
	}
	if (r == 0)
		entry_done(&all->items[--all->count].entry);
	*ret = &candidate->entry;
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
			struct entry *entry)
{
	char initrd[NAME_MAX + 1];
	int r = 0;

	for (size_t i = 0; r == 0 && bootname_initrd(name, i, initrd); i++)
		if (sorted_has(names, initrd))
			r = strv_take(&entry->initrds, strf(BOOT "/%s", initrd));
	return r;
}

/* @known: the releases that are in /boot, also those of broken files. */
static int scan_boot(const struct root *root, const struct strv *names,
		     struct candidates *all, struct strv *known)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < names->count; i++) {
		const char *file = names->items[i];
		struct bootname name;
		struct entry *entry;

		if (!bootname_read(file, &name))
			continue;
		r = add_kernel(root, all, SOURCE_BOOTDIR, strf(BOOT "/%s", file),
			       strdup(file), &name, &entry);
		if (r <= 0)
			continue;
		r = find_initrds(names, &name, entry);
		if (r == 0 && *name.version)
			r = strv_add(known, name.version);
		if (r == 0 && entry->usable && !streq(entry->version, name.version))
			r = strv_add(known, entry->version);
	}
	strv_sort(known);
	return r < 0 ? r : 0;
}

/* The initramfs of a kernel in its module directory: beside it, or in /boot by its
 * release. */
static int find_module_initrds(const struct root *root, const char *dir,
			       struct bootname *name, const struct strv *boot_names,
			       struct entry *entry)
{
	static const char *const beside[] = { "initrd", "initramfs.img" };

	for (size_t i = 0; i < ARRAY_SIZE(beside); i++) {
		_cleanup_free_ char *path =
			strf("%s/%s/%s", dir, name->version, beside[i]);

		if (!path)
			return -ENOMEM;
		if (root_exists(root, path))
			return strv_take(&entry->initrds, TAKE_PTR(path));
	}
	snprintf(name->rest, sizeof(name->rest), "%s", name->version);
	return find_initrds(boot_names, name, entry);
}

/*
 * Kernels in module directories, but not those of @known releases: those are copies of
 * the kernels in /boot, which the boot loader takes.
 */
static int scan_modules(const struct root *root, const char *dir,
			const struct strv *boot_names, const struct strv *known,
			struct candidates *all)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(root, dir, NAMES_MAX, &names);

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		const char *release = names.items[i];
		struct bootname name;
		struct entry *entry;

		if (sorted_has(known, release))
			continue;
		r = add_kernel(root, all, SOURCE_MODULES,
			       strf("%s/%s/vmlinuz", dir, release),
			       strf("modules/%s", release), &name, &entry);
		if (r > 0)
			r = find_module_initrds(root, dir, &name, boot_names, entry);
	}
	return r < 0 ? r : 0;
}

static int compare_files(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	if (x->ino != y->ino)
		return x->ino < y->ino ? -1 : 1;
	return x->rank != y->rank ? x->rank - y->rank
				  : strcmp(x->entry.kernel, y->entry.kernel);
}

/* Gives every file once to the list, under its best name. */
static int take_all(struct candidates *all, struct entry_list *list)
{
	int r = 0;

	if (all->count > 0)
		qsort(all->items, all->count, sizeof(*all->items), compare_files);
	for (size_t i = 0; i < all->count && r == 0; i++) {
		const struct candidate *this = &all->items[i],
				       *before = i > 0 ? this - 1 : NULL;

		if (before && this->ino != 0 && this->ino == before->ino &&
		    this->dev == before->dev)
			continue;
		r = entry_list_take(list, &all->items[i].entry);
	}
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

/* Is /lib/modules another directory than /usr/lib/modules? */
static bool lib_is_apart(const struct root *root)
{
	struct stat usr, lib;

	return root_stat(root, "/lib/modules", &lib) == 0 &&
	       (root_stat(root, "/usr/lib/modules", &usr) < 0 ||
		usr.st_dev != lib.st_dev || usr.st_ino != lib.st_ino);
}

int bootdir_find(const struct root *root, struct entry_list *list)
{
	_cleanup_(candidates_done) struct candidates all = { NULL, 0, 0 };
	_cleanup_strv_ struct strv names = STRV_EMPTY, known = STRV_EMPTY;
	int r;

	r = note_problem(list, BOOT, root_list(root, BOOT, NAMES_MAX, &names));
	if (r == 0)
		r = scan_boot(root, &names, &all, &known);
	if (r == 0)
		r = note_problem(
			list, "/usr/lib/modules",
			scan_modules(root, "/usr/lib/modules", &names, &known, &all));
	if (r == 0 && lib_is_apart(root))
		r = note_problem(
			list, "/lib/modules",
			scan_modules(root, "/lib/modules", &names, &known, &all));
	return r < 0 ? r : take_all(&all, list);
}
