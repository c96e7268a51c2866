// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate: the last decision, in systemd-reboot.service and systemd-kexec.service
 * (hooks/systemd). It fails closed: our image is jumped into only with the stop's consent
 * of this boot for exactly this image; without it, and after --disarm, the machine goes
 * through the firmware. What is not ours is left to the unit:
 *
 *   loaded     disarmed  consent   as systemd-reboot.service   as systemd-kexec.service
 *   ours       no        valid     kexec                       kexec
 *   ours       no        none      firmware                    firmware
 *   any        yes       -         firmware                    firmware
 *   not ours   no        -         firmware (returns)          kexec
 *
 * It reads no configuration and needs no /boot, no /var and no lock.
 */
#include <errno.h>

#include "base/log.h"
#include "keep/runfiles.h"
#include "load/load.h"
#include "verb/verb.h"

#define SYSTEMCTL "/bin/systemctl"
#define SYSTEMCTL_TIMEOUT_MS 30000
/* systemd ends us when it acts on the request; if it does not, the unit's own failure
 * action follows. */
#define GATE_SLEEP_MS 60000

static bool has_consent(const struct ctx *ctx, const struct state *state)
{
	_cleanup_envfile_ struct envfile go = ENVFILE_EMPTY;
	char fingerprint[17];

	if (record_read_of_boot(ctx, RUN_GO, &go) <= 0)
		return false;
	state_fingerprint(state, fingerprint);
	return streq(envfile_get(&go, "FINGERPRINT"), fingerprint);
}

static int ask_systemd(const struct ctx *ctx, const char *verb)
{
	struct sys_command command = SYS_COMMAND(SYSTEMCTL, "--force", verb);
	int r;

	command.timeout_ms = SYSTEMCTL_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	if (r != 0) {
		log_error("'systemctl --force %s' failed", verb);
		return STATUS_FAILED;
	}
	ctx->sys->sleep_ms(GATE_SLEEP_MS);
	return STATUS_DONE;
}

static int through_firmware(const struct ctx *ctx, bool loaded, const char *why)
{
	log_event(LOG_NOTICE, EVENT_SKIPPED, LOG_FIELDS({ "WARMBOOT_REASON", why }),
		  "going through the firmware: %s", why);
	if (loaded)
		(void)load_unload(
			ctx); /* said there; the forced reboot does not use it either */
	return ask_systemd(ctx, "reboot");
}

int gate(const struct ctx *ctx)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_envfile_ struct envfile disarmed = ENVFILE_EMPTY;
	struct stat st;
	bool at_kexec = ctx->options->n_args > 0 && streq(ctx->options->args[0], "kexec");
	int r = record_read_of_boot(ctx, RUN_DISARMED, &disarmed);

	if (r != 0)
		return through_firmware(
			ctx, true, r < 0 ? "its own records cannot be read" : "disarmed");
	r = loaded_read(ctx, &now);
	if (r < 0)
		return through_firmware(ctx, true, "its own records cannot be read");
	if (now.ours && has_consent(ctx, &now.state)) {
		log_notice("going straight into %s", now.state.version);
		return ask_systemd(ctx, "kexec");
	}
	/* A record of ours that cannot be read whole is ours all the same: state_read()
	 * said no. */
	if (now.ours || (now.loaded && root_stat(ctx->root, RUN_ARMED, &st) != -ENOENT))
		return through_firmware(
			ctx, true, "no consent of the service's stop for what is loaded");
	return at_kexec ? ask_systemd(ctx, "kexec") : STATUS_DONE;
}
