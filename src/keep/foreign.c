// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/envfile.h"
#include "keep/foreign.h"
#include "keep/kexecd.h"

#define NAMES_MAX 4096
#define FILE_SIZE_MAX 65536

static bool has_one_of(const struct strv *entries, const char *const *patterns)
{
	for (size_t i = 0; i < entries->count; i++)
		for (const char *const *pattern = patterns; *pattern; pattern++)
			if (fnmatch(*pattern, entries->items[i], 0) == 0)
				return true;
	return false;
}

/* Does a folder below @parent whose name ends in @suffix hold one of @names, which are
 * patterns? */
static bool is_in_a_folder(const struct ctx *ctx, const char *parent, const char *suffix,
			   const char *const *names)
{
	_cleanup_strv_ struct strv folders = STRV_EMPTY;
	int r = root_list(ctx->root, parent, NAMES_MAX, &folders);

	if (r < 0)
		return r != -ENOENT && r != -ENOTDIR;
	for (size_t i = 0; i < folders.count; i++) {
		_cleanup_strv_ struct strv entries = STRV_EMPTY;
		_cleanup_free_ char *path = NULL;

		if (!ends_with(folders.items[i], suffix))
			continue;
		path = strf("%s/%s", parent, folders.items[i]);
		/* Listed, because the links there may lead nowhere in a --root. */
		if (!path || (root_list(ctx->root, path, NAMES_MAX, &entries) == 0 &&
			      has_one_of(&entries, names)))
			return true;
	}
	return false;
}

static bool unit_is_enabled(const struct ctx *ctx, const char *const *names)
{
	return is_in_a_folder(ctx, "/etc/systemd/system", ".wants", names) ||
	       is_in_a_folder(ctx, "/etc/systemd/system", ".requires", names);
}

/* What the file makes of LOAD_KEXEC; *@enabled stays if it does not say. */
static void read_load_kexec(const struct ctx *ctx, const char *path, bool *enabled)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *text = NULL;
	const struct envfile_item *item;
	size_t len;
	int r = root_read(ctx->root, path, FILE_SIZE_MAX, &text, &len);

	if (r == -ENOENT || r == -ENOTDIR)
		return;
	if (r == 0)
		r = envfile_parse(text, len, &file);
	if (r < 0) {
		*enabled = true;
		return;
	}
	item = envfile_find(&file, "LOAD_KEXEC");
	if (item)
		*enabled = !item->plain || streq(item->value, "true");
}

bool foreign_debian_enabled(const struct ctx *ctx)
{
	static const char *const units[] = { "kexec-load.service", NULL };
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	bool enabled = false;
	int r;

	if (unit_is_enabled(ctx, units))
		return true;
	/* A package that is removed and not purged leaves its script behind. */
	if (!root_exists(ctx->root, "/etc/init.d/kexec-load") ||
	    !(root_exists(ctx->root, "/sbin/kexec") ||
	      root_exists(ctx->root, "/usr/sbin/kexec")))
		return false;
	read_load_kexec(ctx, KEXECD_DEFAULTS, &enabled);
	r = root_list(ctx->root, KEXECD_DIR, NAMES_MAX, &names);
	if (r < 0)
		return enabled || (r != -ENOENT && r != -ENOTDIR);
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = strf("%s/%s", KEXECD_DIR, names.items[i]);

		if (!path)
			return true;
		if (!streq(names.items[i], KEXECD_SNIPPET))
			read_load_kexec(ctx, path, &enabled);
	}
	return enabled;
}

bool foreign_gentoo_enabled(const struct ctx *ctx)
{
	static const char *const scripts[] = { "kexec", NULL };
	static const char *const units[] = { "kexec.service", NULL };

	return is_in_a_folder(ctx, "/etc/runlevels", "", scripts) ||
	       unit_is_enabled(ctx, units);
}

bool foreign_late_enabled(const struct ctx *ctx)
{
	static const char *const units[] = { "kexec-load.service", "kexec-load@*.service",
					     "prepare-kexec.service", NULL };

	return unit_is_enabled(ctx, units);
}

bool other_loader_enabled(const struct ctx *ctx, const char **ret_name)
{
	if (foreign_debian_enabled(ctx)) {
		*ret_name = "kexec-load of kexec-tools";
		return true;
	}
	if (foreign_gentoo_enabled(ctx)) {
		*ret_name = "the service kexec of kexec-tools";
		return true;
	}
	if (foreign_late_enabled(ctx)) {
		*ret_name = "a service that is started with kexec.target";
		return true;
	}
	return false;
}
