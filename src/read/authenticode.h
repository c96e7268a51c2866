/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The digest that a signed PE image carries of itself. Read for integrity only: whose key
 * made the signature is the kernel's business when it loads the image.
 *
 * Format: Microsoft's "Windows Authenticode Portable Executable Signature Format". The
 * certificate table is a row of {length, revision, type, PKCS#7}, each padded to 8 bytes;
 * the PKCS#7's content is an SpcIndirectDataContent that ends in a DigestInfo. The digest
 * is over the file without the checksum field, the certificate table and its entry in the
 * header.
 */
#ifndef READ_AUTHENTICODE_H
#define READ_AUTHENTICODE_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define AUTHENTICODE_TABLE_MAX \
	((size_t)1 << 20)  /* bytes; real ones have a few thousand */
#define AUTHENTICODE_MAX 4 /* signatures in one file */

struct authenticode {
	size_t count;
	struct {
		const char *name; /* OpenSSL's name of the hash; not freed */
		uint8_t digest[64];
		size_t digest_len;
	} signature[AUTHENTICODE_MAX];
};

/*
 * Reads the digests out of a certificate table. Returns 0 with at least one, -ENOENT if
 * it holds no PKCS#7, -EOPNOTSUPP for a hash not known here, or -EBADMSG.
 */
_must_check_ int authenticode_parse(const uint8_t *table, size_t len,
				    struct authenticode *ret);

#endif
