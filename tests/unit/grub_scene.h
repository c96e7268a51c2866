/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A machine for the interpreter of GRUB's scripts: files in memory, two disks. */
#ifndef GRUB_SCENE_H
#define GRUB_SCENE_H

#include "find/grubmenu.h"

struct grub_file {
	const char *path, *text; /* on the device "boot"; a path with "/" behind is a
				    folder, and "512+1" are sectors of the device */
};

#define GRUB_SCENE_MAX 12
struct grub_scene {
	const struct grub_file *files; /* the last one has no path */
	const char *uuid;	       /* of "boot"; any other one is another disk */
	bool fedora, is_bios;
};

/* The menu that @script makes, in words: a line each for doubt, one-shot request and
 * reason of the default, and one for each entry. The caller frees. */
char *grub_scene_menu(const struct grub_scene *scene, const char *script, size_t len);

/* The same as it comes from grubmenu_read(), which must not fail. */
void grub_scene_read(const struct grub_scene *scene, const char *script, size_t len,
		     struct grubmenu *ret);

/* An environment block of "name=value\n" lines. */
const char *grub_scene_env(const char *lines, char buf[1025]);

#endif
