// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubmounts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct grubmounts *mounts)
{
	for (size_t i = 0; i < mounts->count; i++) {
		const struct grubmount *mount = &mounts->items[i];

		if (!mount->mount || !mount->inner || !mount->source || !mount->type)
			abort();
		for (size_t j = 0; j < i; j++)
			if (strcmp(mount->mount, mounts->items[j].mount) == 0)
				abort();
	}
	grubmounts_done(mounts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct grubmounts mounts = { .count = 0 };
	struct grubmount mount = { .uuid = NULL };
	char *text = calloc(1, size + 1);

	if (!text)
		return 0;
	if (size > 0)
		memcpy(text, data, size);
	if (grubmounts_read_mountinfo(&mounts, text) == 0)
		check(&mounts);
	if (grubmounts_read_fstab(&mounts, text) == 0)
		check(&mounts);
	(void)!grubmount_read_udev(&mount, text);
	free(mount.uuid);
	free(mount.label);
	free(text);
	return 0;
}
