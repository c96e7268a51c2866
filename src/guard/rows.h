/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions behind the rows of the table in guard.c. Each looks at one thing and
 * tells with finding_set() what it found; it changes nothing. A row that cannot find out
 * says VERDICT_UNKNOWN: what that means is the table's and the runner's to say.
 */
#ifndef GUARD_ROWS_H
#define GUARD_ROWS_H

#include "guard/guard.h"

struct guard_input {
	const struct ctx *ctx;
	enum guard_moment moment;
	const struct guard_facts *facts;
};

/* Sets the verdict and what was found, in words. Out of memory leaves found NULL. */
void finding_set(struct finding *f, enum verdict verdict, const char *fmt, ...)
	_printf_(3, 4);

/* "It could not be found out", with the errno in words. */
void finding_unknown(struct finding *f, int r, const char *what);

/* Would a load that nobody asked for by hand be the next step? */
bool guard_loads_alone(const struct guard_input *in);

/* machine.c: where and as whom we run. */
void guard_root(const struct guard_input *in, struct finding *f);
void guard_container(const struct guard_input *in, struct finding *f);
void guard_chroot(const struct guard_input *in, struct finding *f);
void guard_image_build(const struct guard_input *in, struct finding *f);

/* kexec.c: what the kernel can and lets us do, and what is loaded. */
void guard_kexec(const struct guard_input *in, struct finding *f);
void guard_kexec_disabled(const struct guard_input *in, struct finding *f);
void guard_load_limit(const struct guard_input *in, struct finding *f);
void guard_lockdown(const struct guard_input *in, struct finding *f);
void guard_foreign(const struct guard_input *in, struct finding *f);

/* wish.c: what the administrator asked for. */
void guard_enabled(const struct guard_input *in, struct finding *f);
void guard_boot_token(const struct guard_input *in, struct finding *f);
void guard_disarmed(const struct guard_input *in, struct finding *f);
void guard_nokexec(const struct guard_input *in, struct finding *f);
void guard_no_kexec_reboot(const struct guard_input *in, struct finding *f);

/* past.c: how earlier warm reboots went. */
void guard_failed(const struct guard_input *in, struct finding *f);
void guard_chain(const struct guard_input *in, struct finding *f);
void guard_trial(const struct guard_input *in, struct finding *f);

#endif
