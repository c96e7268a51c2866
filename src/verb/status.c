// SPDX-License-Identifier: GPL-2.0-or-later
/* --status: what the next reboot will do, and why. Looks only; needs no privileges. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/print.h"
#include "keep/disarmed.h"
#include "keep/firmware_time.h"
#include "keep/history.h"
#include "keep/runfiles.h"
#include "verb/verb.h"

#define HISTORY_SHOWN 5
#define GUARDS_WIDTH 76 /* columns of the list of silent guards */

enum freshness { FRESH_UNKNOWN = -1, FRESH_NO, FRESH_YES };

/* All that is told, gathered first. */
struct report_status {
	struct loaded now;
	struct findings findings;
	struct history history;
	struct envfile last, disarmed;
	struct utsname running;
	enum booted_by booted_by;
	enum freshness fresh;
	bool is_disarmed, armed, kexec, no_plan, no_config;
	char *reason, *stale_why;
	double firmware_seconds; /* 0: not known */
};

static void status_done(struct report_status *s)
{
	loaded_done(&s->now);
	guards_done(&s->findings);
	history_done(&s->history);
	envfile_done(&s->last);
	envfile_done(&s->disarmed);
	free(s->reason);
	free(s->stale_why);
}

/* Is what is loaded what a reboot should use? Where the menu cannot be read, that is not
 * known. */
static int find_freshness(const struct ctx *ctx, struct report_status *s)
{
	_cleanup_(plan_done) struct plan plan = PLAN_EMPTY;
	struct options options;
	struct ctx as_armed = ctx_as_armed(ctx, &s->now, &options);
	int r;

	if (!s->armed)
		return 0;
	if (s->now.state.by_hand) {
		r = state_files_unchanged(ctx, &s->now.state, &s->stale_why);
		s->fresh = r < 0 ? FRESH_UNKNOWN : r ? FRESH_YES : FRESH_NO;
		return r == -ENOMEM ? r : 0;
	}
	r = plan_derive(&as_armed, NULL, &plan);
	if (r == 0 && ctx->sys->geteuid() != 0)
		return str_set(&s->stale_why,
			       "only root can read all that it depends on");
	if (r == 0) {
		s->fresh = FRESH_NO;
		s->no_plan = true;
		return str_set(&s->stale_why, plan.reason);
	}
	if (r > 0)
		r = state_is_fresh(ctx, &s->now.state, &plan, false, &s->stale_why);
	if (r == -ENOMEM)
		return r;
	s->fresh = r < 0 ? FRESH_UNKNOWN : r ? FRESH_YES : FRESH_NO;
	return 0;
}

/* The last decision; but what was armed then may have been unloaded since. */
static const char *why_nothing(const struct envfile *last)
{
	const char *reason = envfile_get(last, "REASON");

	if (streq(envfile_get(last, "ARMED"), "yes"))
		return "what was armed was unloaded by another program";
	return str_or(reason, "nothing is armed: no hook has seen another kernel that "
			      "boots next in this boot");
}

/* One sentence: the first thing that decides. */
static int find_reason(struct report_status *s)
{
	const struct finding *veto = guards_veto(&s->findings, s->now.state.forced);

	if (s->is_disarmed) {
		s->reason = strf("disarmed by hand at %s, until the next boot",
				 str_or(envfile_get(&s->disarmed, "AT"), "?"));
	} else if (s->now.unclear) {
		s->reason = strdup("the record of what is loaded cannot be read: '" NAME
				   " --disarm' unloads it");
	} else if (s->now.loaded && !s->now.ours) {
		s->kexec = true;
		s->reason =
			strdup("another program's kernel is loaded, and is left alone");
	} else if (s->no_config) {
		s->reason =
			strf("the configuration cannot be used: until it is repaired, %s",
			     s->armed ? "the service consents to no jump"
				      : "nothing is armed");
	} else if (s->armed && veto) {
		s->reason = strf("%s%s%s", veto->found, veto->remedy ? ": " : "",
				 str_or(veto->remedy, ""));
	} else if (s->armed && s->fresh == FRESH_NO) {
		/* The stop loads the right one, or unloads; by hand it only unloads. */
		s->kexec = !s->no_plan && !s->now.state.by_hand;
		s->reason = strf("%s; %s", s->stale_why,
				 s->now.state.by_hand
					 ? "what was armed by hand is not loaded anew"
					 : "it is looked at again when rebooting");
	} else if (s->armed) {
		s->kexec = true;
		s->reason = strdup(s->now.state.reason);
	} else if (veto && !streq(veto->name, "root")) {
		s->reason = strf("%s%s%s", veto->found, veto->remedy ? ": " : "",
				 str_or(veto->remedy, ""));
	} else {
		s->reason = strdup(why_nothing(&s->last));
	}
	return s->reason ? 0 : -ENOMEM;
}

static int gather(const struct ctx *ctx, struct report_status *s)
{
	struct guard_facts facts;
	int r = loaded_read(ctx, &s->now);

	if (r < 0)
		return r;
	s->armed = s->now.loaded && s->now.ours;
	s->fresh = FRESH_UNKNOWN;
	s->no_config = ctx->config->is_refused;
	r = disarmed_read(ctx, &s->disarmed);
	s->is_disarmed = r > 0;
	if (r >= 0)
		r = record_read_of_boot(ctx, RUN_LAST, &s->last);
	if (r == -ENOMEM)
		return r;
	if (history_read(ctx, &s->history) < 0)
		log_warning("the history '%s' cannot be read", STATE_HISTORY);
	s->booted_by = history_booted_by(ctx);
	if (firmware_time_read(ctx, &s->firmware_seconds) <= 0)
		s->firmware_seconds = 0;
	r = ctx->sys->uname(&s->running);
	if (r < 0)
		return r;
	r = find_freshness(ctx, s);
	if (r < 0)
		return r;
	facts = (struct guard_facts){
		.version = s->armed ? s->now.state.version : NULL,
		.build = s->armed ? s->now.state.build : NULL,
		.cmdline = s->armed ? s->now.state.cmdline : NULL,
		.loaded = s->now.loaded,
		.ours = s->now.ours,
		.unclear = s->now.unclear,
	};
	r = guards_run(ctx, MOMENT_STATUS, &facts, &s->findings);
	return r < 0 ? r : find_reason(s);
}

static const char *booted_by_name(enum booted_by by)
{
	return by == BOOTED_KEXEC      ? "kexec"
	       : by == BOOTED_FIRMWARE ? "firmware"
				       : "unknown";
}

static json_t *guards_json(const struct findings *findings)
{
	json_t *list = json_array();

	for (size_t i = 0; list && i < findings->count; i++) {
		const struct finding *f = &findings->items[i];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:o, s:o}", "name", f->name,
						"verdict", verdict_name(f->verdict),
						"finding", json_text(f->found), "remedy",
						json_text(f->remedy)));
	}
	return list;
}

static json_t *history_json(const struct history *history)
{
	json_t *list = json_array();

	for (size_t i = history->count; list && i-- > 0;) {
		const struct history_item *item = &history->items[i];

		json_array_append_new(list, json_pack("{s:o, s:o, s:s, s:f, s:o}",
						      "version", json_text(item->version),
						      "at", json_text(item->at), "result",
						      boot_result_name(item->result),
						      "seconds", item->seconds, "why",
						      json_text(item->why)));
	}
	return list;
}

static int print_json(const struct report_status *s)
{
	const struct state *state = &s->now.state;
	_cleanup_json_ json_t *out = json_object();

	if (!out)
		return -ENOMEM;
	json_object_set_new(out, "format", json_integer(1));
	json_object_set_new(out, "armed", json_boolean(s->armed));
	json_object_set_new(out, "next_reboot",
			    json_string(s->kexec ? "kexec" : "firmware"));
	json_object_set_new(out, "reason", json_text(s->reason));
	json_object_set_new(out, "version", json_text(s->armed ? state->version : NULL));
	json_object_set_new(out, "kernel", json_text(s->armed ? state->kernel : NULL));
	json_object_set_new(out, "initrds", json_strv(&state->initrds));
	json_object_set_new(out, "cmdline", json_text(s->armed ? state->cmdline : NULL));
	json_object_set_new(out, "fresh",
			    s->fresh == FRESH_UNKNOWN ? json_null()
						      : json_boolean(s->fresh));
	json_object_set_new(out, "stale_why", json_text(s->stale_why));
	json_object_set_new(out, "armed_at", json_text(s->armed ? state->at : NULL));
	json_object_set_new(out, "armed_by", json_text(s->armed ? state->by : NULL));
	json_object_set_new(out, "by_hand", json_boolean(s->armed && state->by_hand));
	json_object_set_new(
		out, "foreign",
		json_boolean(s->now.loaded && !s->now.ours && !s->now.unclear));
	json_object_set_new(out, "disarmed", json_boolean(s->is_disarmed));
	json_object_set_new(out, "running", json_text(s->running.release));
	json_object_set_new(out, "booted_by", json_string(booted_by_name(s->booted_by)));
	json_object_set_new(out, "firmware_seconds",
			    s->firmware_seconds > 0 ? json_real(s->firmware_seconds)
						    : json_null());
	json_object_set_new(out, "guards", guards_json(&s->findings));
	json_object_set_new(out, "history", history_json(&s->history));
	return json_print(out, stdout);
}

static void print_armed(const struct report_status *s)
{
	const struct state *state = &s->now.state;

	print_line(stdout, "  kernel:        %s", state->kernel);
	for (size_t i = 0; i < state->initrds.count; i++)
		print_line(stdout, "  initramfs:     %s", state->initrds.items[i]);
	print_line(stdout, "  command line:  %s", state->cmdline);
	print_line(stdout, "  armed:         %s by %s%s", state->at, state->by,
		   state->by_hand ? ", files named by hand" : "");
	print_line(stdout, "  files on disk: %s%s%s",
		   s->fresh == FRESH_YES  ? "still the ones loaded"
		   : s->fresh == FRESH_NO ? "no longer what is loaded"
					  : "not known",
		   s->stale_why ? ": " : "", str_or(s->stale_why, ""));
}

/* The names of those that found nothing, in lines of a screen's width. */
static void print_silent_guards(const struct findings *findings)
{
	size_t column = 0;

	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];

		if (f->verdict != VERDICT_OK)
			continue;
		if (column > 0 && column + strlen(f->name) > GUARDS_WIDTH)
			column = 0;
		column +=
			(size_t)printf("%s%s", column ? " " : "\n             ", f->name);
	}
}

static void print_guards(const struct findings *findings, bool all)
{
	size_t silent = 0;

	print_line(stdout, "  guards:");
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];

		silent += f->verdict == VERDICT_OK;
		if (f->verdict == VERDICT_OK && !all)
			continue;
		print_line(stdout, "    %-8s %-17s %s", verdict_name(f->verdict), f->name,
			   f->found);
		if (f->verdict != VERDICT_OK && f->remedy)
			print_line(stdout, "    %-8s %-17s %s", "", "", f->remedy);
	}
	if (all || silent == 0)
		return;
	printf("    %-8s %zu of %zu:", verdict_name(VERDICT_OK), silent, findings->count);
	print_silent_guards(findings);
	fputc('\n', stdout);
}

static void print_history(const struct history *history)
{
	size_t first =
		history->count > HISTORY_SHOWN ? history->count - HISTORY_SHOWN : 0;

	if (history->count == 0)
		return;
	print_line(stdout, "  last warm reboots:");
	for (size_t i = history->count; i-- > first;) {
		const struct history_item *item = &history->items[i];
		char seconds[32] = "";

		if (item->seconds > 0)
			snprintf(seconds, sizeof(seconds), "  %.1f s", item->seconds);
		print_line(stdout, "    %-8s %s  %s%s%s%s",
			   boot_result_name(item->result), item->at, item->version,
			   seconds, item->why ? "  " : "", str_or(item->why, ""));
	}
}

static void print_for_people(const struct report_status *s, bool all)
{
	if (s->armed)
		print_line(stdout, "armed: %s", s->now.state.version);
	else
		print_line(stdout, "not armed%s",
			   s->now.unclear  ? ", but a kernel is loaded"
			   : s->now.loaded ? ", but another program's kernel is loaded"
					   : "");
	print_line(stdout, "  next reboot:   %s: %s",
		   s->kexec ? "kexec" : "through the firmware", s->reason);
	if (s->armed)
		print_armed(s);
	print_line(stdout, "  running:       %s, started by %s", s->running.release,
		   booted_by_name(s->booted_by));
	if (s->firmware_seconds > 0)
		print_line(stdout, "  cold boot:     %.1f s in firmware and boot loader",
			   s->firmware_seconds);
	print_guards(&s->findings, all);
	print_history(&s->history);
}

int verb_status(const struct ctx *ctx)
{
	_cleanup_(
		status_done) struct report_status s = { .now = { .state = STATE_EMPTY } };
	int r = gather(ctx, &s);

	if (r == 0) {
		if (ctx->options->json)
			r = print_json(&s);
		else
			print_for_people(&s, ctx->options->verbosity > 0);
	}
	if (r < 0) {
		log_error_errno(r, "cannot tell the status");
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}
