// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes are a file: what is told of it must lie within it. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/util.h"
#include "verify/uki.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_part(const struct uki_part *part, size_t size)
{
	if (part->length > 0 && part->offset + part->length > size)
		abort();
}

static void check(const struct uki *uki, size_t size)
{
	if (uki->n_profiles == 0 || uki->n_profiles > UKI_PROFILES_MAX ||
	    uki->n_sections > PE_SECTIONS_MAX)
		abort();
	for (size_t i = 0; i < uki->n_profiles; i++) {
		const struct uki_profile *p = &uki->profiles[i];

		check_part(&p->linux_image, size);
		check_part(&p->initrd, size);
		check_part(&p->ucode, size);
		check_part(&p->pcrsig, size);
		check_part(&p->pcrpkey, size);
		if (p->cmdline && strlen(p->cmdline) > UKI_TEXT_MAX)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("uki", MFD_CLOEXEC);
	_cleanup_uki_ struct uki uki = UKI_EMPTY, addon = UKI_EMPTY;

	if (fd < 0 || write_full(fd, data, size) < 0)
		return 0;
	if (uki_read(fd, &uki) == 0)
		check(&uki, size);
	if (uki_read_addon(fd, &addon) == 0) {
		check(&addon, size);
		if (uki.n_profiles > 0)
			abort();
	}
	return 0;
}
