/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that change the machine, replaced. What would have been called is appended to
 * the file `calls` in the folder @dir (also from child processes), messages to `journal`
 * and `syslog`; what would have been loaded is copied to `loaded-kernel` and
 * `loaded-initrd`, and @dir/root/sys/kernel/kexec_loaded follows.
 *
 * The behaviour is read from files beside it, so that a fixture can set it without C:
 *
 *   uname           "RELEASE VERSION"; default "6.1.0-55-amd64 #1 SMP Debian 6.1.1-1"
 *   machine         default x86_64
 *   euid            default 0
 *   load            a negative errno as a number for each load in turn, one a line; after
 *                   the last: 0
 *   mounts, own_mounts   results like load; what a successful mount on the empty folder
 *                   PATH of the root puts there is taken from mounted/PATH
 *   env             NAME=value lines: what getenv sees
 *   init_root       "1", "0" or a negative number; default 1
 *   ns_NAME         the inode of that namespace; default those of the initial ones
 *   uptime          seconds; default 100
 *   now             seconds since the epoch; default 1700000000
 *   ipmi            the BMC's answer as numbers in hexadecimal, the completion code
 * first, or one negative errno in decimal; default -ENODEV run/NAME        what the
 * program with the basename NAME prints (or an executable); its exit status in
 * run/NAME.status journal_result  a negative errno; default 0 reboot          its result,
 * for it always comes back: a negative errno; default -ENOSYS
 *
 * The reader of contents is the real one, from $B/warmboot-read.
 */
#ifndef FAKE_SYS_H
#define FAKE_SYS_H

#include "base/sys.h"

extern const struct sys sys_fake;

/* @dir stays the caller's; $B is where the programs were built. */
void fake_sys_use(const char *dir);

#endif
