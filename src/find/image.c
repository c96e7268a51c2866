// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/image.h"

#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "verify/kernel_header.h"

static int compare_paths(const void *a, const void *b)
{
	const struct image_name *x = a, *y = b;

	return strcmp(x->path, y->path);
}

static int compare_files(const void *a, const void *b)
{
	const struct image *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino < y->ino ? -1 : x->ino > y->ino;
}

static int compare_strings(const void *key, const void *item)
{
	return strcmp(key, *(char *const *)item);
}

static void image_free(void *item)
{
	struct image *image = item;

	if (!image)
		return;
	free(image->version);
	free(image->build);
	free(image->problem);
	free(image->initrd);
	free(image);
}

static void name_free(void *item)
{
	struct image_name *name = item;

	/* What could be opened is owned by the other tree. */
	if (name->image && name->image->ino == 0)
		image_free(name->image);
	free(name->path);
	free(name);
}

int images_init(struct images *images, const struct root *root)
{
	*images = (struct images){ .root = root };
	images->boot_error =
		root_list(root, IMAGES_BOOT, IMAGES_NAMES_MAX, &images->boot);
	return images->boot_error == -ENOMEM ? -ENOMEM : 0;
}

void images_done(struct images *images)
{
	tdestroy(images->by_path, name_free);
	tdestroy(images->by_file, image_free);
	strv_done(&images->boot);
	*images = (struct images)IMAGES_EMPTY;
}

/* Takes @why. Returns 0 or -ENOMEM. */
static int set_problem(struct image *image, char *why)
{
	free(image->problem);
	image->problem = why;
	return why ? 0 : -ENOMEM;
}

/* Returns a descriptor; -ENOENT: there is no such name; -ELOOP: a link to nothing. */
static int open_image(const struct root *root, struct image_name *name,
		      struct image *image)
{
	_cleanup_close_ int fd =
		root_open(root, name->path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
	struct stat st;

	if (fd == -ELOOP) {
		name->is_link = true;
		fd = root_open(root, name->path, O_RDONLY | O_NONBLOCK);
		if (fd == -ENOENT)
			return -ELOOP;
	}
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	image->dev = st.st_dev;
	image->ino = st.st_ino;
	image->size = (uint64_t)st.st_size;
	return TAKE_FD(fd);
}

static char *open_problem(int r)
{
	if (r == -EINVAL || r == -EISDIR)
		return strdup("not a regular file");
	if (r == -ELOOP)
		return strdup("a symbolic link to nothing");
	return strdup(r == -EACCES ? "cannot be read by this user" : strerror(-r));
}

static int set_truncated(struct image *image, uint64_t expected)
{
	char has[24], needs[24];

	image->is_damaged = true;
	return set_problem(image,
			   strf("truncated after %s of %s", human_size(image->size, has),
				human_size(expected, needs)));
}

/* Fills in what the first bytes of the file tell. */
static int read_header(int fd, struct image *image)
{
	struct kernel_header header;
	int r = kernel_header_read(fd, &header);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return set_problem(image, strf("cannot be read: %s", strerror(-r)));
	if (header.type == KERNEL_UNKNOWN) {
		image->is_damaged = true;
		return set_problem(image,
				   strdup("not a kernel image, or only a part of one"));
	}
	if (!*header.version && header.type == KERNEL_BZIMAGE)
		return set_problem(image, strdup("the image does not tell its version"));
	image->version_is_claim = header.version_is_claim;
	if (str_set(&image->version, *header.version ? header.version : NULL) < 0 ||
	    str_set(&image->build, *header.build ? header.build : NULL) < 0)
		return -ENOMEM;
	return image->size < header.size ? set_truncated(image, header.size) : 0;
}

/* Gives @name its image: one that is known already, or a new one. */
static int find_image(struct images *images, struct image_name *name)
{
	struct image *image = calloc(1, sizeof(*image)), **known;
	_cleanup_close_ int fd = -1;

	if (!image)
		return -ENOMEM;
	fd = open_image(images->root, name, image);
	if (fd < 0) {
		name->image = image;
		name->error = fd;
		return fd == -ENOMEM ? fd : set_problem(image, open_problem(fd));
	}
	known = tsearch(image, &images->by_file, compare_files);
	if (!known) {
		image_free(image);
		return -ENOMEM;
	}
	name->image = *known;
	if (*known == image)
		return read_header(fd, image);
	image_free(image);
	return 0;
}

int images_get(struct images *images, const char *path, const struct image_name **ret)
{
	struct image_name *name = calloc(1, sizeof(*name)), **known;
	int r = 0;

	if (!name)
		return -ENOMEM;
	name->path = strdup(path);
	known = name->path ? tsearch(name, &images->by_path, compare_paths) : NULL;
	if (!known) {
		name_free(name);
		return -ENOMEM;
	}
	*ret = *known;
	if (*known == name)
		r = find_image(images, name);
	else
		name_free(name);
	return r;
}

bool images_exists(const struct images *images, const char *path)
{
	const char *name = path + strlen(IMAGES_BOOT "/");

	if (starts_with(path, IMAGES_BOOT "/") && images->boot.count > 0 &&
	    bsearch(name, images->boot.items, images->boot.count,
		    sizeof(*images->boot.items), compare_strings))
		return true;
	return root_exists(images->root, path);
}
