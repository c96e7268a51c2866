/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the first bytes of a kernel image say about it: what it is, its version, how long
 * it must be.
 *
 * Sources: the kernel's Documentation/arch/x86/boot.rst (bzImage), arch/arm64/booting.rst
 * and arch/riscv/boot-image-header.rst (Image),
 * drivers/firmware/efi/libstub/zboot-header.S (EFI zboot), Microsoft's PE format, and the
 * ELF specification.
 */
#ifndef VERIFY_KERNEL_HEADER_H
#define VERIFY_KERNEL_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

enum kernel_type {
	KERNEL_UNKNOWN,
	KERNEL_BZIMAGE,
	KERNEL_ZBOOT,
	KERNEL_ARM64,
	KERNEL_RISCV,
	KERNEL_ELF,
	KERNEL_GZIP,
	KERNEL_UKI,
};

/* Enough first bytes for everything but the version string of a bzImage. */
#define KERNEL_HEADER_BYTES ((size_t)4096)
#define KERNEL_VERSION_BYTES ((size_t)512)
#define KERNEL_SECTIONS_MAX 48

/* bzImage: bits of loadflags and xloadflags. */
#define KERNEL_LOADED_HIGH 0x01
#define KERNEL_XLF_64 0x01
#define KERNEL_XLF_ABOVE_4G 0x02

struct kernel_section {
	char name[9];
	uint32_t offset, size, virtual_size; /* bytes of the file; bytes in memory */
};

struct kernel_header {
	enum kernel_type type;
	const char *arch; /* as uname -m says it, or NULL; never freed */
	char version[65]; /* what uname -r will say; "" if the header does not tell */
	char build[256];  /* what uname -v will say, from the '#' on; "" likewise */

	uint64_t size; /* bytes that the image must have; 0 if the header does not tell */
	bool size_is_exact; /* else at least that many */
	uint64_t body_size; /* the same without the certificates behind it */

	/* Offset and length in the file of what is compressed; 0: nothing, or to the end
	 * (gzip). */
	uint64_t payload_offset, payload_length;
	char compression[9];	 /* zboot: in words */
	uint64_t version_offset; /* bzImage: of the version string in the file; 0: none */
	uint16_t protocol, xloadflags;
	uint8_t loadflags;
	uint32_t init_size;   /* bzImage: bytes of memory that it needs to start; 0: not
				 told */
	uint32_t cmdline_max; /* bzImage: bytes of the longest command line without NUL;
				 0: not told */

	/* The PE side, if it has one. Offsets in the file; cert_size 0: not signed. */
	bool is_pe;
	uint32_t checksum_offset, cert_entry_offset, cert_offset, cert_size;
	uint64_t sections_end; /* where the last section ends */
	size_t sections_len;
	struct kernel_section sections[KERNEL_SECTIONS_MAX];
};

/* "bzImage", "zboot", "arm64-image", "riscv-image", "elf", "gzip-image", "uki" or
 * "unknown". */
const char *kernel_type_name(enum kernel_type type);

/*
 * Reads the first bytes of a file: @len of them, KERNEL_HEADER_BYTES unless it is
 * shorter. Never fails: what is not recognised, or too damaged to be, is KERNEL_UNKNOWN.
 */
void kernel_header_parse(const uint8_t *buf, size_t len, struct kernel_header *ret);

/*
 * Fills in version and build from a version string ("6.1.0-56-amd64 (who@where) #1 SMP
 * …"), which ends at a NUL or after @len bytes. Returns 0, or -EBADMSG (both empty) if it
 * is none.
 */
_must_check_ int kernel_header_set_version(struct kernel_header *h, const uint8_t *text,
					   size_t len);

/*
 * The two above on an open file, with two preads. Returns 0 also for KERNEL_UNKNOWN, or
 * -errno if it cannot be read. A bzImage without a readable version string has an empty
 * version.
 */
_must_check_ int kernel_header_read(int fd, struct kernel_header *ret);

#endif
