// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The main line on one page: arm(). Whatever does not come to its end here leaves nothing
 * of ours loaded, so that the machine reboots as always.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "keep/foreign.h"
#include "keep/history.h"
#include "keep/lock.h"
#include "keep/runfiles.h"
#include "keep/step.h"
#include "load/load.h"
#include "verb/verb.h"

#define CHANGED_TRIES 3 /* files that change while they are being loaded */

int arm_undo(const struct ctx *ctx, const char *why)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	int r = loaded_read(ctx, &now);

	if (r < 0)
		return r;
	outcome_note(ctx, false, NULL, why);
	(void)consent_withdraw(ctx);
	if (now.loaded && !now.ours)
		return 0;
	if (now.loaded) {
		/* The record of a load that failed is not of what it left loaded. */
		const char *version = now.state.loading ? NULL : now.state.version;

		r = load_unload(ctx);
		if (r < 0)
			return r;
		log_event(LOG_NOTICE, EVENT_UNLOADED,
			  LOG_FIELDS({ "WARMBOOT_KERNEL", version },
				     { "WARMBOOT_REASON", why }),
			  "unloaded %s: the next reboot goes through the firmware",
			  str_or(version, "the older image"));
	}
	r = state_remove(ctx);
	return r < 0 ? log_error_errno(r, "cannot remove '%s'", RUN_ARMED) : 0;
}

/* Findings which say that this is not the machine's own root: then what is loaded is not
 * ours to unload. */
static bool is_elsewhere(const struct finding *veto)
{
	static const char *const names[] = { "root", "container", "chroot", "image-build",
					     "boot-token" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(veto->name, names[i]))
			return true;
	return false;
}

/* apt calls after every run of dpkg: the same sentence is news only once. */
static int level_for(const struct ctx *ctx, int level, const char *reason)
{
	return streq(ctx->by, "apt-post-invoke") && outcome_is_last(ctx, reason)
		       ? LOG_INFO
		       : level;
}

/* What we refuse, another program must not load in its own way at the shutdown. */
static void silence_others(const struct ctx *ctx)
{
	const char *name = NULL;
	int r;

	if (!other_loader_enabled(ctx, &name))
		return;
	r = keep_off(ctx);
	if (r < 0)
		log_error_errno(
			r, "cannot switch off %s, which would load a kernel of its own",
			name);
}

static int refuse(const struct ctx *ctx, enum guard_moment moment,
		  const struct finding *veto)
{
	int level = moment == MOMENT_ARM ? LOG_ERR : LOG_NOTICE;

	if (is_elsewhere(veto)) {
		veto_say(veto, moment == MOMENT_ARM ? LOG_ERR : LOG_INFO);
		return STATUS_REFUSED;
	}
	veto_say(veto, level_for(ctx, level, veto->found));
	if (!streq(veto->name, "enabled"))
		silence_others(ctx);
	else
		(void)keep_let_go(ctx); /* says itself what it could not change */
	return arm_undo(ctx, veto->found) < 0 ? STATUS_FAILED : STATUS_REFUSED;
}

/* Said once, and nothing of ours stays loaded. */
static int give_up(const struct ctx *ctx, const char *problem)
{
	log_event(level_for(ctx, LOG_ERR, problem), EVENT_REFUSED,
		  LOG_FIELDS({ "WARMBOOT_REASON", problem }), "not armed: %s", problem);
	silence_others(ctx);
	if (arm_undo(ctx, problem) < 0)
		log_error("an older image is still loaded: run '" NAME " --disarm'");
	return STATUS_FAILED;
}

static int give_up_errno(const struct ctx *ctx, int r, const char *what)
{
	_cleanup_free_ char *problem = strf("%s: %s", what, strerror(-r));

	return give_up(ctx, str_or(problem, what));
}

/* May we, now? Prints nothing when all is well. */
static int check_guards(const struct ctx *ctx, enum guard_moment moment,
			const struct plan *plan)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_(guards_done) struct findings findings = { .count = 0 };
	const struct finding *veto;
	struct guard_facts facts = { .version = plan->version,
				     .build = plan->build,
				     .cmdline = plan->cmdline };
	int r = loaded_read(ctx, &now);

	if (r < 0)
		return give_up_errno(ctx, r, "cannot read '" RUN_ARMED "'");
	facts.loaded = now.loaded;
	facts.ours = now.ours;
	facts.unclear = now.unclear;
	r = guards_run(ctx, moment, &facts, &findings);
	if (r < 0)
		return give_up_errno(ctx, r, "cannot run the guards");
	veto = guards_veto(&findings, ctx->options->force);
	if (veto)
		return refuse(ctx, moment, veto);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *finding = &findings.items[i];

		if (finding->verdict == VERDICT_VETO)
			log_warning("overridden by --force: %s", finding->found);
		else if (finding->verdict == VERDICT_WARN)
			log_info("%s", finding->found);
	}
	return STATUS_DONE;
}

/* Is every file whole, and is there room? 1, 0 with the problem, or a negative errno. */
static int verify(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	int r = plan_verify(ctx, plan, ret_problem);

	if (r <= 0)
		return r;
	r = loaded_read(ctx, &now);
	if (r < 0)
		return r;
	return memory_suffices(ctx, plan, now.loaded, ret_problem);
}

static int unwritten(const char *path, int r, char **ret_problem)
{
	*ret_problem = strf("its record '%s' cannot be written: %s", path, strerror(-r));
	return *ret_problem ? 0 : -ENOMEM;
}

/* The attempt at reboot is recorded there: where it cannot be, the image would be
 * unloaded in the end. */
static int write_last_armed(const struct ctx *ctx, const struct plan *plan)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	int r = record_begin(ctx, &record, true);

	if (r < 0)
		return r;
	envfile_put(record.f, "VERSION", plan->version);
	return record_commit(ctx, &record, STATE_ARMED);
}

static int step_others(const struct ctx *ctx, const struct plan *plan)
{
	_cleanup_strv_ struct strv initrds = STRV_EMPTY;

	for (size_t i = 0; i < plan->n_initrds; i++)
		if (strv_add(&initrds, plan->initrds[i].path) < 0)
			return -ENOMEM;
	return keep_in_step(ctx, plan->kernel.path, &initrds, plan->cmdline);
}

/* The records go first: what is in the kernel without one would count as another
 * program's. The record is done when other programs' files are, so that a run that is cut
 * short before that is done again. */
static int load(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	_cleanup_(state_done) struct state before = STATE_EMPTY, after = STATE_EMPTY;
	int r = write_last_armed(ctx, plan);

	if (r < 0)
		return unwritten(STATE_ARMED, r, ret_problem);
	r = state_write(ctx, plan, true, &before);
	if (r < 0)
		return unwritten(RUN_ARMED, r, ret_problem);
	r = load_plan(ctx, plan, ret_problem);
	if (r <= 0)
		return r;
	(void)step_others(ctx, plan); /* says itself what it could not change */
	r = state_write(ctx, plan, false, &after);
	if (r == 0)
		return 1;
	/* Whatever became of the first record meanwhile: this image is ours. */
	(void)load_unload(ctx);
	return unwritten(RUN_ARMED, r, ret_problem);
}

static int load_and_record(const struct ctx *ctx, struct plan *plan)
{
	_cleanup_free_ char *problem = NULL;
	int r = verify(ctx, plan, &problem);

	if (r > 0)
		r = load(ctx, plan, &problem);
	if (r == -ESTALE)
		return r;
	if (r < 0)
		return give_up_errno(ctx, r, "cannot load it");
	if (r == 0)
		return give_up(ctx, problem);

	log_event(LOG_NOTICE, EVENT_ARMED,
		  LOG_FIELDS({ "WARMBOOT_KERNEL", plan->version },
			     { "WARMBOOT_IMAGE", plan->kernel.path },
			     { "WARMBOOT_REASON", plan->reason }),
		  "armed %s: the next reboot skips the firmware", plan->version);
	outcome_note(ctx, true, plan->version, plan->reason);
	return STATUS_DONE;
}

/* By hand: what held hooks back until now no longer does. */
static int lift_all(const struct ctx *ctx)
{
	int r = disarm_lift(ctx);

	return r < 0 ? r : history_clear(ctx);
}

int arm(const struct ctx *ctx, enum guard_moment moment, const char *exclude)
{
	int r = -ESTALE;

	for (int i = 0; i < CHANGED_TRIES && r == -ESTALE; i++) {
		_cleanup_(plan_done) struct plan plan = PLAN_EMPTY;
		int planned = plan_derive(ctx, exclude, &plan);

		/* First, whatever the plan came to: they know whether this is the machine
		 * at all. */
		r = check_guards(ctx, moment, &plan);
		if (r != STATUS_DONE)
			return r;

		if (moment == MOMENT_ARM && lift_all(ctx) < 0)
			return give_up(ctx, "an earlier --disarm or failure cannot be "
					    "cleared");
		if (planned < 0)
			return give_up_errno(ctx, planned,
					     "cannot find out what boots next");
		if (planned == 0)
			return give_up(ctx, plan.reason);

		log_info("%s", plan.reason);
		r = load_and_record(ctx, &plan);
	}
	if (r == -ESTALE)
		return give_up(ctx,
			       "the files keep changing while they are being loaded");
	return r;
}

/* What --arm would be told. Who is not root cannot see all, and is told what --status
 * tells. Of another tree's machine nothing is known, so only without --root. */
static int would_guards_veto(const struct ctx *ctx, const struct plan *plan)
{
	enum guard_moment moment = ctx->sys->geteuid() == 0 ? MOMENT_ARM : MOMENT_STATUS;
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_(guards_done) struct findings findings = { .count = 0 };
	struct guard_facts facts = { .version = plan->version,
				     .build = plan->build,
				     .cmdline = plan->cmdline };
	const struct finding *veto;

	if (loaded_read(ctx, &now) < 0)
		return STATUS_FAILED;
	facts.loaded = now.loaded;
	facts.ours = now.ours;
	facts.unclear = now.unclear;
	if (guards_run(ctx, moment, &facts, &findings) < 0)
		return STATUS_FAILED;
	veto = guards_veto(&findings, ctx->options->force);
	if (!veto)
		return STATUS_DONE;
	log_error("a guard would refuse it: %s", veto->found);
	return STATUS_REFUSED;
}

static int dry_run(const struct ctx *ctx)
{
	_cleanup_(plan_done) struct plan plan = PLAN_EMPTY;
	_cleanup_free_ char *problem = NULL;
	int r = plan_derive(ctx, NULL, &plan);

	if (r > 0)
		r = plan_verify(ctx, &plan, &problem);
	if (r < 0) {
		log_error_errno(r, "cannot find out what boots next");
		return STATUS_FAILED;
	}
	if (r == 0) {
		log_error("would not arm: %s", problem ? problem : plan.reason);
		return STATUS_FAILED;
	}
	plan_print(&plan, stdout);
	return ctx->options->root ? STATUS_DONE : would_guards_veto(ctx, &plan);
}

int verb_arm(const struct ctx *ctx)
{
	_cleanup_close_ int lock = -1;
	int r, again;

	if (ctx->options->dry_run)
		return dry_run(ctx);
	if (ctx->sys->geteuid() != 0) {
		log_error("arming needs root; --dry-run and --status do not");
		return STATUS_REFUSED;
	}
	lock = lock_take(ctx);
	if (lock < 0) {
		log_error_errno(lock, "cannot get the lock '%s'", RUN_LOCK);
		return STATUS_FAILED;
	}
	r = again = arm(ctx, MOMENT_ARM, NULL);
	/* Hooks that came meanwhile were told that we look again. */
	while (lock_let_go(ctx, lock))
		again = arm_if_needed(ctx, NULL);
	/* Nothing to do is no success where what was asked for failed. */
	return again == STATUS_DONE && r != STATUS_DONE && !loaded_is_ours(ctx) ? r
										: again;
}
