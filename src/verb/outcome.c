// SPDX-License-Identifier: GPL-2.0-or-later
/* What the verbs leave for status to tell, and what they need to know first. */
#include <errno.h>

#include "base/log.h"
#include "keep/history.h"
#include "keep/runfiles.h"
#include "verb/verb.h"

void outcome_note(const struct ctx *ctx, bool armed, const char *version,
		  const char *reason)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	char at[32];
	int r = record_begin(ctx, &record, true);

	if (r == 0) {
		time_text(ctx, at);
		envfile_put(record.f, "ARMED", armed ? "yes" : "no");
		envfile_put(record.f, "VERSION", version);
		envfile_put(record.f, "REASON", reason);
		envfile_put(record.f, "AT", at);
		envfile_put(record.f, "BY", ctx->by);
		r = record_commit(ctx, &record, RUN_LAST);
	}
	if (r < 0)
		log_debug("%s cannot be written", RUN_LAST);
}

bool outcome_is_last(const struct ctx *ctx, const char *reason)
{
	_cleanup_envfile_ struct envfile last = ENVFILE_EMPTY;

	return record_read_of_boot(ctx, RUN_LAST, &last) > 0 &&
	       streq(envfile_get(&last, "REASON"), reason);
}

void veto_say(const struct finding *veto, int level)
{
	log_event(level, EVENT_REFUSED,
		  LOG_FIELDS({ "WARMBOOT_GUARD", veto->name },
			     { "WARMBOOT_REASON", veto->found }),
		  "not armed: %s%s%s", veto->found, veto->remedy ? ": " : "",
		  str_or(veto->remedy, ""));
}

bool consent_withdraw(const struct ctx *ctx)
{
	bool given = root_unlink(ctx->root, RUN_GO) == 0;

	history_withdraw(ctx);
	return given;
}

int loaded_read(const struct ctx *ctx, struct loaded *ret)
{
	int r = kexec_is_loaded(ctx);
	struct stat st;

	*ret = (struct loaded){ .state = STATE_EMPTY };
	if (r == -ENOENT) /* no kexec in this kernel, so nothing can be loaded */
		return 0;
	if (r < 0)
		return r;
	ret->loaded = r;
	if (!ret->loaded)
		return 0;
	r = state_read(ctx, &ret->state);
	if (r < 0)
		return r;
	ret->ours = r;
	ret->unclear = !r && root_stat(ctx->root, RUN_ARMED, &st) != -ENOENT;
	return 0;
}

bool loaded_is_ours(const struct ctx *ctx)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };

	return loaded_read(ctx, &now) == 0 && now.ours;
}

void loaded_done(struct loaded *loaded)
{
	state_done(&loaded->state);
}

struct ctx ctx_as_armed(const struct ctx *ctx, const struct loaded *now,
			struct options *options)
{
	struct ctx as_armed = *ctx;

	*options = *ctx->options;
	options->force = options->force || (now->ours && now->state.forced);
	as_armed.options = options;
	return as_armed;
}
