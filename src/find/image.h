/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The kernel images that boot entries name. Each file is opened and its header read once
 * in a run, however many entries and names lead to it.
 */
#ifndef FIND_IMAGE_H
#define FIND_IMAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/root.h"
#include "base/util.h"

/* One file. Strings are owned by it. */
struct image {
	dev_t dev;
	ino_t ino; /* 0: it could not be opened */
	uint64_t size;
	char *version, *build; /* as of struct entry; NULL: it does not tell */
	bool version_is_claim; /* as of struct entry */
	char *problem;	 /* why it cannot be booted, in words; NULL: nothing is seen to be
			    wrong */
	bool is_damaged; /* … and nobody else could boot it either */
	char *initrd;  /* the initramfs that directories have for it; NULL: none known */
	bool is_named; /* by an entry of the boot loader's menu */
};

/* One path that leads to it. */
struct image_name {
	char *path;
	struct image *image;
	int error; /* of opening it: 0, or a negative errno; -ELOOP: a link to nothing */
	bool is_link;
};

struct images {
	const struct root *root;
	struct strv boot;	 /* the names in /boot, sorted */
	int boot_error;		 /* of listing them: 0, or a negative errno */
	void *by_path, *by_file; /* trees of tsearch(3) */
};
#define IMAGES_EMPTY         \
	{                    \
		.root = NULL \
	}

#define IMAGES_BOOT "/boot"
#define IMAGES_NAMES_MAX 20000 /* in one directory; far above any machine */

/* Lists /boot; that it cannot be listed is no failure. Returns 0 or -ENOMEM. */
_must_check_ int images_init(struct images *images, const struct root *root);
void images_done(struct images *images);

/* The file at @path, read now or before. *@ret lives as long as @images. Returns 0 or
 * -ENOMEM. */
_must_check_ int images_get(struct images *images, const char *path,
			    const struct image_name **ret);

/* Is there such a file? Those in /boot are known without asking. */
bool images_exists(const struct images *images, const char *path);

#endif
