// SPDX-License-Identifier: GPL-2.0-or-later
#include "keep/leftover.h"

#include <string.h>

#include "base/log.h"
#include "keep/kexecd.h"
#include "keep/runfiles.h"

#define NAMES_MAX 4096

static bool is_ours(const char *name)
{
	size_t len = strlen(name), end = strlen(ROOT_TEMPORARY_SUFFIX);

	return *name == '.' && len > end + 1 &&
	       streq(name + len - end, ROOT_TEMPORARY_SUFFIX);
}

static void clean(const struct ctx *ctx, const char *dir)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	if (root_list(ctx->root, dir, NAMES_MAX, &names) < 0)
		return;
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = NULL;
		int r;

		if (!is_ours(names.items[i]))
			continue;
		path = strf("%s/%s", dir, names.items[i]);
		r = path ? root_unlink(ctx->root, path) : 0;
		log_debug("'%s', left by a power cut: %s", path ? path : names.items[i],
			  r == 0 ? "removed" : strerror(-r));
	}
}

void leftover_remove(const struct ctx *ctx)
{
	/* Gentoo's conf.d/kexec is a link into /etc in today's packages. */
	static const char *const dirs[] = { STATE_DIR, KEXECD_DIR, "/etc/conf.d",
					    "/etc" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		clean(ctx, dirs[i]);
}
