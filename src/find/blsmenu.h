/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-boot's menu while it is put together: what bls.c, blstype1.c, blstype2.c and
 * blsdefault.c share.
 *
 * The rule for all of them: an entry that systemd-boot might show is in the menu, in its
 * place, if need be one that may not be chosen. So the default is never taken from below
 * an entry that was overlooked.
 */
#ifndef FIND_BLSMENU_H
#define FIND_BLSMENU_H

#include "ctx.h"
#include "find/blsname.h"
#include "find/blsorder.h"
#include "find/entry.h"

#define BLS_NAMES_MAX 4096 /* in one directory of a boot partition */

struct bls_item {
	struct entry entry;
	struct blsname name;
	char *sort_key, *machine_id, *version; /* what it is sorted by; NULL: none */
	size_t position;		       /* in the order in which it was found */
	bool hidden;			       /* systemd-boot does not show it */
};

struct bls_menu {
	const struct ctx *ctx;
	struct entry_list *list; /* where doubts go */
	struct bls_item *items;
	size_t count;
	char *loader_info;    /* "systemd-boot 257.13-1"; NULL: it did not say */
	unsigned version;     /* of systemd-boot; 0: not known */
	bool is_running;      /* systemd-boot started this machine */
	bool secure_boot;     /* the firmware enforces signatures */
	bool smbios_words;    /* the firmware's tables add words or entries */
	bool not_visible;     /* something is for root's eyes only */
	const char *efi_arch; /* as UEFI calls it, NULL: not known; never freed */
	char *machine_id;     /* of this system; NULL: not known */
};

/* A new one at the end, named @file (which goes on to be the caller's); NULL when out of
 * memory. It lives until the next one is added. */
struct bls_item *bls_menu_add(struct bls_menu *menu, const char *dir, const char *file,
			      struct blsname *name);
void bls_menu_done(struct bls_menu *menu);

/* What does not depend on the entries: loader_info to machine_id. Returns 0 or -ENOMEM.
 */
_must_check_ int bls_menu_look_around(struct bls_menu *menu);

/* Sorts as systemd-boot does, hidden entries last. */
void bls_menu_sort(struct bls_menu *menu);

/* What an entry is sorted by. */
struct blsorder bls_item_order(const struct bls_item *item);

/*
 * root_list() of a directory that need not be there. What an ordinary user may not see is
 * left out: *menu is told. Returns 0, or -ENOMEM; other failures are a doubt.
 */
_must_check_ int bls_menu_list(struct bls_menu *menu, const char *dir, struct strv *ret);

/* Reads loader/entries (type 1), and EFI/Linux (type 2, unified kernel images) of the
 * partition that is mounted at @partition. Returns 0 or -ENOMEM. */
_must_check_ int blstype1_read(struct bls_menu *menu, const char *partition);
_must_check_ int blstype2_read(struct bls_menu *menu, const char *partition);

/* One image, in whatever folder. It adds nothing if the name is none of a UKI's, and
 * tells the list if the file cannot be read. */
_must_check_ int blstype2_read_one(struct bls_menu *menu, const char *partition,
				   const char *dir, const char *file);

/* Which of the sorted entries boots next. @esp: where the ESP is mounted. Returns 0 or
 * -ENOMEM. */
_must_check_ int blsdefault_set(struct bls_menu *menu, const char *esp);

/*
 * A path that an entry names, as we see it: "/efi" + "\\EFI\\x//y" is "/efi/EFI/x/y".
 * Returns 0, -EINVAL if it has "..", or -ENOMEM. The caller frees *ret.
 */
_must_check_ int bls_path(const char *partition, const char *path, char **ret);

#endif
