// SPDX-License-Identifier: GPL-2.0-or-later
#include "jobs.h"

#include <check.h>

#include "base/macro.h"
#include "keep/runfiles.h"
#include "unit/scene.h"

#define INIT_SCRIPT "/etc/init.d/kexec"

/* Gentoo's and Debian's kexec-tools are installed, but not enabled: both are kept in
 * step. */
static void with_other_loaders(void)
{
	scene_put(INIT_SCRIPT, "");
	scene_put("/etc/conf.d/kexec",
		  "# mine\nKNAME=\"vmlinuz-mine\"\nDONT_MOUNT=\"yes\"\n");
	scene_put("/etc/default/kexec", "LOAD_KEXEC=false\n");
	scene_put("/sbin/kexec", "");
}

static void run_hook(const char *version)
{
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", version, "x", NULL), 0);
}

static void new_kernel(void)
{
	with_other_loaders();
	scene_install(SCENE_NEW);
}

static void armed(void)
{
	new_kernel();
	run_hook(SCENE_NEW);
	ck_assert(scene_loaded());
}

static void newer_kernel(void)
{
	armed();
	scene_install(SCENE_NEWER);
}

static void other_enabled(void)
{
	newer_kernel();
	scene_put("/etc/runlevels/default/kexec", "");
}

static void rebuilt(void)
{
	armed();
	scene_uninstall(SCENE_NEW);
	scene_install(SCENE_NEW);
}

static void removed(void)
{
	newer_kernel();
	run_hook(SCENE_NEWER);
	scene_uninstall(SCENE_NEWER);
	scene_fake("env", "DEB_MAINT_PARAMS=remove\n");
}

static void refused(void)
{
	armed();
	scene_put("/etc/default/grub", "GRUB_DEFAULT=saved\n");
}

static void refused_with_other(void)
{
	refused();
	scene_put("/etc/runlevels/default/kexec", "");
}

static void disarmed(void)
{
	armed();
	scene_put("/etc/init.d/kexec-load", "");
	ck_assert_int_eq(scene_run("--disarm", NULL), 0);
}

static void kept_by_disarm(void)
{
	armed();
	scene_fake("load", "-1\n"); /* the kernel does not unload it */
	ck_assert_int_eq(scene_run("--disarm", NULL), 1);
	ck_assert(scene_loaded());
}

static void scheduled(void)
{
	armed();
	scene_put("/etc/init.d/kexec-load", "");
	scene_put("/run/systemd/shutdown/scheduled",
		  "USEC=1700000600000000\nMODE=kexec\n");
}

static void foreign(void)
{
	new_kernel();
	scene_put("/sys/kernel/kexec_loaded", "1\n");
}

static void rebooting(void)
{
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl",
		   "12 reboot.target start waiting\n13 shutdown.target start waiting\n");
}

static void reboot_unchanged(void)
{
	armed();
	rebooting();
}

static void reboot_changed(void)
{
	newer_kernel();
	rebooting();
}

static void reboot_refused(void)
{
	refused();
	rebooting();
}

static void reboot_removed(void)
{
	armed();
	scene_uninstall(SCENE_NEW);
	rebooting();
}

static void consent(void)
{
	reboot_unchanged();
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(scene_exists(RUN_GO));
}

/* The reboot did not take place, and the machine went on to another kernel. */
static void consent_is_old(void)
{
	consent();
	scene_put("/run/systemd/shutdown/x", "");
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	scene_install(SCENE_NEWER);
}

static void consent_is_old_at_reboot(void)
{
	consent_is_old();
	run_hook(SCENE_NEWER);
}

static void record_damaged(void)
{
	consent();
	scene_put(RUN_ARMED, "garbage");
}

static void attempted(bool by_kexec)
{
	consent();
	scene_boot(SCENE_NEW, by_kexec);
	if (!by_kexec)
		scene_put("/nokexec", "");
}

static void came_up(void)
{
	attempted(true);
}

static void failed_boot(void)
{
	attempted(false);
}

static void came_up_and_started(void)
{
	attempted(true);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	scene_put("/run/systemd/system/x", "");
}

static void at_boot(void)
{
	new_kernel();
	scene_put(SYSCONFDIR "/warmboot.conf",
		  "verify = \"header\";\narm_at_boot = true;\n");
	scene_boot(SCENE_OLD, false);
}

#define POSTINST(version)                               \
	{                                               \
		"--hook", "dpkg-postinst", version, "x" \
	}
const struct job jobs[] = {
	{ "arm by hand", JOB_HAND, { "--arm" }, new_kernel, false },
	{ "arm by hand, armed", JOB_HAND, { "--arm" }, newer_kernel, false },
	{ "arm by hand, disarmed", JOB_HAND, { "--arm" }, disarmed, false },
	{ "arm by hand, foreign", JOB_HAND, { "--arm" }, foreign, true },
	{ "hook, new kernel", JOB_HOOK, POSTINST(SCENE_NEW), new_kernel, false },
	{ "hook, newer kernel", JOB_HOOK, POSTINST(SCENE_NEWER), newer_kernel, false },
	{ "hook, other loader", JOB_HOOK, POSTINST(SCENE_NEWER), other_enabled, false },
	{ "hook, unchanged", JOB_HOOK, { "--hook", "apt-post-invoke" }, armed, false },
	{ "hook, rebuilt", JOB_HOOK, POSTINST(SCENE_NEW), rebuilt, false },
	{ "hook, refused",
	  JOB_HOOK,
	  { "--hook", "apt-post-invoke" },
	  refused_with_other,
	  false },
	{ "hook, removal",
	  JOB_HOOK,
	  { "--hook", "dpkg-postrm", SCENE_NEWER, "x" },
	  removed,
	  false },
	{ "hook, disarmed", JOB_HOOK, POSTINST(SCENE_NEW), disarmed, false },
	{ "hook, foreign", JOB_HOOK, POSTINST(SCENE_NEW), foreign, true },
	{ "hook, old consent", JOB_HOOK, POSTINST(SCENE_NEWER), consent_is_old, false },
	{ "disarm", JOB_HAND, { "--disarm" }, scheduled, false },
	{ "start, good boot", JOB_HOOK, { "--hook", "service-start" }, came_up, false },
	{ "start, failed boot",
	  JOB_HOOK,
	  { "--hook", "service-start" },
	  failed_boot,
	  false },
	{ "start, arm at boot", JOB_HOOK, { "--hook", "service-start" }, at_boot, false },
	{ "good", JOB_HOOK, { "--hook", "service-good" }, came_up_and_started, false },
	{ "stop, unchanged",
	  JOB_STOP,
	  { "--hook", "service-stop" },
	  reboot_unchanged,
	  false },
	{ "stop, changed",
	  JOB_STOP,
	  { "--hook", "service-stop" },
	  reboot_changed,
	  false },
	{ "stop, refused",
	  JOB_STOP,
	  { "--hook", "service-stop" },
	  reboot_refused,
	  false },
	{ "stop, removed",
	  JOB_STOP,
	  { "--hook", "service-stop" },
	  reboot_removed,
	  false },
	{ "stop, old consent",
	  JOB_STOP,
	  { "--hook", "service-stop" },
	  consent_is_old_at_reboot,
	  false },
	{ "stop, not rebooting", JOB_STOP, { "--hook", "service-stop" }, armed, false },
	{ "stop, foreign", JOB_STOP, { "--hook", "service-stop" }, foreign, true },
	{ "gate, consent", JOB_GATE, { "--hook", "gate", "kexec" }, consent, false },
	{ "gate, no consent", JOB_GATE, { "--hook", "gate", "kexec" }, armed, false },
	{ "gate, old consent",
	  JOB_GATE,
	  { "--hook", "gate", "kexec" },
	  consent_is_old_at_reboot,
	  false },
	{ "gate, damaged record",
	  JOB_GATE,
	  { "--hook", "gate", "kexec" },
	  record_damaged,
	  false },
	{ "gate, disarmed",
	  JOB_GATE,
	  { "--hook", "gate", "kexec" },
	  kept_by_disarm,
	  false },
	{ "gate of other inits, consent",
	  JOB_GATE,
	  { "--hook", "gate", "init" },
	  consent,
	  false },
	{ "gate of other inits, no consent",
	  JOB_GATE,
	  { "--hook", "gate", "init" },
	  armed,
	  false },
	{ "gate, foreign", JOB_GATE, { "--hook", "gate", "kexec" }, foreign, true },
};
const size_t n_jobs = ARRAY_SIZE(jobs);
