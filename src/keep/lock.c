// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>

#include "keep/lock.h"
#include "keep/runfiles.h"

#define LOCK_STEP_MS 100

static int open_lock(const struct ctx *ctx)
{
	int fd = root_open(ctx->root, RUN_LOCK, O_RDWR | O_CREAT);

	if (fd != -ENOENT)
		return fd;
	fd = root_mkdirs(ctx->root, RUN_DIR);
	return fd < 0 ? fd : root_open(ctx->root, RUN_LOCK, O_RDWR | O_CREAT);
}

/* Who held it may just have looked for the mark for the last time, and be gone: so the
 * lock is tried once more behind the mark. */
static bool take_or_mark(const struct ctx *ctx, int lock)
{
	if (flock(lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	(void)!root_touch(ctx->root, RUN_AGAIN);
	if (flock(lock, LOCK_EX | LOCK_NB) < 0)
		return false;
	(void)!root_unlink(ctx->root, RUN_AGAIN);
	return true;
}

int lock_take(const struct ctx *ctx)
{
	_cleanup_close_ int fd = open_lock(ctx);

	if (fd < 0)
		return fd;
	for (unsigned waited = 0;; waited += LOCK_STEP_MS) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return TAKE_FD(fd);
		if (errno != EWOULDBLOCK && errno != EINTR)
			return -errno;
		if (waited >= LOCK_WAIT_MS)
			break;
		root_forget_boot(ctx->root);
		ctx->sys->sleep_ms(LOCK_STEP_MS);
	}
	return take_or_mark(ctx, fd) ? TAKE_FD(fd) : -EBUSY;
}

bool lock_again(const struct ctx *ctx)
{
	return root_unlink(ctx->root, RUN_AGAIN) == 0;
}

bool lock_let_go(const struct ctx *ctx, int lock)
{
	if (lock_again(ctx))
		return true;
	(void)!flock(lock, LOCK_UN);
	return lock_again(ctx) && take_or_mark(ctx, lock);
}
