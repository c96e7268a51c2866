// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/rows.h"
#include "keep/history.h"
#include "keep/machine.h"
#include "keep/runfiles.h"

void guard_failed(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *words = NULL;
	int r;

	if (!guard_loads_alone(in)) {
		finding_set(f, VERDICT_OK, "what was armed by hand is not held back");
		return;
	}
	r = history_unjudged(in->ctx);
	if (r > 0) {
		finding_set(f, VERDICT_UNKNOWN,
			    "what became of the last warm reboot could not be recorded "
			    "(" STATE_ATTEMPT ")");
		return;
	}
	if (r == 0)
		r = history_blocks(in->ctx, in->facts->version, in->facts->build, &words);
	if (r < 0)
		finding_unknown(f, r, STATE_HISTORY);
	else if (r > 0)
		finding_set(f, VERDICT_VETO, "%s", words);
	else
		finding_set(f, VERDICT_OK, "no failed warm reboot stands against it");
}

void guard_chain(const struct guard_input *in, struct finding *f)
{
	int64_t max = in->ctx->config->max_chain;
	int n = max > 0 ? machine_chain(in->ctx) : 0;

	if (max == 0)
		finding_set(f, VERDICT_OK, "not limited");
	else if (n < 0)
		finding_unknown(f, n, "the count of warm reboots in a row");
	else
		finding_set(f, n >= max ? VERDICT_VETO : VERDICT_OK,
			    "%d warm reboots in a row, and max_chain = %lld", n,
			    (long long)max);
}

void guard_trial(const struct guard_input *in, struct finding *f)
{
	int r;

	if (!in->ctx->config->require_trial) {
		finding_set(f, VERDICT_OK, "not asked for");
		return;
	}
	r = guard_loads_alone(in) ? machine_trial_good(in->ctx) : 1;
	if (r < 0)
		finding_unknown(f, r, STATE_HISTORY);
	else if (r == 0)
		finding_set(
			f, VERDICT_VETO,
			"require_trial = true, and no warm reboot by hand was good on "
			"this machine yet");
	else
		finding_set(f, VERDICT_OK, "passed, or armed by hand");
}
