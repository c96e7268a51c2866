// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>

#define BOOT "/boot"
#define DEPTH_MAX 32	  /* folders of a subvolume's path */
#define TABLE_MAX 4194304 /* bytes of a mount table */
#define UDEV_MAX 262144
#define DISKS_MAX 4096

/* A device of which nothing is known; the n-th mount is called "fs<n>". */
#define ANY "any"

/* ---- what is mounted ---- */

/* Btrfs shows a device number of its own in the mount table: that of its disk counts. */
static void use_source_number(const struct root *root, struct grubmount *mount)
{
	struct stat st;

	if (mount->major != 0 || *mount->source != '/' ||
	    root_stat(root, mount->source, &st) < 0 || !S_ISBLK(st.st_mode))
		return;
	mount->major = major(st.st_rdev);
	mount->minor = minor(st.st_rdev);
}

static int ask_udev(const struct root *root, struct grubmount *mount)
{
	_cleanup_free_ char *path = NULL, *text = NULL;
	int r;

	use_source_number(root, mount);
	path = strf("/run/udev/data/b%u:%u", mount->major, mount->minor);
	if (!path)
		return -ENOMEM;
	r = root_read(root, path, UDEV_MAX, &text, NULL);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return grubmount_read_udev(mount, text);
}

/* What fstab says of mounts that udev says nothing of. */
static int ask_fstab(struct grubmap *map, const struct grubmounts *fstab)
{
	int r = 0;

	for (size_t i = 0; i < map->mounts.count; i++) {
		struct grubmount *mount = &map->mounts.items[i];

		for (size_t j = 0; r == 0 && j < fstab->count; j++) {
			const struct grubmount *line = &fstab->items[j];

			if (!streq(mount->mount, line->mount))
				continue;
			if (!mount->uuid)
				r = str_set(&mount->uuid, line->uuid);
			if (r == 0 && !mount->label)
				r = str_set(&mount->label, line->label);
		}
	}
	return r;
}

static int read_fstab(const struct root *root, struct grubmounts *ret)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read(root, "/etc/fstab", TABLE_MAX, &text, NULL);

	if (r < 0)
		return r == -ENOMEM ? r : 0;
	return grubmounts_read_fstab(ret, text);
}

/* Does udev leave something for fstab to say? */
static bool is_complete(const struct grubmounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		if (!mounts->items[i].uuid)
			return false;
	return true;
}

static int read_mounts(struct grubmap *map)
{
	_cleanup_(grubmounts_done) struct grubmounts fstab = { .count = 0 };
	_cleanup_free_ char *text = NULL;
	int r = root_read(map->root, "/proc/self/mountinfo", TABLE_MAX, &text, NULL);

	if (r == -ENOMEM)
		return r;
	r = r == 0 ? grubmounts_read_mountinfo(&map->mounts, text) : 0;
	/* No running system: what it would mount. */
	if (r == 0 && map->mounts.count == 0)
		return read_fstab(map->root, &map->mounts);
	for (size_t i = 0; r == 0 && i < map->mounts.count; i++)
		r = ask_udev(map->root, &map->mounts.items[i]);
	if (r < 0 || is_complete(&map->mounts))
		return r;
	r = read_fstab(map->root, &fstab);
	return r < 0 ? r : ask_fstab(map, &fstab);
}

static bool is_disk(const char *name)
{
	static const char *const others[] = { "loop", "ram", "zram", "sr",
					      "fd",   "dm-", "md",   "nbd" };

	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (starts_with(name, others[i]))
			return false;
	return true;
}

/* Of interest only where a menu names partitions by their number. */
static bool has_one_disk(struct grubmap *map)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	if (map->disks >= 0)
		return map->disks == 1;
	map->disks = 0;
	if (root_list(map->root, "/sys/block", DISKS_MAX, &names) < 0)
		return false;
	for (size_t i = 0; i < names.count; i++)
		map->disks += is_disk(names.items[i]);
	return map->disks == 1;
}

static const struct grubmount *find_mount(const struct grubmap *map, const char *mount)
{
	for (size_t i = 0; i < map->mounts.count; i++)
		if (streq(map->mounts.items[i].mount, mount))
			return &map->mounts.items[i];
	return NULL;
}

int grubmap_init(struct grubmap *map, const struct root *root)
{
	const struct grubmount *top, *boot;
	struct stat top_st, boot_st;
	int r;

	if (map->root)
		return 0;
	*map = (struct grubmap){ .root = root, .disks = -1 };
	r = read_mounts(map);
	if (r < 0)
		return r;
	top = find_mount(map, "");
	boot = find_mount(map, BOOT);
	/* Without "/" this is no table of a machine. */
	if (!top)
		grubmounts_done(&map->mounts);
	map->has_uuids = top && top->uuid && (!boot || boot->uuid);
	map->boot_is_apart = top ? boot != NULL
				 : root_stat(root, "/", &top_st) == 0 &&
					     root_stat(root, BOOT, &boot_st) == 0 &&
					     top_st.st_dev != boot_st.st_dev;
	return 0;
}

void grubmap_done(struct grubmap *map)
{
	grubmounts_done(&map->mounts);
}

/* ---- devices ---- */

static char *mount_device(const struct grubmap *map, const struct grubmount *mount)
{
	return strf("fs%zu", (size_t)(mount - map->mounts.items));
}

static const struct grubmount *device_mount(const struct grubmap *map, const char *device)
{
	size_t n = 0;

	if (starts_with(device, "fs") && device[2] && !device[3])
		n = (size_t)(device[2] - '0');
	else
		return NULL;
	return n < map->mounts.count ? &map->mounts.items[n] : NULL;
}

/* "hd0,gpt2", "hd0,msdos1", "hd0,2": with one disk, the number of the partition tells. */
static const struct grubmount *partition_mount(struct grubmap *map, const char *device)
{
	const char *comma = strchr(device, ',');
	const struct grubmount *found = NULL;
	unsigned long n;

	if (!starts_with(device, "hd") || !comma || !has_one_disk(map))
		return NULL;
	n = strtoul(comma + 1 + strcspn(comma + 1, "0123456789"), NULL, 10);
	for (size_t i = 0; n > 0 && i < map->mounts.count; i++)
		if (map->mounts.items[i].partition == n)
			found = &map->mounts.items[i];
	return found;
}

const struct grubmount *grubmap_find_mount(struct grubmap *map, const char *device)
{
	const struct grubmount *mount = device_mount(map, device);

	return mount ? mount : partition_mount(map, device);
}

/* Is nothing known of that device, so that it may be ours? */
static bool is_any(const struct grubmap *map, const char *device)
{
	if (streq(device, ANY))
		return true;
	if (strchr(device, '/') && !starts_with(device, "lvm") &&
	    !starts_with(device, "mduuid/") && !starts_with(device, "cryptouuid/"))
		return false; /* another UUID or label */
	return map->mounts.count == 0;
}

static bool is_mounts(const struct grubmount *mount, enum grubsearch kind,
		      const char *key)
{
	if (kind == GRUBSEARCH_UUID)
		return mount->uuid && strcasecmp(mount->uuid, key) == 0;
	return mount->label && streq(mount->label, key);
}

int grubmap_search(const struct grubmap *map, enum grubsearch kind, const char *key,
		   char **ret)
{
	bool known = kind == GRUBSEARCH_UUID && map->has_uuids;

	for (size_t i = 0; kind != GRUBSEARCH_FILE && i < map->mounts.count; i++) {
		if (!is_mounts(&map->mounts.items[i], kind, key))
			continue;
		*ret = mount_device(map, &map->mounts.items[i]);
		return *ret ? 0 : -ENOMEM;
	}
	/* Which disk GRUB finds first by a file, or by a label that is not ours, is not
	 * known. */
	if (known || (kind != GRUBSEARCH_UUID && map->mounts.count > 0))
		return -ENODEV;
	*ret = strdup(ANY);
	return *ret ? 0 : -ENOMEM;
}

/* ---- paths ---- */

/* Is @path @prefix or below it? */
static bool is_below(const char *path, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncmp(path, prefix, len) == 0 && (path[len] == '/' || !path[len]);
}

/* The mount that our @path lies in. */
static const struct grubmount *holding_mount(const struct grubmap *map, const char *path)
{
	const struct grubmount *found = NULL;

	for (size_t i = 0; i < map->mounts.count; i++) {
		const struct grubmount *mount = &map->mounts.items[i];

		if (is_below(path, mount->mount) &&
		    (!found || strlen(mount->mount) > strlen(found->mount)))
			found = mount;
	}
	return found;
}

int grubmap_to_grub(const struct grubmap *map, const char *path, char **ret_device,
		    char **ret_path)
{
	const struct grubmount *mount = holding_mount(map, path);

	*ret_device = mount ? mount_device(map, mount) : strdup(ANY);
	*ret_path = mount ? strf("%s%s", mount->inner, path + strlen(mount->mount))
			  : strdup(path);
	if (*ret_device && *ret_path)
		return 0;
	free(*ret_device);
	free(*ret_path);
	*ret_device = *ret_path = NULL;
	return -ENOMEM;
}

static bool exists(const struct grubmap *map, const char *prefix, const char *path)
{
	_cleanup_free_ char *whole = strf("%s%s", prefix, path);

	return whole && root_exists(map->root, whole);
}

/* Only the names tell: the file is looked for with less and less in front of it. */
static void guess_rule(const struct grubmap *map, const char *path,
		       struct grubmap_rule *rule)
{
	const char *rest = path;

	*rule = (struct grubmap_rule){ .is_set = true };
	for (int depth = 0; depth < DEPTH_MAX && rest && *rest == '/'; depth++) {
		rule->strip = (size_t)(rest - path);
		rule->below_boot = false;
		if (exists(map, "", rest))
			return;
		/* On one and the same file system "/vmlinuz" is not "/boot/vmlinuz",
		 * unless the tree that we look at was put together from two. */
		rule->below_boot = true;
		if ((map->boot_is_apart || depth == 0) && exists(map, BOOT, rest))
			return;
		rest = strchr(rest + 1, '/');
	}
	*rule = (struct grubmap_rule){ .is_set = true };
}

static int guess(const struct grubmap *map, const char *path, struct grubmap_rule *rule,
		 char **ret)
{
	struct grubmap_rule own = { .is_set = false };

	if (!rule)
		rule = &own;
	if (!rule->is_set)
		guess_rule(map, path, rule);
	else if (strlen(path) < rule->strip || path[rule->strip] != '/')
		return -ENODEV;
	*ret = strf("%s%s", rule->below_boot ? BOOT : "", path + rule->strip);
	return *ret ? 0 : -ENOMEM;
}

/* @path of the file system that is mounted at @mount. */
static int map_mounted(const struct grubmap *map, const struct grubmount *mount,
		       const char *path, char **ret)
{
	const char *rest = path;

	if (is_below(path, mount->inner))
		rest = path + strlen(mount->inner);
	else if (!strstr(mount->inner, "/.snapshots/"))
		return -ENOENT;
	/* else: SUSE's GRUB takes paths from the snapshot that is booted. */
	*ret = strf("%s%s", mount->mount, rest);
	if (!*ret)
		return -ENOMEM;
	if (holding_mount(map, *ret) == mount)
		return 0;
	free(*ret); /* something else is mounted over it */
	*ret = NULL;
	return -ENOENT;
}

int grubmap_to_ours(struct grubmap *map, const char *device, const char *path,
		    struct grubmap_rule *rule, char **ret)
{
	const struct grubmount *mount = grubmap_find_mount(map, device);
	bool tried = false;

	if (!mount)
		return is_any(map, device) ? guess(map, path, rule, ret) : -ENODEV;
	/* A file system may be mounted twice: as "/" and, a subvolume of it, as "/boot".
	 */
	for (size_t i = 0; i < map->mounts.count; i++) {
		const struct grubmount *other = &map->mounts.items[i];
		int r;

		if (other != mount && (!mount->uuid || !streq(other->uuid, mount->uuid)))
			continue;
		tried = true;
		r = map_mounted(map, other, path, ret);
		if (r != -ENOENT)
			return r;
	}
	return tried ? -ENOENT : -ENODEV;
}
