// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The service, with the meaning of the classic kexec init script. Start: this boot may be
 * armed, and what became of the last attempt. Stop while rebooting: the decision again,
 * while /boot is still mounted; its last act is the consent (RUN_GO) without which the
 * gate goes through the firmware. Stop otherwise: "Not rebooting, so disarming".
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "keep/firmware_time.h"
#include "keep/foreign.h"
#include "keep/history.h"
#include "keep/leftover.h"
#include "keep/lock.h"
#include "keep/runfiles.h"
#include "keep/step.h"
#include "keep/token.h"
#include "load/load.h"
#include "verb/stopping.h"
#include "verb/verb.h"

#define GOOD_TRIES 10		  /* of LOCK_WAIT_MS each */
#define NEXT_ROOT "/run/nextroot" /* systemd-soft-reboot.service(8) */
#define RUN_STARTED \
	RUN_DIR "/started" /* this boot was confirmed: a second start is a restart */

/* One-shot switches of other loaders: used up by the boot through the firmware that they
 * asked for. */
static void remove_switches(const struct ctx *ctx)
{
	static const char *const paths[] = { "/nokexec", "/no-kexec-reboot" };

	if (history_booted_by(ctx) == BOOTED_KEXEC)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (root_unlink(ctx->root, paths[i]) == 0)
			log_notice(
				"removed '%s': it was for the boot that has just happened",
				paths[i]);
}

static int confirm_boot(const struct ctx *ctx)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_envfile_ struct envfile started = ENVFILE_EMPTY;
	int r = record_read_of_boot(ctx, RUN_STARTED, &started);

	if (r != 0)
		return r < 0 ? r : 0;
	leftover_remove(ctx);
	remove_switches(ctx);
	r = history_confirm(ctx);
	if (r < 0)
		return r;
	if (firmware_time_note(ctx) < 0)
		log_debug("the firmware's time cannot be kept");
	r = record_begin(ctx, &record, true);
	return r < 0 ? r : record_commit(ctx, &record, RUN_STARTED);
}

/* A script that is run in a chroot: the machine's own service is another one, and /run
 * may be the machine's. */
static bool is_in_chroot(const struct ctx *ctx)
{
	if (ctx->sys->in_root_of_init() != 0)
		return false;
	log_info("in a chroot: the machine's own service is left alone");
	return true;
}

int service_start(const struct ctx *ctx)
{
	_cleanup_close_ int lock = -1;
	int r;

	if (is_in_chroot(ctx))
		return STATUS_DONE;
	lock = lock_take(ctx);
	if (lock < 0)
		return log_error_errno(lock, "cannot get the lock '%s'", RUN_LOCK),
		       STATUS_FAILED;
	/* What a stop agreed to, for a reboot that did not come. */
	(void)consent_withdraw(ctx);
	r = confirm_boot(ctx);
	if (r < 0)
		log_error_errno(r, "cannot tell how the last warm reboot went");
	r = token_write(ctx);
	if (r < 0)
		return log_error_errno(r, "cannot write '%s': nothing will be armed",
				       RUN_BOOT),
		       STATUS_FAILED;
	/* What was kept in step with an image of another boot is its owner's again, or
	 * another program would load that one for ever. */
	if (!ctx->config->enabled)
		(void)keep_let_go(ctx);
	else if (!loaded_is_ours(ctx))
		(void)keep_step_no_more(ctx);
	if (!ctx->config->arm_at_boot)
		return STATUS_DONE;
	do
		r = arm_if_needed(ctx, NULL);
	while (lock_let_go(ctx, lock));
	return r;
}

int service_good(const struct ctx *ctx)
{
	_cleanup_close_ int lock = -EBUSY;
	int64_t wait = ctx->config->good_after;
	int r;

	/* Slept here and not in a timer, so that the configuration decides and every init
	 * can do it. */
	for (; wait > 0; wait -= 60)
		ctx->sys->sleep_ms((unsigned)(wait < 60 ? wait : 60) * 1000);
	/* Others write the history, too. Nobody is turned away by so short a hold. */
	for (int i = 0; i < GOOD_TRIES && lock == -EBUSY; i++)
		lock = lock_take(ctx);
	r = lock < 0 ? lock : history_good(ctx);
	return r < 0 ? (log_error_errno(r, "cannot record that this boot is good"),
			STATUS_FAILED)
		     : STATUS_DONE;
}

static int check_by_hand(const struct ctx *ctx, const struct state *state, char **ret_why)
{
	_cleanup_(guards_done) struct findings findings = { .count = 0 };
	struct guard_facts facts = { .version = state->version,
				     .build = state->build,
				     .cmdline = state->cmdline,
				     .loaded = true,
				     .ours = true };
	const struct finding *veto;
	int r = state_files_unchanged(ctx, state, ret_why);

	if (r <= 0)
		return r;
	r = guards_run(ctx, MOMENT_REBOOT, &facts, &findings);
	if (r < 0)
		return r;
	veto = guards_veto(&findings, state->forced);
	if (!veto)
		return 1;
	*ret_why = strf("%s", veto->found);
	return *ret_why ? 0 : -ENOMEM;
}

/* Debian's script loads nothing where something is loaded; the others do. */
static bool may_be_replaced(const struct ctx *ctx, const struct stopping *stopping)
{
	return stopping->loaders.count > 0 || foreign_late_enabled(ctx) ||
	       foreign_gentoo_enabled(ctx);
}

/* Guards and plan once more. 1: what is loaded is right; 0: load anew; or a negative
 * errno with *@ret_why. */
static int still_right(const struct ctx *ctx, const struct state *state,
		       const struct stopping *stopping, char **ret_why)
{
	_cleanup_(plan_done) struct plan plan = PLAN_EMPTY;
	const char *other = NULL;
	int r = check_by_hand(ctx, state, ret_why);

	if (r < 0)
		return r;
	if (state->by_hand && r && may_be_replaced(ctx, stopping)) {
		*ret_why = strf("another program may have loaded its kernel in place of "
				"what was armed by hand");
		return -EPERM;
	}
	if (state->by_hand)
		return r ? 1 : -EPERM;
	if (r == 0) {
		/* Changed files are loaded anew, a veto unloads: arm() finds out which,
		 * and says it. */
		return 0;
	}
	if (other_loader_enabled(ctx, &other) || stopping->loaders.count > 0) {
		*ret_why = strf("%s may have loaded another kernel",
				str_or(other, "another service"));
		return 0;
	}
	r = plan_derive(ctx, NULL, &plan);
	if (r < 0)
		return r;
	if (r == 0)
		return 0;
	return state_is_fresh(ctx, state, &plan, true, ret_why);
}

/* Whichever way the machine goes from here, this boot ended in good order. */
static int note_good(const struct ctx *ctx)
{
	int r = history_good(ctx);

	return r < 0 ? log_error_errno(r, "cannot record that this boot is good") : 0;
}

static int give_consent(const struct ctx *ctx)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	char fingerprint[17];
	int r = loaded_read(ctx, &now);

	if (r < 0)
		return r;
	if (!now.ours)
		return -ENOENT;
	r = note_good(ctx); /* or the attempt that follows would hide it */
	if (r < 0)
		return r;
	r = history_attempt(ctx, &now.state);
	if (r < 0)
		return log_error_errno(r, "the attempt cannot be recorded in '%s'",
				       STATE_ATTEMPT);
	state_fingerprint(&now.state, fingerprint);
	r = record_begin(ctx, &record, true);
	if (r < 0)
		return r;
	envfile_put(record.f, "FINGERPRINT", fingerprint);
	r = record_commit(ctx, &record, RUN_GO);
	if (r < 0)
		return log_error_errno(r, "cannot write '%s'", RUN_GO);
	log_event(LOG_NOTICE, EVENT_JUMP,
		  LOG_FIELDS({ "WARMBOOT_KERNEL", now.state.version }),
		  "rebooting into %s without the firmware", now.state.version);
	return 0;
}

static void note_skipped(const struct ctx *ctx, const char *version, const char *why)
{
	if (history_skipped(ctx, version, why) < 0)
		log_debug("%s cannot be written", STATE_HISTORY);
}

static void through_firmware(const struct ctx *ctx, const char *version, const char *why)
{
	log_event(LOG_WARNING, EVENT_SKIPPED,
		  LOG_FIELDS({ "WARMBOOT_KERNEL", version }, { "WARMBOOT_REASON", why }),
		  "this reboot goes through the firmware: %s", why);
	(void)arm_undo(ctx, why);
	note_skipped(ctx, version, why);
}

/* What a human armed stays a human's: the trial of require_trial is one by hand. */
static bool renew(const struct ctx *ctx, const struct state *state, const char *why)
{
	struct ctx again = *ctx;

	if (streq(state->by, "manual"))
		again.by = state->by;
	if (why)
		log_notice("%s: deciding anew", why);
	if (arm(&again, MOMENT_REBOOT, NULL) == STATUS_DONE)
		return true;
	note_skipped(ctx, state->version, why ? why : "refused at the reboot");
	return false;
}

/* Somebody was turned away, and what he knew is not known here: loading anew finds it
 * out, but not what a human chose. */
static int not_known_any_more(const struct state *state, char **ret_why)
{
	if (!state->by_hand)
		return 0;
	*ret_why = strf("another run was turned away, and may have known better than "
			"what was armed by hand");
	return *ret_why ? -EBUSY : -ENOMEM;
}

static void stop_rebooting(const struct ctx *ctx, const struct stopping *stopping)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_free_ char *why = NULL;
	struct options options;
	struct ctx as_armed;
	int r = loaded_read(ctx, &now);

	if (r < 0 || !now.loaded)
		return;
	if (!now.ours) {
		log_notice(now.unclear ? "the record of what is loaded cannot be read: "
					 "this reboot goes through the firmware"
				       : "another program's kernel is loaded: it is left "
					 "alone");
		return;
	}
	/* Also before what we loaded is taken away: with it systemd has chosen kexec, and
	 * would jump into theirs. If it cannot be done, the record stays for the gate. */
	if (stopping_cancel_loaders(ctx, stopping) < 0) {
		note_skipped(ctx, now.state.version,
			     "another program would have loaded a kernel of its own");
		return;
	}
	if (ctx->config->is_refused) {
		through_firmware(ctx, now.state.version,
				 "the configuration cannot be used");
		return;
	}
	as_armed = ctx_as_armed(ctx, &now, &options);
	r = still_right(&as_armed, &now.state, stopping, &why);
	if (lock_again(ctx) && r == 1)
		r = not_known_any_more(&now.state, &why);
	if (r < 0) {
		through_firmware(ctx, now.state.version, why ? why : strerror(-r));
		return;
	}
	if (r == 0 && !renew(&as_armed, &now.state, why))
		return;
	if (give_consent(ctx) < 0)
		through_firmware(ctx, now.state.version,
				 "the attempt could not be recorded");
}

static void stop_not_rebooting(const struct ctx *ctx, const char *what)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };

	if (loaded_read(ctx, &now) == 0 && now.ours) {
		log_notice("%s, so disarming", what);
		(void)arm_undo(ctx, "the service was stopped");
	}
}

static int remove_token(const struct ctx *ctx)
{
	int r = token_remove(ctx);

	return r < 0 ? log_error_errno(r, "cannot remove '%s'", RUN_BOOT) : 0;
}

int service_stop(const struct ctx *ctx)
{
	_cleanup_close_ int lock = -1;
	_cleanup_(stopping_done) struct stopping stopping = STOPPING_EMPTY;
	enum why_stopped why;
	int known;

	if (is_in_chroot(ctx))
		return STATUS_DONE;
	lock = lock_take(ctx);
	known = stopping_read(ctx, &stopping);
	why = stopping.why;
	if (why == STOPPED_SOFT_REBOOT && !root_exists(ctx->root, NEXT_ROOT))
		return STATUS_DONE;
	(void)consent_withdraw(ctx);
	if (known < 0)
		return log_error_errno(known, "cannot tell why it is stopped"),
		       STATUS_FAILED;
	if (why != STOPPED_NOT_REBOOTING)
		(void)note_good(ctx);
	if (lock < 0) {
		/* No consent: the gate goes through the firmware. And without the token
		 * whoever has the lock takes away what it loads, when it looks again. */
		log_error_errno(lock, "cannot get the lock '%s'", RUN_LOCK);
		(void)remove_token(ctx);
		return STATUS_FAILED;
	}
	if (why == STOPPED_REBOOTING)
		stop_rebooting(ctx, &stopping);
	else if (why == STOPPED_SOFT_REBOOT)
		/* In there may be no gate, and another idea of what boots next. */
		stop_not_rebooting(ctx, "Another root file system comes next");
	else
		stop_not_rebooting(ctx, "Not rebooting");
	if (why == STOPPED_NOT_REBOOTING)
		(void)keep_let_go(ctx);
	(void)remove_token(ctx);
	/* Who is turned away from here on has nobody left to look again. */
	while (lock_let_go(ctx, lock))
		if (consent_withdraw(ctx))
			log_notice("another run came too late: this reboot goes through "
				   "the firmware");
	return STATUS_DONE;
}
