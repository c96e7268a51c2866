// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/blspart.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <sys/sysmacros.h>

#define UDEV "/run/udev/data"
#define UDEV_MAX 65536
#define UDEV_NAMES_MAX 65536

/* The Discoverable Partitions Specification (UAPI.2); 0xef in an MBR. */
#define TYPE_ESP "c12a7328-f81f-11d2-ba4b-00a0c93ec93b"
#define TYPE_ESP_MBR "0xef"
#define TYPE_XBOOTLDR "bc13c2ff-59e6-4262-a352-b275fd6f7172"
#define TYPE_XBOOTLDR_MBR "0xea"

enum kind { KIND_NONE, KIND_UNKNOWN, KIND_ESP, KIND_XBOOTLDR };

struct place {
	const char *path;
	enum kind kind;
	dev_t dev;
	char *uuid;
};

/* The value of the line "E:@key=…", or NULL. */
static char *udev_value(const char *text, const char *key)
{
	size_t len = strlen(key);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, "E:", 2) == 0 && strncmp(text + 2, key, len) == 0 &&
		    text[2 + len] == '=') {
			text += 3 + len;
			return strndup(text, strcspn(text, "\n"));
		}
	}
	return NULL;
}

/* NULL: it has none that can be read. */
static char *udev_record(const struct root *root, dev_t dev)
{
	_cleanup_free_ char *path = strf(UDEV "/b%u:%u", major(dev), minor(dev));
	char *text = NULL;

	return path && root_read(root, path, UDEV_MAX, &text, NULL) == 0 ? text : NULL;
}

static enum kind record_kind(const char *text)
{
	_cleanup_free_ char *type = udev_value(text, "ID_PART_ENTRY_TYPE");

	if (!type)
		return KIND_UNKNOWN;
	if (strcasecmp(type, TYPE_ESP) == 0 || streq(type, TYPE_ESP_MBR))
		return KIND_ESP;
	if (strcasecmp(type, TYPE_XBOOTLDR) == 0 || streq(type, TYPE_XBOOTLDR_MBR))
		return KIND_XBOOTLDR;
	return KIND_NONE;
}

/* What udev says of the partition. Sets @place->uuid if it knows. */
static enum kind udev_kind(const struct root *root, struct place *place)
{
	_cleanup_free_ char *text = udev_record(root, place->dev);

	if (!text)
		return KIND_UNKNOWN;
	place->uuid = udev_value(text, "ID_PART_ENTRY_UUID");
	return record_kind(text);
}

static bool has(const struct root *root, const char *dir, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	return root_exists(root, path);
}

/* By what is in it: only an ESP holds programs for the firmware, and XBOOTLDR is at
 * /boot.
 */
static enum kind guess_kind(const struct root *root, const char *path)
{
	if (has(root, path, "EFI/systemd") || has(root, path, "EFI/BOOT") ||
	    has(root, path, "EFI/boot") || has(root, path, "loader/loader.conf"))
		return KIND_ESP;
	if (has(root, path, "loader/entries") || has(root, path, "EFI/Linux"))
		return streq(path, "/boot") ? KIND_XBOOTLDR : KIND_ESP;
	/* Also one that only other loaders use, or the firmware itself. */
	return has(root, path, "EFI") ? KIND_ESP : KIND_NONE;
}

static bool may_look(const struct root *root, const char *path)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_DIRECTORY);

	return fd >= 0 || fd == -ENOENT || fd == -ENOTDIR;
}

/* @above: the place that it lies in, or NULL for "/". */
static void look_at(const struct root *root, struct place *place,
		    const struct place *above, bool *hidden)
{
	struct stat st, top;

	place->kind = KIND_NONE;
	/* Opening it mounts what is mounted on demand; only then its device is known. */
	if (!may_look(root, place->path)) {
		*hidden = true;
		return;
	}
	if (root_stat(root, place->path, &st) < 0 || !S_ISDIR(st.st_mode))
		return;
	place->dev = st.st_dev;
	/* In a running system a folder of the root is no partition. */
	if (root->is_host &&
	    ((above && above->dev == st.st_dev) ||
	     (root_stat(root, "/", &top) == 0 && top.st_dev == st.st_dev)))
		return;
	place->kind = root->is_host ? udev_kind(root, place) : KIND_UNKNOWN;
	if (place->kind == KIND_UNKNOWN)
		place->kind = guess_kind(root, place->path);
}

int blspart_find(const struct root *root, struct blspart *ret, bool *ret_hidden)
{
	struct place places[] = { { .path = "/efi" },
				  { .path = "/boot" },
				  { .path = "/boot/efi" } };
	const struct place *boot = &places[1];

	*ret = (struct blspart){ .esp = NULL };
	*ret_hidden = false;
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		look_at(root, &places[i], i == 2 ? boot : NULL, ret_hidden);
	for (size_t i = 0; i < ARRAY_SIZE(places) && !ret->esp; i++)
		if (places[i].kind == KIND_ESP) {
			ret->esp = places[i].path;
			ret->esp_uuid = places[i].uuid;
			ret->esp_dev = places[i].dev;
			places[i].uuid = NULL;
		}
	if (boot->kind == KIND_XBOOTLDR) {
		ret->xbootldr = boot->path;
		ret->xbootldr_dev = boot->dev;
	}
	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		free(places[i].uuid);
	for (char *p = ret->esp_uuid; p && *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return 0;
}

/* The record of a device: its name if it is an XBOOTLDR partition of @disk, else NULL. */
static char *name_xbootldr(const struct root *root, dev_t dev, const char *disk)
{
	_cleanup_free_ char *text = udev_record(root, dev), *on = NULL;
	char *uuid;

	if (!text || record_kind(text) != KIND_XBOOTLDR)
		return NULL;
	on = udev_value(text, "ID_PART_ENTRY_DISK");
	if (!streq(on, disk))
		return NULL;
	uuid = udev_value(text, "ID_PART_ENTRY_UUID");
	return uuid ? uuid : strf("%u:%u", major(dev), minor(dev));
}

int blspart_find_unmounted(const struct root *root, const struct blspart *part,
			   char **ret)
{
	_cleanup_free_ char *esp = part->esp ? udev_record(root, part->esp_dev) : NULL;
	_cleanup_free_ char *disk = esp ? udev_value(esp, "ID_PART_ENTRY_DISK") : NULL;
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = disk ? root_list(root, UDEV, UDEV_NAMES_MAX, &names) : 0;

	*ret = NULL;
	for (size_t i = 0; r == 0 && !*ret && i < names.count; i++) {
		unsigned major, minor;
		dev_t dev;

		if (sscanf(names.items[i], "b%u:%u", &major, &minor) != 2)
			continue;
		dev = makedev(major, minor);
		if (dev != part->xbootldr_dev)
			*ret = name_xbootldr(root, dev, disk);
	}
	if (r == -ENOMEM)
		return r;
	return *ret != NULL;
}

void blspart_done(struct blspart *part)
{
	free(part->esp_uuid);
	*part = (struct blspart){ .esp = NULL };
}
