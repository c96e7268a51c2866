// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * --hook NAME: what the files in hooks/ call. One row a hook point; what it was told is
 * only a hint, what boots next is found out anew each time. The exit status is always 0
 * (design.md section 1, rule 2).
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "keep/lock.h"
#include "keep/runfiles.h"
#include "verb/verb.h"

/* What the call means for us. */
enum call {
	CALL_IGNORE,  /* nothing that concerns what boots next, or a later call follows */
	CALL_CHECK,   /* something may have changed */
	CALL_REMOVAL, /* the version in the first argument is going away; its files may
			 still be there */
};

static const char *argument(const struct ctx *ctx, size_t i)
{
	return i < ctx->options->n_args ? ctx->options->args[i] : NULL;
}

/* The first word of DEB_MAINT_PARAMS, which older kernel packages quote; empty (make
 * install): @otherwise. */
static bool maintainer_action_is(const struct ctx *ctx, const char *action,
				 bool otherwise)
{
	const char *params = ctx->sys->getenv("DEB_MAINT_PARAMS");
	size_t len;

	if (!params)
		return otherwise;
	params += strspn(params, " '");
	len = strcspn(params, " '");
	if (len == 0)
		return otherwise;
	return len == strlen(action) && strncmp(params, action, len) == 0;
}

static enum call from_postinst(const struct ctx *ctx)
{
	return maintainer_action_is(ctx, "configure", true) ? CALL_CHECK : CALL_IGNORE;
}

/* prerm.d and postrm.d: upgrades and the aborts are no removals. */
static enum call from_removal(const struct ctx *ctx)
{
	return maintainer_action_is(ctx, "remove", false) ? CALL_REMOVAL : CALL_IGNORE;
}

/* Inside a kernel's own postinst the postinst.d hook follows. */
static enum call from_initramfs_update(const struct ctx *ctx)
{
	const char *package = ctx->sys->getenv("DPKG_MAINTSCRIPT_PACKAGE");

	return package && starts_with(package, "linux-image-") ? CALL_IGNORE : CALL_CHECK;
}

static enum call from_kernel_install(const struct ctx *ctx)
{
	/* Newer than 257: only entries of this type go, and the kernel may stay. */
	const char *type = ctx->sys->getenv("KERNEL_INSTALL_BOOT_ENTRY_TYPE");

	if (!streq(argument(ctx, 0), "remove"))
		return CALL_CHECK;
	return type && *type && !streq(type, "all") ? CALL_CHECK : CALL_REMOVAL;
}

static enum call from_anything(const struct ctx *ctx)
{
	(void)ctx;
	return CALL_CHECK;
}

static const struct hook {
	const char *name;
	enum call (*call)(const struct ctx *ctx);
	size_t version_argument;	   /* where a removal names the version */
	int (*own)(const struct ctx *ctx); /* not about kernels' packages */
} hooks[] = {
	{ "dpkg-postinst", from_postinst, 0, NULL },
	{ "dpkg-prerm", from_removal, 0, NULL },
	{ "dpkg-postrm", from_removal, 0, NULL },
	{ "initramfs-post-update", from_initramfs_update, 0, NULL },
	{ "apt-post-invoke", from_anything, 0, NULL },
	{ "kernel-install", from_kernel_install, 1, NULL },
	{ "rpm-trigger", from_anything, 0, NULL },
	{ "zypp", from_anything, 0, NULL },
	{ "installkernel", from_anything, 0, NULL },
	{ "alpm", from_anything, 0, NULL },
	{ "mkinitcpio", from_anything, 0, NULL },
	{ "apk", from_anything, 0, NULL },
	{ "xbps", from_anything, 0, NULL },
	{ "service-start", NULL, 0, service_start },
	{ "service-stop", NULL, 0, service_stop },
	{ "service-good", NULL, 0, service_good },
	{ "gate", NULL, 0, gate },
	{ "package-remove", NULL, 0, package_remove },
};

/* Two builds can share a release: the image's version string against `uname -v` tells
 * them apart. */
static bool is_running(const struct utsname *name, const struct plan *plan)
{
	return streq(plan->version, name->release) &&
	       (!plan->build || !*plan->build || streq(plan->build, name->version));
}

/* An image armed by hand stays until its kernel goes, or a human says otherwise; after a
 * load that was cut short, nobody knows what lies in the kernel. */
static int leave_by_hand(const struct ctx *ctx, const struct state *state,
			 const char *exclude)
{
	if (streq(state->version, exclude) || state->loading ||
	    !root_exists(ctx->root, state->kernel))
		return 0;
	log_notice("%s was armed by hand and stays: '" NAME
		   " --arm' or '--disarm' ends that",
		   state->version);
	return 1;
}

/* 1: nothing to do; 0: arm; or a negative errno. */
static int nothing_to_do(const struct ctx *ctx, const struct loaded *now,
			 struct plan *plan)
{
	_cleanup_free_ char *why = NULL;
	struct utsname name;
	int r = ctx->sys->uname(&name);

	if (r < 0)
		return r;
	if (now->ours) {
		r = state_is_fresh(ctx, &now->state, plan, false, &why);
		if (r < 0)
			return r;
		log_debug("%s is armed%s%s", now->state.version,
			  why ? ", but " : " and fresh", str_or(why, ""));
		return r;
	}
	if (ctx->config->arm_at_boot || !is_running(&name, plan))
		return 0;
	log_info("what boots next is what runs (%s): nothing to arm", name.release);
	return 1;
}

/* @is_started: the caller has just seen the boot token, and holds the lock. */
static int look(const struct ctx *ctx, const char *exclude, bool is_started)
{
	_cleanup_(loaded_done) struct loaded now = { .state = STATE_EMPTY };
	_cleanup_(plan_done) struct plan plan = PLAN_EMPTY;
	struct options options;
	struct ctx as_armed;
	int r = loaded_read(ctx, &now);

	if (r < 0)
		return log_error_errno(r, "cannot read '%s'", RUN_ARMED), STATUS_FAILED;
	if (now.ours && !is_started && !root_exists(ctx->root, RUN_BOOT)) {
		log_notice(NAME ".service was stopped meanwhile");
		return arm_undo(ctx, "the service was stopped") < 0 ? STATUS_FAILED
								    : STATUS_DONE;
	}
	as_armed = ctx_as_armed(ctx, &now, &options);
	if (now.ours && now.state.by_hand && leave_by_hand(ctx, &now.state, exclude))
		return STATUS_DONE;

	r = plan_derive(&as_armed, exclude, &plan);
	if (r > 0)
		r = nothing_to_do(ctx, &now, &plan);
	if (r == 1)
		return STATUS_DONE;
	/* A plan that is to be loaded, or none: both are arm()'s to carry out and to
	 * tell. */
	return arm(ctx, MOMENT_HOOK, exclude);
}

int arm_if_needed(const struct ctx *ctx, const char *exclude)
{
	return look(ctx, exclude, false);
}

/* The stop has decided, and what this call knows of it did not: its consent is void. The
 * rest is the gate's. */
static int come_too_late(const struct ctx *ctx)
{
	if (consent_withdraw(ctx))
		log_notice("called after " NAME ".service was stopped: this reboot goes "
			   "through the firmware");
	else
		log_info("nothing is armed here: " NAME
			 ".service was not started in this boot");
	return STATUS_DONE;
}

static int run_package_hook(const struct ctx *ctx, const struct hook *hook)
{
	enum call call = hook->call(ctx);
	const char *exclude =
		call == CALL_REMOVAL ? argument(ctx, hook->version_argument) : NULL;
	_cleanup_close_ int lock = -1;
	int r;

	if (call == CALL_IGNORE || ctx->sys->geteuid() != 0)
		return STATUS_DONE;
	if (!root_exists(ctx->root, RUN_BOOT))
		return come_too_late(ctx);
	lock = lock_take(ctx);
	if (lock == -EBUSY) {
		log_notice("another run of " NAME " goes on; it looks again at its end");
		return STATUS_DONE;
	}
	if (lock < 0)
		return log_error_errno(lock, "cannot get the lock '%s'", RUN_LOCK),
		       STATUS_FAILED;
	if (!root_exists(ctx->root, RUN_BOOT)) /* the stop held it */
		return come_too_late(ctx);
	r = look(ctx, exclude, true);
	while (lock_let_go(ctx, lock))
		r = look(ctx, exclude, false);
	return r;
}

bool hook_needs_boot(const struct ctx *ctx)
{
	const char *name = ctx->options->hook;

	if (!ctx->config->enabled || ctx->config->is_refused || ctx->options->dry_run)
		return false;
	if (streq(name, "service-start"))
		return ctx->config->arm_at_boot;
	if (streq(name, "service-stop"))
		return root_exists(ctx->root, RUN_ARMED);
	/* These look at records only. */
	if (streq(name, "gate") || streq(name, "service-good") ||
	    streq(name, "package-remove"))
		return false;
	return root_exists(ctx->root, RUN_BOOT);
}

int verb_hook(const struct ctx *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(hooks); i++) {
		if (!streq(hooks[i].name, ctx->options->hook))
			continue;
		if (ctx->options->dry_run) {
			log_notice("hook '%s' is known", hooks[i].name);
			return STATUS_DONE;
		}
		return hooks[i].own ? hooks[i].own(ctx)
				    : run_package_hook(ctx, &hooks[i]);
	}
	log_error(
		"unknown hook '%s': the files in hooks/ and this program are of different versions",
		ctx->options->hook);
	return STATUS_DONE;
}
