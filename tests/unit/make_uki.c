// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "make_image.h"
#include "make_uki.h"

enum {
	PE_AT = 0x80,
	OPTIONAL = PE_AT + 24,
	OPTIONAL_BYTES = 112 + 16 * 8,
	TABLE = OPTIONAL + OPTIONAL_BYTES,
	HEADERS = 2048, /* bytes, with the table */
};

void uki_builder_add(struct uki_builder *u, const char *name, const void *data,
		     size_t len)
{
	struct uki_section *s = &u->sections[u->count++];

	if (u->count > UKI_SECTIONS_MAX)
		abort();
	*s = (struct uki_section){ .name = name, .data = BYTES_EMPTY };
	bytes_add(&s->data, data, len);
}

void uki_builder_text(struct uki_builder *u, const char *name, const char *text)
{
	uki_builder_add(u, name, text, strlen(text));
}

void uki_builder_done(struct uki_builder *u)
{
	for (size_t i = 0; i < u->count; i++)
		bytes_done(&u->sections[i].data);
	u->count = 0;
}

size_t uki_section_header(size_t i)
{
	return TABLE + 40 * i;
}

void uki_build(const struct uki_builder *u, unsigned int machine, struct bytes *ret)
{
	size_t from = ret->len, address = 4096;

	if (from != 0 || uki_section_header(u->count) > HEADERS)
		abort();
	bytes_zero(ret, HEADERS);
	memcpy(ret->data, "MZ", 2);
	bytes_put(ret, 0x3c, PE_AT, 4);
	memcpy(ret->data + PE_AT, "PE\0\0", 4);
	bytes_put(ret, PE_AT + 4, machine, 2);
	bytes_put(ret, PE_AT + 6, u->count, 2);
	bytes_put(ret, PE_AT + 20, OPTIONAL_BYTES, 2);
	bytes_put(ret, OPTIONAL, 0x20b, 2);
	bytes_put(ret, OPTIONAL + 60, HEADERS, 4);
	bytes_put(ret, OPTIONAL + 68, 10, 2);
	bytes_put(ret, OPTIONAL + 108, 16, 4);
	for (size_t i = 0; i < u->count; i++) {
		const struct uki_section *s = &u->sections[i];
		size_t at = uki_section_header(i), offset = ret->len;
		size_t memory = s->data.len + s->more_memory;

		bytes_add(ret, s->data.data, s->data.len);
		bytes_align(ret, 512);
		memcpy(ret->data + at, s->name, strlen(s->name));
		bytes_put(ret, at + 8, memory, 4);
		bytes_put(ret, at + 12, address, 4);
		bytes_put(ret, at + 16, ret->len - offset, 4);
		bytes_put(ret, at + 20, offset, 4);
		address += (memory + 4095) / 4096 * 4096;
	}
	bytes_put(ret, OPTIONAL + 56, address, 4);
}

void uki_builder_usual(struct uki_builder *u, const char *cmdline)
{
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY, plain = BYTES_EMPTY,
				     packed = BYTES_EMPTY, early = BYTES_EMPTY;

	bzimage_add(&kernel, "zstd");
	cpio_microcode_add(&early);
	cpio_initramfs_add(&plain, "usr/", IMAGE_VERSION);
	pack_with(&packed, "zstd", plain.data, plain.len);
	uki_builder_add(u, ".text", "\xf4", 1);
	uki_builder_text(u, ".osrel", "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n");
	if (cmdline)
		uki_builder_text(u, ".cmdline", cmdline);
	uki_builder_text(u, ".uname", IMAGE_VERSION);
	uki_builder_add(u, ".initrd", packed.data, packed.len);
	uki_builder_add(u, ".ucode", early.data, early.len);
	uki_builder_add(u, ".linux", kernel.data, kernel.len);
}
