// SPDX-License-Identifier: GPL-2.0-or-later
/* Which entry is meant by a name that somebody typed. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "find/entry.h"

static bool has_id(const struct entry *entry, const char *name)
{
	return streq(entry->id, name);
}

/* Names of files, for which systemd-boot does not care about case and bootctl not about
 * the suffix. */
static bool has_file_id(const struct entry *entry, const char *name)
{
	static const char *const suffixes[] = { "", ".conf", ".efi" };
	size_t len = strlen(name);

	if (entry->source != SOURCE_BLS && entry->source != SOURCE_UKI)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++)
		if (strncasecmp(entry->id, name, len) == 0 &&
		    strcasecmp(entry->id + len, suffixes[i]) == 0)
			return true;
	return false;
}

static bool has_position(const struct entry *entry, const char *name)
{
	return streq(entry->position, name);
}

static bool has_title(const struct entry *entry, const char *name)
{
	return streq(entry->title, name);
}

int entry_list_find(struct entry_list *list, const char *name, struct entry **ret)
{
	static bool (*const ways[])(const struct entry *,
				    const char *) = { has_id, has_file_id, has_position,
						      has_title };
	struct entry *found = NULL;

	for (size_t way = 0; way < ARRAY_SIZE(ways) && !found; way++)
		for (size_t i = 0; i < list->count; i++) {
			if (!ways[way](&list->items[i], name))
				continue;
			if (found)
				return -EEXIST;
			found = &list->items[i];
		}
	*ret = found;
	return found ? 1 : 0;
}
