// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/plan.h"

#include "base/print.h"

/* A change within the same tick of a file's times leaves them as they are; vfat's tick is
 * 2 s. */
#define YOUNG_SECONDS 3

bool plan_file_is_young(const struct ctx *ctx, const struct stat *st)
{
	int64_t now = ctx->sys->now().tv_sec;

	/* A time in the future proves nothing either; it may be as far as there are. */
	return st->st_mtim.tv_sec > now - YOUNG_SECONDS ||
	       st->st_ctim.tv_sec > now - YOUNG_SECONDS;
}

static void plan_file_done(struct plan_file *file)
{
	free(file->path);
	closep(&file->fd);
	*file = (struct plan_file){ .fd = -1 };
}

void plan_done(struct plan *plan)
{
	free(plan->entry_id);
	free(plan->version);
	free(plan->build);
	free(plan->cmdline);
	free(plan->reason);
	plan_file_done(&plan->kernel);
	for (size_t i = 0; i < plan->n_initrds; i++)
		plan_file_done(&plan->initrds[i]);
	free(plan->initrds);
	uki_done(&plan->uki);
	*plan = (struct plan)PLAN_EMPTY;
}

bool plan_is_joined(const struct plan *plan)
{
	return plan->profile ? plan->profile->initrd.length > 0 : plan->n_initrds > 1;
}

uint64_t plan_kernel_size(const struct plan *plan)
{
	return plan->profile ? plan->kernel_length : (uint64_t)plan->kernel.st.st_size;
}

uint64_t plan_initrds_size(const struct plan *plan)
{
	uint64_t size = 0;

	if (plan->profile)
		size = plan->profile->initrd.length + plan->profile->ucode.length;
	for (size_t i = 0; i < plan->n_initrds; i++)
		size += (uint64_t)plan->initrds[i].st.st_size;
	return size;
}

void plan_print(const struct plan *plan, FILE *f)
{
	print_line(f, "entry:        %s", plan->entry_id);
	print_line(f, "version:      %s", plan->version);
	print_line(f, "kernel:       %s", plan->kernel.path);
	if (plan->profile)
		print_line(f, "unified:      %s%s", kernel_type_name(plan->type),
			   plan->profile->initrd.length ? " and initramfs" : "");
	for (size_t i = 0; i < plan->n_initrds; i++)
		print_line(f, "initramfs:    %s", plan->initrds[i].path);
	print_line(f, "command line: %s", plan->cmdline);
	print_line(f, "because:      %s", plan->reason);
}
