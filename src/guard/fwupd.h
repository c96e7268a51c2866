/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What fwupd keeps of updates that a reboot has to finish: the table `history` of
 * /var/lib/fwupd/pending.db (src/fu-history.c of fwupd). Pure.
 *
 * A row whose update_state is 4 (FWUPD_UPDATE_STATE_NEEDS_REBOOT) waits for a reboot if
 * the BootTime in its metadata ("KEY=VALUE;...") is that of this boot, the btime of
 * /proc/stat. From an earlier boot it is over: fwupd looks at it when it starts next.
 */
#ifndef GUARD_FWUPD_H
#define GUARD_FWUPD_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* The kernel works btime out from the clock, so a clock that is set moves it. */
#define FWUPD_BTIME_SLACK 120

/*
 * Is there an update that waits for a reboot of the boot of @btime? 1 with the device in
 * *@ret_device (the caller frees); 0; or as sqlite_read(). A row that does not tell when
 * it was written counts as one of this boot.
 */
_must_check_ int fwupd_pending(const uint8_t *data, size_t len, uint64_t btime,
			       char **ret_device);

#endif
