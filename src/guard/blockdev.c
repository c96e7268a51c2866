// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/blockdev.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static const struct {
	const char *prefix, *folder;
} kinds[] = {
	{ "UUID=", "by-uuid" },
	{ "LABEL=", "by-label" },
	{ "PARTUUID=", "by-partuuid" },
	{ "PARTLABEL=", "by-partlabel" },
};

char *blockdev_path(const char *spec)
{
	if (*spec == '/')
		return strdup(spec);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		const char *value = spec + strlen(kinds[i].prefix);
		size_t len;

		if (!starts_with(spec, kinds[i].prefix))
			continue;
		value += *value == '"';
		len = strcspn(value, "\"");
		/* udev writes other letters as \xNN; those we do not look up. */
		if (len == 0 || memchr(value, '/', len) || memchr(value, '\\', len))
			return NULL;
		return strf("/dev/disk/%s/%.*s", kinds[i].folder, (int)len, value);
	}
	return NULL;
}

int blockdev_read(const struct ctx *ctx, const char *path, uint64_t offset, void *buf,
		  size_t len)
{
	_cleanup_close_ int fd = root_open(ctx->root, path, O_RDONLY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return -ENOTBLK;
	return read_full_at(fd, buf, len, offset);
}
