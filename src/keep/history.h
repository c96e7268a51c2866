/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * How the last warm reboots went (design: boot assessment). The attempt is written before
 * the jump; the next start of the service compares; "good" comes later. Boot ids and the
 * order in the file decide, never a clock.
 */
#ifndef KEEP_HISTORY_H
#define KEEP_HISTORY_H

#include <stdbool.h>

#include "ctx.h"
#include "keep/state.h"

#define HISTORY_MAX 50 /* the newest are kept */

enum boot_result { RESULT_GOOD, RESULT_FAILED, RESULT_SKIPPED };
enum booted_by { BOOTED_UNKNOWN, BOOTED_FIRMWARE, BOOTED_KEXEC };

struct history_item {
	char *at, *version, *build, *why; /* RFC 3339; uname -r; uname -v; words or "" */
	char *from; /* the boot id of an attempt: none is counted twice */
	enum boot_result result;
	double seconds; /* from the jump to the service's start; 0: not known */
	bool cleared;	/* --arm by hand since: no longer held against the version */
};

struct history {
	struct history_item items[HISTORY_MAX]; /* oldest first */
	size_t count;
};

/* A missing or unknown file is an empty history. Returns 0 or a negative errno. */
_must_check_ int history_read(const struct ctx *ctx, struct history *ret);
void history_done(struct history *history);
const char *boot_result_name(enum boot_result result);

/* How this boot came about: x86 /proc/sys/kernel/bootloader_type is 0xd0 after a kexec
 * (0x0d << 4, arch/x86/kernel/kexec-bzimage64.c); device tree:
 * chosen/linux,booted-from-kexec, in /proc/device-tree or, with ACPI, in
 * /sys/firmware/fdt (readable by root only). */
enum booted_by history_booted_by(const struct ctx *ctx);

/* The same, with a negative errno where the machine would tell, but could not be asked.
 */
_must_check_ int booted_by_ask(const struct ctx *ctx);

/* Before the jump. Failure means: do not jump. */
_must_check_ int history_attempt(const struct ctx *ctx, const struct state *state);

/* The jump that this boot was about to make is not made: no attempt that could fail. */
void history_withdraw(const struct ctx *ctx);

/* The service's start: what became of the last attempt. Says it. Returns 0 or a negative
 * errno. */
int history_confirm(const struct ctx *ctx);

/* The boot that came up is good: good_after has passed, or it is shut down in good order.
 */
int history_good(const struct ctx *ctx);

/* A reboot that was armed and went through the firmware on purpose: kept with its reason.
 */
int history_skipped(const struct ctx *ctx, const char *version, const char *why);

/* --arm by hand: earlier failures no longer count. */
int history_clear(const struct ctx *ctx);

/* Is there an attempt of an earlier boot that the service's start could not judge, with a
 * full disk, say? 1, 0, or a negative errno. */
_must_check_ int history_unjudged(const struct ctx *ctx);

/* Is @version (NULL: any) of @build (as uname -v; NULL or "": not known) held back by
 * failed attempts? One that was built anew since is not, unless too many failed. 1 with
 * words, 0, or a negative errno. */
_must_check_ int history_blocks(const struct ctx *ctx, const char *version,
				const char *build, char **ret_words);

#endif
