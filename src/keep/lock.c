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
		ctx->sys->sleep_ms(LOCK_STEP_MS);
	}
	(void)!root_touch(ctx->root, RUN_AGAIN);
	return -EBUSY;
}

bool lock_again(const struct ctx *ctx)
{
	return root_unlink(ctx->root, RUN_AGAIN) == 0;
}
