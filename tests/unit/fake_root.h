/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A tree that stands for "/", made for one test: text files, links, and kernel images
 * that are just long enough to be read. Functions return 0 or a negative errno; folders
 * on the way are made. @dir is where the tree is, @path is absolute inside it.
 */
#ifndef FAKE_ROOT_H
#define FAKE_ROOT_H

#include <stddef.h>

int fake_root_file(const char *dir, const char *path, const void *data, size_t len);
int fake_root_text(const char *dir, const char *path, const char *text);
int fake_root_link(const char *dir, const char *path, const char *target);
int fake_root_folder(const char *dir, const char *path);

/*
 * The bytes of a bzImage of the release @version; @build is what `uname -v` would show,
 * or NULL. Without payload: what reads more than the header will object. @ret is
 * malloc()ed.
 */
int fake_kernel(const char *version, const char *build, char **ret, size_t *ret_len);

/* That as a file. */
int fake_root_kernel(const char *dir, const char *path, const char *version,
		     const char *build);

/* Makes an empty folder from a mkdtemp(3) template, and removes one with all in it. */
int fake_root_make(char *template);
int fake_root_remove(const char *dir);

#endif
