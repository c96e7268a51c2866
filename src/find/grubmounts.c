// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubmounts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define FIELDS_MAX 16

static void mount_done(struct grubmount *mount)
{
	free(mount->mount);
	free(mount->inner);
	free(mount->source);
	free(mount->type);
	free(mount->uuid);
	free(mount->label);
	*mount = (struct grubmount){ .major = 0 };
}

void grubmounts_done(struct grubmounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++)
		mount_done(&mounts->items[i]);
	mounts->count = 0;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* "\040" is a blank, in both files. In place. */
static void unescape(char *s)
{
	char *out = s;

	while (*s) {
		if (s[0] == '\\' && is_octal(s[1]) && is_octal(s[2]) && is_octal(s[3])) {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
					(s[3] - '0'));
			s += 4;
		} else {
			*out++ = *s++;
		}
	}
	*out = '\0';
}

/* Cuts a line into fields; returns how many. */
static size_t split(char *line, char *fields[FIELDS_MAX])
{
	size_t n = 0;

	for (char *p = line; n < FIELDS_MAX;) {
		p += strspn(p, " \t");
		if (!*p)
			break;
		fields[n++] = p;
		p += strcspn(p, " \t");
		if (*p)
			*p++ = '\0';
	}
	for (size_t i = 0; i < n; i++)
		unescape(fields[i]);
	return n;
}

static bool is_wanted(const char *mount)
{
	static const char *const wanted[] = { "/", "/boot", "/boot/efi", "/efi",
					      "/boot/firmware" };

	for (size_t i = 0; i < ARRAY_SIZE(wanted); i++)
		if (streq(mount, wanted[i]))
			return true;
	return false;
}

/* The place for this mount point; NULL: no memory or no room. */
static struct grubmount *make(struct grubmounts *mounts, const char *mount,
			      const char *inner, const char *source, const char *type)
{
	struct grubmount *item = NULL;

	mount = streq(mount, "/") ? "" : mount;
	inner = streq(inner, "/") ? "" : inner;
	for (size_t i = 0; i < mounts->count; i++)
		if (streq(mounts->items[i].mount, mount))
			item = &mounts->items[i];
	if (!item && mounts->count == GRUBMOUNTS_MAX)
		return NULL;
	if (item)
		mount_done(item);
	else
		item = &mounts->items[mounts->count++];
	*item = (struct grubmount){ .mount = strdup(mount),
				    .inner = strdup(inner),
				    .source = strdup(source),
				    .type = strdup(type) };
	return item->mount && item->inner && item->source && item->type ? item : NULL;
}

static int read_mountinfo_line(struct grubmounts *mounts, char *line)
{
	char *dash = strstr(line, " - "), *fields[FIELDS_MAX], *tail[FIELDS_MAX];
	struct grubmount *item;
	unsigned major, minor;

	if (!dash)
		return 0;
	*dash = '\0';
	if (split(line, fields) < 5 || split(dash + 3, tail) < 2 ||
	    !is_wanted(fields[4]) || *fields[3] != '/' ||
	    sscanf(fields[2], "%u:%u", &major, &minor) != 2)
		return 0;
	item = make(mounts, fields[4], fields[3], tail[1], tail[0]);
	if (!item)
		return -ENOMEM;
	item->major = major;
	item->minor = minor;
	return 0;
}

/* "subvol=@" among the mount options; "" without. */
static char *find_subvolume(const char *options)
{
	const char *p = options;

	while (p && !starts_with(p, "subvol=")) {
		p = strchr(p, ',');
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return strdup("/");
	p += strlen("subvol=");
	p += *p == '/';
	return strf("/%.*s", (int)strcspn(p, ","), p);
}

static int read_fstab_line(struct grubmounts *mounts, char *line)
{
	char *fields[FIELDS_MAX];
	size_t n = *line == '#' ? 0 : split(line, fields);
	_cleanup_free_ char *inner = NULL;
	struct grubmount *item;
	const char *key;

	if (n < 3 || *fields[0] == '#' || !is_wanted(fields[1]))
		return 0;
	inner = find_subvolume(n > 3 ? fields[3] : "");
	item = inner ? make(mounts, fields[1], inner, fields[0], fields[2]) : NULL;
	if (!item)
		return -ENOMEM;
	key = strchr(fields[0], '=');
	if (starts_with(fields[0], "UUID="))
		return str_set(&item->uuid, key + 1);
	if (starts_with(fields[0], "LABEL="))
		return str_set(&item->label, key + 1);
	if (starts_with(fields[0], "/dev/disk/by-uuid/"))
		return str_set(&item->uuid, fields[0] + strlen("/dev/disk/by-uuid/"));
	return 0;
}

static int read_lines(struct grubmounts *mounts, const char *text,
		      int (*read_line)(struct grubmounts *, char *))
{
	_cleanup_free_ char *copy = strdup(text);
	char *save = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&save, "\n")))
		r = read_line(mounts, line);
	return r;
}

int grubmounts_read_mountinfo(struct grubmounts *mounts, const char *text)
{
	return read_lines(mounts, text, read_mountinfo_line);
}

int grubmounts_read_fstab(struct grubmounts *mounts, const char *text)
{
	return read_lines(mounts, text, read_fstab_line);
}

int grubmount_read_udev(struct grubmount *mount, const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	char *save = copy, *line;
	int r = copy ? 0 : -ENOMEM;

	while (r == 0 && (line = strsep(&save, "\n"))) {
		if (starts_with(line, "E:ID_FS_UUID="))
			r = str_set(&mount->uuid, strchr(line, '=') + 1);
		else if (starts_with(line, "E:ID_FS_LABEL="))
			r = str_set(&mount->label, strchr(line, '=') + 1);
		else if (starts_with(line, "E:ID_PART_ENTRY_NUMBER="))
			mount->partition =
				(unsigned)strtoul(strchr(line, '=') + 1, NULL, 10);
	}
	return r;
}
