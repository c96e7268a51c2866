// SPDX-License-Identifier: GPL-2.0-or-later
#include "verb/stopping.h"

#include <errno.h>
#include <string.h>

#include "base/log.h"

#define SYSTEMCTL "/bin/systemctl"
#define SYSTEMCTL_TIMEOUT_MS 20000

/* Does a line of `systemctl list-jobs` name @unit with a start job? */
static bool has_job(const char *jobs, const char *unit)
{
	size_t len = strlen(unit);

	for (const char *at = jobs; (at = strstr(at, unit)); at += len)
		if ((at == jobs || at[-1] == ' ' || at[-1] == '\n') && at[len] == ' ')
			return true;
	return false;
}

/*
 * kexec-load.service of SUSE, kexec-load@.service as many write it for Arch, NixOS's
 * prepare-kexec.service: all have the word in their name, and so do systemd's own and a
 * splash screen.
 */
static bool is_loader(const char *unit, const char *type)
{
	return streq(type, "start") && strstr(unit, "kexec") &&
	       ends_with(unit, ".service") && !starts_with(unit, "systemd-kexec") &&
	       !starts_with(unit, "plymouth-kexec");
}

static int find_loaders(char *jobs, struct strv *ret)
{
	char *save = NULL;
	int r = 0;

	for (char *line = strtok_r(jobs, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save)) {
		char unit[256], type[16];
		unsigned id;

		if (sscanf(line, "%u %255s %15s", &id, unit, type) == 3 &&
		    is_loader(unit, type))
			r = strv_take(ret, strf("%u %s", id, unit));
	}
	return r;
}

static int ask_systemd(const struct ctx *ctx, struct stopping *ret)
{
	struct sys_command command = SYS_COMMAND(SYSTEMCTL, "list-jobs", "--no-legend",
						 "--no-pager", "--plain");
	_cleanup_free_ char *jobs = NULL;
	int r;

	command.ret_output = &jobs;
	command.output_max = 1024 * 1024;
	command.timeout_ms = SYSTEMCTL_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	if (r != 0) {
		log_error("cannot ask systemd whether this is a reboot: taken for none");
		return 0;
	}
	if (has_job(jobs, "soft-reboot.target"))
		ret->why = STOPPED_SOFT_REBOOT;
	else if (has_job(jobs, "reboot.target") || has_job(jobs, "kexec.target"))
		ret->why = STOPPED_REBOOTING;
	else if (has_job(jobs, "shutdown.target"))
		ret->why = STOPPED_SHUTDOWN;
	return ret->why == STOPPED_REBOOTING ? find_loaders(jobs, &ret->loaders) : 0;
}

int stopping_read(const struct ctx *ctx, struct stopping *ret)
{
	const char *value = ctx->sys->getenv("RC_REBOOT");

	*ret = (struct stopping)STOPPING_EMPTY;
	if (value && *value) {
		ret->why = STOPPED_REBOOTING;
		return 0;
	}
	if (root_exists(ctx->root, "/run/systemd/system"))
		return ask_systemd(ctx, ret);
	value = ctx->sys->getenv("RUNLEVEL");
	if (streq(value, "6"))
		ret->why = STOPPED_REBOOTING;
	else if (streq(value, "0"))
		ret->why = STOPPED_SHUTDOWN;
	return 0;
}

void stopping_done(struct stopping *stopping)
{
	strv_done(&stopping->loaders);
}

static int ask(const struct ctx *ctx, const char *verb, const char *what)
{
	struct sys_command command = SYS_COMMAND(SYSTEMCTL, verb, what);
	int r;

	command.timeout_ms = SYSTEMCTL_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	return r > 0 ? -EIO : r;
}

/* A job of a reboot gives way to no other, but can be cancelled (systemctl(1)). One that
 * ran already is stopped. */
static int cancel(const struct ctx *ctx, const char *loader)
{
	const char *unit = strchr(loader, ' ') + 1;
	_cleanup_free_ char *id = strndup(loader, (size_t)(unit - 1 - loader));
	int r = id ? ask(ctx, "cancel", id) : -ENOMEM;

	return r == -ENOMEM ? r : ask(ctx, "stop", unit);
}

int stopping_cancel_loaders(const struct ctx *ctx, const struct stopping *stopping)
{
	for (size_t i = 0; i < stopping->loaders.count; i++) {
		const char *loader = stopping->loaders.items[i];
		const char *unit = strchr(loader, ' ') + 1;
		int r = cancel(ctx, loader);

		if (r < 0)
			return log_error_errno(r,
					       "%s would load a kernel of its own after "
					       "this, and cannot be cancelled",
					       unit);
		log_notice("cancelled %s, which would load a kernel of its own after "
			   "this",
			   unit);
	}
	return 0;
}
