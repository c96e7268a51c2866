// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/log.h"
#include "keep/runfiles.h"
#include "keep/state.h"

void state_done(struct state *state)
{
	free(state->entry_id);
	free(state->version);
	free(state->build);
	free(state->kernel);
	free(state->cmdline);
	free(state->reason);
	free(state->at);
	free(state->by);
	strv_done(&state->initrds);
	strv_done(&state->prints);
	strv_done(&state->digests);
	*state = (struct state)STATE_EMPTY;
}

static int read_list(const struct envfile *file, const char *key, struct strv *ret)
{
	size_t iter = 0;
	const char *value;
	int r = 0;

	while (r == 0 && (value = envfile_next(file, key, &iter)))
		r = strv_add(ret, value);
	return r;
}

static bool is_yes(const struct envfile *file, const char *key)
{
	return streq(envfile_get(file, key), "yes");
}

int state_read(const struct ctx *ctx, struct state *ret)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	struct {
		const char *key;
		char **to;
	} const texts[] = {
		{ "ENTRY", &ret->entry_id },  { "VERSION", &ret->version },
		{ "BUILD", &ret->build },     { "KERNEL", &ret->kernel },
		{ "CMDLINE", &ret->cmdline }, { "REASON", &ret->reason },
		{ "AT", &ret->at },	      { "BY", &ret->by },
	};
	int r = record_read_of_boot(ctx, RUN_ARMED, &file);

	*ret = (struct state)STATE_EMPTY;
	if (r <= 0)
		return r;
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		const char *value = envfile_get(&file, texts[i].key);

		if (!value)
			return 0;
		if (str_set(texts[i].to, value) < 0)
			return -ENOMEM;
	}
	if (read_list(&file, "INITRD", &ret->initrds) < 0 ||
	    read_list(&file, "PRINT", &ret->prints) < 0 ||
	    read_list(&file, "SHA256", &ret->digests) < 0)
		return -ENOMEM;
	ret->by_hand = is_yes(&file, "BY_HAND");
	ret->forced = is_yes(&file, "FORCED");
	ret->by_tool = is_yes(&file, "BY_TOOL");
	ret->young = is_yes(&file, "YOUNG");
	ret->loading = is_yes(&file, "LOADING");
	return ret->prints.count == ret->initrds.count + 1 &&
	       ret->digests.count == ret->prints.count;
}

static char *print_of(const struct stat *st)
{
	return strf("%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRId64 ".%09ld:%" PRId64
		    ".%09ld",
		    (uint64_t)st->st_dev, (uint64_t)st->st_ino, (uint64_t)st->st_size,
		    (int64_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		    (int64_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

static int add_file(const struct ctx *ctx, struct state *state,
		    const struct plan_file *file)
{
	state->young |= plan_file_is_young(ctx, &file->st);
	if (strv_take(&state->prints, print_of(&file->st)) < 0)
		return -ENOMEM;
	return strv_add(&state->digests, file->sha256);
}

static int state_from_plan(const struct ctx *ctx, const struct plan *plan,
			   struct state *state)
{
	char at[32];
	int r;

	time_text(ctx, at);
	if (str_set(&state->entry_id, plan->entry_id) < 0 ||
	    str_set(&state->version, plan->version) < 0 ||
	    str_set(&state->build, str_or(plan->build, "")) < 0 ||
	    str_set(&state->kernel, plan->kernel.path) < 0 ||
	    str_set(&state->cmdline, plan->cmdline) < 0 ||
	    str_set(&state->reason, plan->reason) < 0 || str_set(&state->at, at) < 0 ||
	    str_set(&state->by, ctx->by) < 0)
		return -ENOMEM;
	state->by_hand = plan->by_hand;
	state->forced = ctx->options->force;
	state->by_tool = plan->by_tool;
	r = add_file(ctx, state, &plan->kernel);
	for (size_t i = 0; i < plan->n_initrds && r == 0; i++) {
		r = strv_add(&state->initrds, plan->initrds[i].path);
		if (r == 0)
			r = add_file(ctx, state, &plan->initrds[i]);
	}
	return r;
}

static int state_save(const struct ctx *ctx, const struct state *state)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	int r = record_begin(ctx, &record, true);

	if (r < 0)
		return r;
	envfile_put(record.f, "ENTRY", state->entry_id);
	envfile_put(record.f, "VERSION", state->version);
	envfile_put(record.f, "BUILD", state->build);
	envfile_put(record.f, "KERNEL", state->kernel);
	for (size_t i = 0; i < state->initrds.count; i++)
		envfile_put(record.f, "INITRD", state->initrds.items[i]);
	envfile_put(record.f, "CMDLINE", state->cmdline);
	envfile_put(record.f, "REASON", state->reason);
	envfile_put(record.f, "AT", state->at);
	envfile_put(record.f, "BY", state->by);
	envfile_put(record.f, "BY_HAND", state->by_hand ? "yes" : "no");
	envfile_put(record.f, "FORCED", state->forced ? "yes" : "no");
	envfile_put(record.f, "BY_TOOL", state->by_tool ? "yes" : NULL);
	envfile_put(record.f, "YOUNG", state->young ? "yes" : "no");
	envfile_put(record.f, "LOADING", state->loading ? "yes" : NULL);
	for (size_t i = 0; i < state->prints.count; i++) {
		envfile_put(record.f, "PRINT", state->prints.items[i]);
		envfile_put(record.f, "SHA256", state->digests.items[i]);
	}
	return record_commit(ctx, &record, RUN_ARMED);
}

int state_write(const struct ctx *ctx, const struct plan *plan, bool loading,
		struct state *ret)
{
	int r;

	*ret = (struct state)STATE_EMPTY;
	r = state_from_plan(ctx, plan, ret);
	if (r < 0)
		return r;
	ret->loading = loading;
	return state_save(ctx, ret);
}

int state_remove(const struct ctx *ctx)
{
	int r = root_unlink(ctx->root, RUN_ARMED);

	return r == -ENOENT ? 0 : r;
}

/* FNV-1a: tells records apart, and is no protection against anybody. */
static uint64_t hash_text(uint64_t hash, const char *text)
{
	for (const char *p = text;; p++) {
		hash = (hash ^ (unsigned char)*p) * 0x100000001b3ULL;
		if (!*p)
			return hash;
	}
}

void state_fingerprint(const struct state *state, char ret[17])
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	hash = hash_text(hash, state->entry_id);
	hash = hash_text(hash, state->version);
	hash = hash_text(hash, state->cmdline);
	hash = hash_text(hash, state->at);
	for (size_t i = 0; i < state->prints.count; i++) {
		hash = hash_text(hash, state->prints.items[i]);
		hash = hash_text(hash, state->digests.items[i]);
	}
	snprintf(ret, 17, "%016" PRIx64, hash);
}

static bool times_prove_nothing(int fd)
{
	struct statfs fs;

	/* vfat keeps mtime in steps of 2 s and makes up inode numbers. */
	return fstatfs(fd, &fs) < 0 || fs.f_type == MSDOS_SUPER_MAGIC;
}

/* Does a file have the same inode number after its file system was mounted anew? Not on
 * vfat; and others are a new device each time. */
static bool identity_lasts(int fd, const struct stat *st)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && fs.f_type != MSDOS_SUPER_MAGIC &&
	       major(st->st_dev) != 0;
}

/* One file of the record against the open file of the plan. 1 same, 0 differs, -errno. */
static int file_is_same(const struct ctx *ctx, const struct state *state, size_t i,
			struct plan_file *file, bool at_reboot)
{
	_cleanup_free_ char *print = print_of(&file->st);
	int r;

	if (!print)
		return -ENOMEM;
	if (!streq(print, state->prints.items[i])) {
		if (identity_lasts(file->fd, &file->st))
			return 0;
	} else if (!state->young && !(at_reboot && times_prove_nothing(file->fd))) {
		return 1;
	}
	if (!*state->digests.items[i])
		return 0;
	r = plan_digest(ctx, file->fd, file->sha256);
	return r < 0 ? r : streq(file->sha256, state->digests.items[i]);
}

static int differs(char **ret_why, char *why)
{
	*ret_why = why;
	return why ? 0 : -ENOMEM;
}

static int is_whole(const struct state *state, char **ret_why)
{
	return state->loading ? differs(ret_why, strf("the last load was interrupted"))
			      : 1;
}

/* What can be told without looking at files. 1 same, 0 differs, -errno. */
static int entry_is_same(const struct state *state, const struct plan *plan,
			 char **ret_why)
{
	if (!streq(state->version, plan->version) ||
	    !streq(state->build, str_or(plan->build, "")))
		return differs(ret_why, strf("%s would boot next, and %s is armed",
					     plan->version, state->version));
	if (!streq(state->entry_id, plan->entry_id))
		return differs(ret_why, strf("the boot entry is another one now"));
	if (!streq(state->cmdline, plan->cmdline))
		return differs(ret_why, strf("the command line has changed"));
	if (!streq(state->kernel, plan->kernel.path) ||
	    state->initrds.count != plan->n_initrds)
		return differs(ret_why, strf("the entry's files have changed"));
	return 1;
}

/* The digests have just been compared: from a record without young files on, the times
 * will do. */
static void let_age(const struct ctx *ctx, const struct state *state,
		    const struct plan *plan)
{
	struct state aged = *state;

	aged.young = plan_file_is_young(ctx, &plan->kernel.st);
	for (size_t i = 0; i < plan->n_initrds; i++)
		aged.young |= plan_file_is_young(ctx, &plan->initrds[i].st);
	if (!aged.young && state_save(ctx, &aged) < 0)
		log_debug("'%s' cannot be rewritten", RUN_ARMED);
}

int state_is_fresh(const struct ctx *ctx, const struct state *state, struct plan *plan,
		   bool at_reboot, char **ret_why)
{
	int r = is_whole(state, ret_why);

	if (r > 0)
		r = entry_is_same(state, plan, ret_why);
	if (r <= 0)
		return r;
	for (size_t i = 0; i <= plan->n_initrds; i++) {
		struct plan_file *file = i ? &plan->initrds[i - 1] : &plan->kernel;

		if (i && !streq(state->initrds.items[i - 1], file->path))
			return differs(ret_why, strf("the entry's files have changed"));
		r = file_is_same(ctx, state, i, file, at_reboot);
		if (r < 0)
			return r;
		if (r == 0)
			return differs(ret_why,
				       strf("'%s' has changed since", file->path));
	}
	/* Who only looks holds no lock: another kernel may be armed by now. */
	if (state->young && ctx->options->verb != VERB_STATUS && ctx->sys->geteuid() == 0)
		let_age(ctx, state, plan);
	return 1;
}

int state_files_unchanged(const struct ctx *ctx, const struct state *state,
			  char **ret_why)
{
	int whole = is_whole(state, ret_why);

	if (whole <= 0)
		return whole;
	for (size_t i = 0; i < state->prints.count; i++) {
		const char *path = i ? state->initrds.items[i - 1] : state->kernel;
		struct plan_file file = { .fd = -1 };
		int r = root_open_file(ctx->root, path, &file.st);

		if (r < 0)
			return r == -ENOMEM
				       ? r
				       : differs(ret_why, strf("'%s' cannot be read: %s",
							       path, strerror(-r)));
		file.fd = r;
		r = file_is_same(ctx, state, i, &file, true);
		close(file.fd);
		if (r < 0)
			return r;
		if (r == 0)
			return differs(ret_why, strf("'%s' has changed since", path));
	}
	return 1;
}

int kexec_is_loaded(const struct ctx *ctx)
{
	_cleanup_free_ char *text = NULL;
	/* Documentation/ABI/testing/sysfs-kernel-kexec-kdump: the second is the name to
	 * come. */
	int r = root_read_line(ctx->root, "/sys/kernel/kexec_loaded", &text);

	if (r == -ENOENT)
		r = root_read_line(ctx->root, "/sys/kernel/kexec/loaded", &text);
	return r < 0 ? r : streq(text, "1");
}
