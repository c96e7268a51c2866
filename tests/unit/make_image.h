/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builders of small kernel images, for tests: nothing in them would boot. */
#ifndef TESTS_MAKE_IMAGE_H
#define TESTS_MAKE_IMAGE_H

#include "make_archive.h"

#define IMAGE_VERSION "6.1.0-56-amd64"
#define IMAGE_BUILD "#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-16)"

/* What every image here holds: an ELF file with a version text in it. @machine is ELF's.
 */
void elf_kernel_add(struct bytes *b, unsigned int machine);

/* A bzImage with a PE header and the kernel above, compressed by @how: see pack_with().
 */
void bzimage_add(struct bytes *b, const char *how);

/* Writes the checksum at its end anew. */
void bzimage_sum(struct bytes *b);

/* An arm64 Image; an EFI zboot image of one. */
void arm64_add(struct bytes *b);
void zboot_add(struct bytes *b, const char *how);

/* A loongarch EFI image; an s390 image, with the mark at its end. */
void loongarch_add(struct bytes *b);
void s390_add(struct bytes *b);

/* Signs a PE image with a key made for it: appends the certificates and fills in the
 * header. */
void image_sign(struct bytes *b);

/* Where things lie in what bzimage_add() makes. */
enum { BZ_PE = 0x40, BZ_CERT_ENTRY = BZ_PE + 24 + 112 + 32, BZ_SETUP = 5 * 512 };

#endif
