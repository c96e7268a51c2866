// SPDX-License-Identifier: GPL-2.0-or-later
#include "fake_root.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/macro.h"
#include "base/util.h"

/* Documentation/arch/x86/boot.rst */
#define SETUP_SECTORS 4
#define SETUP_BYTES ((SETUP_SECTORS + 1) * 512)
#define BODY_BYTES 512
#define VERSION_AT 0x800
#define VERSION_MAX 512

static int make_folders(char *path, size_t from)
{
	for (char *p = path + from; (p = strchr(p + 1, '/'));) {
		*p = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*p = '/';
	}
	return 0;
}

/* @dir/@path, with the folders on the way. */
static int make_path(const char *dir, const char *path, char **ret)
{
	_cleanup_free_ char *full = strf("%s%s", dir, path);
	int r;

	if (!full)
		return -ENOMEM;
	r = make_folders(full, strlen(dir));
	if (r == 0)
		*ret = TAKE_PTR(full);
	return r;
}

int fake_root_file(const char *dir, const char *path, const void *data, size_t len)
{
	_cleanup_free_ char *full = NULL;
	_cleanup_close_ int fd = -1;
	int r = make_path(dir, path, &full);

	if (r < 0)
		return r;
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return fd < 0 ? -errno : write_full(fd, data, len);
}

int fake_root_text(const char *dir, const char *path, const char *text)
{
	return fake_root_file(dir, path, text, strlen(text));
}

int fake_root_link(const char *dir, const char *path, const char *target)
{
	_cleanup_free_ char *full = NULL;
	int r = make_path(dir, path, &full);

	if (r < 0)
		return r;
	return symlink(target, full) < 0 ? -errno : 0;
}

int fake_root_folder(const char *dir, const char *path)
{
	_cleanup_free_ char *full = NULL;
	int r = make_path(dir, path, &full);

	if (r < 0)
		return r;
	return mkdir(full, 0755) < 0 && errno != EEXIST ? -errno : 0;
}

static void put_le(char *at, uint32_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (char)(value >> (8 * i));
}

int fake_kernel(const char *version, const char *build, char **ret, size_t *ret_len)
{
	char *image = calloc(1, SETUP_BYTES + BODY_BYTES);

	if (!image)
		return -ENOMEM;
	image[0x1f1] = SETUP_SECTORS;
	put_le(image + 0x1f4, BODY_BYTES / 16, 4);
	memcpy(image + 0x1fe, "\x55\xaa", 2);
	memcpy(image + 0x202, "HdrS", 4);
	put_le(image + 0x206, 0x020f, 2);
	put_le(image + 0x20e, VERSION_AT - 0x200, 2);
	image[0x211] = 1;
	put_le(image + 0x236, 0x3, 2); /* 64 bits, may lie above 4 GiB */
	put_le(image + 0x238, 2047, 4);
	put_le(image + 0x24c, BODY_BYTES, 4);
	put_le(image + 0x260, 1024 * 1024, 4);
	snprintf(image + VERSION_AT, VERSION_MAX, "%s (builder@host) %s", version,
		 str_or(build, "#1 SMP"));
	*ret = image;
	*ret_len = SETUP_BYTES + BODY_BYTES;
	return 0;
}

int fake_root_kernel(const char *dir, const char *path, const char *version,
		     const char *build)
{
	_cleanup_free_ char *image = NULL;
	size_t len;
	int r = fake_kernel(version, build, &image, &len);

	return r < 0 ? r : fake_root_file(dir, path, image, len);
}

int fake_root_make(char *template)
{
	return mkdtemp(template) ? 0 : -errno;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

int fake_root_remove(const char *dir)
{
	return nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 ? -errno : 0;
}
