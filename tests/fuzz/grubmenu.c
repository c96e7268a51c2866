// SPDX-License-Identifier: GPL-2.0-or-later
/* The input is the script, and also every file that the script reads. */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubmenu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *data;
	size_t size;
};

static int read_file(void *data, const char *device, _unused_ const char *path,
		     size_t max, char **ret_text, size_t *ret_len)
{
	const struct input *input = data;

	if (!*device || input->size > max)
		return -ENODEV;
	*ret_text = calloc(1, input->size + 1);
	if (!*ret_text)
		return -ENOMEM;
	if (input->size > 0)
		memcpy(*ret_text, input->data, input->size);
	*ret_len = input->size;
	return 0;
}

static int stat_file(void *data, _unused_ const char *device, const char *path,
		     struct grubstat *ret)
{
	const struct input *input = data;

	*ret = (struct grubstat){ .size = input->size, .mtime = (int64_t)strlen(path) };
	return strlen(path) % 3 == 0 ? -ENOENT : strlen(path) % 3 == 1 ? -ENODEV : 0;
}

static int list_files(_unused_ void *data, _unused_ const char *device,
		      _unused_ const char *path, struct strv *ret)
{
	int r = strv_add(ret, "a-1-1.conf");

	return r < 0 ? r : strv_add(ret, "a-2-1.conf");
}

static int search(_unused_ void *data, _unused_ enum grubsearch kind, const char *key,
		  char **ret)
{
	if (strlen(key) % 2)
		return -ENODEV;
	*ret = strdup("boot");
	return *ret ? 0 : -ENOMEM;
}

static int list_pci(_unused_ void *data, struct strv *ret)
{
	return strv_add(ret, "v1234d1111sv1af4sd1100bc03sc00");
}

static int read_device(_unused_ void *data, _unused_ const char *device,
		       _unused_ uint64_t offset, size_t size, char **ret)
{
	*ret = calloc(1, size + 1);
	return *ret ? 0 : -ENOMEM;
}

static int name_file(_unused_ void *data, _unused_ const char *device, const char *path,
		     char **ret)
{
	*ret = strdup(path);
	return *ret ? 0 : -ENOMEM;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	struct grubhost host = { .data = &input,
				 .read = read_file,
				 .stat = stat_file,
				 .read_device = read_device,
				 .list = list_files,
				 .search = search,
				 .pci = list_pci,
				 .name = name_file,
				 .platform = "efi",
				 .cpu = "x86_64",
				 .fedora = size % 2 };
	struct grubmenu menu;
	size_t defaults = 0;

	if (size > 4096)
		return 0;
	if (grubmenu_read(&host, "boot", "/grub/grub.cfg", &menu) < 0)
		return 0;
	for (size_t i = 0; i < menu.count; i++) {
		const struct grubmenu_entry *entry = &menu.entries[i];

		defaults += entry->is_default;
		if (!entry->title || !entry->id || !entry->path || !entry->position ||
		    !entry->kernel != !entry->cmdline || (!entry->kernel && !entry->why))
			abort();
	}
	/* Something boots next, or it is said why not. */
	if (defaults > 1 || (defaults == 1 && !menu.default_reason))
		abort();
	if (defaults == 0 && !menu.doubt && menu.count > 0)
		abort();
	grubmenu_done(&menu);
	return 0;
}
