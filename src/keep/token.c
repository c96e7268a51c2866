// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <sys/sysmacros.h>

#include "base/envfile.h"
#include "keep/runfiles.h"
#include "keep/state.h"
#include "keep/token.h"

/* "MAJOR:MINOR:INODE" of our root directory. */
static int root_identity(const struct ctx *ctx, char **ret)
{
	struct stat st;
	int r = root_stat(ctx->root, "/", &st);

	if (r < 0)
		return r;
	*ret = strf("%u:%u:%llu", major(st.st_dev), minor(st.st_dev),
		    (unsigned long long)st.st_ino);
	return *ret ? 0 : -ENOMEM;
}

int token_write(const struct ctx *ctx)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_free_ char *identity = NULL;
	int r = root_identity(ctx, &identity);

	if (r == 0)
		r = record_begin(ctx, &record, true);
	if (r < 0)
		return r;
	envfile_put(record.f, "ROOT", identity);
	return record_commit(ctx, &record, RUN_BOOT);
}

int token_remove(const struct ctx *ctx)
{
	int r = root_unlink(ctx->root, RUN_BOOT);

	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

int token_valid(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *identity = NULL;
	int r = record_read_of_boot(ctx, RUN_BOOT, &file);

	if (r <= 0)
		return r;
	r = root_identity(ctx, &identity);
	return r < 0 ? r : streq(envfile_get(&file, "ROOT"), identity);
}
