// SPDX-License-Identifier: GPL-2.0-or-later
#include "keep/disarmed.h"

#include "keep/runfiles.h"
#include "keep/state.h"

int disarmed_read(const struct ctx *ctx, struct envfile *ret)
{
	_cleanup_envfile_ struct envfile any = ENVFILE_EMPTY;
	int r = record_read_of_boot(ctx, RUN_DISARMED, ret);

	if (r != 0)
		return r;
	r = record_read(ctx, RUN_DISARMED, &any);
	if (r != 0)
		return r < 0 ? r : 0; /* of another boot */
	return root_exists(ctx->root, RUN_DISARMED);
}
