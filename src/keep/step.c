// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>

#include "base/log.h"
#include "keep/confd.h"
#include "keep/disarmed.h"
#include "keep/foreign.h"
#include "keep/kexecd.h"
#include "keep/step.h"

#define CONFD "/etc/conf.d/kexec"
#define KEXECD KEXECD_DIR "/" KEXECD_SNIPPET

/* @r: 1 changed, 0 not, or a negative errno. Returns 0 or the errno. */
static int tell(int r, const char *path, const char *changed, const char *failed)
{
	if (r == -EOPNOTSUPP)
		log_warning("%s: %s; edit it by hand, or set its service aside", path,
			    failed);
	else if (r < 0)
		log_warning_errno(r, "%s: %s", path, failed);
	else if (r > 0)
		log_info("%s: %s", path, changed);
	return r < 0 ? r : 0;
}

static int off_confd(const struct ctx *ctx)
{
	if (!foreign_gentoo_enabled(ctx))
		return 0;
	return tell(confd_off(ctx), CONFD, "switched off with KNAME=\"-\"",
		    "KNAME cannot be set to \"-\"");
}

static int off_kexecd(const struct ctx *ctx)
{
	if (!foreign_debian_enabled(ctx))
		return 0;
	return tell(kexecd_off(ctx), KEXECD, "switched off with LOAD_KEXEC=false",
		    "LOAD_KEXEC=false cannot be written");
}

/* What an update led to; if the other program cannot load the same, it shall load
 * nothing. */
static int settle(const struct ctx *ctx, int r, const char *path,
		  int (*off)(const struct ctx *ctx))
{
	if (r != -EOPNOTSUPP)
		return tell(r, path, "names the kernel that is armed",
			    "cannot be made to name the kernel that is armed");
	log_info("%s: cannot express what is armed", path);
	return off(ctx);
}

int keep_in_step(const struct ctx *ctx, const char *kernel, const struct strv *initrds,
		 const char *cmdline)
{
	int confd = settle(ctx, confd_update(ctx, kernel, initrds), CONFD, off_confd);
	int kexecd = settle(ctx, kexecd_update(ctx, kernel, initrds, cmdline), KEXECD,
			    off_kexecd);

	return confd < 0 ? confd : kexecd;
}

int keep_off(const struct ctx *ctx)
{
	int confd = off_confd(ctx);
	int kexecd = off_kexecd(ctx);

	return confd < 0 ? confd : kexecd;
}

static int restore(const struct ctx *ctx, bool unless_off)
{
	int confd =
		tell(confd_restore(ctx, unless_off), CONFD, "has its own settings again",
		     "its own settings cannot be put back");
	int kexecd = tell(kexecd_remove(ctx, unless_off), KEXECD, "removed",
			  "cannot be removed");

	return confd < 0 ? confd : kexecd;
}

int keep_restore(const struct ctx *ctx)
{
	return restore(ctx, false);
}

int keep_step_no_more(const struct ctx *ctx)
{
	return restore(ctx, true);
}

int keep_let_go(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile mark = ENVFILE_EMPTY;
	int r = disarmed_read(ctx, &mark);

	return r < 0 ? r : r > 0 ? 0 : keep_restore(ctx);
}
