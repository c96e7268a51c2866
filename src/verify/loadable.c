// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * From the tables kexec_file_loaders of the kernel, 6.1 to 7.3:
 *   x86        arch/x86/kernel/machine_kexec_64.c    bzImage64
 *   arm64      arch/arm64/kernel/machine_kexec_file.c    Image
 *   riscv      arch/riscv/kernel/machine_kexec_file.c    ELF; Image since 6.16
 *   loongarch  arch/loongarch/kernel/machine_kexec_file.c    EFI image, ELF, since 6.18
 *   powerpc    arch/powerpc/kexec/file_load_64.c    ELF
 *   s390       arch/s390/kernel/machine_kexec_file.c    ELF, image
 *   parisc     arch/parisc/kernel/kexec_file.c    ELF
 * An older kernel answers ENOEXEC or EINVAL to what it does not take. None unpacks gzip
 * or EFI zboot; loongarch and s390 do not even look, and would start the compressed bytes
 * (kexec_efi.c asks for "MZ" alone, kexec_image.c for nothing): hence no trial and error
 * here.
 */
#include "verify/loadable.h"
#include "base/util.h"

/* COMMAND_LINE_SIZE of arm64, powerpc and riscv, which do not check it for a normal image
 */
#define CMDLINE_OTHERS 2048
/* arch/x86/kernel/kexec-bzimage64.c: MAX_ELFCOREHDR_STR_LEN is taken off for every image
 */
#define CMDLINE_RESERVED_X86 30

static const struct {
	const char *machine;
	enum kernel_type type;
	enum kernel_way way;
} ways[] = {
	{ "x86_64", KERNEL_BZIMAGE, KERNEL_DIRECT },
	{ "aarch64", KERNEL_ARM64, KERNEL_DIRECT },
	{ "aarch64", KERNEL_ZBOOT, KERNEL_UNPACK },
	{ "aarch64", KERNEL_GZIP, KERNEL_UNPACK },
	{ "aarch64", KERNEL_PACKED, KERNEL_UNPACK },
	{ "riscv64", KERNEL_ELF, KERNEL_DIRECT },
	{ "riscv64", KERNEL_RISCV, KERNEL_DIRECT },
	{ "riscv64", KERNEL_ZBOOT, KERNEL_UNPACK },
	{ "riscv64", KERNEL_GZIP, KERNEL_UNPACK },
	{ "riscv64", KERNEL_PACKED, KERNEL_UNPACK },
	{ "loongarch64", KERNEL_LOONGARCH, KERNEL_DIRECT },
	{ "loongarch64", KERNEL_ELF, KERNEL_DIRECT },
	{ "loongarch64", KERNEL_ZBOOT, KERNEL_UNPACK },
	{ "loongarch64", KERNEL_GZIP, KERNEL_UNPACK },
	{ "loongarch64", KERNEL_PACKED, KERNEL_UNPACK },
	{ "ppc64le", KERNEL_ELF, KERNEL_DIRECT },
	{ "ppc64le", KERNEL_GZIP, KERNEL_UNPACK },
	{ "ppc64le", KERNEL_PACKED, KERNEL_UNPACK },
	{ "ppc64", KERNEL_ELF, KERNEL_DIRECT },
	{ "ppc64", KERNEL_GZIP, KERNEL_UNPACK },
	{ "ppc64", KERNEL_PACKED, KERNEL_UNPACK },
	{ "s390x", KERNEL_S390, KERNEL_DIRECT },
	{ "s390x", KERNEL_ELF, KERNEL_DIRECT },
	{ "s390x", KERNEL_GZIP, KERNEL_UNPACK },
	{ "s390x", KERNEL_PACKED, KERNEL_UNPACK },
	{ "parisc64", KERNEL_ELF, KERNEL_DIRECT },
	{ "parisc64", KERNEL_GZIP, KERNEL_UNPACK },
	{ "parisc64", KERNEL_PACKED, KERNEL_UNPACK },
};

enum kernel_way kernel_way(const char *machine, enum kernel_type type)
{
	for (size_t i = 0; i < ARRAY_SIZE(ways); i++)
		if (ways[i].type == type && streq(ways[i].machine, machine))
			return ways[i].way;
	return KERNEL_REFUSED;
}

uint32_t kernel_cmdline_room(const struct kernel_header *header)
{
	/* What s390's header tells is the kernel's own limit. */
	if (streq(header->arch, "s390x") && header->cmdline_max > 0)
		return header->cmdline_max + 1;
	return header->cmdline_max > CMDLINE_RESERVED_X86
		       ? header->cmdline_max - CMDLINE_RESERVED_X86
		       : CMDLINE_OTHERS;
}
