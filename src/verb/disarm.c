// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --disarm: first the mark that every later hook and the gate at shutdown honour, then
 * the unloading: so that it holds even where the kernel refuses to unload.
 */
#include <errno.h>
#include <inttypes.h>

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

/* *@ret_created: the switches that it says are made, and that are not made yet. */
static int write_mark(const struct ctx *ctx, struct strv *ret_created)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_strv_ struct strv created = STRV_EMPTY, before = STRV_EMPTY;
	_cleanup_envfile_ struct envfile old = ENVFILE_EMPTY;
	size_t iter = 0;
	const char *path;
	char at[32];
	int r = record_read_of_boot(ctx, RUN_DISARMED, &old);

	/* Disarmed already: what that created stays recorded, and what it did not come
	 * to is made up for. */
	while (r > 0 && (path = envfile_next(&old, "CREATED", &iter)))
		if (strv_add(&before, path) < 0)
			return -ENOMEM;
	if (r < 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		if ((strv_has(&before, switches[i].path) ||
		     (root_exists(ctx->root, switches[i].loader) &&
		      !root_exists(ctx->root, switches[i].path))) &&
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
	if (r < 0)
		return r;
	strv_done(ret_created);
	*ret_created = created;
	created = (struct strv)STRV_EMPTY;
	return 0;
}

/* The mark is ours; these are what others look at. 0 or a negative errno, said. */
static int make_switches(const struct ctx *ctx, const struct strv *paths)
{
	int r = 0;

	for (size_t i = 0; i < paths->count; i++) {
		int made = root_touch(ctx->root, paths->items[i]);

		if (made < 0)
			r = log_error_errno(
				made,
				"cannot make '%s': another program may load a "
				"kernel of its own at the shutdown",
				paths->items[i]);
	}
	return r;
}

/* What a shutdown that was asked for with a time is to be (org.freedesktop.login1(5)). */
#define SCHEDULED "/run/systemd/shutdown/scheduled"
#define SCHEDULED_MAX 65536
#define BUSCTL "/usr/bin/busctl"
#define BUSCTL_TIMEOUT_MS 20000

/* `shutdown -r +5` is scheduled as a kexec when something is loaded. 1 with the time in
 * microseconds; 0; or a negative errno. */
static int scheduled_kexec(const struct ctx *ctx, uint64_t *ret_usec)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = root_read(ctx->root, SCHEDULED, SCHEDULED_MAX, &text, &len);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r == 0)
		r = envfile_parse(text, len, &file);
	if (r < 0)
		return r;
	if (!streq(envfile_get(&file, "MODE"), "kexec"))
		return 0;
	r = parse_u64(str_or(envfile_get(&file, "USEC"), ""), ret_usec);
	return r < 0 ? r : 1;
}

/* Asked for again at the same time, a shutdown takes the place of the one before. */
static int make_it_a_reboot(const struct ctx *ctx, uint64_t usec)
{
	_cleanup_free_ char *when = strf("%" PRIu64, usec);
	struct sys_command command =
		SYS_COMMAND(BUSCTL, "--quiet", "call", "org.freedesktop.login1",
			    "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
			    "ScheduleShutdown", "st", "reboot", when);
	int r;

	if (!when)
		return -ENOMEM;
	command.timeout_ms = BUSCTL_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	return r > 0 ? -EIO : r;
}

static void reschedule(const struct ctx *ctx)
{
	uint64_t usec;
	int r = scheduled_kexec(ctx, &usec);

	if (r == 0)
		return;
	if (r > 0)
		r = make_it_a_reboot(ctx, usec);
	if (r < 0)
		log_warning_errno(r,
				  "the shutdown in '" SCHEDULED "' may be a kexec, and "
				  "cannot be changed: run 'shutdown -c' and ask for it "
				  "again");
	else
		log_notice("the kexec that was scheduled is a reboot now, at the same "
			   "time");
}

#define GATE NAME "-gate"
#define NAMES_MAX 4096

/* Both ways to reboot? Where distributions put units. */
static bool systemd_has_gate(const struct ctx *ctx)
{
	static const char *const folders[] = { "/usr/lib/systemd/system",
					       "/lib/systemd/system",
					       "/etc/systemd/system",
					       "/usr/local/lib/systemd/system" };
	static const char *const names[] = { "systemd-reboot.service.d/50-" NAME ".conf",
					     "systemd-kexec.service.d/50-" NAME ".conf" };
	size_t found = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		for (size_t j = 0; j < ARRAY_SIZE(folders); j++) {
			_cleanup_free_ char *path = strf("%s/%s", folders[j], names[i]);

			if (path && root_exists(ctx->root, path)) {
				found++;
				break;
			}
		}
	return found == ARRAY_SIZE(names);
}

/* A link such as S02warmboot-gate in one of sysvinit's folders for runlevel 6. */
static bool sysvinit_has_gate(const struct ctx *ctx)
{
	static const char *const folders[] = { "/etc/rc6.d", "/etc/rc.d/rc6.d" };

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_strv_ struct strv names = STRV_EMPTY;

		if (root_list(ctx->root, folders[i], NAMES_MAX, &names) < 0)
			continue;
		for (size_t j = 0; j < names.count; j++)
			if (ends_with(names.items[j], GATE))
				return true;
	}
	return false;
}

/* Does the gate stand in the way of every reboot in good order? */
static bool has_gate(const struct ctx *ctx)
{
	if (root_exists(ctx->root, "/run/systemd/system"))
		return systemd_has_gate(ctx);
	return root_exists(ctx->root, "/etc/runlevels/shutdown/" GATE) ||
	       root_exists(ctx->root, "/etc/runit/shutdown.d/85-" GATE ".sh") ||
	       sysvinit_has_gate(ctx);
}

/* It stays loaded: what then works. */
static void tell_ways_out(const struct ctx *ctx, bool marked)
{
	if (marked && has_gate(ctx))
		log_notice("it stays loaded, but a reboot in good order goes through the "
			   "firmware: the gate, which comes last, sees to it");
	else
		log_notice("it stays loaded: to go through the firmware, power off and "
			   "on, or run 'sync; reboot -f' with the services stopped");
}

/* @locked: nobody else is about to load. Otherwise the record stays, so that what comes
 * into the kernel yet has one; without an image it means nothing. */
static int unload_all(const struct ctx *ctx, bool locked)
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
	r = locked ? state_remove(ctx) : 0;
	if (r < 0)
		return log_error_errno(r, "cannot remove '%s'", RUN_ARMED);
	if (now.ours)
		log_event(LOG_NOTICE, EVENT_UNLOADED,
			  LOG_FIELDS({ "WARMBOOT_KERNEL", now.state.version }),
			  "unloaded %s: the next reboot goes through the firmware",
			  now.state.version);
	else if (now.loaded)
		log_notice(
			"unloaded %s kernel: the next reboot goes through the firmware",
			now.unclear ? "a" : "another program's");
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

	if (r < 0)
		return r;
	if (r == 0) { /* one that is damaged would go on holding every hook back */
		r = root_unlink(ctx->root, RUN_DISARMED);
		return r == -ENOENT ? 0 : r;
	}
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
	_cleanup_strv_ struct strv created = STRV_EMPTY;
	int marked, made, unloaded, kept;

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
	(void)consent_withdraw(ctx);
	marked = write_mark(ctx, &created);
	if (marked < 0)
		log_error_errno(marked, "cannot write '%s': a later hook may arm again",
				RUN_DISARMED);
	made = make_switches(ctx, &created);
	unloaded = unload_all(ctx, lock >= 0);
	if (unloaded < 0)
		tell_ways_out(ctx, marked == 0);
	reschedule(ctx);
	kept = keep_off(ctx);
	if (kept < 0)
		log_error_errno(
			kept, "another program's kexec settings cannot be switched off");
	outcome_note(ctx, false, NULL, "disarmed by hand until the next boot");
	return marked < 0 || made < 0 || unloaded < 0 || kept < 0 ? STATUS_FAILED
								  : STATUS_DONE;
}
