// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/envfile.h"
#include "base/log.h"
#include "keep/confd.h"
#include "keep/runfiles.h"
#include "keep/shellvar.h"
#include "keep/state.h"

#define TEXT_MAX (1024 * 1024) /* what shellvar.h takes */
#define NAMES_MAX 4096	       /* in BOOTPART */
#define OFF "-"

static const char *const files[] = { "/etc/conf.d/kexec", "/etc/kexec.conf" };

/* What reads them; one of these being there means that kexec-tools is installed. */
static const char *const readers[] = {
	"/etc/init.d/kexec",
	"/etc/systemd/system/kexec.service",
	"/usr/lib/systemd/system/kexec.service",
	"/lib/systemd/system/kexec.service",
	"/usr/sbin/kexec-auto-load",
};

enum variable { KNAME, INITRD, OPT_ARGS, N_VARIABLES };
static const struct {
	const char *name, *old_key, *ours_key, *was_key; /* in the file, in STATE_KEPT */
} variables[N_VARIABLES] = {
	[KNAME] = { "KNAME", "KNAME_OLD", "KNAME_OURS", "KNAME_WAS" },
	[INITRD] = { "INITRD", "INITRD_OLD", "INITRD_OURS", "INITRD_WAS" },
	[OPT_ARGS] = { "KEXEC_OPT_ARGS", "KEXEC_OPT_ARGS_OLD", "KEXEC_OPT_ARGS_OURS",
		       "KEXEC_OPT_ARGS_WAS" },
};

struct value {
	char *now;    /* in the file; NULL: not set */
	char *old;    /* before our first change; NULL: was not set */
	char *ours;   /* what we wrote last; NULL: we never did */
	char *was;    /* ours before that, until the file is known to have the new one */
	bool is_code; /* the shell decides what is in the file */
};

struct confd {
	const struct ctx *ctx;
	const char *path;
	char *text;
	struct value values[N_VARIABLES];
	bool changed;
};

static void confd_done(struct confd *c)
{
	free(c->text);
	for (size_t i = 0; i < N_VARIABLES; i++) {
		free(c->values[i].now);
		free(c->values[i].old);
		free(c->values[i].ours);
		free(c->values[i].was);
	}
}

static bool is_installed(const struct ctx *ctx)
{
	for (size_t i = 0; i < ARRAY_SIZE(readers); i++)
		if (root_exists(ctx->root, readers[i]))
			return true;
	return false;
}

/* 1; 0 if none of the files is there; or a negative errno. */
static int read_file(struct confd *c)
{
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		size_t len;
		int r = root_read(c->ctx->root, files[i], TEXT_MAX, &c->text, &len);

		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r == 0 && strlen(c->text) != len)
			r = -EBADMSG;
		c->path = files[i];
		return r < 0 ? r : 1;
	}
	return 0;
}

static int get(const struct confd *c, const char *name, char **ret)
{
	int r = shellvar_get(c->text, name, ret);

	if (r == -ENOENT)
		*ret = NULL;
	return r == -ENOENT ? 0 : r;
}

static int read_kept(struct confd *c)
{
	_cleanup_envfile_ struct envfile kept = ENVFILE_EMPTY;
	int r = record_read(c->ctx, STATE_KEPT, &kept);

	for (size_t i = 0; i < N_VARIABLES && r > 0; i++)
		if (str_set(&c->values[i].old, envfile_get(&kept, variables[i].old_key)) <
			    0 ||
		    str_set(&c->values[i].ours,
			    envfile_get(&kept, variables[i].ours_key)) < 0 ||
		    str_set(&c->values[i].was, envfile_get(&kept, variables[i].was_key)) <
			    0)
			r = -ENOMEM;
	return r < 0 ? r : 0;
}

/* 1; 0 if there is nothing to keep in step; or a negative errno. */
/* As for our own configuration: what others may write is not to be relied on, nor
 * written by root. In an image that is looked at, owners are not the machine's. */
static int check_writers(const struct confd *c)
{
	struct stat st;
	int r = root_stat(c->ctx->root, c->path, &st);

	if (r < 0 || !c->ctx->root->is_host)
		return r;
	if (st.st_uid == 0 && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	log_warning("%s: left alone, because others than root may write it", c->path);
	return -EPERM;
}

static int confd_open(const struct ctx *ctx, struct confd *c)
{
	int r;

	if (!is_installed(ctx))
		return 0;
	r = read_file(c);
	if (r > 0 && check_writers(c) < 0)
		return -EPERM;
	for (size_t i = 0; i < N_VARIABLES && r > 0; i++) {
		int got = get(c, variables[i].name, &c->values[i].now);

		c->values[i].is_code = got == -EOPNOTSUPP;
		if (got < 0 && !c->values[i].is_code)
			r = got;
	}
	if (r <= 0)
		return r;
	r = read_kept(c);
	return r < 0 ? r : 1;
}

/* Did we write the value that is in the file now? */
static bool is_ours(const struct value *value)
{
	const char *now = str_or(value->now, "");

	return !value->is_code && ((value->ours && streq(now, value->ours)) ||
				   (value->was && streq(now, value->was)));
}

static int set(struct confd *c, enum variable variable, const char *to)
{
	struct value *value = &c->values[variable];
	char *text;
	int r;

	if (value->is_code)
		return -EOPNOTSUPP;
	if (streq(str_or(value->now, ""), to))
		return 0;
	r = shellvar_set(c->text, variables[variable].name, to, &text);
	if (r < 0)
		return r;
	free(c->text);
	c->text = text;
	c->changed = true;
	if (!is_ours(value)) {
		if (str_set(&value->old, value->now) < 0)
			return -ENOMEM;
	} else if (str_set(&value->was, value->now) < 0) {
		return -ENOMEM;
	}
	if (str_set(&value->ours, to) < 0 || str_set(&value->now, to) < 0)
		return -ENOMEM;
	return 0;
}

static int write_kept(const struct confd *c)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	int r = record_begin(c->ctx, &record, false);

	if (r < 0)
		return r;
	for (size_t i = 0; i < N_VARIABLES; i++) {
		envfile_put(record.f, variables[i].old_key, c->values[i].old);
		envfile_put(record.f, variables[i].ours_key, c->values[i].ours);
		envfile_put(record.f, variables[i].was_key, c->values[i].was);
	}
	return record_commit(c->ctx, &record, STATE_KEPT);
}

/* The old values first: they must not be lost, whatever happens in between. Cut short
 * there, the file still has what we wrote before, which is not its owner's: `was` says
 * so. */
static int commit(struct confd *c)
{
	int r;

	if (!c->changed)
		return 0;
	r = write_kept(c);
	if (r == 0)
		r = root_write(c->ctx->root, c->path, c->text, strlen(c->text));
	if (r < 0)
		return r;
	for (size_t i = 0; i < N_VARIABLES; i++) {
		free(c->values[i].was);
		c->values[i].was = NULL;
	}
	(void)!write_kept(c);
	return 1;
}

static int boot_folder(const struct confd *c, char **ret)
{
	int r = get(c, "BOOTPART", ret);

	if (r < 0)
		return r;
	if ((!*ret || !**ret) && str_set(ret, "/boot") < 0)
		return -ENOMEM;
	for (size_t n = strlen(*ret); n > 1 && (*ret)[n - 1] == '/'; n--)
		(*ret)[n - 1] = '\0';
	return 0;
}

/* The file's name alone if it lies in @folder itself, or else its whole path. */
static const char *name_for(const char *path, const char *folder)
{
	size_t n = strlen(folder);

	if (starts_with(path, folder) && path[n] == '/' && path[n + 1] &&
	    !strchr(path + n + 1, '/'))
		return path + n + 1;
	return path;
}

/* Without INITRD the init script looks for one itself, by the name of the running kernel.
 */
static int check_no_initrd_is_found(const struct confd *c, const char *folder)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(c->ctx->root, folder, NAMES_MAX, &names);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	for (size_t i = 0; i < names.count; i++)
		if (starts_with(names.items[i], "initrd") ||
		    starts_with(names.items[i], "initramfs"))
			return -EOPNOTSUPP;
	return 0;
}

/* Older units take the initramfs from here; kexec takes the last one that is named. */
static int set_option(struct confd *c, const char *initrd)
{
	_cleanup_free_ char *copy = strdup(str_or(c->values[OPT_ARGS].now, ""));
	_cleanup_strv_ struct strv words = STRV_EMPTY;
	_cleanup_free_ char *joined = NULL;
	bool found = false;
	char *save = NULL;
	int r = copy ? 0 : -ENOMEM;

	if (c->values[OPT_ARGS].is_code)
		return 0; /* whoever wrote that knows what is in it */
	for (char *word = copy ? strtok_r(copy, " \t", &save) : NULL; word && r == 0;
	     word = strtok_r(NULL, " \t", &save)) {
		if (!starts_with(word, "--initrd=") && !starts_with(word, "--ramdisk=")) {
			r = strv_add(&words, word);
			continue;
		}
		if (initrd && !found)
			r = strv_take(&words, strf("--initrd=%s", initrd));
		found = true;
	}
	if (r < 0 || !found)
		return r;
	joined = strv_join(&words, " ");
	return joined ? set(c, OPT_ARGS, joined) : -ENOMEM;
}

static int set_plan(struct confd *c, const char *kernel, const struct strv *initrds)
{
	_cleanup_free_ char *folder = NULL;
	const char *initrd = initrds->count ? initrds->items[0] : NULL;
	int r = boot_folder(c, &folder);

	if (r < 0)
		return r;
	if (initrds->count > 1)
		return -EOPNOTSUPP; /* it passes one only */
	if (!initrd) {
		r = check_no_initrd_is_found(c, folder);
		if (r < 0)
			return r;
	}
	r = set(c, KNAME, name_for(kernel, folder));
	if (r == 0)
		r = set(c, INITRD, initrd ? name_for(initrd, folder) : "");
	if (r == 0)
		r = set_option(c, initrd);
	return r;
}

int confd_update(const struct ctx *ctx, const char *kernel, const struct strv *initrds)
{
	_cleanup_(confd_done) struct confd c = { .ctx = ctx };
	int r = ctx->config->keep_confd == KEEP_NEVER ? 0 : confd_open(ctx, &c);

	if (r <= 0)
		return r;
	if (streq(c.values[KNAME].now, OFF) && !is_ours(&c.values[KNAME]))
		return 0;
	r = set_plan(&c, kernel, initrds);
	return r < 0 ? r : commit(&c);
}

int confd_off(const struct ctx *ctx)
{
	_cleanup_(confd_done) struct confd c = { .ctx = ctx };
	int r = ctx->config->keep_confd == KEEP_NEVER ? 0 : confd_open(ctx, &c);

	if (r <= 0)
		return r;
	r = set(&c, KNAME, OFF);
	return r < 0 ? r : commit(&c);
}

/* Takes away the line NAME="" that is left of one which we had added. */
static void remove_empty(struct confd *c, const char *name)
{
	size_t n = strlen(name);

	for (char *line = c->text; *line; line += strcspn(line, "\n") + 1) {
		size_t len = strcspn(line, "\n");
		const char *rest = line + n + 1;

		if (starts_with(line, name) && line[n] == '=' &&
		    (*rest == '"' || *rest == '\'') && rest[1] == *rest && len == n + 3) {
			len += line[len] == '\n';
			memmove(line, line + len, strlen(line + len) + 1);
			return;
		}
		if (!line[len])
			return;
	}
}

static int put_back(struct confd *c, enum variable variable)
{
	const struct value *value = &c->values[variable];
	int r;

	if (!is_ours(value))
		return 0; /* changed since: theirs */
	r = set(c, variable, str_or(value->old, ""));
	if (r == 0 && !value->old)
		remove_empty(c, variables[variable].name);
	return r;
}

int confd_restore(const struct ctx *ctx, bool unless_off)
{
	_cleanup_(confd_done) struct confd c = { .ctx = ctx };
	int r = confd_open(ctx, &c);

	if (r <= 0 || (unless_off && streq(c.values[KNAME].now, OFF)))
		return r < 0 ? r : 0;
	r = 0;
	for (enum variable i = KNAME; i < N_VARIABLES && r == 0; i++)
		r = put_back(&c, i);
	if (r == 0 && c.changed)
		r = root_write(ctx->root, c.path, c.text, strlen(c.text));
	if (r < 0)
		return r;
	r = root_unlink(ctx->root, STATE_KEPT);
	return r < 0 && r != -ENOENT && r != -ENOTDIR ? r : c.changed;
}
