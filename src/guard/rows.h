/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The functions behind the rows of the table in guard.c. Each looks at one thing and
 * tells with finding_set() what it found; it changes nothing. A row that cannot find out
 * says VERDICT_UNKNOWN: what that means is the table's and the runner's to say.
 */
#ifndef GUARD_ROWS_H
#define GUARD_ROWS_H

#include "find/grubenv.h"
#include "guard/firmware.h"
#include "guard/guard.h"

struct guard_input {
	const struct ctx *ctx;
	enum guard_moment moment;
	const struct guard_facts *facts;
	const struct firmware *firmware;
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

/* deployment.c: is this tree the one that boots next? */
void guard_image_based(const struct guard_input *in, struct finding *f);

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

/* firmware.c: work for the firmware and the boot loader, as the UEFI variables tell it.
 */
void guard_capsule(const struct guard_input *in, struct finding *f);
void guard_firmware_setup(const struct guard_input *in, struct finding *f);
void guard_firmware_recovery(const struct guard_input *in, struct finding *f);
void guard_boot_next(const struct guard_input *in, struct finding *f);
void guard_loader_once(const struct guard_input *in, struct finding *f);
void guard_mok(const struct guard_input *in, struct finding *f);

/* bmc.c: the same, asked of the board's management controller. */
void guard_bmc_boot(const struct guard_input *in, struct finding *f);

/* Are the UEFI variables there, and cannot be read? Then the finding says so. */
bool firmware_unreadable(const struct guard_input *in, struct finding *f);

/* request.c: the same in other places. */
void guard_fwupd(const struct guard_input *in, struct finding *f);
void guard_grub_once(const struct guard_input *in, struct finding *f);
void guard_bios_settings(const struct guard_input *in, struct finding *f);
void guard_tpm_request(const struct guard_input *in, struct finding *f);
void guard_reboot_parameter(const struct guard_input *in, struct finding *f);

/* GRUB's environment block where it is usually kept (also as a link to the EFI system
 * partition). 1; 0 if there is none; or a negative errno. *@ret_path is set for both but
 * 0. */
_must_check_ int guard_grubenv(const struct ctx *ctx, struct grubenv *ret,
			       const char **ret_path);

/* counting.c: a boot loader counts boots until one is good. */
void guard_boot_counting(const struct guard_input *in, struct finding *f);

/* tpmdisk.c: disks that are unlocked by measurements. */
void guard_tpm_disk(const struct guard_input *in, struct finding *f);

/* hibernation.c: an image to resume from. */
void guard_hibernation(const struct guard_input *in, struct finding *f);

/* platform.c: machines on which kexec is known to fail. */
void guard_xen(const struct guard_input *in, struct finding *f);
void guard_hyper_v(const struct guard_input *in, struct finding *f);
void guard_confidential_vm(const struct guard_input *in, struct finding *f);
void guard_protected_kvm(const struct guard_input *in, struct finding *f);

/* watchdog.c, crash.c: what the next kernel has to cope with. */
void guard_watchdog(const struct guard_input *in, struct finding *f);
void guard_crashkernel(const struct guard_input *in, struct finding *f);

#endif
