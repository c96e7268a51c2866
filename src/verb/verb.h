/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verbs: each takes the context and returns an exit status (enum status). */
#ifndef VERB_VERB_H
#define VERB_VERB_H

#include "ctx.h"
#include "guard/guard.h"
#include "keep/state.h"

int verb_arm(const struct ctx *ctx);
int verb_disarm(const struct ctx *ctx);
int verb_status(const struct ctx *ctx);
int verb_list(const struct ctx *ctx);
int verb_inspect(const struct ctx *ctx);
int verb_hook(const struct ctx *ctx);

/* Will --hook look at what lies in /boot? Only then it may be worth a mount. */
bool hook_needs_boot(const struct ctx *ctx);

/* --- What several verbs share ----------------------------------------------- */

/*
 * The main line (design.md section 3): plan, guards, verify, load, keep in step, record.
 * Loads anew whatever is loaded. When it comes to nothing, whatever we had loaded is
 * unloaded. The caller holds the lock. By hand it also lifts --disarm and forgets failed
 * attempts, once no guard objects.
 * @exclude: a version that is being removed, or NULL. Says what happened.
 */
int arm(const struct ctx *ctx, enum guard_moment moment, const char *exclude);

/* Takes our own image away and forgets it; @why goes to the record that status reads.
 * Returns 0 or -errno. */
int arm_undo(const struct ctx *ctx, const char *why);

/* Takes back what --disarm left behind in this boot: its mark, the one-shot switches that
 * it made, the settings that it switched off. Returns 0 or -errno, and has said it. */
_must_check_ int disarm_lift(const struct ctx *ctx);

/* Takes back the consent that the stop has given, and its attempt. True: there was one.
 */
bool consent_withdraw(const struct ctx *ctx);

/* Does another program's image lie in the kernel, or ours? */
struct loaded {
	bool loaded, ours;
	bool unclear; /* neither: there is a record of ours, and it cannot be read */
	struct state state; /* if ours */
};
_must_check_ int loaded_read(const struct ctx *ctx, struct loaded *ret);

/* Is something loaded, and is it known to be ours? */
bool loaded_is_ours(const struct ctx *ctx);
void loaded_done(struct loaded *loaded);

/* @ctx, with --force if what is loaded was armed with it: that holds for as long as it
 * is. @options is memory for it. */
struct ctx ctx_as_armed(const struct ctx *ctx, const struct loaded *now,
			struct options *options);

/* What a hook does, and the service's start with arm_at_boot: arms if what boots next
 * asks for it. */
int arm_if_needed(const struct ctx *ctx, const char *exclude);

/* The service's verbs of `--hook`: service-start, service-stop, service-good; and the
 * gate. */
int service_start(const struct ctx *ctx);
int service_stop(const struct ctx *ctx);
int service_good(const struct ctx *ctx);
int gate(const struct ctx *ctx);

/* The package's own removal: takes back all that was done outside of the package's files.
 */
int package_remove(const struct ctx *ctx);

/* Keeps the last decision for status. Failure is not told: it changes nothing. */
void outcome_note(const struct ctx *ctx, bool armed, const char *version,
		  const char *reason);

/* Is @reason what the last decision was told with already? */
bool outcome_is_last(const struct ctx *ctx, const char *reason);

/* A veto in one line: what, what to do. */
void veto_say(const struct finding *veto, int level);

#endif
