/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the first bytes of a kernel image say about it: what it is, its version, how long
 * it must be.
 *
 * Sources: the kernel's Documentation/arch/x86/boot.rst (bzImage), arch/arm64/booting.rst
 * and arch/riscv/boot-image-header.rst (Image), arch/loongarch/kernel/head.S,
 * arch/s390/include/asm/setup.h (struct parmarea) and boot/vmlinux.lds.S,
 * drivers/firmware/efi/libstub/zboot-header.S (EFI zboot), and the ELF specification.
 */
#ifndef VERIFY_KERNEL_HEADER_H
#define VERIFY_KERNEL_HEADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "verify/uki.h"

enum kernel_type {
	KERNEL_UNKNOWN,
	KERNEL_BZIMAGE,
	KERNEL_ZBOOT,
	KERNEL_ARM64,
	KERNEL_RISCV,
	KERNEL_ELF,
	KERNEL_GZIP,
	KERNEL_UKI,
	KERNEL_PACKED, /* as KERNEL_GZIP, in another compression */
	KERNEL_LOONGARCH,
	KERNEL_S390,
};

/* Enough first bytes for everything but the version string of a bzImage. */
#define KERNEL_HEADER_BYTES ((size_t)4096)
#define KERNEL_VERSION_BYTES ((size_t)512)
#define KERNEL_HEADER_BYTES_S390 ((size_t)0x10500)
#define KERNEL_S390_EP 0x10008 /* where "S390EP" stands (setup.h: EP_OFFSET) */

/* bzImage: bits of loadflags and xloadflags. */
#define KERNEL_LOADED_HIGH 0x01
#define KERNEL_XLF_64 0x01
#define KERNEL_XLF_ABOVE_4G 0x02

struct kernel_header {
	enum kernel_type type;
	const char *arch; /* as uname -m says it, or NULL; never freed */
	char version[65]; /* what uname -r will say; "" if the header does not tell */
	char build[256];  /* what uname -v will say, from the '#' on; "" likewise */
	bool version_is_claim; /* @version is only what somebody wrote beside the image */

	uint64_t size; /* bytes that the image must have; 0 if the header does not tell */
	bool size_is_exact; /* else at least that many */
	uint64_t body_size; /* the same without the certificates behind it */

	/* Offset and length in the file of what is compressed; 0: nothing, or to the end
	 * (gzip). */
	uint64_t payload_offset, payload_length;
	char compression[9];	 /* zboot: in words */
	uint64_t version_offset; /* of the version string in the file; 0: none */
	uint16_t protocol, xloadflags;
	uint8_t loadflags;
	uint32_t init_size;   /* bytes of memory that it needs to start; 0: not told */
	uint32_t cmdline_max; /* bytes of the longest command line without NUL; 0: not
				 told */

	/* The PE side, if it has one. Offsets in the file; cert_size 0: not signed. */
	bool is_pe;
	uint32_t checksum_offset, cert_entry_offset, cert_offset, cert_size;
	uint64_t sections_end; /* where the last section ends */
	bool has_linux;	       /* one of the first sections is .linux */

	enum kernel_type inner; /* KERNEL_UKI: of what is in it, if that could be read */
};

/* "bzImage", "zboot", "arm64-image", "riscv-image", "loongarch-image", "s390-image",
 * "elf", "gzip-image", "packed-image", "uki" or "unknown". */
const char *kernel_type_name(enum kernel_type type);

/*
 * Reads the first bytes of a file: @len of them, KERNEL_HEADER_BYTES unless it is
 * shorter, or KERNEL_HEADER_BYTES_S390 to recognise that kind too. Never fails: what is
 * not recognised, or too damaged to be, is KERNEL_UNKNOWN.
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
 * -errno if it cannot be read. An image without a readable version string has an empty
 * version. Of a unified image, version, build, init_size, cmdline_max and @inner are
 * those of the kernel in its first profile; where that tells no version, .uname is the
 * claim.
 */
_must_check_ int kernel_header_read(int fd, struct kernel_header *ret);

/* The same for an image that is a part of a file. All offsets count from @offset. */
_must_check_ int kernel_header_read_part(int fd, uint64_t offset, uint64_t length,
					 struct kernel_header *ret);

/* The header of the kernel itself that one profile of a unified image boots. */
_must_check_ int kernel_header_read_uki(int fd, const struct uki_profile *profile,
					struct kernel_header *ret);

/*
 * Bytes of .linux that are the kernel, where its header tells: behind it there may be the
 * alignment of the file, and a signature does not hold over one byte more.
 */
uint64_t uki_kernel_length(const struct kernel_header *inner,
			   const struct uki_profile *profile);

#endif
