/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which item of a menu GRUB's variable `default` means. Pure. */
#ifndef FIND_GRUBDEFAULT_H
#define FIND_GRUBDEFAULT_H

#include <stdbool.h>
#include <stddef.h>

struct grubtitle {
	const char *title, *id;
};

/*
 * Returns the number of the item that @value names among @count ones: by a number, an id
 * or a title, of which a ">" ends the part that counts in this menu; -1: none. As
 * get_entry_number() of normal/menu.c; @fedora: as the one of Fedora's GRUB, where ids
 * and titles go before numbers, and a number must stand alone.
 */
int grubdefault_find(const char *value, const struct grubtitle *items, size_t count,
		     bool fedora);

/* What is left for the submenu: behind the first single ">"; NULL: nothing. */
const char *grubdefault_rest(const char *value);

#endif
