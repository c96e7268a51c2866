// SPDX-License-Identifier: GPL-2.0-or-later
/* Bytes of the devices themselves that GRUB reads. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "find/grubmap.h"

#define DISKS_MAX 1024

/* Each disk of a btrfs has such bytes of its own, and which one GRUB reads is not known.
 */
static bool is_one_disk(const struct root *root, const struct grubmount *mount)
{
	_cleanup_free_ char *dir = NULL;
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	if (!streq(mount->type, "btrfs"))
		return true;
	dir = mount->uuid ? strf("/sys/fs/btrfs/%s/devices", mount->uuid) : NULL;
	return dir && root_list(root, dir, DISKS_MAX, &names) == 0 && names.count == 1;
}

int grubmap_read_device(struct grubmap *map, const char *device, uint64_t offset,
			size_t size, char **ret)
{
	const struct grubmount *mount = grubmap_find_mount(map, device);
	_cleanup_free_ char *bytes = calloc(1, size + 1);
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	if (!bytes)
		return -ENOMEM;
	if (!mount || *mount->source != '/' || !is_one_disk(map->root, mount))
		return -ENODEV;
	fd = root_open(map->root, mount->source, O_RDONLY | O_NONBLOCK);
	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISBLK(st.st_mode) && !S_ISREG(st.st_mode))
		return -ENODEV;
	r = read_full_at(fd, bytes, size, offset);
	if (r == 0)
		*ret = TAKE_PTR(bytes);
	return r;
}
