/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Tables of mounts: what should be (fstab(5)) and what is (/proc/self/mountinfo, proc(5)
 * and Documentation/filesystems/proc.rst section 3.5). Text in, lists out; nothing is
 * opened or logged here.
 */
#ifndef FIND_MOUNTTAB_H
#define FIND_MOUNTTAB_H

#include <stddef.h>

#include "base/macro.h"

/* One line. Octal escapes (\040 is a blank) are undone, and slashes at the end of the
 * target are cut. All are there, as "" where a line of fstab left them out. */
struct mounttab_line {
	char *source, *target, *type, *options;
};

struct mounttab {
	struct mounttab_line *items;
	size_t count;
};
#define MOUNTTAB_EMPTY  \
	{               \
		NULL, 0 \
	}

/*
 * Lines that are empty, comments, or too short to name a target are passed over, as
 * mount(8) does. The text has a NUL behind its @len bytes and may hold others. Returns 0,
 * -E2BIG for more than MOUNTTAB_LINES_MAX lines, or -ENOMEM.
 */
#define MOUNTTAB_LINES_MAX 65536
_must_check_ int mounttab_parse_fstab(const char *text, size_t len, struct mounttab *ret);
_must_check_ int mounttab_parse_mountinfo(const char *text, size_t len,
					  struct mounttab *ret);
void mounttab_done(struct mounttab *tab);

/* The last line for that target (in mountinfo the one on top), or NULL; and how many
 * there are. */
const struct mounttab_line *mounttab_find(const struct mounttab *tab, const char *target,
					  size_t *ret_count);

/* A line whose target lies below @target, or NULL. */
const struct mounttab_line *mounttab_below(const struct mounttab *tab,
					   const char *target);

/*
 * What of a line's options is the file system's own business (mount(2), @data): "" if
 * nothing. Those that mount(8) turns into flags, or keeps for other programs, are left
 * out. Returns 0, -ENOMEM, or -EOPNOTSUPP: an option makes it another kind of mount than
 * a whole device (bind, loop, a subdirectory, ...); then *@ret_data is its name.
 */
_must_check_ int mounttab_data(const char *options, char **ret_data);

#endif
