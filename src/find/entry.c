// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootname.h"
#include "find/doubt.h"
#include "find/image.h"

const char *entry_source_name(enum entry_source source)
{
	static const char *const names[] = {
		[SOURCE_GRUB] = "grub",		[SOURCE_BLS] = "bls",
		[SOURCE_UKI] = "uki",		[SOURCE_BOOTDIR] = "bootdir",
		[SOURCE_MODULES] = "modules",	[SOURCE_HAND] = "hand",
		[SOURCE_EXTLINUX] = "extlinux", [SOURCE_FIRMWARE] = "firmware",
	};

	return names[source];
}

const char *boot_loader_name(enum boot_loader loader)
{
	static const char *const names[] = {
		[LOADER_NONE] = "the boot loader",  [LOADER_GRUB] = "GRUB",
		[LOADER_BLS] = "systemd-boot",	    [LOADER_EXTLINUX] = "extlinux",
		[LOADER_OTHER] = "the boot loader", [LOADER_FIRMWARE] = "the firmware",
	};

	return names[loader];
}

void entry_done(struct entry *entry)
{
	free(entry->id);
	free(entry->title);
	free(entry->position);
	free(entry->version);
	free(entry->build);
	free(entry->kernel);
	strv_done(&entry->initrds);
	free(entry->cmdline);
	free(entry->file);
	free(entry->why);
	*entry = (struct entry)ENTRY_EMPTY;
}

void entry_list_done(struct entry_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		entry_done(&list->items[i]);
	free(list->items);
	free(list->loader_file);
	free(list->loader_reason);
	strv_done(&list->others);
	free(list->not_understood);
	free(list->default_reason);
	free(list->one_shot);
	*list = (struct entry_list)ENTRY_LIST_EMPTY;
}

int entry_list_take(struct entry_list *list, struct entry *entry)
{
	struct entry *items = list->items;

	/* Room is doubled whenever the count is a power of two: 1, 2, 4, 8 … */
	if ((list->count & (list->count - 1)) == 0)
		items = reallocarray(items, list->count ? list->count * 2 : 1,
				     sizeof(*items));
	if (!items) {
		entry_done(entry);
		return -ENOMEM;
	}
	list->items = items;
	items[list->count++] = *entry;
	*entry = (struct entry)ENTRY_EMPTY;
	return 0;
}

int entry_take_image(struct entry *entry, const struct image *image)
{
	struct bootname name;
	bool claims = bootname_read_path(entry->kernel, &name) && *name.version;
	const char *version = image->version;

	/* Only the contents of some images tell; until they are read, the name does. */
	entry->version_is_claim = image->version_is_claim || !version;
	if (!version && !image->problem && claims)
		version = name.version;
	if (str_set(&entry->version, version) < 0 ||
	    str_set(&entry->build, image->build) < 0)
		return -ENOMEM;
	entry->is_broken = entry->is_broken || image->is_damaged;
	if (image->problem)
		return entry_refuse(entry, strdup(image->problem));
	if (!version)
		return entry_refuse(
			entry,
			strdup("neither the image nor its name tells its version"));
	if (claims && !bootname_agrees(&name, version))
		return entry_refuse(entry, strf("its name says %s, the image says %s",
						name.version, version));
	return 0;
}
