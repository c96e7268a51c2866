/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The headers of a PE file (EFI programs, kernels with an EFI stub, unified kernel
 * images), from its first bytes. Pure; every number in it may be a lie.
 *
 * Sources: Microsoft's PE format; section names, their repetition and .profile as in the
 * UAPI group's Unified Kernel Image specification (UAPI.5).
 */
#ifndef VERIFY_PE_H
#define VERIFY_PE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* As many first bytes as hold the headers of every PE file that is read here: a signed
 * kernel has 5 sections, a unified image with hundreds of device trees as many more. */
#define PE_HEADER_BYTES ((size_t)48 * 1024)
#define PE_SECTIONS_MAX ((size_t)1024)

/* In place of a profile's number: the sections before the first .profile. */
#define PE_PROFILE_BASE SIZE_MAX

struct pe {
	const char *arch;      /* as uname -m says it, or NULL; never freed */
	uint16_t subsystem;    /* 10: an EFI application */
	uint32_t image_size;   /* bytes in memory */
	uint32_t headers_size; /* bytes of the file that are headers */
	/* Offsets in the file. cert_size 0: not signed. */
	uint32_t checksum_offset, cert_entry_offset, cert_offset, cert_size;
	uint64_t table;	   /* where the section table begins */
	size_t n_sections; /* that it says it has */
};

struct pe_section {
	char name[9];
	uint32_t offset, size;		/* in the file: bytes */
	uint32_t address, virtual_size; /* in memory: bytes */
};

/* Returns 0, or -EBADMSG if it is no PE file or its headers are not within @len. */
_must_check_ int pe_parse(const uint8_t *buf, size_t len, struct pe *ret);

/* The sections in the order of the table, as far as they are within @len and below @max.
 * Returns how many. */
size_t pe_sections(const uint8_t *buf, size_t len, const struct pe *pe,
		   struct pe_section *ret, size_t max);

/*
 * The bytes of the file that a section fills its memory with: the file's alignment makes
 * @size larger, and zeroed memory makes it smaller than @virtual_size.
 */
uint32_t pe_section_length(const struct pe_section *section);

/* The first section named @name, which counts, or NULL. @sections may be NULL if @count
 * is 0. */
const struct pe_section *pe_find(const struct pe_section *sections, size_t count,
				 const char *name);

/* How many sections named .profile there are. */
size_t pe_profiles(const struct pe_section *sections, size_t count);

/* The sections of one profile: @ret_first and *ret_count; false if there is none such.
 * Its own .profile is the first one; the base has none, and may be empty. */
bool pe_profile(const struct pe_section *sections, size_t count, size_t profile,
		size_t *ret_first, size_t *ret_count);

#endif
