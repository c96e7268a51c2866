// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "verify/kernel_header.h"

/* Bytes of the file that were read, each access of which is checked. */
struct view {
	const uint8_t *data;
	size_t len;
};

static const struct {
	uint16_t machine;
	const char *arch;
} pe_machines[] = {
	{ 0x8664, "x86_64" },  { 0xaa64, "aarch64" },	  { 0x014c, "i386" },
	{ 0x5064, "riscv64" }, { 0x6264, "loongarch64" }, { 0x01c2, "armv7l" },
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
	[KERNEL_UNKNOWN] = "unknown",	[KERNEL_BZIMAGE] = "bzImage",
	[KERNEL_ZBOOT] = "zboot",	[KERNEL_ARM64] = "arm64-image",
	[KERNEL_RISCV] = "riscv-image", [KERNEL_ELF] = "elf",
	[KERNEL_GZIP] = "gzip-image",	[KERNEL_UKI] = "uki",
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

static void parse_sections(struct view v, uint64_t at, size_t count,
			   struct kernel_header *h)
{
	for (size_t i = 0; i < count && i < KERNEL_SECTIONS_MAX; i++, at += 40) {
		struct kernel_section *s = &h->sections[i];
		uint64_t end;

		if (at > v.len || v.len - at < 40)
			return;
		memcpy(s->name, v.data + at, 8);
		s->virtual_size = (uint32_t)le(v, at + 8, 4);
		s->size = (uint32_t)le(v, at + 16, 4);
		s->offset = (uint32_t)le(v, at + 20, 4);
		end = (uint64_t)s->offset + s->size;
		if (s->size > 0 && end > h->sections_end)
			h->sections_end = end;
		h->sections_len = i + 1;
	}
}

static void parse_pe(struct view v, struct kernel_header *h)
{
	uint64_t pe = le(v, 0x3c, 4), optional, directories;
	uint16_t magic;

	if (!has(v, 0, "MZ", 2) || !has(v, pe, "PE\0\0", 4))
		return;
	optional = pe + 24;
	magic = (uint16_t)le(v, optional, 2);
	if (magic != 0x20b && magic != 0x10b)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(pe_machines); i++)
		if (pe_machines[i].machine == le(v, pe + 4, 2))
			h->arch = pe_machines[i].arch;
	h->is_pe = true;
	h->checksum_offset = (uint32_t)(optional + 64);
	/* The data directories start 16 bytes later in the 64-bit form; the fifth is the
	 * certificates. */
	directories = optional + (magic == 0x20b ? 112 : 96);
	if (le(v, directories - 4, 4) > 4) {
		h->cert_entry_offset = (uint32_t)(directories + 4 * 8);
		h->cert_offset = (uint32_t)le(v, h->cert_entry_offset, 4);
		h->cert_size = (uint32_t)le(v, h->cert_entry_offset + UINT64_C(4), 4);
	}
	parse_sections(v, optional + le(v, pe + 20, 2), le(v, pe + 6, 2), h);
}

static bool has_section(const struct kernel_header *h, const char *name)
{
	for (size_t i = 0; i < h->sections_len; i++)
		if (streq(h->sections[i].name, name))
			return true;
	return false;
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

static bool parse_flat(struct view v, struct kernel_header *h)
{
	if (has(v, 56, "ARM\x64", 4)) {
		h->type = KERNEL_ARM64;
		h->arch = "aarch64";
	} else if (has(v, 56, "RSC\x05", 4)) {
		h->type = KERNEL_RISCV;
		h->arch = "riscv64";
	} else {
		return false;
	}
	/* image_size counts memory that is not in the file, so only the PE side tells. */
	if (h->is_pe)
		size_from_pe(h);
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

void kernel_header_parse(const uint8_t *buf, size_t len, struct kernel_header *ret)
{
	const struct view v = { buf, len };

	memset(ret, 0, sizeof(*ret));
	parse_pe(v, ret);
	if (parse_bzimage(v, ret) || parse_zboot(v, ret) || parse_flat(v, ret) ||
	    parse_elf(v, ret))
		return;
	if (ret->is_pe && has_section(ret, ".linux")) {
		ret->type = KERNEL_UKI;
		size_from_pe(ret);
	} else if (has(v, 0, "\x1f\x8b", 2)) {
		ret->type = KERNEL_GZIP;
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

/* As many bytes as there are, up to @len. */
static ssize_t read_some(int fd, uint8_t *buf, size_t len, uint64_t offset)
{
	size_t have = 0;

	while (have < len) {
		ssize_t n = pread(fd, buf + have, len - have, (off_t)(offset + have));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int kernel_header_read(int fd, struct kernel_header *ret)
{
	uint8_t buf[KERNEL_HEADER_BYTES];
	ssize_t n;

	n = read_some(fd, buf, sizeof(buf), 0);
	if (n < 0)
		return (int)n;
	kernel_header_parse(buf, (size_t)n, ret);
	if (ret->version_offset == 0)
		return 0;

	n = read_some(fd, buf, KERNEL_VERSION_BYTES, ret->version_offset);
	if (n < 0)
		return (int)n;
	/* An unreadable string leaves the version empty, which its readers treat as
	 * unknown. */
	if (kernel_header_set_version(ret, buf, (size_t)n) < 0)
		ret->version[0] = '\0';
	return 0;
}
