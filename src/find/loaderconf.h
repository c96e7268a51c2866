/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * systemd-boot's loader/loader.conf: which entry it picks, and whether by itself. Pure.
 * The format is that of loader.conf(5), its lines as in blsentry.h. What does not change
 * which entry boots is not read.
 */
#ifndef FIND_LOADERCONF_H
#define FIND_LOADERCONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

#define LOADERCONF_MAX_SIZE ((size_t)64 * 1024)

/* As timeout: the menu stays until somebody chooses. The number means the same, here and
 * in the EFI variable (TIMEOUT_MENU_FORCE in src/boot/boot.c of systemd). */
#define LOADERCONF_WAITS "menu-force"
#define LOADERCONF_WAITS_NUMBER "4294967295"

/* Patterns; NULL: not set. Owned; loaderconf_done(). */
struct loaderconf {
	char *default_pattern;
	unsigned default_line;
	char *preferred; /* systemd 260: as default, but passes over entries that fail */
	unsigned preferred_line;
	unsigned waits_line; /* where the timeout becomes LOADERCONF_WAITS; 0: it does not
			      */
	bool depends; /* one stands in single quotes: systemd-boot takes them off since
			 253 */
};
#define LOADERCONF_EMPTY                \
	{                               \
		.default_pattern = NULL \
	}

/* Reads @len bytes. Returns 0, -EBADMSG for a NUL, -E2BIG above the limit, or -ENOMEM.
 * On failure *@ret is empty. */
_must_check_ int loaderconf_parse(const char *text, size_t len, struct loaderconf *ret);
void loaderconf_done(struct loaderconf *conf);

#endif
