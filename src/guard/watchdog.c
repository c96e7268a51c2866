// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A hardware watchdog that goes on through the jump resets the machine unless the next
 * kernel gets to it in time. systemd switches its own off before a kexec unless
 * KExecWatchdogSec= says otherwise, but a driver or kernel with "nowayout" does not let
 * itself be switched off. Files: Documentation/ABI/testing/sysfs-class-watchdog.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "guard/rows.h"

#define CLASS "/sys/class/watchdog"
/* Kernel, initramfs and init until somebody feeds it: slow disks and firmware included.
 */
#define ENOUGH_SECONDS 120
#define CONF_MAX (256 * 1024)

/* Is the setting @name in this text one that switches the watchdog on? 1, 0, or -1: it
 * is not set here. */
static int setting_in(char *text, const char *name)
{
	char *save = NULL;
	int on = -1;

	for (char *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *value = strchr(line, '=');

		if (!value)
			continue;
		*value++ = '\0';
		if (!streq(str_strip(line), name))
			continue;
		value = str_strip(value);
		on = *value && !streq(value, "off") && !streq(value, "0") &&
		     !streq(value, "0s");
	}
	return on;
}

/* systemd-system.conf(5): the file, then snippets in the order of their names. */
static bool systemd_keeps_it(const struct ctx *ctx)
{
	static const char *const folders[] = { "/usr/lib/systemd/system.conf.d",
					       "/run/systemd/system.conf.d",
					       "/etc/systemd/system.conf.d" };
	_cleanup_free_ char *text = NULL;
	bool on = false;

	if (root_read(ctx->root, "/etc/systemd/system.conf", CONF_MAX, &text, NULL) == 0)
		on = setting_in(text, "KExecWatchdogSec") > 0;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_strv_ struct strv names = STRV_EMPTY;

		if (root_list(ctx->root, folders[i], 256, &names) < 0)
			continue;
		for (size_t j = 0; j < names.count; j++) {
			_cleanup_free_ char *path =
				strf("%s/%s", folders[i], names.items[j]);
			_cleanup_free_ char *snippet = NULL;
			int here = -1;

			if (path && ends_with(path, ".conf") &&
			    root_read(ctx->root, path, CONF_MAX, &snippet, NULL) == 0)
				here = setting_in(snippet, "KExecWatchdogSec");
			if (here >= 0)
				on = here;
		}
	}
	return on;
}

/* An attribute of the watchdog @name; NULL if there is none. The caller frees it. */
static char *attribute(const struct ctx *ctx, const char *name, const char *file)
{
	_cleanup_free_ char *path = strf(CLASS "/%s/%s", name, file);
	char *line = NULL;

	return path && root_read_line(ctx->root, path, &line) == 0 ? line : NULL;
}

/* Sets a finding for one that may bite, and returns true. */
static bool may_bite(const struct guard_input *in, const char *name, struct finding *f)
{
	_cleanup_free_ char *state = attribute(in->ctx, name, "state");
	_cleanup_free_ char *identity = NULL, *nowayout = NULL, *timeout = NULL;
	bool stays, kept;
	uint64_t seconds;

	if (!streq(state, "active"))
		return false;
	identity = attribute(in->ctx, name, "identity");
	/* It is a timer of the running kernel, and ends with it. */
	if (streq(identity, "Software Watchdog"))
		return false;
	nowayout = attribute(in->ctx, name, "nowayout");
	timeout = attribute(in->ctx, name, "timeout");
	stays = !streq(nowayout, "0");
	kept = systemd_keeps_it(in->ctx);
	if (!stays && !kept)
		return false;
	if (timeout && parse_u64(timeout, &seconds) == 0 && seconds >= ENOUGH_SECONDS)
		return false;
	finding_set(
		f, VERDICT_WARN,
		"the watchdog %s (%s) goes on through the jump%s, and resets the machine "
		"after %s s unless the next kernel gets to it",
		name, str_or(identity, "of unknown kind"),
		stays ? ": it cannot be stopped (nowayout)" : " (KExecWatchdogSec=)",
		str_or(timeout, "?"));
	return true;
}

void guard_watchdog(const struct guard_input *in, struct finding *f)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(in->ctx->root, CLASS, 256, &names);

	if (r < 0 && r != -ENOENT && r != -ENOTDIR) {
		finding_unknown(f, r, CLASS);
		return;
	}
	for (size_t i = 0; i < names.count; i++)
		if (may_bite(in, names.items[i], f))
			return;
	finding_set(f, VERDICT_OK,
		    "none that goes on through the jump for too short a "
		    "time");
}
