/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Why the service is being stopped, and what else systemd is about to start on the way
 * down. */
#ifndef VERB_STOPPING_H
#define VERB_STOPPING_H

#include "ctx.h"

enum why_stopped {
	STOPPED_NOT_REBOOTING,
	STOPPED_REBOOTING,
	STOPPED_SOFT_REBOOT,
	STOPPED_SHUTDOWN
};

struct stopping {
	enum why_stopped why;
	/* Services that load a kernel of their own when kexec.target is started, before
	 * or after our last look: "ID UNIT" of their jobs. */
	struct strv loaders;
};
#define STOPPING_EMPTY                                              \
	{                                                           \
		.why = STOPPED_NOT_REBOOTING, .loaders = STRV_EMPTY \
	}

/* OpenRC says it in the environment (openrc-run(8)), sysvinit by the runlevel, systemd by
 * its jobs. Not known is not rebooting. Returns 0 or -ENOMEM. */
_must_check_ int stopping_read(const struct ctx *ctx, struct stopping *ret);
void stopping_done(struct stopping *stopping);

/* Keeps those loaders from starting. Returns 0 or a negative errno; has said it. */
_must_check_ int stopping_cancel_loaders(const struct ctx *ctx,
					 const struct stopping *stopping);

#endif
