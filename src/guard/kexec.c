// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <limits.h>
#include <string.h>

#include "guard/rows.h"
#include "keep/state.h"

#define BUILD_CONFIG_MAX (4 * 1024 * 1024)

/* A load, its renewal and its unloading each take one from the kernel's limit, also when
 * they fail. */
#define LOADS_TO_ARM 3
#define LOADS_TO_RENEW 2

#define LIMIT_PATH "/proc/sys/kernel/kexec_load_limit_reboot"
#define DISABLED_PATH "/proc/sys/kernel/kexec_load_disabled"
#define SECURITYFS "/sys/kernel/security"
#define LOCKDOWN_PATH SECURITYFS "/lockdown"
#define NAMES_MAX 1024

/* Is there a line CONFIG_KEXEC_FILE=y in the configuration that the running kernel was
 * built with? 1 or 0 with *@ret_path, or -ENOENT when it is found nowhere. */
static int built_with_kexec_file(const struct ctx *ctx, char **ret_path)
{
	static const char *const places[] = { "/boot/config-%s",
					      "/usr/lib/modules/%s/config",
					      "/lib/modules/%s/config" };
	struct utsname host;
	int r = ctx->sys->uname(&host);

	for (size_t i = 0; i < ARRAY_SIZE(places) && r == 0; i++) {
		_cleanup_free_ char *path = NULL, *text = NULL;
		const char *prefix_end = strchr(places[i], '%');

		path = strf("%.*s%s%s", (int)(prefix_end - places[i]), places[i],
			    host.release, prefix_end + 2);
		if (!path)
			return -ENOMEM;
		if (root_read(ctx->root, path, BUILD_CONFIG_MAX, &text, NULL) < 0)
			continue;
		*ret_path = TAKE_PTR(path);
		return strstr(text, "\nCONFIG_KEXEC_FILE=y") != NULL ||
		       starts_with(text, "CONFIG_KEXEC_FILE=y");
	}
	return r < 0 ? r : -ENOENT;
}

static void explain_missing(const struct ctx *ctx, struct finding *f)
{
	_cleanup_free_ char *path = NULL;
	int r = built_with_kexec_file(ctx, &path);

	if (r == 0)
		finding_set(f, VERDICT_VETO,
			    "the running kernel was built without CONFIG_KEXEC_FILE (%s)",
			    path);
	else if (r > 0) {
		finding_set(f, VERDICT_VETO,
			    "/sys/kernel/kexec_loaded is missing, although %s has "
			    "CONFIG_KEXEC_FILE=y",
			    path);
		f->remedy = "mount /sys; a container or a chroot cannot be armed";
	} else {
		bool in_proc = root_exists(ctx->root, "/proc/config.gz");

		finding_set(f, VERDICT_VETO,
			    "the running kernel cannot load another: "
			    "/sys/kernel/kexec_loaded is missing");
		if (in_proc)
			f->remedy =
				"see `zgrep CONFIG_KEXEC_FILE /proc/config.gz`, and use "
				"a kernel that has it";
	}
}

void guard_kexec(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *path = NULL;
	int r = kexec_is_loaded(in->ctx);

	if (r < 0) {
		explain_missing(in->ctx, f);
		return;
	}
	/* The file is there with CONFIG_KEXEC alone, too. Reading the configuration takes
	 * longer than all other rows together, so hooks leave it. */
	if (in->moment == MOMENT_STATUS || in->moment == MOMENT_ARM)
		r = built_with_kexec_file(in->ctx, &path);
	if (r == 0 && path)
		finding_set(
			f, VERDICT_WARN,
			"the running kernel was built without CONFIG_KEXEC_FILE (%s): "
			"only kexec-tools' old call is left",
			path);
	else
		finding_set(f, VERDICT_OK, "the running kernel can load another");
}

/* A sysctl's number. -ENOENT when the kernel does not have it. */
static int read_number(const struct ctx *ctx, const char *path, long *ret)
{
	_cleanup_free_ char *line = NULL;
	char *end;
	long value;
	int r = root_read_line(ctx->root, path, &line);

	if (r < 0)
		return r;
	errno = 0;
	value = strtol(line, &end, 10);
	if (errno || end == line || *end)
		return -EBADMSG;
	*ret = value;
	return 0;
}

void guard_kexec_disabled(const struct guard_input *in, struct finding *f)
{
	long value;
	int r = read_number(in->ctx, DISABLED_PATH, &value);

	if (r == -ENOENT)
		finding_set(f, VERDICT_OK, "not disabled");
	else if (r < 0)
		finding_unknown(f, r, DISABLED_PATH);
	else if (value != 0)
		finding_set(
			f, VERDICT_VETO,
			"kernel.kexec_load_disabled is %ld: until the next boot nothing "
			"can be loaded or unloaded",
			value);
	else
		finding_set(f, VERDICT_OK, "not disabled");
}

void guard_load_limit(const struct guard_input *in, struct finding *f)
{
	long value, needed = in->facts->ours ? LOADS_TO_RENEW : LOADS_TO_ARM;
	int r = read_number(in->ctx, LIMIT_PATH, &value);
	bool jumps = in->moment == MOMENT_REBOOT;

	if (r == -ENOENT || (r == 0 && value < 0))
		finding_set(f, VERDICT_OK, "not limited");
	else if (r < 0)
		finding_unknown(f, r, LIMIT_PATH);
	else if (value >= needed)
		finding_set(f, VERDICT_OK, "%ld more loads are allowed", value);
	else
		/* What is loaded and unchanged can be booted without another load. */
		finding_set(
			f, jumps ? VERDICT_WARN : VERDICT_VETO,
			"kernel.kexec_load_limit_reboot allows %ld more loads: too few "
			"to load, renew and unload",
			value);
}

/* A folder that is there, with nothing in it. */
static bool is_empty(const struct ctx *ctx, const char *path)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	return root_list(ctx->root, path, NAMES_MAX, &names) == 0 && names.count == 0;
}

/* "none [integrity] confidentiality": the word in brackets is the state. */
void guard_lockdown(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *line = NULL;
	int r = root_read_line(in->ctx->root, LOCKDOWN_PATH, &line);
	char *open = r == 0 ? strchr(line, '[') : NULL;
	char *close = open ? strchr(open, ']') : NULL;

	if (r == -ENOENT && is_empty(in->ctx, SECURITYFS)) {
		finding_set(f, VERDICT_UNKNOWN,
			    "not told: securityfs is not mounted on " SECURITYFS);
		f->remedy = "mount -t securityfs securityfs " SECURITYFS;
		return;
	}
	if (r == -ENOENT) {
		finding_set(f, VERDICT_OK, "the kernel has no lockdown");
		return;
	}
	if (!close) {
		finding_unknown(f, r < 0 ? r : -EBADMSG, LOCKDOWN_PATH);
		return;
	}
	*close = '\0';
	if (streq(open + 1, "none"))
		finding_set(f, VERDICT_OK, "off");
	else
		finding_set(
			f, VERDICT_WARN,
			"%s: only a kernel whose signature the running one trusts can "
			"be loaded",
			open + 1);
}

void guard_foreign(const struct guard_input *in, struct finding *f)
{
	if (!in->facts->loaded)
		finding_set(f, VERDICT_OK, "nothing is loaded");
	else if (in->facts->ours)
		finding_set(f, VERDICT_OK, "what is loaded is ours");
	else if (in->facts->unclear)
		finding_set(f, VERDICT_VETO,
			    "the record of what is loaded cannot be read");
	else
		finding_set(f, VERDICT_VETO, "another program has loaded a kernel");
}
