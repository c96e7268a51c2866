// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/proxmox.h"

#include <errno.h>
#include <string.h>

#include "find/doubt.h"

#define PIN "/etc/kernel/proxmox-boot-pin"
#define NEXT_PIN "/etc/kernel/next-boot-pin"
#define PARTITIONS "/etc/kernel/proxmox-boot-uuids"

/* Returns 1 and the release, 0 if there is none, or -ENOMEM; a doubt is none. */
static int read_pin(const struct root *root, struct entry_list *menu, const char *path,
		    char **ret)
{
	_cleanup_free_ char *line = NULL;
	int r = root_read_line(root, path, &line);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return list_doubt_file(menu, path, r);
	memmove(line, str_strip(line), strlen(str_strip(line)) + 1);
	if (!*line)
		return 0;
	*ret = TAKE_PTR(line);
	return 1;
}

/* Does @text hold @release, and not as a part of a longer one? */
static bool names_release(const char *text, const char *release)
{
	size_t len = release ? strlen(release) : 0;

	if (len == 0)
		return false;
	for (const char *p = text; p && (p = strstr(p, release)) != NULL; p++) {
		bool begins = p == text || !strchr("0123456789.", p[-1]);

		if (begins && (p[len] == '\0' || strchr(" ./_)'\"", p[len])))
			return true;
	}
	return false;
}

static const struct entry *find_default(const struct entry_list *menu)
{
	for (size_t i = 0; i < menu->count; i++)
		if (menu->items[i].is_default)
			return &menu->items[i];
	return NULL;
}

int proxmox_check(const struct root *root, struct entry_list *menu)
{
	_cleanup_free_ char *once = NULL, *pin = NULL;
	const struct entry *entry = find_default(menu);
	int r = read_pin(root, menu, NEXT_PIN, &once);

	if (r == 1 && !menu->one_shot) {
		menu->one_shot =
			strf(NEXT_PIN " asks once for %s (proxmox-boot-tool kernel pin)",
			     once);
		if (!menu->one_shot)
			return -ENOMEM;
	}
	if (r >= 0)
		r = read_pin(root, menu, PIN, &pin);
	if (r <= 0)
		return r;
	if (entry && (names_release(entry->kernel, pin) ||
		      names_release(entry->title, pin) || names_release(entry->id, pin)))
		return 0;
	return list_doubt(menu, strf(PIN " says %s, but the boot loader's default is %s: "
					 "run proxmox-boot-tool refresh",
				     pin, entry ? entry->title : "none of ours"));
}

bool proxmox_has_own_partitions(const struct root *root)
{
	return root_exists(root, PARTITIONS);
}
