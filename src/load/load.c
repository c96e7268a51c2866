// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <linux/kexec.h>
#include <string.h>

#include "base/log.h"
#include "load/load.h"

/* EBUSY: another load or unload is under way (a trylock). ETXTBSY: somebody has a file
 * open for writing. */
#define TRY_WAIT_FIRST_MS 100
#define TRY_WAIT_TOTAL_MS 12000

#define KEXEC_TOOL_TIMEOUT_MS 60000

/* Only where the syscall does not exist; it would skip the signature check elsewhere. */
static int run_kexec_tool(const struct ctx *ctx, const struct plan *plan,
			  const struct plan_images *images)
{
	_cleanup_free_ char *cmdline = strf("--command-line=%s", plan->cmdline);
	struct sys_command with =
		SYS_COMMAND("/sbin/kexec", "-c", "-l", "/proc/self/fd/0", cmdline,
			    "--initrd=/proc/self/fd/3");
	struct sys_command without =
		SYS_COMMAND("/sbin/kexec", "-c", "-l", "/proc/self/fd/0", cmdline);
	struct sys_command *command = images->initrd < 0 ? &without : &with;
	int r;

	if (!cmdline)
		return -ENOMEM;
	command->stdin_fd = images->kernel;
	command->pass_fd = images->initrd;
	command->timeout_ms = KEXEC_TOOL_TIMEOUT_MS;
	r = ctx->sys->run(command);
	if (r == -ENOENT)
		return -ENOSYS;
	return r > 0 ? -EIO : r;
}

struct load_job {
	const struct ctx *ctx;
	const struct plan *plan;
};

#define LOADED_BY_TOOL 1

/* In the child, which alone holds what is copied or unpacked for the load. */
static int load_work(void *arg)
{
	const struct load_job *job = arg;
	_cleanup_(plan_images_done) struct plan_images images = PLAN_IMAGES_EMPTY;
	_cleanup_free_ char *problem = NULL;
	unsigned long flags;
	int r = plan_prepare(job->ctx, job->plan, &images, &problem);

	if (r < 0)
		return r;
	if (r == 0) {
		log_error("%s: %s", job->plan->entry_id, problem);
		return -EUCLEAN;
	}
	flags = images.initrd < 0 ? KEXEC_FILE_NO_INITRAMFS : 0;
	r = job->ctx->sys->kexec_file_load(images.kernel, images.initrd,
					   job->plan->cmdline, flags);
	if (r != -ENOSYS)
		return r;
	r = run_kexec_tool(job->ctx, job->plan, &images);
	return r == 0 ? LOADED_BY_TOOL : r;
}

static int load_with_patience(const struct ctx *ctx, const struct plan *plan)
{
	struct load_job job = { ctx, plan };
	unsigned wait = TRY_WAIT_FIRST_MS;

	for (unsigned waited = 0;; waited += wait, wait *= 2) {
		int r = ctx->sys->in_child(load_work, &job);

		if ((r != -EBUSY && r != -ETXTBSY) || waited + wait > TRY_WAIT_TOTAL_MS)
			return r;
		log_info("%s: trying again in %u ms",
			 r == -EBUSY ? "another load is under way"
				     : "a file is being written",
			 wait);
		ctx->sys->sleep_ms(wait);
	}
}

static bool same_times(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec &&
	       a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

/* Is the open file still what was verified, and what its path names? 1, 0, or a negative
 * errno. */
static int still_the_same(const struct ctx *ctx, const struct plan_file *file)
{
	char sha256[SHA256_TEXT];
	struct stat open_st, path_st;
	int r;

	if (fstat(file->fd, &open_st) < 0)
		return -errno;
	r = root_stat(ctx->root, file->path, &path_st);
	if (r < 0)
		return r == -ENOENT ? 0 : r;
	if (!same_times(&open_st, &path_st))
		return 0;
	if (same_times(&open_st, &file->st) && !plan_file_is_young(ctx, &open_st))
		return 1;
	if (open_st.st_size != file->st.st_size || !*file->sha256)
		return same_times(&open_st, &file->st);
	r = plan_digest(ctx, file->fd, sha256);
	return r < 0 ? r : streq(sha256, file->sha256);
}

static int check_after_load(const struct ctx *ctx, const struct plan *plan)
{
	for (size_t i = 0; i <= plan->n_initrds; i++) {
		const struct plan_file *file = i ? &plan->initrds[i - 1] : &plan->kernel;
		int r = still_the_same(ctx, file);

		if (r == 1)
			continue;
		log_info("'%s' changed while it was being loaded", file->path);
		r = load_unload(ctx);
		return r < 0 ? r : -ESTALE;
	}
	return 1;
}

int load_plan(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	_cleanup_free_ char *words = NULL;
	int r = load_with_patience(ctx, plan);

	plan->by_tool = r == LOADED_BY_TOOL;
	if (r >= 0)
		return check_after_load(ctx, plan);
	words = load_answer(ctx, plan, r);
	*ret_problem =
		words ? strf("%s cannot be loaded: %s", plan->version, words) : NULL;
	return *ret_problem ? 0 : -ENOMEM;
}

int load_unload(const struct ctx *ctx)
{
	struct sys_command tool = SYS_COMMAND("/sbin/kexec", "-u");
	unsigned wait = TRY_WAIT_FIRST_MS;
	int r;

	for (unsigned waited = 0;; waited += wait, wait *= 2) {
		r = ctx->sys->kexec_file_load(-1, -1, NULL, KEXEC_FILE_UNLOAD);
		if (r != -EBUSY || waited + wait > TRY_WAIT_TOTAL_MS)
			break;
		ctx->sys->sleep_ms(wait);
	}
	if (r == -ENOSYS) {
		r = ctx->sys->run(&tool);
		r = r > 0 ? -EIO : r;
	}
	if (r < 0)
		log_error(
			"the loaded kernel cannot be unloaded: %s; '%s' still goes through the firmware",
			r == -EPERM
				? "the kernel does not permit it (kernel.kexec_load_disabled or the "
				  "load limit)"
				: strerror(-r),
			"reboot -f");
	return r;
}
