/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UEFI variables, as the kernel shows them: one file NAME-GUID each in
 * /sys/firmware/efi/efivars, four bytes of attributes (little endian) and then the data
 * (Documentation/filesystems/efivarfs.rst). Nothing is ever written.
 */
#ifndef BASE_EFIVAR_H
#define BASE_EFIVAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/root.h"

#define EFIVAR_DIR "/sys/firmware/efi/efivars"

/* Whose variables: UEFI's own; the Boot Loader Interface
 * (https://systemd.io/BOOT_LOADER_INTERFACE); shim (MokManager). */
#define EFIVAR_GLOBAL "8be4df61-93ca-11d2-aa0d-00e098032b8c"
#define EFIVAR_LOADER "4a67b082-0a4c-41cf-b6c7-440b29bb8c4f"
#define EFIVAR_SHIM "605dab50-e046-4300-abb6-3dd810dd8b23"

#define EFIVAR_TEXT_MAX 65536 /* bytes; a list of ten boot entries takes 1 KiB */

/*
 * The data of a variable, without the attributes (*@ret_attr, which may be NULL). A NUL
 * stands behind the data, and the caller frees it. Returns 0; -ENOENT if there is none
 * (or no UEFI, or it was never set); -E2BIG if it has more than @max bytes; -EBADMSG if
 * it is shorter than its attributes; or another negative errno.
 */
_must_check_ int efivar_read(const struct root *root, const char *name, const char *guid,
			     size_t max, uint8_t **ret, size_t *ret_len,
			     uint32_t *ret_attr);

/* The same for a text of at most EFIVAR_TEXT_MAX bytes. -EBADMSG as efivar_text(). */
_must_check_ int efivar_read_text(const struct root *root, const char *name,
				  const char *guid, char **ret);

/* Does the firmware enforce signatures (Secure Boot: UEFI 2.10, section 3.3)? */
bool efivar_secure_boot(const struct root *root);

/* Has the firmware 32 bits, as that of some PCs has under a kernel of 64? false: it has
 * 64, or it is no UEFI (Documentation/ABI/testing/sysfs-firmware-efi). */
bool efivar_has_32_bits(const struct root *root);

/*
 * UTF-16LE of @len bytes as UTF-8, up to its first NUL or its end. Pure. The caller frees
 * *@ret. *@ret_used, which may be NULL: the bytes taken, with that NUL. Returns 0;
 * -EBADMSG for half a character, a surrogate that has no other half, or a control
 * character, which no name or path has; or -ENOMEM.
 */
_must_check_ int efivar_text(const uint8_t *data, size_t len, char **ret,
			     size_t *ret_used);

#endif
