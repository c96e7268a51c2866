/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The order of GRUB 2.14's blscfg: file names as `ls -v` sorts them. Pure. */
#ifndef FIND_GRUBFILENAME_H
#define FIND_GRUBFILENAME_H

/*
 * Less than, equal to or greater than 0 as the file name @a sorts before, with or behind
 * @b. As the manual of the GNU coreutils describes it ("Version sort ordering"): Debian's
 * comparison of versions (Debian Policy, 5.6.12), first without the suffixes, and hidden
 * files before all others.
 */
int grubfilename_compare(const char *a, const char *b);

#endif
