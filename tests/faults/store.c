// SPDX-License-Identifier: GPL-2.0-or-later
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macro.h"
#include "base/util.h"

#define FILES_MAX 256
#define TEXT_MAX 65536

struct item {
	char *path, *text;
	struct stat st;
	bool seen;
};

struct store {
	char *folder;
	struct item items[FILES_MAX];
	size_t count;
};

/* nftw(3) passes nothing through. */
static struct {
	struct store *store;
	uint64_t hash;
	const char *suffix;
	char *found;
	bool taking;
} walk;

/* What cannot be read ends the test: it would prove nothing. */
static char *read_text(const char *path, const struct stat *st)
{
	char *text = calloc(1, (size_t)st->st_size + 1);
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (!text || fd < 0 || st->st_size > TEXT_MAX ||
	    read_full_at(fd, text, (size_t)st->st_size, 0) < 0) {
		fprintf(stderr, "faults: cannot read %s\n", path);
		abort();
	}
	return text;
}

static void write_text(const struct item *item)
{
	_cleanup_close_ int fd = -1;

	(void)!unlink(item->path);
	fd = open(item->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0 || write_full(fd, item->text, (size_t)item->st.st_size) < 0 ||
	    fchmod(fd, item->st.st_mode & 07777) < 0) {
		fprintf(stderr, "faults: cannot write %s\n", item->path);
		abort();
	}
}

static int take_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	struct item *item = &walk.store->items[walk.store->count++];

	(void)flag;
	(void)ftw;
	if (walk.store->count == FILES_MAX)
		abort();
	item->path = strdup(path);
	item->st = *st;
	item->text = S_ISREG(st->st_mode) ? read_text(path, st) : NULL;
	return 0;
}

struct store *store_take(const char *folder)
{
	walk.store = calloc(1, sizeof(*walk.store));
	walk.store->folder = strdup(folder);
	if (nftw(folder, take_one, 16, FTW_PHYS) != 0)
		abort();
	return walk.store;
}

static struct item *find(struct store *store, const char *path)
{
	for (size_t i = 0; i < store->count; i++)
		if (strcmp(store->items[i].path, path) == 0)
			return &store->items[i];
	return NULL;
}

static bool unchanged(const struct stat *a, const struct stat *b)
{
	if (S_ISDIR(a->st_mode) || S_ISDIR(b->st_mode))
		return (a->st_mode & S_IFMT) == (b->st_mode & S_IFMT);
	return a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mode == b->st_mode && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Deepest first: what was not there goes. */
static int compare_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	struct item *item = find(walk.store, path);

	(void)flag;
	(void)ftw;
	if (item && unchanged(&item->st, st))
		item->seen = true;
	else if (!item || (item->st.st_mode & S_IFMT) != (st->st_mode & S_IFMT))
		return remove(path);
	return 0;
}

void store_put_back(struct store *store)
{
	for (size_t i = 0; i < store->count; i++)
		store->items[i].seen = false;
	walk.store = store;
	if (nftw(store->folder, compare_one, 16, FTW_PHYS | FTW_DEPTH) != 0)
		abort();
	for (size_t i = 0; i < store->count; i++) {
		struct item *item = &store->items[i];

		if (item->seen)
			continue;
		if (S_ISDIR(item->st.st_mode)) {
			if (mkdir(item->path, 0755) < 0)
				abort();
			continue;
		}
		write_text(item);
		if (lstat(item->path, &item->st) < 0)
			abort();
	}
}

void store_free(struct store *store)
{
	for (size_t i = 0; i < store->count; i++) {
		free(store->items[i].path);
		free(store->items[i].text);
	}
	free(store->folder);
	free(store);
}

static void add_hash(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		walk.hash = (walk.hash ^ (unsigned char)bytes[i]) * 0x100000001b3ULL;
}

static int hash_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	_cleanup_free_ char *text = S_ISREG(st->st_mode) ? read_text(path, st) : NULL;

	(void)flag;
	(void)ftw;
	add_hash(path, strlen(path) + 1);
	if (text)
		add_hash(text, (size_t)st->st_size);
	return 0;
}

/* The order of a folder's names does not change while nothing in it does; where it does,
 * a state is looked at twice. */
uint64_t store_hash(const char *folder)
{
	walk.hash = 0xcbf29ce484222325ULL;
	if (nftw(folder, hash_one, 16, FTW_PHYS) != 0)
		abort();
	return walk.hash;
}

static int find_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	if (!walk.found && ends_with(path, walk.suffix))
		walk.found = strdup(path);
	return 0;
}

char *store_find(const char *folder, const char *suffix)
{
	walk.found = NULL;
	walk.suffix = suffix;
	(void)nftw(folder, find_one, 16, FTW_PHYS);
	return walk.found;
}
