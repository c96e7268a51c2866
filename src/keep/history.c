// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "keep/history.h"
#include "keep/machine.h"
#include "keep/runfiles.h"

/* Failures in a row: then it is the machine, not the kernel. */
#define BLOCK_ALL_AFTER 2

static const char *const result_names[] = { "good", "failed", "skipped" };

const char *boot_result_name(enum boot_result result)
{
	return result_names[result];
}

static void item_done(struct history_item *item)
{
	free(item->at);
	free(item->version);
	free(item->build);
	free(item->why);
	free(item->from);
}

void history_done(struct history *history)
{
	for (size_t i = 0; i < history->count; i++)
		item_done(&history->items[i]);
	history->count = 0;
}

/* The newest are kept: the oldest makes room. */
static struct history_item *next_item(struct history *history)
{
	if (history->count == HISTORY_MAX) {
		item_done(&history->items[0]);
		memmove(&history->items[0], &history->items[1],
			(HISTORY_MAX - 1) * sizeof(history->items[0]));
		history->count--;
	}
	/* A result of a later version says neither that a kernel is good nor that it
	 * failed. */
	history->items[history->count] =
		(struct history_item){ .result = RESULT_SKIPPED };
	return &history->items[history->count++];
}

static int set_field(struct history_item *item, const char *key, const char *value)
{
	if (streq(key, "VERSION"))
		return str_set(&item->version, value);
	if (streq(key, "BUILD"))
		return str_set(&item->build, value);
	if (streq(key, "WHY"))
		return str_set(&item->why, value);
	if (streq(key, "FROM_BOOT"))
		return str_set(&item->from, value);
	if (streq(key, "CLEARED"))
		item->cleared = streq(value, "yes");
	if (streq(key, "SECONDS"))
		item->seconds = strtod(value, NULL);
	if (streq(key, "RESULT"))
		for (size_t i = 0; i < ARRAY_SIZE(result_names); i++)
			if (streq(value, result_names[i]))
				item->result = (enum boot_result)i;
	return 0;
}

int history_read(const struct ctx *ctx, struct history *ret)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	struct history_item *item = NULL;
	int r = record_read(ctx, STATE_HISTORY, &file);

	ret->count = 0;
	if (r <= 0)
		return r;
	for (size_t i = 1; i < file.count && r >= 0; i++) {
		const char *key = file.items[i].key, *value = file.items[i].value;

		if (streq(key, "AT")) { /* starts an item */
			item = next_item(ret);
			r = str_set(&item->at, value);
		} else if (item) {
			r = set_field(item, key, value);
		}
	}
	for (size_t i = 0; i < ret->count && r >= 0; i++)
		if (!ret->items[i].version)
			r = str_set(&ret->items[i].version, "");
	return r < 0 ? r : 0;
}

static int history_write(const struct ctx *ctx, const struct history *history)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	int r = record_begin(ctx, &record, false);

	if (r < 0)
		return r;
	for (size_t i = 0; i < history->count; i++) {
		const struct history_item *item = &history->items[i];

		envfile_put(record.f, "AT", item->at);
		envfile_put(record.f, "VERSION", item->version);
		envfile_put(record.f, "BUILD", item->build);
		envfile_put(record.f, "RESULT", result_names[item->result]);
		if (item->seconds > 0) {
			_cleanup_free_ char *seconds = strf("%.1f", item->seconds);

			envfile_put(record.f, "SECONDS", seconds);
		}
		envfile_put(record.f, "WHY", item->why);
		envfile_put(record.f, "FROM_BOOT", item->from);
		envfile_put(record.f, "CLEARED", item->cleared ? "yes" : NULL);
	}
	return record_commit(ctx, &record, STATE_HISTORY);
}

/* @from: the boot from which it was attempted, or NULL. */
static int history_add(const struct ctx *ctx, enum boot_result result,
		       const char *version, const char *build, double seconds,
		       const char *why, const char *from)
{
	_cleanup_(history_done) struct history history = { .count = 0 };
	struct history_item *item;
	char at[32];
	int r = history_read(ctx, &history);

	if (r < 0)
		return r;
	if (from && history.count && streq(history.items[history.count - 1].from, from))
		return 0;
	time_text(ctx, at);
	item = next_item(&history);
	item->result = result;
	item->seconds = seconds;
	if (str_set(&item->at, at) < 0 ||
	    str_set(&item->version, str_or(version, "")) < 0 ||
	    str_set(&item->build, build) < 0 || str_set(&item->why, why) < 0 ||
	    str_set(&item->from, from) < 0)
		return -ENOMEM;
	return history_write(ctx, &history);
}

/* The attempt as it is on disk; @came_up: the boot that it led to, or NULL as long as
 * that is not known. */
static int write_attempt(const struct ctx *ctx, const struct envfile *old,
			 const struct state *state, const char *boot_id,
			 const char *came_up, const char *seconds)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_free_ char *jump_at = NULL;
	int r = record_begin(ctx, &record, false);

	if (r < 0)
		return r;
	jump_at = strf("%" PRId64, (int64_t)ctx->sys->now().tv_sec);
	if (!jump_at)
		return -ENOMEM;
	envfile_put(record.f, "FROM_BOOT", boot_id);
	envfile_put(record.f, "VERSION",
		    old ? envfile_get(old, "VERSION") : state->version);
	envfile_put(record.f, "BUILD", old ? envfile_get(old, "BUILD") : state->build);
	envfile_put(record.f, "BY", old ? envfile_get(old, "BY") : state->by);
	envfile_put(record.f, "BY_TOOL",
		    old		     ? envfile_get(old, "BY_TOOL")
		    : state->by_tool ? "yes"
				     : NULL);
	envfile_put(record.f, "JUMP_AT", old ? envfile_get(old, "JUMP_AT") : jump_at);
	envfile_put(record.f, "CAME_UP", came_up);
	envfile_put(record.f, "SECONDS", seconds);
	return record_commit(ctx, &record, STATE_ATTEMPT);
}

int history_attempt(const struct ctx *ctx, const struct state *state)
{
	_cleanup_free_ char *boot_id = NULL;
	int r = boot_id_read(ctx, &boot_id);

	return r < 0 ? r : write_attempt(ctx, NULL, state, boot_id, NULL, NULL);
}

static int attempt_remove(const struct ctx *ctx)
{
	int r = root_unlink(ctx->root, STATE_ATTEMPT);

	return r == -ENOENT ? 0 : r;
}

void history_withdraw(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile attempt = ENVFILE_EMPTY;
	_cleanup_free_ char *boot_id = NULL;

	if (record_read(ctx, STATE_ATTEMPT, &attempt) <= 0 ||
	    boot_id_read(ctx, &boot_id) < 0 ||
	    !streq(envfile_get(&attempt, "FROM_BOOT"), boot_id))
		return;
	if (attempt_remove(ctx) < 0)
		log_debug("'%s' cannot be removed", STATE_ATTEMPT);
}

/* The attempt is over: into the history first, so that a power cut between the two loses
 * nothing; what is there already was cut short, and is not counted again. */
static int attempt_end(const struct ctx *ctx, const struct envfile *attempt,
		       enum boot_result result, const char *why)
{
	const char *seconds = envfile_get(attempt, "SECONDS");
	int r = history_add(ctx, result, envfile_get(attempt, "VERSION"),
			    envfile_get(attempt, "BUILD"),
			    seconds ? strtod(seconds, NULL) : 0, why,
			    envfile_get(attempt, "FROM_BOOT"));

	return r < 0 ? r : attempt_remove(ctx);
}

static int came_up(const struct ctx *ctx, const struct envfile *attempt,
		   const char *boot_id)
{
	_cleanup_free_ char *seconds = NULL;
	const char *jump_at = envfile_get(attempt, "JUMP_AT");
	int64_t now = ctx->sys->now().tv_sec;
	uint64_t then;

	/* For people only, so a clock that jumped does no more harm than a strange
	 * figure. */
	if (jump_at && parse_u64(jump_at, &then) == 0 && now >= 0 &&
	    (uint64_t)now >= then)
		seconds = strf("%" PRIu64 ".0", (uint64_t)now - then);
	log_notice("came up through kexec as %s%s%s%s", envfile_get(attempt, "VERSION"),
		   seconds ? ", " : "", str_or(seconds, ""),
		   seconds ? " s after the jump" : "");
	return write_attempt(ctx, attempt, NULL, envfile_get(attempt, "FROM_BOOT"),
			     boot_id, seconds);
}

/* kexec-tools puts no mark into the device tree; that of x86 it does set. */
static bool leaves_no_mark(const struct ctx *ctx, const struct envfile *attempt)
{
	return streq(envfile_get(attempt, "BY_TOOL"), "yes") &&
	       !root_exists(ctx->root, "/proc/sys/kernel/bootloader_type");
}

static int assess(const struct ctx *ctx, const struct envfile *attempt,
		  const char *boot_id)
{
	const char *version = str_or(envfile_get(attempt, "VERSION"), "");
	const char *up = envfile_get(attempt, "CAME_UP");
	struct utsname name;
	int r;

	if (streq(envfile_get(attempt, "FROM_BOOT"), boot_id) || streq(up, boot_id))
		return 0;
	if (up) {
		log_event(
			LOG_WARNING, EVENT_FAILED,
			LOG_FIELDS({ "WARMBOOT_KERNEL", version }),
			"the last warm reboot into %s came up but ended before it was good: "
			"no hook arms it again",
			version);
		return attempt_end(ctx, attempt, RESULT_FAILED,
				   "ended before it was good");
	}
	r = booted_by_ask(ctx);
	if (r == BOOTED_FIRMWARE && leaves_no_mark(ctx, attempt))
		r = BOOTED_UNKNOWN;
	if (r < 0)
		return r; /* the attempt stays, for the next start to judge */
	switch ((enum booted_by)r) {
	case BOOTED_FIRMWARE:
		log_event(
			LOG_WARNING, EVENT_FAILED,
			LOG_FIELDS({ "WARMBOOT_KERNEL", version }),
			"a warm reboot into %s was attempted, but the machine came up through the "
			"firmware: no hook arms it again until another kernel is installed or "
			"'" NAME " --arm' is run",
			version);
		return attempt_end(ctx, attempt, RESULT_FAILED,
				   "came up through the firmware");
	case BOOTED_UNKNOWN:
		return attempt_end(ctx, attempt, RESULT_SKIPPED,
				   "this machine does not tell how it was booted");
	case BOOTED_KEXEC:
		break;
	}
	r = ctx->sys->uname(&name);
	if (r < 0)
		return r;
	if (!streq(name.release, version))
		return attempt_end(ctx, attempt, RESULT_SKIPPED,
				   "came up by kexec as another version");
	return came_up(ctx, attempt, boot_id);
}

int history_confirm(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile attempt = ENVFILE_EMPTY;
	_cleanup_free_ char *boot_id = NULL;
	int r = boot_id_read(ctx, &boot_id), counted;

	if (r < 0)
		return r;
	r = record_read(ctx, STATE_ATTEMPT, &attempt);
	if (r > 0)
		r = assess(ctx, &attempt, boot_id);
	/* Whatever became of the attempt. */
	counted = machine_count_boot(ctx, boot_id);
	return r < 0 ? r : counted;
}

int history_good(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile attempt = ENVFILE_EMPTY;
	_cleanup_free_ char *boot_id = NULL;
	int r = boot_id_read(ctx, &boot_id);

	if (r < 0)
		return r;
	r = record_read(ctx, STATE_ATTEMPT, &attempt);
	if (r <= 0 || !streq(envfile_get(&attempt, "CAME_UP"), boot_id))
		return r < 0 ? r : 0;
	if (streq(envfile_get(&attempt, "BY"), "manual")) {
		r = machine_trial_was_good(ctx);
		if (r < 0)
			return r;
	}
	log_event(LOG_INFO, EVENT_GOOD,
		  LOG_FIELDS({ "WARMBOOT_KERNEL", envfile_get(&attempt, "VERSION") }),
		  "the warm reboot into %s is good", envfile_get(&attempt, "VERSION"));
	return attempt_end(ctx, &attempt, RESULT_GOOD, NULL);
}

int history_skipped(const struct ctx *ctx, const char *version, const char *why)
{
	return history_add(ctx, RESULT_SKIPPED, version, NULL, 0, why, NULL);
}

int history_clear(const struct ctx *ctx)
{
	_cleanup_(history_done) struct history history = { .count = 0 };
	bool changed = false;
	int r = history_read(ctx, &history);

	if (r < 0)
		return r;
	for (size_t i = 0; i < history.count; i++)
		if (history.items[i].result == RESULT_FAILED && !history.items[i].cleared)
			changed = history.items[i].cleared = true;
	return changed ? history_write(ctx, &history) : 0;
}

int history_unjudged(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile attempt = ENVFILE_EMPTY;
	_cleanup_free_ char *boot_id = NULL;
	int r = record_read(ctx, STATE_ATTEMPT, &attempt);

	if (r <= 0)
		return r;
	r = boot_id_read(ctx, &boot_id);
	return r < 0 ? r
		     : !streq(envfile_get(&attempt, "FROM_BOOT"), boot_id) &&
			       !streq(envfile_get(&attempt, "CAME_UP"), boot_id);
}

/* Gentoo's users and some of Debian's updates build a release again under its old name.
 */
static bool is_same_kernel(const struct history_item *item, const char *version,
			   const char *build)
{
	return streq(item->version, version) &&
	       (!*str_or(build, "") || !*str_or(item->build, "") ||
		streq(item->build, build));
}

int history_blocks(const struct ctx *ctx, const char *version, const char *build,
		   char **ret_words)
{
	_cleanup_(history_done) struct history history = { .count = 0 };
	unsigned in_a_row = 0;
	bool counts = true;
	int r = history_read(ctx, &history);

	if (r < 0)
		return r;
	for (size_t i = history.count; i-- > 0;) {
		const struct history_item *item = &history.items[i];
		bool is_same = version && is_same_kernel(item, version, build);

		if (item->result == RESULT_SKIPPED)
			continue;
		if (item->cleared || (item->result == RESULT_GOOD && is_same))
			break;
		/* The machine does it well, which says nothing of another kernel. */
		counts = counts && item->result == RESULT_FAILED;
		if (item->result == RESULT_GOOD)
			continue;
		in_a_row += counts;
		if (is_same) {
			*ret_words =
				strf("the warm reboot into %s of %s failed: %s", version,
				     item->at, str_or(item->why, "no reason known"));
			return *ret_words ? 1 : -ENOMEM;
		}
	}
	if (in_a_row < BLOCK_ALL_AFTER)
		return 0;
	*ret_words = strf("the last %u warm reboots failed", in_a_row);
	return *ret_words ? 1 : -ENOMEM;
}
