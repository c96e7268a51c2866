/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a grub.cfg says without being run: its menu entries, and its default as written.
 * Pure.
 *
 * Accepted is the shape that grub-mkconfig writes. Nothing is expanded or decided: where
 * GRUB would decide something (a variable in a command line, an `if` around `linux`,
 * another file read in), that is reported, and the caller must take it as "not
 * understood".
 */
#ifndef FIND_GRUBCFG_H
#define FIND_GRUBCFG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"
#include "base/util.h"

#define GRUBCFG_MAX_SIZE (16 * 1024 * 1024)
#define GRUBCFG_MAX_ENTRIES 32768
#define GRUBCFG_MAX_DEPTH 32 /* of blocks and conditions in each other */

/* One menuentry. Strings are owned by it. */
struct grubcfg_entry {
	char *title;
	char *id;	/* NULL: none */
	char *path;	/* ids (or titles) of its submenus and of itself, joined by ">" */
	char *position; /* the same in numbers, "0" or "1>2"; NULL: unknown, a condition
			   decides */
	unsigned depth; /* submenus around it */
	unsigned line;	/* from 1 */
	char *kernel;  /* what linux, linux16 or linuxefi loads, as written; NULL: no such
			  command */
	char *options; /* the rest of that line as GRUB would hand it to the kernel; NULL
			  without kernel */
	struct strv initrds; /* in order */

	/* Each of these means that what the entry boots is not understood. */
	bool has_variable; /* "$…", or a wildcard in a path, is left in kernel, options or
			      initrds */
	bool has_condition; /* linux or initrd stand in an if or a loop */
	bool is_repeated;   /* more than one linux or initrd command */
	bool has_other;	    /* another loader or another menu: chainloader, multiboot,
			       configfile… */

	bool is_conditional; /* a condition decides whether the entry exists */
};

struct grubcfg {
	struct grubcfg_entry *entries;
	size_t count;

	char *default_entry; /* `set default=` as written, "$" included; NULL: never set,
				GRUB takes 0 */
	bool default_standard; /* set without condition, or after the usual question for
				  next_entry */
	bool loads_grubenv;    /* load_env is used: saved_entry and next_entry of grubenv
				  count */
	bool sources_custom;   /* reads custom.cfg, if that file exists, behind a test for
				  it */

	char *doubt; /* the first thing outside entries that is not understood, in words;
			NULL: none */
	unsigned doubt_line;
};
#define GRUBCFG_EMPTY      \
	{                  \
		.count = 0 \
	}

/*
 * Reads @len bytes of grub.cfg. Returns 0, -E2BIG above the limits, -EBADMSG for text
 * that GRUB would refuse too (quotes and blocks that are not closed, NUL bytes), or
 * -ENOMEM. On failure *@ret is empty.
 */
_must_check_ int grubcfg_parse(const char *text, size_t len, struct grubcfg *ret);
void grubcfg_done(struct grubcfg *cfg);

#endif
