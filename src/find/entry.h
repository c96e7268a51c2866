/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One thing that a boot menu could offer, and the list of them. Paths are as seen inside
 * the root. */
#ifndef FIND_ENTRY_H
#define FIND_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

struct image;

enum entry_source {
	SOURCE_GRUB,
	SOURCE_BLS,
	SOURCE_UKI,
	SOURCE_EXTLINUX,
	SOURCE_BOOTDIR,
	SOURCE_MODULES,
	SOURCE_HAND,
	SOURCE_FIRMWARE /* a kernel that the firmware starts by itself */
};

struct entry {
	enum entry_source source;
	char *id; /* unique in the list; what --entry takes. In a menu: what the loader
		     itself calls it */
	char *title;
	char *position; /* the loader's other name for it, "1>2" in GRUB's submenus; NULL:
			   none */
	char *version;	/* uname -r word read from the image itself; NULL: not a kernel
			   that we can read */
	char *build;	/* the rest of that string: what `uname -v` would show */
	char *kernel;	/* path; never opened for loading here */
	struct strv initrds; /* paths, in order */
	char *cmdline; /* the entry's own, as the boot loader would pass it; NULL: it has
			  none */
	char *file; /* the configuration file that has it; NULL: it is known by its kernel
		       alone */
	unsigned line;		/* in @file, from 1; 0: the whole file */
	bool says_no_initramfs; /* the boot loader's own entry names none */
	bool is_default;	/* the boot loader boots it next */
	unsigned profile;	/* of a unified kernel image; 0 is its first one */
	bool usable;		/* may be chosen */
	bool unlisted;	/* a whole kernel that the loader's menu does not name: only
			   without a command line is it not usable */
	bool is_broken; /* a file is missing or damaged: the loader cannot boot it either
			 */
	bool version_is_claim; /* @version comes from a name, for the image does not tell:
				  to be confirmed when the contents are read */
	char *why;	       /* why not usable, or why (not) chosen: words for --list */
};
#define ENTRY_EMPTY                   \
	{                             \
		.initrds = STRV_EMPTY \
	}

enum boot_loader {
	LOADER_NONE,
	LOADER_GRUB,
	LOADER_BLS, /* systemd-boot: the boot loader specification, type 1 and 2 */
	LOADER_EXTLINUX,
	LOADER_OTHER,
	LOADER_FIRMWARE /* none: BootOrder names a kernel */
};

struct entry_list {
	struct entry *items;
	size_t count;
	enum boot_loader loader; /* whose menu it is */
	char *loader_file;	 /* where, e.g. /boot/grub/grub.cfg; NULL if none */
	char *loader_reason;	 /* why it is this machine's, in words; NULL: no loader */
	struct strv others;   /* of other loaders found here, each in words; never chosen
				 from */
	char *not_understood; /* why its next entry is not known with certainty; NULL: it
				 is (or no loader) */
	char *default_reason; /* what makes one of them the default, in words, e.g. "the
				 first entry" */
	char *one_shot; /* a request for one boot, in words: only the loader clears it, so
			   it is not armed. NULL: none */
};
#define ENTRY_LIST_EMPTY             \
	{                            \
		.others = STRV_EMPTY \
	}

const char *entry_source_name(enum entry_source source);

/* "GRUB", "systemd-boot" …; "the boot loader" for one that we do not read. */
const char *boot_loader_name(enum boot_loader loader);

void entry_done(struct entry *entry);
void entry_list_done(struct entry_list *list);

/* Moves *@entry into the list (also on failure it is released). Returns 0 or -ENOMEM. */
_must_check_ int entry_list_take(struct entry_list *list, struct entry *entry);

/*
 * The entry that is called @name: by its id, a position as "1>2", or its title, in this
 * order; of the boot loader specification also without case and suffix. Returns 1 and
 * *ret, which points into the list; 0 if there is none; or -EEXIST if several are called
 * so.
 */
_must_check_ int entry_list_find(struct entry_list *list, const char *name,
				 struct entry **ret);

/*
 * What the file tells about @entry, whose kernel it is: version, build, and why it cannot
 * be booted; also if the release that its name claims is another one. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int entry_take_image(struct entry *entry, const struct image *image);

#endif
