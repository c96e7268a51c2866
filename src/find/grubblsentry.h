/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry of blscfg: the text of its file, and the item that GRUB makes of it. The inner
 * side of grubbls.c; nobody else includes this.
 */
#ifndef FIND_GRUBBLSENTRY_H
#define FIND_GRUBBLSENTRY_H

#include "find/grubrun.h"

/*
 * There are two commands of that name, which read the same files: Fedora's, which is
 * older (grub-core/commands/blscfg.c there), and the one of GRUB 2.14 (blsuki.c).
 */
enum grubbls_kind { GRUBBLS_FEDORA, GRUBBLS_UPSTREAM };

struct grubblsentry {
	enum grubbls_kind kind;
	char *name; /* of the file */
	char *id;   /* the same without ".conf" */
	char *text;
	struct strv keys, values;
	bool is_double; /* another one has the same place in the order */
};
void grubblsentry_done(struct grubblsentry *entry);

/* Makes keys and values of @entry's text, which is changed. Returns 0 or -ENOMEM. */
_must_check_ int grubblsentry_read(struct grubblsentry *entry);

/* The value of @key, the @n-th one; NULL if there are not so many. */
const char *grubblsentry_get(const struct grubblsentry *entry, const char *key, size_t n);

/* Adds what GRUB makes of @entry, which lies in @dir on @device, to the menu. Returns 0,
 * also for one that GRUB leaves out, or -errno. */
_must_check_ int grubblsentry_add(struct grubrun *run, const struct grubblsentry *entry,
				  const char *device, const char *dir);

#endif
