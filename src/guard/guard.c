// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The table of reasons not to load a kernel, and what runs it. A new one is a row here,
 * its function (rows.h), and a test.
 */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/log.h"
#include "guard/firmware.h"
#include "guard/guard.h"
#include "guard/last.h"
#include "guard/rows.h"

/* A policy row can be overridden with --force and lowered by the configuration; the
 * others say that a load is impossible, or would hit another machine than the one meant.
 */
enum row_kind { HARD, POLICY };

static const struct guard {
	const char *name;
	enum row_kind kind;
	enum verdict
		unknown; /* what it means not to know, when something is to be loaded */
	void (*look)(const struct guard_input *in, struct finding *f);
	const char *remedy;
} guards[] = {
	{ "root", HARD, VERDICT_VETO, guard_root, "run it as root" },
	{ "container", HARD, VERDICT_VETO, guard_container,
	  "run it on the machine itself; a container cannot choose the host's kernel" },
	{ "chroot", HARD, VERDICT_VETO, guard_chroot,
	  "run it on the system that the machine was booted into" },
	{ "image-build", HARD, VERDICT_VETO, guard_image_build,
	  "nothing: a build must not change what its host boots" },
	{ "image-based", HARD, VERDICT_VETO, guard_image_based,
	  "nothing: its own tools decide what boots next" },
	{ "boot-token", HARD, VERDICT_VETO, guard_boot_token,
	  "start the service " NAME " (systemctl start " NAME ")" },
	{ "kexec", HARD, VERDICT_VETO, guard_kexec,
	  "use a kernel that was built with CONFIG_KEXEC_FILE" },
	{ "kexec-disabled", HARD, VERDICT_VETO, guard_kexec_disabled,
	  "look for kexec_load_disabled in /etc/sysctl.d; a reboot resets it" },
	{ "load-limit", HARD, VERDICT_VETO, guard_load_limit,
	  "the next reboot resets the limit; it is set by a sysctl" },
	{ "lockdown", POLICY, VERDICT_WARN, guard_lockdown,
	  "use your distribution's signed kernels" },
	{ "enabled", POLICY, VERDICT_VETO, guard_enabled,
	  "set enabled = true in the configuration" },
	{ "disarmed", POLICY, VERDICT_VETO, guard_disarmed, NAME " --arm lifts it" },
	{ "nokexec", POLICY, VERDICT_VETO, guard_nokexec, "remove /nokexec" },
	{ "no-kexec-reboot", POLICY, VERDICT_VETO, guard_no_kexec_reboot,
	  "remove /no-kexec-reboot" },
	{ "foreign", POLICY, VERDICT_VETO, guard_foreign,
	  NAME " --disarm unloads it; " NAME " --arm --force replaces it" },
	{ "failed", POLICY, VERDICT_VETO, guard_failed,
	  "find out why it did not come up; " NAME " --arm tries it again" },
	{ "chain", POLICY, VERDICT_VETO, guard_chain,
	  "nothing: the next reboot goes through the firmware, as max_chain asks for" },
	{ "trial", POLICY, VERDICT_VETO, guard_trial,
	  "run " NAME " --arm and reboot once, at a time when you can watch" },
	{ "capsule", POLICY, VERDICT_VETO, guard_capsule,
	  "nothing: the next reboot goes through the firmware, which installs it" },
	{ "fwupd", POLICY, VERDICT_VETO, guard_fwupd,
	  "nothing: the next reboot goes through the firmware; see fwupdmgr get-history" },
	{ "firmware-setup", POLICY, VERDICT_VETO, guard_firmware_setup,
	  "nothing: the next reboot enters it; bootctl reboot-to-firmware false cancels "
	  "it" },
	{ "firmware-recovery", POLICY, VERDICT_VETO, guard_firmware_recovery,
	  "nothing: the next reboot goes through the firmware" },
	{ "boot-next", POLICY, VERDICT_VETO, guard_boot_next,
	  "nothing: the next reboot boots it; efibootmgr --delete-bootnext cancels it" },
	{ "loader-once", POLICY, VERDICT_VETO, guard_loader_once,
	  "nothing: the next reboot goes there; bootctl set-oneshot '' cancels an entry, "
	  "bootctl set-timeout-oneshot '' the menu" },
	{ "grub-once", POLICY, VERDICT_VETO, guard_grub_once,
	  "nothing: the next reboot boots it; where GRUB cannot write it stays: "
	  "grub-editenv FILE unset next_entry" },
	{ "mok", POLICY, VERDICT_VETO, guard_mok,
	  "reboot at a console, where MokManager asks; mokutil --revoke-import and its "
	  "like cancel it" },
	{ "bios-settings", POLICY, VERDICT_VETO, guard_bios_settings,
	  "nothing: the next reboot goes through the firmware, which applies them" },
	{ "tpm-request", POLICY, VERDICT_VETO, guard_tpm_request,
	  "nothing: the next reboot goes through the firmware; writing 0 to the file "
	  "cancels it" },
	{ "bmc-boot", POLICY, VERDICT_VETO, guard_bmc_boot,
	  "nothing: the next reboot asks the BMC; ipmitool chassis bootdev none cancels "
	  "it; where it never answers, set guards = { bmc-boot = \"warn\"; }" },
	{ "reboot-parameter", POLICY, VERDICT_VETO, guard_reboot_parameter,
	  "nothing: the next reboot passes it to the firmware" },
	{ "boot-counting", POLICY, VERDICT_VETO, guard_boot_counting,
	  "wait until this boot counts as good" },
	{ "tpm-disk", POLICY, VERDICT_VETO, guard_tpm_disk,
	  "bind it to registers that a warm reboot leaves right, such as 7 "
	  "(systemd-cryptenroll --tpm2-pcrs=7)" },
	{ "hibernation", POLICY, VERDICT_VETO, guard_hibernation,
	  "nothing: the next boot decides; mkswap on the device throws the image away" },
	{ "xen", POLICY, VERDICT_VETO, guard_xen,
	  "nothing: only the hypervisor's own tools can do it here" },
	{ "hyper-v", POLICY, VERDICT_VETO, guard_hyper_v,
	  "try it once where you can watch, then set guards = { hyper-v = \"warn\"; }" },
	{ "confidential-vm", POLICY, VERDICT_VETO, guard_confidential_vm,
	  "nothing: the next reboot starts the virtual machine anew" },
	{ "protected-kvm", POLICY, VERDICT_VETO, guard_protected_kvm,
	  "nothing: this mode does without kexec" },
	{ "crashkernel", POLICY, VERDICT_WARN, guard_crashkernel,
	  "add crashkernel= to what the boot loader passes" },
	{ "watchdog", POLICY, VERDICT_WARN, guard_watchdog,
	  "give it more time (systemd: KExecWatchdogSec= in system.conf)" },
};
_Static_assert(ARRAY_SIZE(guards) <= GUARDS_MAX,
	       "struct findings has room for every row");

static const char *const verdict_names[] = {
	[VERDICT_OK] = "ok",
	[VERDICT_WARN] = "warn",
	[VERDICT_VETO] = "veto",
	[VERDICT_UNKNOWN] = "unknown",
};

const char *verdict_name(enum verdict verdict)
{
	return verdict_names[verdict];
}

void finding_set(struct finding *f, enum verdict verdict, const char *fmt, ...)
{
	va_list ap;

	free(f->found);
	f->verdict = verdict;
	va_start(ap, fmt);
	if (vasprintf(&f->found, fmt, ap) < 0)
		f->found = NULL;
	va_end(ap);
}

void finding_unknown(struct finding *f, int r, const char *what)
{
	finding_set(f, VERDICT_UNKNOWN, "%s cannot be read: %s", what, strerror(-r));
}

bool guard_loads_alone(const struct guard_input *in)
{
	return in->moment == MOMENT_HOOK ||
	       (in->moment == MOMENT_STATUS && !in->facts->ours);
}

/* Whoever only looks may not see everything: then what root saw last is told instead. */
static int answer_for_the_unprivileged(const struct guard_input *in, struct finding *f)
{
	_cleanup_envfile_ struct envfile last = ENVFILE_EMPTY;
	int r = last_read(in->ctx, &last);

	if (r <= 0) {
		f->remedy = "ask as root";
		return r == -ENOMEM ? r : 0;
	}
	return last_answer(&last, f);
}

static void apply_config(const struct config *config, const struct guard *guard,
			 struct finding *f)
{
	if (f->verdict == VERDICT_WARN && strv_has(&config->guards_veto, guard->name))
		f->verdict = VERDICT_VETO;
	if (f->verdict == VERDICT_VETO && guard->kind == POLICY &&
	    strv_has(&config->guards_warn, guard->name))
		f->verdict = VERDICT_WARN;
}

/* Who only looks is told that a row does not know; as root, a load would not know either.
 */
static bool is_veto(const struct ctx *ctx, const struct guard *guard,
		    const struct finding *f)
{
	struct finding to_load = *f;

	if (f->verdict != VERDICT_UNKNOWN)
		return f->verdict == VERDICT_VETO;
	if (ctx->sys->geteuid() != 0)
		return false;
	to_load.verdict = guard->unknown;
	apply_config(ctx->config, guard, &to_load);
	return to_load.verdict == VERDICT_VETO;
}

static int run_row(const struct guard_input *in, const struct guard *guard,
		   struct finding *f)
{
	int r = 0;

	*f = (struct finding){ .name = guard->name,
			       .verdict = VERDICT_UNKNOWN,
			       .policy = guard->kind == POLICY,
			       .remedy = guard->remedy };
	guard->look(in, f);
	if (f->verdict == VERDICT_UNKNOWN) {
		if (in->moment != MOMENT_STATUS)
			f->verdict = guard->unknown;
		else if (in->ctx->sys->geteuid() != 0)
			r = answer_for_the_unprivileged(in, f);
	}
	apply_config(in->ctx->config, guard, f);
	f->vetoes = is_veto(in->ctx, guard, f);
	if (f->verdict == VERDICT_OK)
		f->remedy = NULL;
	return f->found ? r : -ENOMEM;
}

static const struct guard *find_guard(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(guards); i++)
		if (streq(guards[i].name, name))
			return &guards[i];
	return NULL;
}

/* Names in the configuration that change nothing: a typing error must not go unseen. */
static void warn_useless_names(const struct config *config)
{
	for (size_t i = 0; i < config->guards_veto.count; i++)
		if (!find_guard(config->guards_veto.items[i]))
			log_warning("configuration: there is no guard '%s'",
				    config->guards_veto.items[i]);
	for (size_t i = 0; i < config->guards_warn.count; i++) {
		const char *name = config->guards_warn.items[i];
		const struct guard *guard = find_guard(name);

		if (!guard)
			log_warning("configuration: there is no guard '%s'", name);
		else if (guard->kind == HARD)
			log_warning("configuration: the guard '%s' cannot be lowered to "
				    "a warning",
				    name);
	}
}

/* Only from the system itself: a chroot that sees the host's /run must not write there.
 */
static void remember(const struct ctx *ctx, const struct findings *findings)
{
	bool ours = false;
	int r;

	for (size_t i = 0; i < findings->count; i++)
		if (streq(findings->items[i].name, "boot-token"))
			ours = findings->items[i].verdict == VERDICT_OK;
	if (!ours || ctx->options->dry_run || ctx->sys->geteuid() != 0)
		return;
	r = last_write(ctx, findings);
	if (r < 0)
		(void)log_errno_at(LOG_DEBUG, r, "the verdicts cannot be kept, ignoring");
}

int guards_run(const struct ctx *ctx, enum guard_moment moment,
	       const struct guard_facts *facts, struct findings *ret)
{
	_cleanup_(firmware_done) struct firmware firmware = { .uefi = false };
	struct guard_input in = { ctx, moment, facts, &firmware };
	struct findings findings = { .count = 0 };
	int r = firmware_look(ctx, &firmware);

	if (r < 0)
		return r;
	warn_useless_names(ctx->config);
	for (size_t i = 0; i < ARRAY_SIZE(guards); i++) {
		r = run_row(&in, &guards[i], &findings.items[findings.count++]);
		if (r < 0) {
			guards_done(&findings);
			return r;
		}
	}
	if (moment != MOMENT_STATUS)
		remember(ctx, &findings);
	*ret = findings;
	return 0;
}

void guards_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->items[i].found);
	findings->count = 0;
}

const struct finding *guards_veto(const struct findings *findings, bool force)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];

		if (f->vetoes && !(force && f->policy))
			return f;
	}
	return NULL;
}
