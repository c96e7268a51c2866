// SPDX-License-Identifier: GPL-2.0-or-later
/* Several initramfs files, as a boot loader gives them to the kernel: one after the
 * other. */
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "plan/plan.h"

/* Documentation/driver-api/early-userspace/buffer-format.rst: zeros between members; a
 * plain cpio must start at a multiple of 4. */
#define ALIGNMENT 4
#define BLOCK (256 * 1024)

static int append(int to, const struct plan_file *file, char *block)
{
	uint64_t left = (uint64_t)file->st.st_size, offset = 0;
	static const char zeros[ALIGNMENT];

	while (left > 0) {
		size_t n = left < BLOCK ? (size_t)left : BLOCK;
		int r = read_full_at(file->fd, block, n, offset);

		if (r == 0)
			r = write_full(to, block, n);
		if (r < 0)
			return r;
		offset += n;
		left -= n;
	}
	return write_full(to, zeros, (size_t)(-offset & (ALIGNMENT - 1)));
}

int plan_join_initrds(const struct plan *plan)
{
	_cleanup_free_ char *block = malloc(BLOCK);
	_cleanup_close_ int fd =
		memfd_create("initramfs", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (!block)
		return -ENOMEM;
	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < plan->n_initrds; i++) {
		int r = append(fd, &plan->initrds[i], block);

		if (r < 0)
			return r;
	}
	if (fcntl(fd, F_ADD_SEALS,
		  F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
		return -errno;
	return TAKE_FD(fd);
}
