/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a boot through the firmware costs on this machine, before the kernel starts: so
 * that a user sees what a warm reboot saves. Kept in STATE_DIR when such a boot has been
 * seen, because not every machine tells it after a kexec, too.
 *
 * Sources: the ACPI table FPDT as the kernel shows it (nanoseconds since reset,
 * Documentation/ABI/testing/sysfs-firmware-acpi), else LoaderTimeExecUSec of the Boot
 * Loader Interface (microseconds, as decimal text), which systemd-boot and systemd-stub
 * write when they start the kernel.
 */
#ifndef KEEP_FIRMWARE_TIME_H
#define KEEP_FIRMWARE_TIME_H

#include "ctx.h"

/* At the service's start: keeps the time if this boot came through the firmware and the
 * machine tells it. 0 or a negative errno. */
_must_check_ int firmware_time_note(const struct ctx *ctx);

/* The seconds into *@ret: 1; 0 if they are not known; or a negative errno. */
_must_check_ int firmware_time_read(const struct ctx *ctx, double *ret);

#endif
