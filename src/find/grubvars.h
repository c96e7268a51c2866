/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The variables of GRUB's scripts. Pure.
 *
 * A new menu gets variables of its own, of which it inherits what was exported; a menu
 * entry is tried out on variables that shadow those of the menu, so that nothing that it
 * sets is seen by the next one.
 */
#ifndef FIND_GRUBVARS_H
#define FIND_GRUBVARS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define GRUBVARS_MAX 2000	 /* variables at once */
#define GRUBVARS_MAX_VALUE 65536 /* bytes of a value, and of a name */
#define GRUBVARS_BUCKETS 32

struct grubvar;
struct grubvars {
	const struct grubvars *below; /* NULL: none */
	bool only_exported;	      /* of those below */
	struct grubvar *buckets[GRUBVARS_BUCKETS];
	size_t count;
};

/* Variables that shadow those of @below (which may be NULL and must live longer). */
void grubvars_start(struct grubvars *vars, const struct grubvars *below,
		    bool only_exported);
void grubvars_done(struct grubvars *vars);

/* NULL: not set. Valid until that variable is set again. */
const char *grubvars_get(const struct grubvars *vars, const char *name);

/* Returns 0, -E2BIG above the limits, or -ENOMEM. */
_must_check_ int grubvars_set(struct grubvars *vars, const char *name, const char *value);
_must_check_ int grubvars_unset(struct grubvars *vars, const char *name);
_must_check_ int grubvars_export(struct grubvars *vars, const char *name);

#endif
