// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "plan/checksum.h"

#define DPKG_INFO "/var/lib/dpkg/info"
#define MD5SUMS_MAX                                                        \
	(16 * 1024 * 1024) /* a kernel package lists some thousand modules \
			    */

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

int package_md5(const struct ctx *ctx, const char *version, const char *path,
		char ret[MD5_TEXT])
{
	if (strchr(version, '/') || *path != '/')
		return 0;
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
