/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What `extlinux --once` leaves behind: the auxiliary data vector (ADV), the last 1024
 * bytes of ldlinux.sys, twice the same 512 (libinstaller/advio.c, setadv.c of SYSLINUX).
 * Pure.
 */
#ifndef FIND_EXTLINUXADV_H
#define FIND_EXTLINUXADV_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define EXTLINUX_ADV_BYTES 1024

enum extlinux_tag { ADV_END = 0, ADV_BOOT_ONCE = 1, ADV_MENU_SAVE = 2 };

/*
 * The value of @tag: returns 1 and *ret, which the caller frees; 0 if there is none;
 * -EBADMSG if neither of the two is a whole vector; or -ENOMEM.
 */
_must_check_ int extlinuxadv_get(const uint8_t adv[EXTLINUX_ADV_BYTES],
				 enum extlinux_tag tag, char **ret);

#endif
