/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of a boot menu after the boot loader specification (UAPI.1, "Sorting"). Pure.
 */
#ifndef FIND_BLSORDER_H
#define FIND_BLSORDER_H

#include <stdbool.h>

/* What an entry is sorted by. Strings may be NULL; nothing is owned. */
struct blsorder {
	const char *sort_key, *machine_id, *version;
	const char *id;	  /* without counters, and without a profile */
	unsigned profile; /* of a UKI: 0 is its first */
	bool counts;	  /* the file's name has boot counters */
	unsigned left, done;
};

/* Less than 0 if @a stands above @b. */
int blsorder_compare(const struct blsorder *a, const struct blsorder *b);

/*
 * Versions as UAPI.10 has them, to the letter: less than, equal to or greater than 0 as
 * @a is older than, as old as or newer than @b. NULL is "". Unlike version_compare(), it
 * knows nothing of kernels: it is what the boot loader does.
 * https://uapi-group.org/specifications/specs/version_format_specification/
 */
int blsorder_version(const char *a, const char *b);

#endif
