/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernels by the directory they lie in: /boot, /usr/lib/modules, /lib/modules. */
#ifndef FIND_BOOTDIR_H
#define FIND_BOOTDIR_H

#include "find/entry.h"
#include "find/image.h"

/*
 * Adds every kernel of these directories to @list, with all the files that its name says
 * could be its initramfs. What is no kernel, half of one, or a leftover is added with
 * usable = false and the reason. A file that several names lead to is added once, and so
 * is a release that lies in /boot and in a module directory: then the one in /boot
 * counts. The first of its initramfs files is noted in the image. Too many names in a
 * directory set @list->not_understood. Returns 0 or -ENOMEM.
 */
_must_check_ int bootdir_find(struct images *images, struct entry_list *list);

#endif
