// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/devicetree.h"

#include <errno.h>

#define FILES_MAX 8192
#define DEPTH_MAX 2

/* The status change time: the other times of a file are set by packages. */
static bool is_older(const struct stat *st, time_t boot)
{
	return st->st_ctim.tv_sec < boot;
}

static int check(const struct ctx *ctx, const char *path, time_t boot, int depth)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	struct stat st;
	int r = 1;

	if (root_stat(ctx->root, path, &st) < 0 || !is_older(&st, boot))
		return 0;
	if (!S_ISDIR(st.st_mode))
		return S_ISREG(st.st_mode);
	if (depth > DEPTH_MAX || root_list(ctx->root, path, FILES_MAX, &names) < 0)
		return 0;
	for (size_t i = 0; r == 1 && i < names.count; i++) {
		_cleanup_free_ char *below = strf("%s/%s", path, names.items[i]);

		r = below ? check(ctx, below, boot, depth + 1) : -ENOMEM;
	}
	return r;
}

int devicetree_is_older(const struct ctx *ctx, const char *path)
{
	struct timespec now = ctx->sys->now(), up = ctx->sys->uptime();

	/* A second for the rounding of both. */
	return check(ctx, path, now.tv_sec - up.tv_sec - 1, 0);
}
