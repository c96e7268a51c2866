/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the kernel would hold (the file `image` beside the scene's root: kernel, initramfs
 * and command line of the last load), what the record says that it holds, and all of the
 * scene that counts as one text.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <stdbool.h>

/* @kernel_fd -1: unloaded. */
void image_loaded(int kernel_fd, int initrd_fd, const char *cmdline);

/* Kernel and command line, as the kernel has them and as the record RUN_ARMED tells;
 * NULL: none. The caller frees. *@ret_loading: the record says that it was being written.
 */
char *image_of_kernel(void);
char *image_of_record(bool *ret_loading);

/* Are the files that the record names those on the disk, by inode and size? */
bool image_is_on_disk(void);

/* What a run is to leave, without times: loaded image, records, and @others: files of
 * other programs. The caller frees. */
char *image_describe(bool others);

#endif
