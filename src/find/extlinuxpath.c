// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/extlinuxpath.h"

#include <errno.h>
#include <string.h>

#include "base/util.h"

#define SUBVOLUME_DEPTH 32

int extlinuxpath_init(struct extlinuxpath *paths, const struct root *root,
		      const char *file)
{
	struct stat top, boot;

	*paths = (struct extlinuxpath){ .root = root };
	paths->dir = strndup(file, (size_t)(strrchr(file, '/') - file));
	if (!paths->dir)
		return -ENOMEM;
	paths->boot_is_apart = root_stat(root, "/", &top) == 0 &&
			       root_stat(root, "/boot", &boot) == 0 &&
			       top.st_dev != boot.st_dev;
	return 0;
}

void extlinuxpath_done(struct extlinuxpath *paths)
{
	free(paths->dir);
	paths->dir = NULL;
}

/* Takes "." and ".." out of an absolute path, in place. */
static void flatten(char *path)
{
	char *to = path;

	for (char *p = path; *p;) {
		size_t len;

		p += strspn(p, "/");
		len = strcspn(p, "/");
		if (len == 2 && strncmp(p, "..", 2) == 0) {
			while (to > path && *--to != '/')
				;
		} else if (len > 0 && !(len == 1 && *p == '.')) {
			*to++ = '/';
			memmove(to, p, len);
			to += len;
		}
		p += len;
	}
	*to = '\0';
}

/* The loader sees one file system: the path's first folders may be a subvolume. */
static char *find_subvolume(const struct root *root, const char *path)
{
	const char *rest = path;

	for (int i = 0; i < SUBVOLUME_DEPTH && rest; i++) {
		if (starts_with(rest, "/boot/") && root_exists(root, rest))
			return strdup(rest);
		rest = strchr(rest + 1, '/');
	}
	return strdup(path);
}

int extlinuxpath_map(const struct extlinuxpath *paths, const char *named, char **ret)
{
	const struct root *root = paths->root;
	_cleanup_free_ char *path = NULL;
	bool below_boot = paths->boot_is_apart;

	if (*named == '\0' || *named == '(' || strstr(named, "::"))
		return -EINVAL;
	path = *named == '/' ? strdup(named) : strf("%s/%s", paths->dir, named);
	if (!path)
		return -ENOMEM;
	flatten(path);
	if (*named != '/') {
		*ret = TAKE_PTR(path);
		return 0;
	}
	/* A tree that was put together from two file systems. */
	if (!below_boot && !root->is_host && !root_exists(root, path)) {
		_cleanup_free_ char *below = strf("/boot%s", path);

		below_boot = below && root_exists(root, below);
	}
	*ret = below_boot ? strf("/boot%s", path) : find_subvolume(root, path);
	return *ret ? 0 : -ENOMEM;
}
