// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "plan/checksum.h"
#include "plan/rpmlist.h"

#define DPKG_INFO "/var/lib/dpkg/info"
#define MD5SUMS_MAX                                                        \
	(16 * 1024 * 1024) /* a kernel package lists some thousand modules \
			    */

#define RPM "/usr/bin/rpm"
#define RPM_TIMEOUT_MS 20000
#define RPM_LIST_MAX (16 * 1024 * 1024)

/* Debian's packages, today's and those of 7.x, where linux-image-VERSION is empty. */
static const struct {
	const char *before, *after;
} packages[] = {
	{ "linux-image-", "" },
	{ "linux-image-", "-unsigned" },
	{ "linux-image-unsigned-", "" }, /* Ubuntu */
	{ "linux-binary-", "" },
};

static bool is_md5(const char *s)
{
	return strspn(s, "0123456789abcdef") == MD5_TEXT - 1;
}

/* The line "SUM  path" whose path is @path without its slash. */
static bool find_sum(const char *text, const char *path, char ret[MD5_TEXT])
{
	size_t len = strlen(path);

	for (const char *line = text; *line;) {
		const char *end = line + strcspn(line, "\n");

		if ((size_t)(end - line) == MD5_TEXT - 1 + 2 + len && is_md5(line) &&
		    strncmp(line + MD5_TEXT - 1, "  ", 2) == 0 &&
		    strncmp(line + MD5_TEXT + 1, path, len) == 0) {
			memcpy(ret, line, MD5_TEXT - 1);
			ret[MD5_TEXT - 1] = '\0';
			return true;
		}
		line = *end ? end + 1 : end;
	}
	return false;
}

/* 1 with @ret; 0 if no package of that name says. */
static int dpkg_md5(const struct ctx *ctx, const char *version, const char *path,
		    char ret[MD5_TEXT])
{
	for (size_t i = 0; i < ARRAY_SIZE(packages); i++) {
		_cleanup_free_ char *text = NULL, *name = NULL;
		int r;

		name = strf(DPKG_INFO "/%s%s%s.md5sums", packages[i].before, version,
			    packages[i].after);
		if (!name)
			return -ENOMEM;
		r = root_read(ctx->root, name, MD5SUMS_MAX, &text, NULL);
		if (r == -ENOENT)
			continue;
		if (r < 0)
			return r;
		if (find_sum(text, path + 1, ret))
			return 1;
	}
	return 0;
}

/* The listing of the packages that @path and @original belong to; NULL: none. */
static int rpm_list(const struct ctx *ctx, const char *path, const char *original,
		    char **ret)
{
	struct sys_command command =
		SYS_COMMAND(RPM, "-q", "--qf", RPMLIST_FORMAT, "-f", path, original);
	int r;

	command.ret_output = ret;
	command.output_max = RPM_LIST_MAX;
	command.timeout_ms = RPM_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	if (r == -ENOMEM)
		return r;
	/* A path of no package makes it exit 1, whatever it says of the other one. */
	if (r < 0)
		(void)log_errno_at(LOG_INFO, r,
				   "rpm does not tell the checksum of '%s', ignoring",
				   path);
	return 0;
}

/*
 * kernel-install(8) copies a package's image to where it is booted from, and that copy
 * belongs to no package, or to one that lists it without contents.
 */
static int rpm_sha256(const struct ctx *ctx, const char *version, const char *path,
		      struct package_sums *ret)
{
	_cleanup_free_ char *list = NULL,
			    *original = strf("/usr/lib/modules/%s/vmlinuz", version);
	int r;

	if (!original)
		return -ENOMEM;
	/* Its database is this machine's, not that of a tree that is only looked at. */
	if ((ctx->options->root && !ctx->root->is_host) || !root_exists(ctx->root, RPM))
		return 0;
	r = rpm_list(ctx, path, original, &list);
	if (r < 0 || !list || rpmlist_sha256(list, path, ret->sha256))
		return r;
	ret->of_original = rpmlist_sha256(list, original, ret->sha256);
	return 0;
}

int package_sums(const struct ctx *ctx, const char *version, const char *path,
		 struct package_sums *ret)
{
	int r;

	*ret = (struct package_sums){ .of_original = false };
	if (strchr(version, '/') || *path != '/')
		return 0;
	r = dpkg_md5(ctx, version, path, ret->md5);
	if (r == 0)
		r = rpm_sha256(ctx, version, path, ret);
	return r < 0 ? r : 0;
}
