// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Loading a kernel affects the machine, not the container or chroot that asks. No single
 * test sees them all: a chroot in its own PID namespace has PID 1's root directory, and
 * an image made from a container keeps its /.dockerenv on real hardware (so that one
 * proves nothing). What remains, such as a privileged container in the host's namespaces,
 * lacks the boot token.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/capability.h>
#include <string.h>

#include "guard/rows.h"

/* The initial namespaces (include/linux/proc_ns.h, fixed since Linux 3.8). */
#define PID_NAMESPACE_INIT 0xEFFFFFFCU
#define USER_NAMESPACE_INIT 0xEFFFFFFDU

#define STATUS_MAX 65536

/* In some containers root lacks it. Not known counts as yes: the call itself will tell.
 */
static bool may_boot(const struct ctx *ctx)
{
	_cleanup_free_ char *text = NULL;
	const char *line;

	if (root_read(ctx->root, "/proc/self/status", STATUS_MAX, &text, NULL) < 0)
		return true;
	line = strstr(text, "\nCapEff:");
	if (!line)
		return true;
	return strtoull(line + strlen("\nCapEff:"), NULL, 16) & (1ULL << CAP_SYS_BOOT);
}

void guard_root(const struct guard_input *in, struct finding *f)
{
	uid_t uid = in->ctx->sys->geteuid();

	if (uid == 0 && may_boot(in->ctx))
		finding_set(f, VERDICT_OK, "running as root");
	else if (in->moment == MOMENT_STATUS)
		finding_set(f, VERDICT_OK, "only looking needs no root");
	else if (uid == 0)
		finding_set(f, VERDICT_VETO, "root without the capability CAP_SYS_BOOT");
	else
		finding_set(f, VERDICT_VETO, "running as uid %u", (unsigned)uid);
}

void guard_container(const struct guard_input *in, struct finding *f)
{
	const struct ctx *ctx = in->ctx;
	_cleanup_free_ char *manager = NULL;
	uint64_t pid_ns, user_ns;
	int r;

	/* systemd and the container managers that follow it write their name there. */
	r = root_read_line(ctx->root, "/run/systemd/container", &manager);
	if (r != -ENOENT && r != -ENOTDIR) {
		finding_set(f, VERDICT_VETO,
			    "in a container of %s (/run/systemd/container)",
			    manager && *manager ? manager : "unknown kind");
		return;
	}
	if (root_exists(ctx->root, "/run/.containerenv")) {
		finding_set(f, VERDICT_VETO, "in a container (/run/.containerenv)");
		return;
	}
	r = ctx->sys->namespace_inode("pid", &pid_ns);
	if (r < 0) {
		finding_unknown(f, r, "the PID namespace");
		return;
	}
	if (pid_ns != PID_NAMESPACE_INIT) {
		finding_set(f, VERDICT_VETO, "in a PID namespace of its own");
		return;
	}
	/* A kernel without user namespaces has no such file. */
	r = ctx->sys->namespace_inode("user", &user_ns);
	if (r < 0 && r != -ENOENT)
		finding_unknown(f, r, "the user namespace");
	else if (r == 0 && user_ns != USER_NAMESPACE_INIT)
		finding_set(f, VERDICT_VETO, "in a user namespace of its own");
	else
		finding_set(f, VERDICT_OK, "not in a container");
}

void guard_chroot(const struct guard_input *in, struct finding *f)
{
	int r = in->ctx->sys->in_root_of_init();

	if (r > 0)
		finding_set(f, VERDICT_OK, "not in a chroot");
	else if (r == 0)
		finding_set(f, VERDICT_VETO, "in a chroot: / is not the root of PID 1");
	else if (in->moment == MOMENT_STATUS && in->ctx->sys->geteuid() != 0)
		finding_unknown(f, r, "the root directory of PID 1");
	else
		/* Root may look there on every machine, but not from a chroot. */
		finding_set(f, VERDICT_VETO,
			    "probably in a chroot: the root of PID 1 cannot be seen (%s)",
			    strerror(-r));
}

/* Package managers and image builders tell their hooks so. Values that mean "no" differ:
 * YaST says "yes" in the system that it manages, and "instsys" while it installs one. */
static const struct {
	const char *name;
	const char *harmless[4];
} build_variables[] = {
	{ "DPKG_ROOT", { "/" } },
	{ "ROOT", { "/" } },
	{ "EROOT", { "/" } },
	{ "TRANSACTIONAL_UPDATE", { "0", "no", "false" } },
	{ "KERNEL_INSTALL_BYPASS", { "0", "no", "false" } },
	{ "SYSTEMD_OFFLINE", { "0", "no", "false", "off" } },
	{ "YAST_IS_RUNNING", { "no", "yes" } },
};

static bool is_harmless(const char *value, const char *const harmless[4])
{
	for (size_t i = 0; i < 4 && harmless[i]; i++)
		if (streq(value, harmless[i]))
			return true;
	return !*value;
}

void guard_image_build(const struct guard_input *in, struct finding *f)
{
	const struct ctx *ctx = in->ctx;

	if (root_exists(ctx->root, "/.buildenv")) {
		finding_set(f, VERDICT_VETO, "in a build environment (/.buildenv)");
		return;
	}
	/* The environment of who only looks says nothing about the next reboot. */
	for (size_t i = 0; i < ARRAY_SIZE(build_variables); i++) {
		const char *name = build_variables[i].name;
		const char *value =
			in->moment == MOMENT_STATUS ? NULL : ctx->sys->getenv(name);

		if (value && !is_harmless(value, build_variables[i].harmless)) {
			finding_set(f, VERDICT_VETO,
				    "an image is being built: %s=%s is set", name, value);
			return;
		}
	}
	finding_set(f, VERDICT_OK, "no image is being built");
}
