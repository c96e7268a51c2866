/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a unified kernel image (UKI) holds: a PE file whose sections are a kernel, its
 * initramfs, its command line, and who it is for; and a PE addon, the same without a
 * kernel. Texts are read here, the rest is told as places in the file.
 *
 * Sources: the UAPI group's Unified Kernel Image specification (UAPI.5) and what
 * systemd-stub makes of it: the first section of a name counts; a profile's sections take
 * the place of the base's; of a section as many bytes are read as it has both in the file
 * and in memory; in the command line control characters are blanks, and blanks at its end
 * are cut.
 */
#ifndef VERIFY_UKI_H
#define VERIFY_UKI_H

#include "verify/pe.h"

/* More is no UKI that is read here. Texts end before a NUL, and hold none. */
#define UKI_TEXT_MAX ((size_t)64 * 1024)
#define UKI_UNAME_MAX ((size_t)256)
#define UKI_PROFILES_MAX ((size_t)64)

/* Bytes of the file; length 0: not there. */
struct uki_part {
	uint64_t offset, length;
};

/* What one profile boots: its own sections and, where it has none, the base's. */
struct uki_profile {
	char *id, *title; /* ID= and TITLE= of .profile, which are optional; else NULL */
	char *text;	  /* all of .profile; NULL: the image has no profiles */
	char *cmdline;	  /* as it is passed on; NULL: none, which differs from "" */
	char *osrel;	  /* os-release(5) */
	char *uname;	  /* the kernel's release, as a claim */
	char *sbat;
	struct uki_part linux_image, initrd, ucode, pcrsig, pcrpkey;
	bool has_devicetree; /* .dtb or .dtbauto */
};

struct uki {
	struct pe pe;
	struct pe_section *sections; /* all, in the order of the table */
	size_t n_sections;
	struct uki_profile *profiles; /* at least one; [0] boots if nothing is said */
	size_t n_profiles;
	bool is_multi_profile;
	unsigned stub_version; /* of systemd-stub; 0: another, or not told */
};
#define UKI_EMPTY                \
	{                        \
		.sections = NULL \
	}
#define _cleanup_uki_ _cleanup_(uki_done)

/*
 * Reads an open file; needs no more of it than headers and texts. Returns 0; -ENOEXEC if
 * it is no PE file, or one without .linux; -EBADMSG if its sections lie outside of the
 * file, or a text is none; -E2BIG above the limits; or another negative errno. On failure
 * *@ret is empty.
 */
_must_check_ int uki_read(int fd, struct uki *ret);

/* The same for an addon: -ENOEXEC if it does have .linux. Its one profile tells what it
 * adds. */
_must_check_ int uki_read_addon(int fd, struct uki *ret);
void uki_done(struct uki *uki);

#endif
