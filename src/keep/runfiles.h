/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The names of what warmboot keeps outside its own installation, in one place
 * (warmboot(8), FILES). */
#ifndef KEEP_RUNFILES_H
#define KEEP_RUNFILES_H

/* RUNDIR/warmboot: lives as long as this boot. */
#define RUN_DIR RUNDIR "/warmboot"
#define RUN_LOCK RUN_DIR "/lock"
#define RUN_ARMED RUN_DIR "/armed"	 /* what we loaded: state.h */
#define RUN_BOOT RUN_DIR "/boot"	 /* the boot token: BOOT_ID, ROOT=dev:ino */
#define RUN_DISARMED RUN_DIR "/disarmed" /* --disarm was given in this boot */
#define RUN_GO RUN_DIR "/go"		 /* the stop's consent: BOOT_ID, FINGERPRINT */
#define RUN_AGAIN RUN_DIR "/again"	 /* somebody could not get the lock */
#define RUN_LAST RUN_DIR "/last"	 /* the last decision: REASON, AT, BY */
#define RUN_GUARDS RUN_DIR "/guards"	 /* the last verdicts as root */

/* STATEDIR/warmboot: lives on. */
#define STATE_DIR STATEDIR "/warmboot"
#define STATE_ATTEMPT STATE_DIR "/attempt" /* a jump that was about to be made */
#define STATE_ARMED \
	STATE_DIR "/armed" /* what was armed last: written before every load */
#define STATE_HISTORY STATE_DIR "/history"
#define STATE_KEPT STATE_DIR "/kept" /* old values of other programs' files */

#define BOOT_ID_PATH "/proc/sys/kernel/random/boot_id"

#endif
