/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reasons not to: one table, each row a name, a finding, and what to do about it. */
#ifndef GUARD_GUARD_H
#define GUARD_GUARD_H

#include <stdbool.h>

#include "ctx.h"

enum verdict { VERDICT_OK, VERDICT_WARN, VERDICT_VETO, VERDICT_UNKNOWN };

enum guard_moment {
	MOMENT_STATUS, /* only looking: nothing is a veto because of who asks */
	MOMENT_ARM,    /* by hand */
	MOMENT_HOOK,   /* a hook or the service's start would load */
	MOMENT_REBOOT, /* the stop while rebooting */
};

/* A row's answer. What it found is in words, without the file's or the machine's name
 * repeated. */
struct finding {
	const char *name; /* the row's */
	enum verdict verdict;
	bool policy;	    /* --force overrides it */
	bool vetoes;	    /* a veto, or unknown where a load would take it for one */
	char *found;	    /* never NULL after guards_run */
	const char *remedy; /* what to do; NULL when VERDICT_OK */
};

#define GUARDS_MAX 48
struct findings {
	struct finding items[GUARDS_MAX];
	size_t count;
};

/* Facts that a guard needs and that are not the guards' own to find out. NULL/false: not
 * known, or none. */
struct guard_facts {
	const char *version; /* that is to be armed */
	const char *build;   /* of it: uname -v */
	bool loaded;	     /* /sys/kernel/kexec_loaded */
	bool ours;	     /* and our record of this boot says that we did it */
	bool unclear;	     /* that record is there, and cannot be read */
	const char *cmdline; /* that goes with @version */
};

/*
 * Runs every row, in the table's order; nothing is skipped, so that status can show all.
 * The configuration's guards = { NAME = "veto"|"warn" } is applied, and VERDICT_UNKNOWN
 * becomes a veto at MOMENT_ARM/HOOK/REBOOT unless the row says warn. Returns 0 or
 * -ENOMEM.
 */
_must_check_ int guards_run(const struct ctx *ctx, enum guard_moment moment,
			    const struct guard_facts *facts, struct findings *ret);
void guards_done(struct findings *findings);

/* The first that vetoes, or NULL. With @force policy rows do not count. */
const struct finding *guards_veto(const struct findings *findings, bool force);

const char *verdict_name(enum verdict verdict);

#endif
