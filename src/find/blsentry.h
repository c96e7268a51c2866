/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An entry of the boot loader specification, type 1: one file of loader/entries. Pure.
 *
 * The format is that of UAPI.1 (https://uapi-group.org/specifications/specs/
 * boot_loader_specification/), and where that leaves something open, what systemd-boot
 * does: lines end at LF or CR, blanks around them mean nothing, "#" starts a comment only
 * as a line's first character, a key ends at the first blank, a key without a value is no
 * line at all, and of two lines the later one counts, except for "initrd" and "options",
 * of which there may be several. Keys that are not known mean nothing.
 */
#ifndef FIND_BLSENTRY_H
#define FIND_BLSENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "base/util.h"

#define BLSENTRY_MAX_SIZE ((size_t)64 * 1024)
#define BLSENTRY_MAX_VALUES 256 /* of initrd, and of options */

/* All values as written, NULL where the entry has none. Owned; blsentry_done(). */
struct blsentry {
	char *id; /* the caller's to set */
	char *title, *version, *machine_id, *sort_key, *architecture;
	char *kernel; /* key "linux" (a word that gcc replaces by 1) */
	char *efi, *uki, *uki_url, *profile;
	char *devicetree, *devicetree_overlay;
	struct strv initrds, options;
	struct strv extras; /* key "extra": companion files */
	bool is_utf8;
};
#define BLSENTRY_EMPTY                                                             \
	{                                                                          \
		.initrds = STRV_EMPTY, .options = STRV_EMPTY, .extras = STRV_EMPTY \
	}
#define _cleanup_blsentry_ _cleanup_(blsentry_done)

/*
 * Reads @len bytes. Returns 0; -EBADMSG for a NUL; -E2BIG above the limits; or -ENOMEM.
 * On failure *@ret is empty.
 */
_must_check_ int blsentry_parse(const char *text, size_t len, struct blsentry *ret);
void blsentry_done(struct blsentry *entry);

/*
 * Takes the quotes off values that stand in them as a whole, as systemd-boot does: every
 * version double quotes, since 253 single ones too. GRUB takes none off. Returns true if
 * the result depends on who reads.
 */
bool blsentry_unquote(struct blsentry *entry);

/* Is it UTF-8 (RFC 3629) as a whole? */
bool blsentry_is_utf8(const char *s);

#endif
