// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is every file of the plan whole? The kernel checks nothing without Secure Boot: it
 * loads halves and flipped bits and hangs at boot. Contents are read by warmboot-read,
 * through the descriptors that are loaded later.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "plan/checksum.h"
#include "plan/header.h"
#include "plan/plan.h"
#include "plan/reader.h"

/* Descriptor that sys->run() gives to the reader (base/sys.h: pass_fd). */
#define PASSED_FD "3"

static bool header_only(const struct ctx *ctx)
{
	return ctx->config->verify == VERIFY_HEADER;
}

/* The first problem counts; a firmware boot of the same file would fail too, which is
 * worth saying. */
static int judge(const struct report *report, const char *path, const char *cure,
		 char **ret_problem)
{
	for (size_t i = 0; i < report->warnings.count; i++)
		log_info("'%s': %s", path, report->warnings.items[i]);
	if (report->ok)
		return 1;
	*ret_problem = strf(
		"'%s' is not whole: %s%s; an ordinary reboot will fail too: %s", path,
		report->problems.count ? report->problems.items[0] : "no reason given",
		report->problems.count > 1 ? " (and more)" : "", cure);
	return *ret_problem ? 0 : -ENOMEM;
}

static void take_digest(const struct report *report, char ret[SHA256_TEXT])
{
	*ret = '\0';
	if (report->sha256 && strlen(report->sha256) == SHA256_TEXT - 1)
		memcpy(ret, report->sha256, SHA256_TEXT);
}

/* rpm's digest against the reader's. A copy that was signed anew on this machine differs
 * by right, and its signature's own digest was compared. */
static int compare_package(const struct package_sums *sums, struct report *report)
{
	if (!*sums->sha256 || !report->sha256 || streq(sums->sha256, report->sha256))
		return 0;
	if (sums->of_original && report->is_signed)
		return strv_take(&report->warnings,
				 strf("signed anew since its package was installed?"
				      " (SHA-256 %s, the package's %s)",
				      report->sha256, sums->sha256));
	report->ok = false;
	return strv_take(&report->problems,
			 strf("it differs from what its package installed (SHA-256 %s, "
			      "not %s)",
			      report->sha256, sums->sha256));
}

static int verify_kernel(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	struct package_sums sums;
	struct utsname name;
	const char *args[12];
	size_t n = 0;
	int r = ctx->sys->uname(&name);

	if (r == 0)
		r = package_sums(ctx, plan->version, plan->kernel.path, &sums);
	if (r < 0)
		return r;
	args[n++] = "image";
	args[n++] = "--version";
	args[n++] = plan->version;
	args[n++] = "--arch";
	args[n++] = name.machine;
	if (*sums.md5) {
		args[n++] = "--md5";
		args[n++] = sums.md5;
	}
	args[n] = NULL;
	r = reader_ask(ctx, plan->kernel.fd, -1, args, &report);
	if (r < 0)
		return r;
	take_digest(&report, plan->kernel.sha256);
	r = compare_package(&sums, &report);
	if (r < 0)
		return r;
	return judge(&report, plan->kernel.path, "reinstall its package", ret_problem);
}

int plan_verify_initramfs(const struct ctx *ctx, const struct plan *plan, int fd,
			  const char *path, char ret_sha256[SHA256_TEXT],
			  char **ret_problem)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	_cleanup_close_ int modules = -1;
	_cleanup_free_ char *dir = strf("/usr/lib/modules/%s", plan->version);
	_cleanup_free_ char *cure =
		strf("rebuild it (update-initramfs -u -k %s)", plan->version);
	const char *args[8];
	size_t n = 0;
	int r;

	if (!dir || !cure)
		return -ENOMEM;
	if (header_only(ctx))
		return header_check_initramfs(fd, path, ret_problem);
	args[n++] = "initramfs";
	if (!plan->modules_optional) {
		args[n++] = "--version";
		args[n++] = plan->version;
		modules = root_open(ctx->root, dir, O_RDONLY | O_DIRECTORY);
		if (modules >= 0) {
			args[n++] = "--modules-fd";
			args[n++] = PASSED_FD;
		}
	}
	args[n] = NULL;
	r = reader_ask(ctx, fd, modules, args, &report);
	if (r < 0)
		return r;
	if (ret_sha256)
		take_digest(&report, ret_sha256);
	return judge(&report, path, cure, ret_problem);
}

int plan_digest(const struct ctx *ctx, int fd, char ret[SHA256_TEXT])
{
	static const char *const args[] = { "digest", NULL };
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	int r = reader_ask(ctx, fd, -1, args, &report);

	if (r < 0)
		return r;
	take_digest(&report, ret);
	return *ret ? 0 : -EBADMSG;
}

/* By headers alone there is no digest; where times prove nothing, it is what later runs
 * compare. */
static int digest_young(const struct ctx *ctx, struct plan *plan)
{
	for (size_t i = 0; i <= plan->n_initrds; i++) {
		struct plan_file *file = i ? &plan->initrds[i - 1] : &plan->kernel;
		int r;

		if (!plan_file_is_young(ctx, &file->st))
			continue;
		r = plan_digest(ctx, file->fd, file->sha256);
		if (r < 0)
			return r;
	}
	return 1;
}

static int verify_headers(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	int r = header_check_kernel(ctx, plan, ret_problem);

	for (size_t i = 0; i < plan->n_initrds && r > 0; i++)
		r = header_check_initramfs(plan->initrds[i].fd, plan->initrds[i].path,
					   ret_problem);
	return r > 0 ? digest_young(ctx, plan) : r;
}

int plan_verify(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	int r;

	if (header_only(ctx))
		return verify_headers(ctx, plan, ret_problem);
	r = verify_kernel(ctx, plan, ret_problem);
	if (r <= 0 || plan->n_initrds == 0)
		return r;
	if (plan->n_initrds == 1)
		return plan_verify_initramfs(ctx, plan, plan->initrds[0].fd,
					     plan->initrds[0].path,
					     plan->initrds[0].sha256, ret_problem);
	/* Several make sense only together: the joined copy is verified where it is
	 * loaded (load/load.c). */
	for (size_t i = 0; i < plan->n_initrds; i++) {
		r = plan_digest(ctx, plan->initrds[i].fd, plan->initrds[i].sha256);
		if (r < 0)
			return r;
	}
	return 1;
}
