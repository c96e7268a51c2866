/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Compares kernel modules inside an initramfs with those on disk, as they stream by. Only
 * for data that carries no checksum of its own: otherwise damage is found there, and
 * cheaper.
 *
 * Only uncompressed modules (.ko) of equal size are compared; anything else was changed
 * on purpose (stripped, compressed). A difference is a problem if the file on disk is
 * older than the initramfs: then the copy was made from that very file. Otherwise modules
 * were rebuilt since, which is a note.
 */
#ifndef READ_MODULES_H
#define READ_MODULES_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "read/cpio.h"
#include "read/finding.h"

struct modules {
	int dir_fd; /* of the module directory on disk; -1: compare nothing */
	struct timespec built_at; /* the modification time of the initramfs */
	struct findings *findings;
	uint64_t compared, differing; /* files */

	int fd; /* the one being compared, or -1 */
	bool older;
	uint64_t at, size; /* bytes of it */
	char name[256];	   /* the last part of its path, for messages */
};

/* @dir_fd stays the caller's. */
void modules_init(struct modules *m, int dir_fd, struct timespec built_at,
		  struct findings *findings);

/* A new file of the archive, @path below its module directory. Never fails: what cannot
 * be compared is not. */
void modules_begin(struct modules *m, const char *path, const struct cpio_entry *entry);
void modules_data(struct modules *m, const uint8_t *data, size_t len);
void modules_done(struct modules *m);

#endif
