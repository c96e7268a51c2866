// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the files of a plan to what the system call takes. Whatever is copied or unpacked
 * here is verified once more after it was sealed: what was verified is what is loaded.
 */
#include <errno.h>

#include "plan/header.h"
#include "plan/memfd.h"
#include "plan/plan.h"
#include "plan/reader.h"
#include "plan/verify.h"

void plan_images_done(struct plan_images *images)
{
	closep(&images->own_kernel);
	closep(&images->own_initrd);
	*images = (struct plan_images)PLAN_IMAGES_EMPTY;
}

int plan_way(const struct ctx *ctx, const struct plan *plan, enum kernel_type type,
	     enum kernel_way *ret, char **ret_problem)
{
	struct utsname name;
	int r = ctx->sys->uname(&name);

	if (r < 0)
		return r;
	*ret = kernel_way(name.machine, type);
	if (*ret != KERNEL_REFUSED)
		return 1;
	*ret_problem = strf("'%s' is no kernel image that can be loaded on %s (%s%s)",
			    plan->kernel.path, name.machine,
			    plan->profile ? "the kernel in it is of the type " : "type ",
			    kernel_type_name(type));
	return *ret_problem ? 0 : -ENOMEM;
}

/* Takes the place of the kernel that was to be loaded so far. */
static void take_kernel(struct plan_images *images, int fd)
{
	closep(&images->own_kernel);
	images->kernel = images->own_kernel = fd;
}

static int extract(const struct plan *plan, struct plan_images *images)
{
	_cleanup_close_ int fd = memfd_new("kernel");
	int r;

	if (fd < 0)
		return fd;
	r = memfd_append(fd, plan->kernel.fd, plan->profile->linux_image.offset,
			 plan->kernel_length);
	if (r == 0)
		r = memfd_seal(fd);
	if (r < 0)
		return r;
	take_kernel(images, TAKE_FD(fd));
	return 1;
}

static int unpack(const struct ctx *ctx, const struct plan *plan,
		  struct plan_images *images, char **ret_problem)
{
	static const char *const args[] = { "unpack", NULL };
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	_cleanup_close_ int fd = memfd_new("kernel");
	int r;

	if (fd < 0)
		return fd;
	r = reader_ask(ctx, images->kernel, fd, args, &report);
	if (r < 0)
		return r;
	r = verify_judge(plan, &report, plan->kernel.path, VERIFY_CURE_PACKAGE,
			 ret_problem);
	if (r <= 0)
		return r;
	r = memfd_seal(fd);
	if (r < 0)
		return r;
	take_kernel(images, TAKE_FD(fd));
	return 1;
}

/* Also in the cheap mode: what the header tells is little, but the bytes are new. */
static int verify_copy(const struct ctx *ctx, const struct plan *plan, int fd,
		       char **ret_problem)
{
	struct kernel_header header;
	enum kernel_way way;
	int r = kernel_header_read(fd, &header);

	if (r < 0)
		return r;
	r = plan_way(ctx, plan, header.type, &way, ret_problem);
	if (r <= 0)
		return r;
	if (way != KERNEL_DIRECT) {
		*ret_problem = strf("'%s': a compressed kernel in a compressed one",
				    plan->kernel.path);
		return *ret_problem ? 0 : -ENOMEM;
	}
	if (verify_by_header(ctx))
		return 1;
	return verify_image(ctx, plan, fd, ret_problem);
}

static int prepare_kernel(const struct ctx *ctx, const struct plan *plan,
			  struct plan_images *images, char **ret_problem)
{
	enum kernel_way way;
	int r = plan_way(ctx, plan, plan->type, &way, ret_problem);

	images->kernel = plan->kernel.fd;
	if (r > 0 && plan->profile)
		r = extract(plan, images);
	if (r > 0 && way == KERNEL_UNPACK)
		r = unpack(ctx, plan, images, ret_problem);
	if (r > 0 && images->own_kernel >= 0)
		r = verify_copy(ctx, plan, images->own_kernel, ret_problem);
	return r;
}

static int prepare_initrd(const struct ctx *ctx, const struct plan *plan,
			  struct plan_images *images, char **ret_problem)
{
	if (!plan_is_joined(plan)) {
		images->initrd = plan->n_initrds ? plan->initrds[0].fd : -1;
		return 1;
	}
	images->own_initrd = plan_join_initrds(plan);
	if (images->own_initrd < 0)
		return images->own_initrd;
	images->initrd = images->own_initrd;
	return plan_verify_initramfs(ctx, plan, images->initrd, "the joined initramfs",
				     NULL, ret_problem);
}

int plan_prepare(const struct ctx *ctx, const struct plan *plan, struct plan_images *ret,
		 char **ret_problem)
{
	int r;

	*ret = (struct plan_images)PLAN_IMAGES_EMPTY;
	r = prepare_kernel(ctx, plan, ret, ret_problem);
	if (r > 0)
		r = prepare_initrd(ctx, plan, ret, ret_problem);
	if (r <= 0)
		plan_images_done(ret);
	return r;
}
