// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bootmount.h"

#include <errno.h>
#include <string.h>
#include <sys/mount.h>

#include "base/log.h"
#include "find/doubt.h"
#include "find/mounttab.h"

#define FSTAB "/etc/fstab"
#define MOUNTINFO "/proc/self/mountinfo"
#define FSTAB_MAX (1024 * 1024)
#define MOUNTINFO_MAX (16 * 1024 * 1024) /* a host of many containers has thousands */
#define NAMES_MAX 20000			 /* as in bootdir.c */
#define FLAGS (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC)
#define FINDFS "/sbin/findfs"
#define FINDFS_TIMEOUT_MS 10000

/* The initial one (include/linux/proc_ns.h, fixed since Linux 3.8). */
#define PID_NAMESPACE_INIT 0xEFFFFFFCU

/* Where loaders.c and bootdir.c look; what lies in another comes after it. */
static const char *const places[] = { "/boot", "/efi", "/boot/efi", "/boot/firmware" };

/* For "auto": what a boot loader or the firmware can read, likeliest first. */
#define ANY_TYPE "ext4,vfat,xfs,btrfs,ext2,f2fs"

/* fstab's ways to name a device, and where udev(7) keeps links by them. */
static const struct {
	const char *tag, *folder;
} tags[] = {
	{ "UUID=", "/dev/disk/by-uuid" },
	{ "LABEL=", "/dev/disk/by-label" },
	{ "PARTUUID=", "/dev/disk/by-partuuid" },
	{ "PARTLABEL=", "/dev/disk/by-partlabel" },
};

/* Both tables. */
struct tables {
	struct mounttab wanted, mounted;
};
#define TABLES_EMPTY                           \
	{                                      \
		MOUNTTAB_EMPTY, MOUNTTAB_EMPTY \
	}

static void tables_done(struct tables *t)
{
	mounttab_done(&t->wanted);
	mounttab_done(&t->mounted);
}

static int read_table(const struct ctx *ctx, const char *path, size_t max,
		      int (*parse)(const char *text, size_t len, struct mounttab *ret),
		      struct mounttab *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = root_read(ctx->root, path, max, &text, &len);

	return r < 0 ? r : parse(text, len, ret);
}

static int read_mounted(const struct ctx *ctx, struct tables *t)
{
	mounttab_done(&t->mounted);
	return read_table(ctx, MOUNTINFO, MOUNTINFO_MAX, mounttab_parse_mountinfo,
			  &t->mounted);
}

/* Gentoo's fstab came with a line for a device that does not exist, to be replaced. */
static bool is_placeholder(const struct mounttab_line *line)
{
	return streq(line->source, "/dev/BOOT") || streq(line->source, "/dev/EFI");
}

static const struct mounttab_line *wanted_at(const struct tables *t, const char *place,
					     size_t *ret_count)
{
	const struct mounttab_line *line = mounttab_find(&t->wanted, place, ret_count);

	return line && !is_placeholder(line) ? line : NULL;
}

/* 1: fstab names a place; 0: none, or this is another machine's tree; or a negative
 * errno. */
static int tables_read(const struct ctx *ctx, struct tables *t)
{
	bool any = false;
	int r;

	if (ctx->options->root && !ctx->root->is_host)
		return 0;
	r = read_table(ctx, FSTAB, FSTAB_MAX, mounttab_parse_fstab, &t->wanted);
	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		any |= wanted_at(t, places[i], NULL) != NULL;
	if (!any)
		return 0;
	r = read_mounted(ctx, t);
	return r < 0 ? r : 1;
}

/* An automount is asked by looking into it: it may mount, or may not be able to. */
static int ask_automount(const struct ctx *ctx, struct tables *t, const char *place)
{
	const struct mounttab_line *top = mounttab_find(&t->mounted, place, NULL);
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	if (!top || !streq(top->type, "autofs"))
		return 0;
	(void)!root_list(ctx->root, place, NAMES_MAX, &names);
	return read_mounted(ctx, t);
}

static bool is_mounted(const struct tables *t, const char *place)
{
	const struct mounttab_line *top = mounttab_find(&t->mounted, place, NULL);

	return top && !streq(top->type, "autofs");
}

/* A name in the folder that nothing explains but files that were put there: no hidden
 * file, no empty folder to mount something else on. NULL: none, or out of memory. */
static char *find_occupant(const struct ctx *ctx, const char *place)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	if (root_list(ctx->root, place, NAMES_MAX, &names) < 0)
		return NULL; /* what mounts there will tell */
	for (size_t i = 0; i < names.count; i++) {
		_cleanup_free_ char *path = strf("%s/%s", place, names.items[i]);
		_cleanup_strv_ struct strv inside = STRV_EMPTY;

		if (*names.items[i] == '.')
			continue;
		if (!path || root_list(ctx->root, path, NAMES_MAX, &inside) < 0 ||
		    inside.count > 0)
			return TAKE_PTR(path);
	}
	return NULL;
}

/* Why it is not to be mounted here, in words; NULL: it may be, or out of memory. */
static char *why_not(const struct ctx *ctx, const struct tables *t, const char *place)
{
	const struct mounttab_line *below = mounttab_below(&t->mounted, place);
	_cleanup_free_ char *occupant = NULL;
	size_t count;

	(void)wanted_at(t, place, &count);
	if (count > 1)
		return strf("is not mounted, and " FSTAB " names it twice: mount it");
	if (mounttab_find(&t->mounted, place, NULL))
		return strf("is not mounted, and its automount does not: mount it");
	if (below)
		return strf("is not mounted, but %s below it is: mount it",
			    below->target);
	occupant = find_occupant(ctx, place);
	if (occupant)
		return strf("is not mounted, but %s is there: mount it, or take it out "
			    "of " FSTAB,
			    occupant);
	if (ctx->sys->geteuid() != 0)
		return strf("is not mounted: ask as root");
	if (!ctx->config->mount_boot)
		return strf("is not mounted, and mount_boot = false: mount it");
	return NULL;
}

/* --- Mounting --------------------------------------------------------------- */

static bool is_plain_name(const char *s)
{
	for (; *s; s++)
		if (!(*s >= '0' && *s <= '9') && !(*s >= 'A' && *s <= 'Z') &&
		    !(*s >= 'a' && *s <= 'z') && !strchr("-._", *s))
			return false;
	return true;
}

/* udev's link, or what findfs(8) says where there is none (mdev). */
static int find_by_tag(const struct ctx *ctx, const char *folder, const char *source,
		       char **ret)
{
	_cleanup_free_ char *output = NULL, *value = strdup(strchr(source, '=') + 1);
	struct sys_command command = SYS_COMMAND(FINDFS, source);
	size_t len = value ? strlen(value) : 0;
	int r;

	if (!value)
		return -ENOMEM;
	if (len > 1 && *value == '"' && value[len - 1] == '"') {
		memmove(value, value + 1, len);
		value[len - 2] = '\0';
	}
	if (*value && is_plain_name(value)) {
		*ret = strf("%s/%s", folder, value);
		if (!*ret || root_exists(ctx->root, *ret))
			return *ret ? 0 : -ENOMEM;
		free(*ret);
	}
	*ret = NULL;
	command.ret_output = &output;
	command.output_max = 4096;
	command.timeout_ms = FINDFS_TIMEOUT_MS;
	r = ctx->sys->run(&command);
	if (r != 0)
		return r == -ENOMEM ? r : -ENODEV;
	if (!starts_with(str_strip(output), "/dev/"))
		return -ENODEV;
	*ret = strdup(str_strip(output));
	return *ret ? 0 : -ENOMEM;
}

/* -ENODEV: it is not there; -EOPNOTSUPP: not a device at all. */
static int find_device(const struct ctx *ctx, const char *source, char **ret)
{
	if (starts_with(source, "/dev/")) {
		*ret = strdup(source);
		return *ret ? 0 : -ENOMEM;
	}
	for (size_t i = 0; i < ARRAY_SIZE(tags); i++)
		if (starts_with(source, tags[i].tag))
			return find_by_tag(ctx, tags[i].folder, source, ret);
	return -EOPNOTSUPP;
}

/* Each of the types until one fits. */
static int mount_as(const struct ctx *ctx, const char *device, const char *place,
		    const char *types, const char *data)
{
	_cleanup_free_ char *copy =
		strdup(*types && !streq(types, "auto") ? types : ANY_TYPE);
	char *save = NULL;
	int r = copy ? -EINVAL : -ENOMEM;

	for (char *type = copy ? strtok_r(copy, ",", &save) : NULL; type;
	     type = strtok_r(NULL, ",", &save)) {
		r = ctx->sys->mount(device, place, type, FLAGS, data);
		/* Not of this type, or the kernel does not know the type. */
		if (r != -EINVAL && r != -ENODEV)
			return r;
	}
	return r;
}

static void mount_one(const struct ctx *ctx, const struct mounttab_line *line)
{
	_cleanup_free_ char *device = NULL, *data = NULL;
	int r = mounttab_data(line->options, &data);

	if (r == -EOPNOTSUPP) {
		log_warning("%s: not mounted for this run, because of the option '%s' in "
			    "%s: mount it",
			    line->target, data, FSTAB);
		return;
	}
	if (r == 0)
		r = find_device(ctx, line->source, &device);
	if (r == 0)
		r = mount_as(ctx, device, line->target, line->type, data);
	if (r < 0)
		log_warning_errno(r, "%s: cannot mount '%s' (%s) for this run",
				  line->target, line->source, FSTAB);
	else
		log_info("%s: '%s' is mounted read-only for this run", line->target,
			 line->source);
}

/* A container or a chroot has its own idea of /boot, and no business with devices. */
static bool is_the_machine(const struct ctx *ctx)
{
	uint64_t pid_ns;

	return ctx->sys->in_root_of_init() > 0 &&
	       ctx->sys->namespace_inode("pid", &pid_ns) == 0 &&
	       pid_ns == PID_NAMESPACE_INIT;
}

/* Who wants to mount, and what changes by it. */
struct mounter {
	const struct ctx *ctx;
	struct root *root;
	const char *path; /* of the root */
	struct tables tables;
	bool own; /* the process has mounts of its own */
};

static int get_own_mounts(struct mounter *m)
{
	struct root again;
	int r = m->own ? 0 : m->ctx->sys->own_mounts();

	if (r < 0 || m->own)
		return r;
	m->own = true;
	r = root_init(&again, m->path);
	if (r < 0)
		return r;
	root_done(m->root);
	*m->root = again;
	return 0;
}

/* 0, also if it cannot be mounted, or a negative errno. */
static int open_place(struct mounter *m, const char *place)
{
	const struct mounttab_line *line = wanted_at(&m->tables, place, NULL);
	_cleanup_free_ char *why = NULL;
	int r;

	if (!line)
		return 0;
	r = ask_automount(m->ctx, &m->tables, place);
	if (r < 0 || is_mounted(&m->tables, place))
		return r;
	why = why_not(m->ctx, &m->tables, place);
	if (why || !is_the_machine(m->ctx))
		return 0;
	r = get_own_mounts(m);
	if (r < 0)
		return log_warning_errno(r, "%s: cannot be mounted for this run", place);
	mount_one(m->ctx, line);
	return read_mounted(m->ctx, &m->tables);
}

/* Is all there that fstab wants at the places of booting? */
static bool is_complete(const struct tables *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (wanted_at(t, places[i], NULL) && !is_mounted(t, places[i]))
			return false;
	return true;
}

int bootmount_open(const struct ctx *ctx, struct root *root, const char *path)
{
	struct mounter m = { ctx, root, path, TABLES_EMPTY, false };
	int r = tables_read(ctx, &m.tables);

	/* Where nothing can be known, the doubt says so. */
	if (r < 0)
		r = 0;
	for (size_t i = 0; i < ARRAY_SIZE(places) && r > 0; i++) {
		r = open_place(&m, places[i]);
		r = r < 0 ? r : 1;
	}
	if (r > 0 && !m.own)
		root->has_boot = is_complete(&m.tables);
	tables_done(&m.tables);
	/* Without mounts of our own, all is as it was before. */
	return r < 0 && m.own ? r : 0;
}

/* --- Doubt ------------------------------------------------------------------ */

static int doubt_place(const struct ctx *ctx, struct tables *t, const char *place,
		       struct entry_list *list)
{
	_cleanup_free_ char *why = NULL;
	int r;

	if (!wanted_at(t, place, NULL))
		return 0;
	r = ask_automount(ctx, t, place);
	if (r < 0)
		return list_doubt_file(list, MOUNTINFO, r);
	if (is_mounted(t, place))
		return 0;
	why = why_not(ctx, t, place);
	return list_doubt(list,
			  strf("%s %s", place, why ? why : "is not mounted: mount it"));
}

int bootmount_doubt(const struct ctx *ctx, struct entry_list *list)
{
	_cleanup_(tables_done) struct tables t = TABLES_EMPTY;
	int r;

	if (ctx->root->has_boot)
		return 0;
	r = tables_read(ctx, &t);
	/* A tree of files has no mounts. */
	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return list_doubt_file(list, FSTAB, r);
	for (size_t i = 0; i < ARRAY_SIZE(places) && r > 0; i++) {
		r = doubt_place(ctx, &t, places[i], list);
		r = r < 0 ? r : 1;
	}
	return r < 0 ? r : 0;
}
