// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gate: the last decision of a reboot. It fails closed: our image is jumped into only
 * with the stop's consent of this boot for exactly this image; without it, and after
 * --disarm, the machine goes through the firmware. What is not ours is left to the init:
 *
 *   loaded     disarmed  consent   `reboot`             `kexec`    `init`
 *   ours       no        valid     kexec                kexec      kexec
 *   ours       no        none      firmware             firmware   firmware
 *   any        yes       -         firmware             firmware   firmware
 *   not ours   no        -         firmware (returns)   kexec      returns
 *   nothing    no        -         firmware (returns)   firmware   returns; see below
 *
 * `reboot` and `kexec` are systemd-reboot.service and systemd-kexec.service
 * (hooks/systemd), where systemd is asked. `init` is the last script that any other init
 * runs at a reboot (hooks/sysvinit, openrc, runit), every file system read-only: there it
 * calls the kernel itself. Unloading and leaving the rest to the init would not do: some
 * jump into whatever is loaded (`reboot -k` of sysvinit), where the kernel refused to
 * unload.
 *
 * An openrc-init told to kexec with nothing loaded hangs (up to 0.63). The stop may just
 * have unloaded what there was, and what openrc-init was told cannot be seen: so there
 * the gate reboots with nothing loaded, too.
 *
 * It reads no configuration and needs no /boot, no /var and no lock.
 */
#include <errno.h>
#include <sys/reboot.h>

#include "base/log.h"
#include "keep/disarmed.h"
#include "keep/runfiles.h"
#include "load/load.h"
#include "verb/verb.h"

#define SYSTEMCTL "/bin/systemctl"
#define SYSTEMCTL_TIMEOUT_MS 30000
/* systemd ends us when it acts on the request; if it does not, the unit's own failure
 * action follows. */
#define GATE_SLEEP_MS 60000
#define CONSOLE_MS 200

static bool called_for(const struct ctx *ctx, const char *what)
{
	return ctx->options->n_args > 0 && streq(ctx->options->args[0], what);
}

static bool has_consent(const struct ctx *ctx, const struct state *state)
{
	_cleanup_envfile_ struct envfile go = ENVFILE_EMPTY;
	char fingerprint[17];

	if (record_read_of_boot(ctx, RUN_GO, &go) <= 0)
		return false;
	state_fingerprint(state, fingerprint);
	return streq(envfile_get(&go, "FINGERPRINT"), fingerprint);
}

static bool is_openrc_init(const struct ctx *ctx)
{
	_cleanup_free_ char *name = NULL;

	return root_read_line(ctx->root, "/proc/1/comm", &name) >= 0 &&
	       streq(name, "openrc-init");
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

/* Comes back only when it failed. What was said gets a moment to leave through a serial
 * line, for which reboot(2) does not wait. */
static int reboot_now(const struct ctx *ctx, int how)
{
	ctx->sys->sleep_ms(CONSOLE_MS);
	return ctx->sys->reboot(how);
}

static int reboot_by_firmware(const struct ctx *ctx)
{
	return log_error_errno(reboot_now(ctx, RB_AUTOBOOT), "cannot reboot"),
	       STATUS_FAILED;
}

static int through_firmware(const struct ctx *ctx, bool loaded, const char *why)
{
	log_event(LOG_NOTICE, EVENT_SKIPPED, LOG_FIELDS({ "WARMBOOT_REASON", why }),
		  "going through the firmware: %s", why);
	if (loaded)
		(void)load_unload(
			ctx); /* said there; the forced reboot does not use it either */
	return called_for(ctx, "init") ? reboot_by_firmware(ctx)
				       : ask_systemd(ctx, "reboot");
}

static int jump(const struct ctx *ctx, const char *version)
{
	log_notice("going straight into %s", version);
	if (!called_for(ctx, "init"))
		return ask_systemd(ctx, "kexec");
	log_error_errno(reboot_now(ctx, RB_KEXEC), "cannot jump into %s", version);
	return through_firmware(ctx, true, "the jump failed");
}

int gate(const struct ctx *ctx)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_envfile_ struct envfile disarmed = ENVFILE_EMPTY;
	int r = disarmed_read(ctx, &disarmed);

	if (r != 0)
		return through_firmware(
			ctx, true, r < 0 ? "its own records cannot be read" : "disarmed");
	r = loaded_read(ctx, &now);
	if (r < 0)
		return through_firmware(ctx, true, "its own records cannot be read");
	if (now.ours && has_consent(ctx, &now.state))
		return jump(ctx, now.state.version);
	if (now.ours || now.unclear)
		return through_firmware(
			ctx, true, "no consent of the service's stop for what is loaded");
	if (!now.loaded && called_for(ctx, "init") && is_openrc_init(ctx))
		return reboot_by_firmware(ctx);
	/* Asked for a kexec with nothing loaded, systemctl would look for a kernel
	 * itself: but what was there the stop may just have unloaded. */
	return called_for(ctx, "kexec") && now.loaded ? ask_systemd(ctx, "kexec")
						      : STATUS_DONE;
}
