/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Verifies an initramfs as its bytes arrive: ("\0" | cpio | compressed(cpio))*, the
 * grammar of the kernel's buffer-format.rst, each archive and each compressed member down
 * to its last byte.
 *
 * Refused: junk between or after the members; an archive without its trailer (the
 * kernel's too: cut data); an uncompressed archive that does not start at a multiple of
 * 4; a compression that the kernel does not take; a file with nothing but early parts
 * (microcode, ACPI tables); no init; no modules directory of the version asked for; more
 * than the limits below. The kernel is no judge here: it prints "Initramfs unpacking
 * failed" and tries to boot anyway.
 */
#ifndef READ_INITRAMFS_H
#define READ_INITRAMFS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "base/macro.h"
#include "read/finding.h"

#define INITRAMFS_UNPACKED_MAX ((uint64_t)4 << 30) /* bytes */
#define INITRAMFS_ENTRIES_MAX ((uint64_t)1000000)

struct initramfs_options {
	const char *version;	  /* NULL: any */
	int modules_fd;		  /* -1: none; see modules.h */
	struct timespec built_at; /* of the file itself */
	uint64_t unpacked_max;	  /* 0: INITRAMFS_UNPACKED_MAX */
	bool header_only;	  /* go no further than the first compressed byte */
};

struct initramfs;

/* @findings and what @options points to must outlive it. Returns NULL when out of memory.
 */
struct initramfs *initramfs_new(const struct initramfs_options *options,
				struct findings *findings);

/* Takes the next bytes of the file. After a problem that makes the rest unreadable it
 * only counts them. */
void initramfs_feed(struct initramfs *ir, const uint8_t *data, size_t len);

/* How many bytes may be left out before the next call of feed: data of files that is not
 * looked at. */
uint64_t initramfs_skippable(const struct initramfs *ir);
void initramfs_skip(struct initramfs *ir, uint64_t n);

/* True when more input cannot change the findings: a problem, or header_only and all
 * seen. */
bool initramfs_is_settled(const struct initramfs *ir);

/* The file ended. */
void initramfs_finish(struct initramfs *ir);

/* SEGMENT and MODULES lines of the report. */
void initramfs_report(const struct initramfs *ir, FILE *f);
void initramfs_free(struct initramfs *ir);

static inline void initramfs_freep(struct initramfs **p)
{
	initramfs_free(*p);
}

#endif
