// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "verify/pe.h"

#define COFF_BYTES 24 /* with the "PE\0\0" before it */
#define SECTION_BYTES 40
#define MAGIC_32 0x10b
#define MAGIC_64 0x20b
#define CERTIFICATES 4 /* which of the data directories */

static const struct {
	uint16_t machine;
	const char *arch;
} machines[] = {
	{ 0x8664, "x86_64" },  { 0xaa64, "aarch64" },	  { 0x014c, "i386" },
	{ 0x5064, "riscv64" }, { 0x6264, "loongarch64" }, { 0x01c2, "armv7l" },
};

/* A number of @n bytes, least significant first; 0 outside of what was read. */
static uint32_t le(const uint8_t *buf, size_t len, uint64_t at, size_t n)
{
	uint32_t value = 0;

	if (at > len || len - at < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		value |= (uint32_t)buf[at + i] << (8 * i);
	return value;
}

int pe_parse(const uint8_t *buf, size_t len, struct pe *ret)
{
	uint64_t pe = le(buf, len, 0x3c, 4), optional = pe + COFF_BYTES, directories;
	uint32_t magic, machine;

	*ret = (struct pe){ .arch = NULL };
	if (len < 64 || memcmp(buf, "MZ", 2) != 0 || pe > len - 4 ||
	    memcmp(buf + pe, "PE\0\0", 4) != 0)
		return -EBADMSG;
	magic = le(buf, len, optional, 2);
	if (magic != MAGIC_32 && magic != MAGIC_64)
		return -EBADMSG;
	machine = le(buf, len, pe + 4, 2);
	for (size_t i = 0; i < ARRAY_SIZE(machines); i++)
		if (machines[i].machine == machine)
			ret->arch = machines[i].arch;
	ret->image_size = le(buf, len, optional + 56, 4);
	ret->headers_size = le(buf, len, optional + 60, 4);
	ret->checksum_offset = (uint32_t)(optional + 64);
	ret->subsystem = (uint16_t)le(buf, len, optional + 68, 2);
	/* The data directories start 16 bytes later in the 64-bit form. */
	directories = optional + (magic == MAGIC_64 ? 112 : 96);
	if (le(buf, len, directories - 4, 4) > CERTIFICATES) {
		ret->cert_entry_offset = (uint32_t)(directories + CERTIFICATES * 8);
		ret->cert_offset = le(buf, len, ret->cert_entry_offset, 4);
		ret->cert_size = le(buf, len, ret->cert_entry_offset + UINT64_C(4), 4);
	}
	ret->table = optional + le(buf, len, pe + 20, 2);
	ret->n_sections = le(buf, len, pe + 6, 2);
	return 0;
}

size_t pe_sections(const uint8_t *buf, size_t len, const struct pe *pe,
		   struct pe_section *ret, size_t max)
{
	uint64_t at = pe->table;
	size_t n = 0;

	while (n < pe->n_sections && n < max && at <= len && len - at >= SECTION_BYTES) {
		struct pe_section *s = &ret[n++];

		*s = (struct pe_section){ .virtual_size = le(buf, len, at + 8, 4),
					  .address = le(buf, len, at + 12, 4),
					  .size = le(buf, len, at + 16, 4),
					  .offset = le(buf, len, at + 20, 4) };
		memcpy(s->name, buf + at, sizeof(s->name) - 1);
		at += SECTION_BYTES;
	}
	return n;
}

uint32_t pe_section_length(const struct pe_section *section)
{
	return section->size < section->virtual_size ? section->size
						     : section->virtual_size;
}

const struct pe_section *pe_find(const struct pe_section *sections, size_t count,
				 const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (streq(sections[i].name, name))
			return &sections[i];
	return NULL;
}

size_t pe_profiles(const struct pe_section *sections, size_t count)
{
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		n += streq(sections[i].name, ".profile");
	return n;
}

bool pe_profile(const struct pe_section *sections, size_t count, size_t profile,
		size_t *ret_first, size_t *ret_count)
{
	size_t current = PE_PROFILE_BASE, first = 0, n = 0;

	/* PE_PROFILE_BASE + 1 is profile 0. */
	for (size_t i = 0; i < count; i++) {
		if (streq(sections[i].name, ".profile") && ++current == profile)
			first = i;
		n += current == profile;
	}
	*ret_first = first;
	*ret_count = n;
	return n > 0 || profile == PE_PROFILE_BASE;
}
