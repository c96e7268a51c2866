/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What several rows look at: the names of the UEFI variables, listed once, so that a
 * machine on which nothing is pending costs one directory and no file.
 */
#ifndef GUARD_FIRMWARE_H
#define GUARD_FIRMWARE_H

#include "base/efivar.h"
#include "ctx.h"

/* Whose variables, besides those of efivar.h: fwupd (its plugin uefi-capsule), and
 * systemd's own (systemd-hibernate-resume(8)). */
#define EFIVAR_FWUPD "0abba7dc-e516-4167-bbf5-4d9d1c739416"
#define EFIVAR_SYSTEMD "8cf2644b-4b0b-428f-9387-6d876050dc67"

/* Where distributions mount the EFI system partition. */
extern const char *const firmware_esp_places[];

struct firmware {
	bool uefi;	   /* booted by it; else there are no variables */
	int r;		   /* 0, or why the names are not known */
	struct strv names; /* NAME-GUID, sorted */
};

/* -ENOMEM, or 0: what could not be read is told in @ret->r. */
_must_check_ int firmware_look(const struct ctx *ctx, struct firmware *ret);
void firmware_done(struct firmware *firmware);

/* Is there such a variable? Not known counts as no: see @firmware->r first. */
bool firmware_has(const struct firmware *firmware, const char *name, const char *guid);

#endif
