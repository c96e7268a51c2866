/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other programs that load a kernel while the machine goes down, or when it came up.
 * Where they are enabled, what is loaded at the end need not be what we loaded. When in
 * doubt they count as enabled.
 */
#ifndef KEEP_FOREIGN_H
#define KEEP_FOREIGN_H

#include "ctx.h"

/* Debian's kexec-tools: LOAD_KEXEC as its files say it, our own snippet left aside. */
bool foreign_debian_enabled(const struct ctx *ctx);

/* Gentoo's kexec script in a runlevel, or a unit kexec.service that is enabled. */
bool foreign_gentoo_enabled(const struct ctx *ctx);

/* Services that systemd starts with kexec.target, in no order with our stop: SUSE's
 * kexec-load, the one of that name that many write for Arch, NixOS's. */
bool foreign_late_enabled(const struct ctx *ctx);

/* Any of them. *@ret_name: what it is called, in words; a constant. */
bool other_loader_enabled(const struct ctx *ctx, const char **ret_name);

#endif
