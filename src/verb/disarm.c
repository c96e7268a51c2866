// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --disarm: first the mark that every later hook and the gate at shutdown honour, then
 * the unloading: so that it holds even where the kernel refuses to unload.
 */
#include <errno.h>

#include "base/log.h"
#include "keep/lock.h"
#include "keep/runfiles.h"
#include "keep/step.h"
#include "load/load.h"
#include "verb/verb.h"

/* The one-shot switches that other loaders honour, made only where the loader is
 * installed. */
static const struct {
	const char *loader, *path;
} switches[] = {
	{ "/etc/init.d/kexec-load", "/no-kexec-reboot" },      /* Debian's kexec-tools */
	{ "/usr/sbin/kexec-load-kernel", "/no-kexec-reboot" }, /* the same, newer */
	{ "/etc/conf.d/kexec", "/nokexec" },		       /* Gentoo's */
};

static int write_mark(const struct ctx *ctx)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_strv_ struct strv created = STRV_EMPTY;
	_cleanup_envfile_ struct envfile old = ENVFILE_EMPTY;
	char at[32];
	int r = record_read_of_boot(ctx, RUN_DISARMED, &old);

	if (r != 0) /* disarmed already: what it created stays recorded */
		return r < 0 ? r : 0;
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		if (root_exists(ctx->root, switches[i].loader) &&
		    !root_exists(ctx->root, switches[i].path) &&
		    !strv_has(&created, switches[i].path) &&
		    strv_add(&created, switches[i].path) < 0)
			return -ENOMEM;
	r = record_begin(ctx, &record, true);
	if (r < 0)
		return r;
	time_text(ctx, at);
	envfile_put(record.f, "AT", at);
	for (size_t i = 0; i < created.count; i++)
		envfile_put(record.f, "CREATED", created.items[i]);
	r = record_commit(ctx, &record, RUN_DISARMED);
	for (size_t i = 0; i < created.count && r == 0; i++)
		r = root_touch(ctx->root, created.items[i]);
	return r;
}

static int unload_all(const struct ctx *ctx)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	int r = loaded_read(ctx, &now);

	if (r < 0)
		return log_error_errno(r, "cannot read '%s'", RUN_ARMED);
	if (now.loaded) {
		r = load_unload(ctx);
		if (r < 0)
			return r;
	}
	r = state_remove(ctx);
	if (r < 0)
		return log_error_errno(r, "cannot remove '%s'", RUN_ARMED);
	if (now.ours)
		log_event(LOG_NOTICE, EVENT_UNLOADED,
			  LOG_FIELDS({ "WARMBOOT_KERNEL", now.state.version }),
			  "unloaded %s: the next reboot goes through the firmware",
			  now.state.version);
	else if (now.loaded)
		log_notice(
			"unloaded another program's kernel: the next reboot goes through the firmware");
	else
		log_notice(
			"nothing was loaded; nothing will be armed before the next boot");
	return 0;
}

int disarm_lift(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile disarmed = ENVFILE_EMPTY;
	size_t iter = 0;
	const char *path;
	int r = record_read_of_boot(ctx, RUN_DISARMED, &disarmed);

	if (r <= 0)
		return r;
	while ((path = envfile_next(&disarmed, "CREATED", &iter))) {
		r = root_unlink(ctx->root, path);
		if (r < 0 && r != -ENOENT)
			return log_error_errno(r, "cannot remove '%s'", path);
	}
	r = keep_restore(ctx);
	if (r < 0)
		return r;
	r = root_unlink(ctx->root, RUN_DISARMED);
	return r == -ENOENT ? 0 : r;
}

int verb_disarm(const struct ctx *ctx)
{
	_cleanup_close_ int lock = -1;
	int marked, unloaded, kept;

	if (ctx->options->dry_run) {
		log_notice(
			"would unload what is loaded and arm nothing before the next boot");
		return STATUS_DONE;
	}
	if (ctx->sys->geteuid() != 0) {
		log_error("disarming needs root");
		return STATUS_REFUSED;
	}
	lock = lock_take(ctx);
	if (lock < 0)
		log_warning_errno(lock,
				  "cannot get the lock '%s'; disarming all the same",
				  RUN_LOCK);
	(void)!root_unlink(ctx->root, RUN_GO);
	marked = write_mark(ctx);
	if (marked < 0)
		log_error_errno(marked, "cannot write '%s': a later hook may arm again",
				RUN_DISARMED);
	unloaded = unload_all(ctx);
	if (unloaded < 0 && marked == 0)
		log_notice(
			"with systemd the gate at shutdown still goes through the firmware");
	kept = keep_off(ctx);
	if (kept < 0)
		log_error_errno(
			kept, "another program's kexec settings cannot be switched off");
	outcome_note(ctx, false, NULL, "disarmed by hand until the next boot");
	return marked < 0 || unloaded < 0 || kept < 0 ? STATUS_FAILED : STATUS_DONE;
}
