/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Does what lies beside GRUB's program lead to the menu that was read? */
#ifndef FIND_GRUBSTUB_H
#define FIND_GRUBSTUB_H

#include "find/entry.h"
#include "find/grubmap.h"

/* Adds a doubt to @menu if @stub, a grub.cfg that is no menu itself, goes on with a file
 * of another disk. Returns 0 or -ENOMEM. */
_must_check_ int grubstub_check(struct grubmap *map, const char *stub,
				struct entry_list *menu);

#endif
