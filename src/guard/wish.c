// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "base/envfile.h"
#include "guard/rows.h"
#include "keep/disarmed.h"
#include "keep/runfiles.h"
#include "keep/state.h"
#include "keep/token.h"

void guard_enabled(const struct guard_input *in, struct finding *f)
{
	if (in->ctx->config->enabled)
		finding_set(f, VERDICT_OK, "enabled");
	else if (in->moment == MOMENT_ARM)
		finding_set(
			f, VERDICT_WARN,
			"enabled = false: the service will unload it before a reboot");
	else
		finding_set(f, VERDICT_VETO, "enabled = false in the configuration");
}

void guard_boot_token(const struct guard_input *in, struct finding *f)
{
	int r = token_valid(in->ctx);

	if (r > 0)
		finding_set(f, VERDICT_OK, "the service was started in this boot");
	else if (r == 0)
		finding_set(f, VERDICT_VETO,
			    "the service " NAME " is not running in this boot and root");
	else
		finding_unknown(f, r, RUN_BOOT);
}

void guard_disarmed(const struct guard_input *in, struct finding *f)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	int r = disarmed_read(in->ctx, &file);

	if (r < 0)
		finding_unknown(f, r, RUN_DISARMED);
	else if (r == 0)
		finding_set(f, VERDICT_OK, "not disarmed");
	else if (in->moment == MOMENT_ARM)
		finding_set(f, VERDICT_OK, "disarmed until now; --arm lifts that");
	else
		finding_set(f, VERDICT_VETO,
			    "disarmed until the next boot (--disarm%s%s)",
			    envfile_get(&file, "AT") ? " at " : "",
			    str_or(envfile_get(&file, "AT"), ""));
}

/* Did --disarm itself make the file, and say so in its record? */
static int made_by_disarm(const struct ctx *ctx, const char *path)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	int r = record_read_of_boot(ctx, RUN_DISARMED, &file);
	const char *made;
	size_t iter = 0;

	if (r <= 0)
		return r;
	while ((made = envfile_next(&file, "CREATED", &iter)))
		if (streq(made, path))
			return 1;
	return 0;
}

/* An empty file that asks other programs' scripts for one reboot through the firmware. */
static void look_for_wish(const struct guard_input *in, struct finding *f,
			  const char *path)
{
	struct stat st;
	int r = root_stat(in->ctx->root, path, &st);

	if (r == -ENOENT) {
		finding_set(f, VERDICT_OK, "%s is not there", path);
	} else if (r < 0) {
		finding_unknown(f, r, path);
	} else if (in->moment == MOMENT_ARM && made_by_disarm(in->ctx, path) > 0) {
		finding_set(f, VERDICT_OK, "%s comes from --disarm; --arm lifts that",
			    path);
	} else {
		finding_set(f, VERDICT_VETO, "%s asks for a reboot through the firmware",
			    path);
	}
}

void guard_nokexec(const struct guard_input *in, struct finding *f)
{
	look_for_wish(in, f, "/nokexec");
}

void guard_no_kexec_reboot(const struct guard_input *in, struct finding *f)
{
	look_for_wish(in, f, "/no-kexec-reboot");
}
