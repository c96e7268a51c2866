/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The archives that an initramfs is made of, in the order of the file. */
#ifndef READ_SEGMENTS_H
#define READ_SEGMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "read/contents.h"
#include "read/finding.h"

/* Two microcode archives, ACPI tables and the main one are usual. */
#define SEGMENTS_MAX 64

/* One uncompressed archive, or one compressed member with all archives in it. */
struct segment {
	uint64_t offset, length; /* bytes of the file */
	uint64_t entries, unpacked;
	const char *compression; /* not freed */
	bool checked;		 /* the compression carries a checksum */
	struct content_kinds kinds;
};

struct segments {
	size_t count;
	struct segment items[SEGMENTS_MAX];
};

/* A new last one, or NULL if there are too many. */
struct segment *segments_add(struct segments *s, uint64_t offset,
			     const char *compression);
bool segments_have_main(const struct segments *s);

/* Tells a problem found at byte @offset of the file; "truncated" is told in other words.
 */
void segment_problem(const struct segment *s, uint64_t offset, const char *problem,
		     struct findings *findings);

/* Says of each main one whether damage to it is sure to be found. */
void segments_note(const struct segments *s, struct findings *findings);

/* SEGMENT lines of the report. */
void segments_report(const struct segments *s, FILE *f);

#endif
