/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Gentoo's /etc/conf.d/kexec, which is a symbolic link to /etc/kexec.conf in today's
 * packages: KNAME and INITRD, so that the kexec init script (it loads anew while the
 * machine goes down) takes the kernel that we armed, not an older one.
 *
 * Its readers disagree (sys-apps/kexec-tools: kexec-r2.init, kexec-auto-load): a bare
 * file name lies in BOOTPART for all of them; a name with a slash is a path for the init
 * script, but is below BOOTPART for kexec-auto-load, which then finds nothing and loads
 * nothing. So names in BOOTPART are written bare, and others as absolute paths. KNAME="-"
 * disables.
 *
 * The first change keeps the old values in STATE_KEPT. What somebody else has changed
 * since is theirs: a KNAME="-" that is not ours stays, and becomes the value to restore
 * otherwise.
 *
 * All return 1 if a file was changed, 0 if not (also where it is not installed, or the
 * configuration says never), or a negative errno: -EOPNOTSUPP when the file holds shell
 * code in the places in question or cannot express the plan.
 */
#ifndef KEEP_CONFD_H
#define KEEP_CONFD_H

#include "ctx.h"

_must_check_ int confd_update(const struct ctx *ctx, const char *kernel,
			      const struct strv *initrds);

/* KNAME="-": the script unloads whatever is loaded. */
_must_check_ int confd_off(const struct ctx *ctx);

/* Back to what was there before the first change. @unless_off: what is switched off stays
 * so. */
_must_check_ int confd_restore(const struct ctx *ctx, bool unless_off);

#endif
