/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * GRUB's menu as GRUB itself would build it at the next start: its script is run, by an
 * interpreter that changes nothing and sees the machine only through struct grubhost.
 *
 * What it does follows the sources of GRUB 2.06 and 2.12 (grub-core/script, commands,
 * normal/menu.c) and, for blscfg, those of Fedora's GRUB and of 2.14. What only shows at
 * boot (does the firmware offer a setup screen? a command's status that we do not know)
 * is tried both ways: what comes out the same is certain, anything else is said to be in
 * doubt. Bounds: GRUBPARSE_MAX_SIZE of text, GRUBPARSE_MAX_DEPTH of nesting,
 * GRUBRUN_MAX_STEPS commands, GRUBVARS_MAX variables, GRUBMENU_MAX_ENTRIES entries.
 */
#ifndef FIND_GRUBMENU_H
#define FIND_GRUBMENU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/util.h"

#define GRUBMENU_MAX_ENTRIES 32768
#define GRUBMENU_MAX_SUBMENUS 16 /* in each other */

struct grubstat {
	bool is_dir;
	uint64_t size;
	int64_t mtime; /* seconds */
};

enum grubsearch { GRUBSEARCH_UUID, GRUBSEARCH_LABEL, GRUBSEARCH_FILE };

/*
 * What the scripts can see of the machine. @device is a name as in GRUB's "(device)/path"
 * (also one that search() gave), @path starts with a slash. Each returns 0 or a negative
 * errno: -ENOENT if the file is not there, -ENODEV if what is on that device cannot be
 * known here.
 */
struct grubhost {
	void *data;
	int (*read)(void *data, const char *device, const char *path, size_t max,
		    char **ret_text, size_t *ret_len);
	int (*stat)(void *data, const char *device, const char *path,
		    struct grubstat *ret);
	/* @size bytes of the device itself, not of a file on it. */
	int (*read_device)(void *data, const char *device, uint64_t offset, size_t size,
			   char **ret);
	/* Names in a directory, sorted. */
	int (*list)(void *data, const char *device, const char *path, struct strv *ret);
	/* The device with that file system: 0 and *ret (the caller frees), or -ENODEV if
	 * it is none of ours. */
	int (*search)(void *data, enum grubsearch kind, const char *key, char **ret);
	/* The PCI devices, as Ubuntu's hwmatch writes them:
	 * "v1234d1111sv1af4sd1100bc03sc00", in hexadecimal digits. */
	int (*pci)(void *data, struct strv *ret);
	/* What to call a file in messages: 0 and *ret (the caller frees). */
	int (*name)(void *data, const char *device, const char *path, char **ret);
	const char *platform; /* "efi", "pc": $grub_platform */
	const char *cpu;      /* "x86_64", "i386", "arm64": $grub_cpu */
	bool fedora; /* GRUB is the one of Fedora and its kin, which names entries in
			another way */
};

/* What a menu entry would boot. Strings are owned by it. */
struct grubmenu_entry {
	char *title;
	char *id;	/* the title if it has none */
	char *path;	/* ids of its submenus and its own, joined by ">", as $chosen */
	char *position; /* the same in numbers: "0", "1>2" */
	char *file;	/* the script that it stands in, and where */
	unsigned line;
	char *kernel;	     /* "(device)/path"; NULL: it loads no Linux */
	struct strv initrds; /* likewise */
	char *cmdline; /* as GRUB hands it over, without BOOT_IMAGE=; NULL without kernel
			*/
	char *why; /* why it is no Linux of ours, or not understood; NULL: it is both */
	bool is_default; /* at most one in the menu */
};

struct grubmenu {
	struct grubmenu_entry *entries; /* in the menu's order, submenus in place */
	size_t count;
	char *default_reason; /* in words; NULL: there is no default */
	char *one_shot; /* in words, if the next boot is asked for once; NULL: not */
	char *doubt;	/* why the next entry is not known with certainty; NULL: it is */
	char *waits;	/* in words, if it boots nothing until somebody chooses; NULL: it
			   does */
	bool blscfg;	/* entries come from loader/entries */
};
#define GRUBMENU_EMPTY     \
	{                  \
		.count = 0 \
	}

/*
 * Runs the script @path on @device, which is GRUB's $root at the start; $prefix is its
 * directory. Returns 0, a negative errno if the script cannot be read, or -ENOMEM. What
 * GRUB would refuse or we do not understand is a doubt in *@ret, not an error.
 */
_must_check_ int grubmenu_read(const struct grubhost *host, const char *device,
			       const char *path, struct grubmenu *ret);
void grubmenu_done(struct grubmenu *menu);

#endif
