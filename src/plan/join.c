// SPDX-License-Identifier: GPL-2.0-or-later
/* Several initramfs files, as a boot loader gives them to the kernel: one after the
 * other. */
#include <errno.h>

#include "plan/memfd.h"
#include "plan/plan.h"
#include "plan/stub.h"

/* Documentation/driver-api/early-userspace/buffer-format.rst: zeros between members; a
 * plain cpio must start at a multiple of 4, which is also what GRUB and systemd-stub pad
 * to. */
#define ALIGNMENT 4

static int append(int to, int from, uint64_t offset, uint64_t length)
{
	static const char zeros[ALIGNMENT];
	int r = memfd_append(to, from, offset, length);

	return r < 0 ? r : write_full(to, zeros, (size_t)(-length & (ALIGNMENT - 1)));
}

/* As systemd-stub orders them: the kernel looks for microcode in the first archive only.
 */
static int join_unified(int to, const struct plan *plan)
{
	const struct uki_part *ucode = &plan->profile->ucode;
	const struct uki_part *initrd = &plan->profile->initrd;
	int r = append(to, plan->kernel.fd, ucode->offset, ucode->length);

	if (r == 0)
		r = append(to, plan->kernel.fd, initrd->offset, initrd->length);
	return r < 0 ? r : stub_append_files(to, plan);
}

static int join_files(int to, const struct plan *plan)
{
	int r = 0;

	for (size_t i = 0; i < plan->n_initrds && r == 0; i++)
		r = append(to, plan->initrds[i].fd, 0,
			   (uint64_t)plan->initrds[i].st.st_size);
	return r;
}

int plan_join_initrds(const struct plan *plan)
{
	_cleanup_close_ int fd = memfd_new("initramfs");
	int r;

	if (fd < 0)
		return fd;
	r = plan->profile ? join_unified(fd, plan) : join_files(fd, plan);
	if (r == 0)
		r = memfd_seal(fd);
	return r < 0 ? r : TAKE_FD(fd);
}
