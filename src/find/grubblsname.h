/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of blscfg's entries: file names, compared as if they were packages. Pure. */
#ifndef FIND_GRUBBLSNAME_H
#define FIND_GRUBBLSNAME_H

/*
 * Less than, equal to or greater than 0 as the entry @a is older than, as old as or newer
 * than @b: by name, then version, then release, which the last two dashes separate.
 */
int grubblsname_compare(const char *a, const char *b);

#endif
