// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The package's own removal, while the program is still there. Unloads what we loaded,
 * since without the gate nothing looks at it again; gives other programs their settings
 * back; takes away what --disarm made, and the records of this boot. The history stays:
 * it is for the package's purge.
 */
#include <errno.h>

#include "base/log.h"
#include "keep/lock.h"
#include "keep/runfiles.h"
#include "keep/step.h"
#include "verb/verb.h"

#define RUN_FILES_MAX 256 /* of ours there are a dozen */
/* The service's start puts it there (hooks/openrc). */
#define OPENRC_GATE "/etc/runlevels/shutdown/" NAME "-gate"

/* In a chroot, a container or an image build the loaded kernel is the host's, and /run
 * may be, too. */
static bool is_elsewhere(const struct ctx *ctx)
{
	static const char *const names[] = { "root", "container", "chroot",
					     "image-build" };
	_cleanup_(guards_done) struct findings findings = { .count = 0 };
	const struct guard_facts facts = { .version = NULL };

	if (guards_run(ctx, MOMENT_HOOK, &facts, &findings) < 0)
		return true;
	for (size_t i = 0; i < findings.count; i++)
		for (size_t j = 0; j < ARRAY_SIZE(names); j++)
			if (findings.items[i].verdict == VERDICT_VETO &&
			    streq(findings.items[i].name, names[j]))
				return true;
	return false;
}

/* Everything in RUN_DIR, left-over temporary files too. */
static int forget_boot(const struct ctx *ctx)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(ctx->root, RUN_DIR, RUN_FILES_MAX, &names);

	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = strf(RUN_DIR "/%s", names.items[i]);

		r = path ? root_unlink(ctx->root, path) : -ENOMEM;
		if (r < 0 && r != -ENOENT)
			return r;
	}
	r = root_rmdir(ctx->root, RUN_DIR);
	return r == -ENOENT ? 0 : r;
}

int package_remove(const struct ctx *ctx)
{
	_cleanup_close_ int lock = -1;
	int undone, lifted, restored, forgotten;

	if (ctx->sys->geteuid() != 0)
		return log_error("removing needs root"), STATUS_REFUSED;
	(void)!root_unlink(ctx->root, OPENRC_GATE);
	if (is_elsewhere(ctx)) {
		log_info("not the machine's own root: what is loaded is left alone");
		return keep_restore(ctx) < 0 ? STATUS_FAILED : STATUS_DONE;
	}
	lock = lock_take(ctx);
	if (lock < 0)
		log_warning_errno(lock, "cannot get the lock '%s'; going on all the same",
				  RUN_LOCK);
	/* Each whatever the others come to; settings are also switched off without
	 * --disarm. */
	undone = arm_undo(ctx, NAME " is being removed");
	lifted = disarm_lift(ctx);
	restored = keep_restore(ctx);
	forgotten = forget_boot(ctx);
	if (forgotten < 0)
		log_warning_errno(forgotten, "cannot remove '%s'", RUN_DIR);
	return undone < 0 || lifted < 0 || restored < 0 || forgotten < 0 ? STATUS_FAILED
									 : STATUS_DONE;
}
