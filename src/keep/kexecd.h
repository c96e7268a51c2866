/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Debian's kexec-tools: a snippet of our own, /etc/default/kexec.d/warmboot, which its
 * scripts source after /etc/default/kexec (in the order of run-parts). That file itself
 * belongs to its package, which rewrites it, and is never touched.
 *
 * All return 1 if the snippet was changed, 0 if not (also where kexec-tools is not
 * installed, or the configuration says never), or a negative errno: -EOPNOTSUPP when the
 * plan has several initramfs files.
 */
#ifndef KEEP_KEXECD_H
#define KEEP_KEXECD_H

#include "ctx.h"

#define KEXECD_DEFAULTS "/etc/default/kexec"
#define KEXECD_DIR "/etc/default/kexec.d"
#define KEXECD_SNIPPET "warmboot"

_must_check_ int kexecd_update(const struct ctx *ctx, const char *kernel,
			       const struct strv *initrds, const char *cmdline);

/* LOAD_KEXEC=false: its scripts load nothing. */
_must_check_ int kexecd_off(const struct ctx *ctx);

/* @unless_off: one that switches off stays. */
_must_check_ int kexecd_remove(const struct ctx *ctx, bool unless_off);

#endif
