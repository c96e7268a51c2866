// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "verify/kernel_header.h"

/* Of an image: no kernel has more than a handful, a unified one with device trees some
 * hundred. */
#define SECTIONS_MAX 256

/* arch/s390/include/asm/setup.h: PARMAREA, LEGACY_COMMAND_LINE_SIZE. */
#define S390_PARMAREA 0x10400
#define S390_LEGACY_CMDLINE 896

/* Bytes of the file that were read, each access of which is checked. */
struct view {
	const uint8_t *data;
	size_t len;
};

static const struct {
	uint16_t machine;
	bool is64, big;
	const char *arch;
} elf_machines[] = {
	{ 62, true, false, "x86_64" },	     { 183, true, false, "aarch64" },
	{ 21, true, false, "ppc64le" },	     { 21, true, true, "ppc64" },
	{ 22, true, true, "s390x" },	     { 243, true, false, "riscv64" },
	{ 258, true, false, "loongarch64" }, { 3, false, false, "i386" },
	{ 15, true, true, "parisc64" },
};

static const char *const type_names[] = {
	[KERNEL_UNKNOWN] = "unknown",	  [KERNEL_BZIMAGE] = "bzImage",
	[KERNEL_ZBOOT] = "zboot",	  [KERNEL_ARM64] = "arm64-image",
	[KERNEL_RISCV] = "riscv-image",	  [KERNEL_ELF] = "elf",
	[KERNEL_GZIP] = "gzip-image",	  [KERNEL_UKI] = "uki",
	[KERNEL_PACKED] = "packed-image", [KERNEL_LOONGARCH] = "loongarch-image",
	[KERNEL_S390] = "s390-image",
};

const char *kernel_type_name(enum kernel_type type)
{
	return (size_t)type < ARRAY_SIZE(type_names) ? type_names[type] : "unknown";
}

/* A number of @n bytes, least significant first; 0 outside of what was read. */
static uint64_t le(struct view v, uint64_t at, size_t n)
{
	uint64_t value = 0;

	if (at > v.len || v.len - at < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		value |= (uint64_t)v.data[at + i] << (8 * i);
	return value;
}

static uint64_t be(struct view v, uint64_t at, size_t n)
{
	uint64_t value = 0;

	if (at > v.len || v.len - at < n)
		return 0;
	for (size_t i = 0; i < n; i++)
		value = value << 8 | v.data[at + i];
	return value;
}

static bool has(struct view v, uint64_t at, const char *magic, size_t n)
{
	return at <= v.len && v.len - at >= n && memcmp(v.data + at, magic, n) == 0;
}

/* --- PE ---------------------------------------------------------------------- */

static void parse_pe_side(struct view v, struct kernel_header *h)
{
	struct pe_section sections[SECTIONS_MAX];
	struct pe pe;
	size_t n;

	if (pe_parse(v.data, v.len, &pe) < 0)
		return;
	h->is_pe = true;
	h->arch = pe.arch;
	h->checksum_offset = pe.checksum_offset;
	h->cert_entry_offset = pe.cert_entry_offset;
	h->cert_offset = pe.cert_offset;
	h->cert_size = pe.cert_size;
	n = pe_sections(v.data, v.len, &pe, sections, SECTIONS_MAX);
	for (size_t i = 0; i < n; i++) {
		uint64_t end = (uint64_t)sections[i].offset + sections[i].size;

		if (sections[i].size > 0 && end > h->sections_end)
			h->sections_end = end;
	}
	h->has_linux = pe_find(sections, n, ".linux") != NULL;
}

/* A PE file ends with its sections, or with its certificates when it is signed. */
static void size_from_pe(struct kernel_header *h)
{
	h->size = h->body_size = h->sections_end;
	if (h->cert_size > 0)
		h->size = (uint64_t)h->cert_offset + h->cert_size;
	h->size_is_exact = h->cert_size > 0;
}

/* --- The kinds of image ------------------------------------------------------ */

static bool parse_bzimage(struct view v, struct kernel_header *h)
{
	uint64_t setup_sects, setup, version;

	if (!has(v, 0x1fe, "\x55\xaa", 2) || !has(v, 0x202, "HdrS", 4))
		return false;
	h->type = KERNEL_BZIMAGE;
	h->protocol = (uint16_t)le(v, 0x206, 2);
	h->loadflags = (uint8_t)le(v, 0x211, 1);
	setup_sects = le(v, 0x1f1, 1);
	setup = (setup_sects ? setup_sects + 1 : 5) * 512;
	h->size = h->body_size = setup + le(v, 0x1f4, 4) * 16;
	h->size_is_exact = true;
	if (h->cert_size > 0)
		h->size = (uint64_t)h->cert_offset + h->cert_size;
	version = le(v, 0x20e, 2);
	/* boot.rst: valid only if below the end of the setup code. */
	if (version > 0 && version + 0x200 < setup)
		h->version_offset = version + 0x200;
	if (h->protocol >= 0x206)
		h->cmdline_max = (uint32_t)le(v, 0x238, 4);
	if (h->protocol >= 0x208) {
		h->payload_offset = setup + le(v, 0x248, 4);
		h->payload_length = le(v, 0x24c, 4);
	}
	if (h->protocol >= 0x20a)
		h->init_size = (uint32_t)le(v, 0x260, 4);
	if (h->protocol >= 0x20c)
		h->xloadflags = (uint16_t)le(v, 0x236, 2);
	h->arch = h->xloadflags & KERNEL_XLF_64 ? "x86_64" : "i386";
	return true;
}

static bool parse_zboot(struct view v, struct kernel_header *h)
{
	if (!h->is_pe || !has(v, 4, "zimg", 4))
		return false;
	h->type = KERNEL_ZBOOT;
	h->payload_offset = le(v, 8, 4);
	h->payload_length = le(v, 12, 4);
	memcpy(h->compression, v.data + 24, 8);
	size_from_pe(h);
	return true;
}

/* image_size also counts memory that is not in the file, so only the PE side tells its
 * length. */
static bool parse_flat(struct view v, struct kernel_header *h)
{
	uint64_t memory = le(v, 16, 8);

	if (has(v, 56, "ARM\x64", 4)) {
		h->type = KERNEL_ARM64;
		h->arch = "aarch64";
	} else if (has(v, 56, "RSC\x05", 4)) {
		h->type = KERNEL_RISCV;
		h->arch = "riscv64";
	} else if (has(v, 0, "MZ", 2) && has(v, 56, "\xcd\x23\x82\x81", 4) &&
		   streq(h->arch, "loongarch64")) {
		h->type = KERNEL_LOONGARCH;
	} else {
		return false;
	}
	h->init_size = memory < UINT32_MAX ? (uint32_t)memory : UINT32_MAX;
	if (h->is_pe)
		size_from_pe(h);
	return true;
}

/* The s390 image is a picture of memory from address 0 on: its version and the room for a
 * command line stand in the parameter area. */
static bool parse_s390(struct view v, struct kernel_header *h)
{
	uint64_t room = be(v, S390_PARMAREA + 0x30, 8);

	if (!has(v, KERNEL_S390_EP, "S390EP", 6))
		return false;
	h->type = KERNEL_S390;
	h->arch = "s390x";
	h->version_offset = be(v, S390_PARMAREA + 0x28, 8);
	if (room == 0)
		room = S390_LEGACY_CMDLINE;
	/* arch/s390/kernel/machine_kexec_file.c wants it shorter with its NUL. */
	h->cmdline_max = room < UINT32_MAX ? (uint32_t)room - 2 : 0;
	return true;
}

static void elf_grow(struct kernel_header *h, uint64_t offset, uint64_t size)
{
	uint64_t end;

	if (__builtin_add_overflow(offset, size, &end))
		end = UINT64_MAX;
	if (end > h->size)
		h->size = end;
}

static bool parse_elf(struct view v, struct kernel_header *h)
{
	bool is64, big;
	uint64_t (*get)(struct view, uint64_t, size_t);
	uint64_t phoff, phentsize, phnum;
	size_t word;

	if (!has(v, 0, "\177ELF", 4) || v.len < 64)
		return false;
	is64 = v.data[4] == 2;
	big = v.data[5] == 2;
	get = big ? be : le;
	word = is64 ? 8 : 4;
	h->type = KERNEL_ELF;
	for (size_t i = 0; i < ARRAY_SIZE(elf_machines); i++)
		if (elf_machines[i].machine == get(v, 18, 2) &&
		    elf_machines[i].is64 == is64 && elf_machines[i].big == big)
			h->arch = elf_machines[i].arch;
	phoff = get(v, is64 ? 32 : 28, word);
	phentsize = get(v, is64 ? 54 : 42, 2);
	phnum = get(v, is64 ? 56 : 44, 2);
	elf_grow(h, get(v, is64 ? 40 : 32, word),
		 get(v, is64 ? 58 : 46, 2) * get(v, is64 ? 60 : 48, 2));
	elf_grow(h, phoff, phentsize * phnum);
	for (uint64_t i = 0; i < phnum && phoff < v.len; i++, phoff += phentsize)
		elf_grow(h, get(v, phoff + (is64 ? 8 : 4), word),
			 get(v, phoff + (is64 ? 32 : 16), word));
	return true;
}

/* Compressed as a whole: what the kernel's build makes beside the plain image. */
static bool parse_packed(struct view v, struct kernel_header *h)
{
	static const struct {
		const char *magic;
		size_t len;
	} magics[] = {
		{ "\xfd"
		  "7zXZ",
		  5 },
		{ "\x28\xb5\x2f\xfd", 4 },
		{ "\x02\x21\x4c\x18", 4 },
		{ "BZh", 3 },
		{ "\x89LZO", 4 },
		{ "\x5d\0\0", 3 },
	};

	if (has(v, 0, "\x1f\x8b", 2))
		h->type = KERNEL_GZIP;
	for (size_t i = 0; i < ARRAY_SIZE(magics); i++)
		if (has(v, 0, magics[i].magic, magics[i].len))
			h->type = KERNEL_PACKED;
	return h->type != KERNEL_UNKNOWN;
}

void kernel_header_parse(const uint8_t *buf, size_t len, struct kernel_header *ret)
{
	const struct view v = { buf, len };

	memset(ret, 0, sizeof(*ret));
	parse_pe_side(v, ret);
	if (parse_bzimage(v, ret) || parse_zboot(v, ret) || parse_flat(v, ret) ||
	    parse_elf(v, ret))
		return;
	if (ret->is_pe && ret->has_linux) {
		ret->type = KERNEL_UKI;
		size_from_pe(ret);
	} else if (!ret->is_pe && !parse_s390(v, ret)) {
		(void)parse_packed(v, ret);
	}
}

/* --- Version ----------------------------------------------------------------- */

int kernel_header_set_version(struct kernel_header *h, const uint8_t *text, size_t len)
{
	const uint8_t *end = memchr(text, '\0', len);
	size_t n = 0, build;

	h->version[0] = h->build[0] = '\0';
	if (end)
		len = (size_t)(end - text);
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			len = i;
	while (n < len && text[n] != ' ')
		n++;
	/* A release starts with a number and fits utsname's 65 bytes. */
	if (n == 0 || n >= sizeof(h->version) || text[0] < '0' || text[0] > '9')
		return -EBADMSG;
	memcpy(h->version, text, n);
	h->version[n] = '\0';
	for (build = n; build < len; build++)
		if (text[build] == '#' && text[build - 1] == ' ')
			break;
	n = len - build < sizeof(h->build) ? len - build : sizeof(h->build) - 1;
	memcpy(h->build, text + build, n);
	h->build[n] = '\0';
	return 0;
}
