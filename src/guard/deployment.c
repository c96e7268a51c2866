// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Systems whose next boot is another tree than the one that runs. The files here are not
 * those that will be booted, and which tree it is may be decided after our last look:
 * ostree writes its boot entries at shutdown.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "guard/rows.h"
#include "guard/snapshot.h"

#define SNAPSHOTS "/.snapshots" /* snapper's, where the root is a btrfs snapshot */
#define BTRFS "/usr/sbin/btrfs"
#define BTRFS_TIMEOUT_MS 10000
#define MOUNTINFO_MAX (4 * 1024 * 1024)

/* Each alone is enough. Of bootc's two backends one is ostree. */
static const struct {
	const char *path, *what;
} images[] = {
	{ "/run/ostree-booted", "ostree or bootc" },
	{ "/sysroot/ostree", "ostree or bootc" },
	{ "/sysroot/composefs", "bootc" },
};

/* Update into a new snapshot, which becomes the default one. */
static const char *const updaters[] = { "/usr/sbin/transactional-update",
					"/usr/sbin/tukit" };

static int ask_default(const struct ctx *ctx, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;
	struct sys_command command = SYS_COMMAND(BTRFS, "subvolume", "get-default", "/");
	int r;

	command.ret_output = &text;
	command.output_max = 65536;
	command.timeout_ms = BTRFS_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	if (r < 0)
		return r;
	return r == 0 && snapshot_default(text, ret) ? 0 : -EIO;
}

/* After a rollback the root that is mounted is not the one that the next boot mounts. */
static void look_at_snapshots(const struct ctx *ctx, struct finding *f)
{
	_cleanup_free_ char *mounts = NULL;
	uint64_t mounted, next;
	int r = root_read(ctx->root, "/proc/self/mountinfo", MOUNTINFO_MAX, &mounts,
			  NULL);

	if (r < 0) {
		finding_unknown(f, r, "/proc/self/mountinfo");
		return;
	}
	if (!snapshot_mounted(mounts, &mounted)) {
		finding_set(f, VERDICT_OK, "the root is no snapshot of btrfs");
		return;
	}
	r = ask_default(ctx, &next);
	if (r < 0)
		finding_unknown(f, r, "the default subvolume of btrfs");
	else if (next != mounted && next != SUBVOLUME_TOP)
		finding_set(f, VERDICT_VETO,
			    "another snapshot is the root of the next boot (subvolume "
			    "%" PRIu64 ", and %" PRIu64 " is mounted)",
			    next, mounted);
	else
		finding_set(f, VERDICT_OK, "the next boot has the same root");
}

void guard_image_based(const struct guard_input *in, struct finding *f)
{
	const struct root *root = in->ctx->root;

	for (size_t i = 0; i < ARRAY_SIZE(images); i++)
		if (root_exists(root, images[i].path)) {
			finding_set(f, VERDICT_VETO, "a system of %s deployments (%s)",
				    images[i].what, images[i].path);
			return;
		}
	if (!root_exists(root, SNAPSHOTS)) {
		finding_set(f, VERDICT_OK, "the next boot has the same root");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(updaters); i++)
		if (root_exists(root, updaters[i])) {
			finding_set(f, VERDICT_VETO,
				    "a system that is updated in snapshots (%s)",
				    updaters[i]);
			return;
		}
	look_at_snapshots(in->ctx, f);
}
