/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is known of this machine over its boots: warm reboots in a row, and whether a
 * trial was good here. */
#ifndef KEEP_MACHINE_H
#define KEEP_MACHINE_H

#include "ctx.h"

/* Counts this boot, once: one more warm reboot in a row, or none after the firmware. 0 or
 * a negative errno. */
_must_check_ int machine_count_boot(const struct ctx *ctx, const char *boot_id);

/* How many warm reboots led to this boot, one after the other; 0 after the firmware. Or a
 * negative errno; -ENODATA: this boot was not counted. */
_must_check_ int machine_chain(const struct ctx *ctx);

/* A warm reboot that was armed by hand was good on this machine (DMI product, firmware
 * version). */
_must_check_ int machine_trial_was_good(const struct ctx *ctx);

/* Was there one? 1, 0, or a negative errno. */
_must_check_ int machine_trial_good(const struct ctx *ctx);

#endif
