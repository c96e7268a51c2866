// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Block lists, "(device)512+1": sectors of a device in the place of a file (GRUB's
 * manual, "Block list syntax"). GRUB 2.14 and SUSE's keep an environment block so where
 * the file system cannot be written to by GRUB: on btrfs.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

#define SECTOR 512
#define SECTORS_MAX 2048

bool grubblocks_are_meant(const char *path)
{
	return *path != '/' && strchr(path, '+');
}

/* Only one run of sectors: nobody has several. */
static bool parse(const char *s, uint64_t *ret_first, uint64_t *ret_count)
{
	const char *end = s;

	*ret_first = 0;
	if (*s != '+' && !grubcmd_number(s, ret_first, &end))
		return false;
	return *end == '+' && grubcmd_number(end + 1, ret_count, &end) && !*end &&
	       *ret_count > 0 && *ret_count <= SECTORS_MAX &&
	       *ret_first <= UINT64_MAX / SECTOR;
}

int grubblocks_read(struct grubrun *run, const char *name, char **ret, size_t *ret_len)
{
	const char *close = *name == '(' ? strchr(name, ')') : NULL;
	const char *root = str_or(grubvars_get(run->vars, "root"), "");
	_cleanup_free_ char *device =
		close ? strndup(name + 1, (size_t)(close - name - 1)) : strdup(root);
	uint64_t first, count;
	int r;

	if (!device)
		return -ENOMEM;
	if (!parse(close ? close + 1 : name, &first, &count))
		return -EOPNOTSUPP;
	*ret_len = (size_t)count * SECTOR;
	r = run->host->read_device(run->host->data, device, first * SECTOR, *ret_len,
				   ret);
	/* Sectors are there, if the device is. */
	return r == -ENOENT || r == -EINVAL ? -ENODEV : r;
}
