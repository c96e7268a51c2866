/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Names of entries as systemd-boot takes them: boot counters in file names, and patterns
 * that pick a default. Pure.
 */
#ifndef FIND_BLSNAME_H
#define FIND_BLSNAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/macro.h"

/*
 * "arch+3-1.conf": three tries left, one done, and the id is "arch.conf" (UAPI.1, "Boot
 * counting"). The last "+" counts; a name in which anything but two decimal numbers
 * stands between it and the suffix has no counters.
 */
struct blsname {
	char *id; /* the name without counters; owned */
	bool counts;
	unsigned left, done; /* 0 if it does not count */
};

/* @suffix: ".conf" or ".efi", in either case. Returns 1; 0 if @file does not end so, is
 * hidden (".…") or takes a name that the loader keeps for itself ("auto-…"); or -ENOMEM.
 */
_must_check_ int blsname_read(const char *file, const char *suffix, struct blsname *ret);

/*
 * Does systemd-boot's pattern match the id? Case does not count (of ASCII letters), "*",
 * "?" and "[a-z]" do, a backslash takes the next character as it is, and nothing else is
 * special: loader.conf(5).
 */
bool blsname_matches(const char *pattern, const char *id);

#endif
