/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds PE files out of sections, the way that ukify and objcopy lay them out. */
#ifndef TESTS_MAKE_UKI_H
#define TESTS_MAKE_UKI_H

#include "make_archive.h"

#define UKI_SECTIONS_MAX 40

struct uki_section {
	const char *name; /* NULL ends a list of them */
	struct bytes data;
	uint32_t more_memory; /* zeroed bytes behind @data in memory */
};

struct uki_builder {
	size_t count;
	struct uki_section sections[UKI_SECTIONS_MAX];
};
#define UKI_BUILDER_EMPTY  \
	{                  \
		.count = 0 \
	}
#define _cleanup_uki_builder_ _cleanup_(uki_builder_done)

void uki_builder_add(struct uki_builder *u, const char *name, const void *data,
		     size_t len);
void uki_builder_text(struct uki_builder *u, const char *name, const char *text);
void uki_builder_done(struct uki_builder *u);

/* The file: headers, then each section at a multiple of 512. @machine is PE's. */
void uki_build(const struct uki_builder *u, unsigned int machine, struct bytes *ret);

/* Where the header of section @i of such a file stands. */
size_t uki_section_header(size_t i);

/* A whole one for x86-64: a kernel (IMAGE_VERSION) and an initramfs for it. */
void uki_builder_usual(struct uki_builder *u, const char *cmdline);

#endif
