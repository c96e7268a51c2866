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
#include "plan/verify.h"

/* Descriptor that sys->run() gives to the reader (base/sys.h: pass_fd). */
#define PASSED_FD "3"

/* Lockdown's state stands in brackets: "none [integrity] confidentiality". */
#define LOCKDOWN_PATH "/sys/kernel/security/lockdown"
#define LOCKDOWN_OFF "[none]"

#define ARGS_MAX 16

bool verify_by_header(const struct ctx *ctx)
{
	return ctx->config->verify == VERIFY_HEADER;
}

/* The first problem counts; a firmware boot of the same file would fail too, which is
 * worth saying. What was named by hand is nobody's default. */
int verify_judge(const struct plan *plan, const struct report *report, const char *path,
		 const char *cure, char **ret_problem)
{
	for (size_t i = 0; i < report->warnings.count; i++)
		log_info("'%s': %s", path, report->warnings.items[i]);
	if (report->ok)
		return 1;
	*ret_problem = strf(
		"'%s' is not whole: %s%s; %s%s", path,
		report->problems.count ? report->problems.items[0] : "no reason given",
		report->problems.count > 1 ? " (and more)" : "",
		plan->by_hand ? "" : "an ordinary reboot will fail too: ", cure);
	return *ret_problem ? 0 : -ENOMEM;
}

static void take_digest(const struct report *report, char ret[SHA256_TEXT])
{
	*ret = '\0';
	if (report->sha256 && strlen(report->sha256) == SHA256_TEXT - 1)
		memcpy(ret, report->sha256, SHA256_TEXT);
}

/* A unified image is no copy of the package's image; what was named by hand need not be.
 */
static bool says_nothing(const struct plan *plan, const struct package_sums *sums)
{
	return !*sums->sha256 || (sums->of_original && (plan->profile || plan->by_hand));
}

/* rpm's digest against the reader's. What was signed anew on this machine, in place or as
 * a copy, differs by right, and its signature's own digest was compared. */
static int compare_package(const struct plan *plan, const struct package_sums *sums,
			   struct report *report)
{
	if (says_nothing(plan, sums) || !report->sha256 ||
	    streq(sums->sha256, report->sha256))
		return 0;
	if (report->is_signed)
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

struct args {
	const char *items[ARGS_MAX];
	size_t count;
};

static void add(struct args *args, const char *option, const char *value)
{
	args->items[args->count++] = option;
	if (value)
		args->items[args->count++] = value;
}

int verify_image(const struct ctx *ctx, const struct plan *plan, int fd,
		 char **ret_problem)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	struct args args = { .count = 0 };
	struct utsname name;
	int r = ctx->sys->uname(&name);

	if (r < 0)
		return r;
	add(&args, "image", NULL);
	add(&args, "--version", plan->version);
	add(&args, "--arch", name.machine);
	r = reader_ask(ctx, fd, -1, args.items, &report);
	return r < 0 ? r
		     : verify_judge(plan, &report, plan->kernel.path, VERIFY_CURE_PACKAGE,
				    ret_problem);
}

/* A unified image, too: its initramfs is verified with it. */
static int verify_kernel(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	_cleanup_close_ int modules = -1;
	struct package_sums sums;
	char profile[24];
	struct args args = { .count = 0 };
	struct utsname name;
	int r = ctx->sys->uname(&name);

	if (r == 0)
		r = package_sums(ctx, plan->version, plan->kernel.path, &sums);
	if (r < 0)
		return r;
	add(&args, "image", NULL);
	add(&args, "--version", plan->version);
	add(&args, "--arch", name.machine);
	if (*sums.md5)
		add(&args, "--md5", sums.md5);
	if (plan->profile) {
		snprintf(profile, sizeof(profile), "%zu",
			 (size_t)(plan->profile - plan->uki.profiles));
		add(&args, "--profile", profile);
		modules = plan->modules_optional ? -1
						 : plan_open_modules(ctx, plan->version);
	}
	if (plan->profile && plan->modules_optional)
		add(&args, "--modules-optional", NULL);
	if (modules >= 0)
		add(&args, "--modules-fd", PASSED_FD);
	r = reader_ask(ctx, plan->kernel.fd, modules, args.items, &report);
	if (r < 0)
		return r;
	take_digest(&report, plan->kernel.sha256);
	r = compare_package(plan, &sums, &report);
	if (r < 0)
		return r;
	plan->unpacked = report.unpacked;
	return verify_judge(plan, &report, plan->kernel.path,
			    plan->profile ? "rebuild it, or reinstall its package"
					  : VERIFY_CURE_PACKAGE,
			    ret_problem);
}

int plan_verify_initramfs(const struct ctx *ctx, const struct plan *plan, int fd,
			  const char *path, char ret_sha256[SHA256_TEXT],
			  char **ret_problem)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	_cleanup_close_ int modules = -1;
	_cleanup_free_ char *cure =
		strf("rebuild it (update-initramfs -u -k %s)", plan->version);
	struct args args = { .count = 0 };
	int r;

	if (!cure)
		return -ENOMEM;
	if (verify_by_header(ctx))
		return header_check_initramfs(fd, path, ret_problem);
	add(&args, "initramfs", NULL);
	if (!plan->modules_optional) {
		add(&args, "--version", plan->version);
		modules = plan_open_modules(ctx, plan->version);
		if (modules >= 0)
			add(&args, "--modules-fd", PASSED_FD);
	}
	r = reader_ask(ctx, fd, modules, args.items, &report);
	if (r < 0)
		return r;
	if (ret_sha256)
		take_digest(&report, ret_sha256);
	return verify_judge(plan, &report, path, cure, ret_problem);
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

bool verify_is_locked_down(const struct ctx *ctx)
{
	_cleanup_free_ char *line = NULL;

	return root_read_line(ctx->root, LOCKDOWN_PATH, &line) == 0 &&
	       !strstr(line, LOCKDOWN_OFF);
}

/* A copy in memory has no signature but the one inside it: where that is wanted and
 * missing, the kernel says no to it with certainty. */
static int check_lockdown(const struct ctx *ctx, const struct plan *plan,
			  char **ret_problem)
{
	if (!plan->profile || plan->is_signed || !verify_is_locked_down(ctx))
		return 1;
	*ret_problem = strf("the kernel inside '%s' is not signed itself (only the whole "
			    "is), and lockdown lets no unsigned kernel be loaded",
			    plan->kernel.path);
	return *ret_problem ? 0 : -ENOMEM;
}

static int verify_initrds(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	if (plan->n_initrds == 0)
		return 1;
	if (plan->n_initrds == 1)
		return plan_verify_initramfs(ctx, plan, plan->initrds[0].fd,
					     plan->initrds[0].path,
					     plan->initrds[0].sha256, ret_problem);
	/* Several make sense only together: the joined copy is verified where it is
	 * loaded (prepare.c). */
	for (size_t i = 0; i < plan->n_initrds; i++) {
		int r = plan_digest(ctx, plan->initrds[i].fd, plan->initrds[i].sha256);

		if (r < 0)
			return r;
	}
	return 1;
}

static int verify_headers(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	int r = header_check_kernel(ctx, plan, ret_problem);

	/* A version that only the contents tell is not taken from hearsay. */
	if (r > 0 && plan->version_is_claim)
		r = verify_kernel(ctx, plan, ret_problem);
	for (size_t i = 0; i < plan->n_initrds && r > 0; i++)
		r = header_check_initramfs(plan->initrds[i].fd, plan->initrds[i].path,
					   ret_problem);
	return r > 0 ? digest_young(ctx, plan) : r;
}

int plan_verify(const struct ctx *ctx, struct plan *plan, char **ret_problem)
{
	enum kernel_way way;
	int r = plan_way(ctx, plan, plan->type, &way, ret_problem);

	if (r > 0)
		r = check_lockdown(ctx, plan, ret_problem);
	if (r <= 0)
		return r;
	if (verify_by_header(ctx))
		return verify_headers(ctx, plan, ret_problem);
	r = verify_kernel(ctx, plan, ret_problem);
	return r > 0 ? verify_initrds(ctx, plan, ret_problem) : r;
}
