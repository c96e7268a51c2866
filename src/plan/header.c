// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/header.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "verify/kernel_header.h"

/* lib/decompress.c and init/initramfs.c: what the kernel takes as the start of an
 * initramfs. */
static const struct {
	uint8_t bytes[6];
	size_t len;
} starts[] = {
	{ "070701", 6 },       { "070702", 6 },	      { { 0x1f, 0x8b }, 2 },
	{ { 0x1f, 0x9e }, 2 }, { { 0x42, 0x5a }, 2 }, { { 0x5d, 0x00 }, 2 },
	{ { 0xfd, 0x37 }, 2 }, { { 0x89, 0x4c }, 2 }, { { 0x02, 0x21 }, 2 },
	{ { 0x28, 0xb5 }, 2 },
};

static int problem(char **ret, char *words)
{
	*ret = words;
	return words ? 0 : -ENOMEM;
}

static int check_start(int fd, uint64_t offset, const char *path, char **ret_problem)
{
	uint8_t head[6] = { 0 };
	int r = read_full_at(fd, head, sizeof(head), offset);

	if (r < 0 && r != -EIO)
		return r;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(starts); i++)
		if (memcmp(head, starts[i].bytes, starts[i].len) == 0)
			return 1;
	return problem(ret_problem,
		       strf("'%s' is no initramfs that the kernel takes", path));
}

/* The kernel and the initramfs that lie inside. */
static int check_unified(const struct plan *plan, const struct utsname *name,
			 char **ret_problem)
{
	const char *path = plan->kernel.path;
	struct kernel_header inner;
	int r = kernel_header_read_uki(plan->kernel.fd, plan->profile, &inner);

	if (r < 0)
		return r;
	if (inner.arch && !streq(inner.arch, name->machine))
		return problem(ret_problem, strf("'%s' is for %s, and this machine is %s",
						 path, inner.arch, name->machine));
	if (inner.size > plan->kernel_length)
		return problem(ret_problem,
			       strf("the kernel in '%s' is not whole", path));
	if (plan->profile->initrd.length == 0)
		return 1;
	return check_start(plan->kernel.fd, plan->profile->initrd.offset, path,
			   ret_problem);
}

int header_check_kernel(const struct ctx *ctx, const struct plan *plan,
			char **ret_problem)
{
	uint64_t size = (uint64_t)plan->kernel.st.st_size;
	const char *path = plan->kernel.path;
	struct kernel_header header;
	struct utsname name;
	char is[24], wanted[24];
	int r = kernel_header_read(plan->kernel.fd, &header);

	if (r == 0)
		r = ctx->sys->uname(&name);
	if (r < 0)
		return r;
	if (header.type == KERNEL_UNKNOWN ||
	    (header.type == KERNEL_UKI && !plan->profile))
		return problem(ret_problem,
			       strf("'%s' is no kernel image that can be loaded", path));
	if (header.arch && !streq(header.arch, name.machine))
		return problem(ret_problem, strf("'%s' is for %s, and this machine is %s",
						 path, header.arch, name.machine));
	if (header.size &&
	    (size < header.size || (header.size_is_exact && size > header.size)))
		return problem(ret_problem, strf("'%s' is not whole: %s instead of %s",
						 path, human_size(size, is),
						 human_size(header.size, wanted)));
	return plan->profile ? check_unified(plan, &name, ret_problem) : 1;
}

int header_check_initramfs(int fd, const char *path, char **ret_problem)
{
	return check_start(fd, 0, path, ret_problem);
}
