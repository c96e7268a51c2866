// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/memfd.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "base/util.h"

#define BLOCK (256 * 1024)

int memfd_new(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);

	return fd < 0 ? -errno : fd;
}

int memfd_append(int to, int from, uint64_t offset, uint64_t length)
{
	_cleanup_free_ char *block = malloc(BLOCK);

	if (!block)
		return -ENOMEM;
	while (length > 0) {
		size_t n = length < BLOCK ? (size_t)length : BLOCK;
		int r = read_full_at(from, block, n, offset);

		if (r == 0)
			r = write_full(to, block, n);
		if (r < 0)
			return r;
		offset += n;
		length -= n;
	}
	return 0;
}

int memfd_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS,
		     F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0
		       ? -errno
		       : 0;
}
