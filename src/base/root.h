/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The directory that stands for "/". Every path in the program is resolved below it,
 * symbolic links included (openat2(2), RESOLVE_IN_ROOT), so that --root and the tests see
 * one and the same code. Paths are absolute as seen inside. Functions return 0 or a
 * negative errno unless they say otherwise.
 */
#ifndef BASE_ROOT_H
#define BASE_ROOT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "base/macro.h"
#include "base/util.h"

struct root {
	int fd;
	bool is_host;  /* it is "/" itself */
	bool has_boot; /* nothing that booting needs is left to be mounted, as was seen in
			  this run (find/bootmount.h) */
};
#define ROOT_EMPTY       \
	{                \
		.fd = -1 \
	}

_must_check_ int root_init(struct root *root, const char *path);

/* What was seen of has_boot may be otherwise by now: time has gone by. */
void root_forget_boot(const struct root *root);
void root_done(struct root *root);

/* Returns a file descriptor (always close-on-exec, never a controlling terminal), or a
 * negative errno. */
_must_check_ int root_open(const struct root *root, const char *path, int flags);

/* The same for reading, and only a regular file: -EINVAL otherwise. @ret_st may be NULL.
 */
_must_check_ int root_open_file(const struct root *root, const char *path,
				struct stat *ret_st);

/* Reads a whole file (also of /proc and /sys) of at most @max bytes; the text gets a NUL
 * behind it.
 * @ret_len may be NULL. -E2BIG above the limit. The caller frees. */
_must_check_ int root_read(const struct root *root, const char *path, size_t max,
			   char **ret_text, size_t *ret_len);

/* The same for one short line without its line end. */
_must_check_ int root_read_line(const struct root *root, const char *path,
				char **ret_line);

/* Follows symbolic links. */
_must_check_ int root_stat(const struct root *root, const char *path,
			   struct stat *ret_st);
bool root_exists(const struct root *root, const char *path);

/* The names in a directory, sorted bytewise, without "." and "..". At most @max of them:
 * -E2BIG. */
_must_check_ int root_list(const struct root *root, const char *path, size_t max,
			   struct strv *ret_names);

_must_check_ int root_mkdirs(const struct root *root, const char *path);
_must_check_ int root_unlink(const struct root *root,
			     const char *path); /* -ENOENT is an error */
_must_check_ int root_rmdir(const struct root *root, const char *path); /* an empty one */

/* Makes an empty file, or leaves the one there. */
_must_check_ int root_touch(const struct root *root, const char *path);

/*
 * Puts @text in place of the file as a whole: a temporary file in the same directory,
 * fsync, rename, fsync of the directory. A symbolic link at @path is followed: the file
 * it names is replaced. Mode, owner and extended attributes of a file that was there are
 * kept; a new one is 0644.
 */
_must_check_ int root_write(const struct root *root, const char *path, const char *text,
			    size_t len);

/* What the temporary file of "NAME" is called: ".NAME" and this. A power cut can leave
 * it; keep/leftover.h removes it. */
#define ROOT_TEMPORARY_SUFFIX "." NAME "-new"

#endif
