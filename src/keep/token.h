/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The boot token, RUN_BOOT: the service's start writes it, its stop removes it, and
 * nothing is armed without it. It names the boot and the root directory (device and
 * inode), so that a chroot or a container that sees the host's /run does not arm the
 * host.
 */
#ifndef KEEP_TOKEN_H
#define KEEP_TOKEN_H

#include "ctx.h"

/* Returns 0 or a negative errno. */
_must_check_ int token_write(const struct ctx *ctx);

/* Returns 0, also when there was none, or a negative errno. */
int token_remove(const struct ctx *ctx);

/* Returns 1 if there is one of this boot and this root directory; 0 if not; or a negative
 * errno. */
_must_check_ int token_valid(const struct ctx *ctx);

#endif
