/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * extlinux.conf and syslinux.cfg. Pure: what it includes is for the caller to read.
 *
 * Two loaders read such files, and they differ: SYSLINUX on PCs (syslinux.cfg(5),
 * https://wiki.syslinux.org/wiki/index.php?title=Config), and U-Boot on boards
 * (doc/README.pxe, boot/pxe_utils.c). What only one of them means is told apart; what
 * neither of them lets us know is a doubt, of one label or of all.
 */
#ifndef FIND_EXTLINUXCONF_H
#define FIND_EXTLINUXCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define EXTLINUX_MAX_SIZE ((size_t)1024 * 1024)
#define EXTLINUX_MAX_LABELS 2048

/* Strings are owned, and NULL where nothing is given. */
struct extlinux_label {
	char *name, *title;
	char *kernel, *append, *initrd;
	char *fdt, *fdtdir, *fdtoverlays;
	const char *doubt; /* why it is not understood; never freed */
	unsigned file, line;
};

struct extlinuxconf {
	bool by_uboot; /* who reads it: set before the first line */
	struct extlinux_label *labels;
	size_t count;
	char *append;	     /* SYSLINUX: of labels that have none of their own */
	char *wanted;	     /* DEFAULT; U-Boot: or ONTIMEOUT, the last one */
	char *on_timeout;    /* SYSLINUX */
	char *menu_default;  /* SYSLINUX: the label with MENU DEFAULT, the last one */
	bool has_menu;	     /* SYSLINUX: a menu is shown (UI, or DEFAULT menu.c32) */
	bool asks;	     /* PROMPT; U-Boot: or MENU outside of labels, the last one */
	bool has_timeout;    /* TIMEOUT, SYSLINUX: TOTALTIMEOUT, not 0 */
	bool needs_shift;    /* SYSLINUX: no menu without a key held (MENU SHIFTKEY) */
	const char *doubt;   /* why the default is not known; never freed */
	unsigned doubt_line; /* in the file that was read then */
};

#define EXTLINUXCONF_EMPTY      \
	{                       \
		.labels = NULL, \
	}

/*
 * Takes one line (without its end) of the file number @file. Returns 0; 1 if it asks for
 * another file to be read in its place, in *ret_include, which the caller frees; -E2BIG
 * above the limits; -EBADMSG for a NUL; or -ENOMEM. What was read so far stays valid.
 */
_must_check_ int extlinuxconf_line(struct extlinuxconf *conf, const char *line,
				   size_t len, unsigned file, unsigned number,
				   char **ret_include);
void extlinuxconf_done(struct extlinuxconf *conf);

/*
 * The label that boots when nobody is there, or NULL. *@ret_why: what makes it so, or why
 * it is not known; never freed.
 */
const struct extlinux_label *extlinuxconf_default(const struct extlinuxconf *conf,
						  const char **ret_why);

#endif
