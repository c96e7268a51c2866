/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The hashes over one file or a part of one: its SHA-256, its MD5 if asked for, and one
 * for each signature in it. Offsets count from the start of the part.
 */
#ifndef READ_HASHES_H
#define READ_HASHES_H

#include "read/authenticode.h"
#include "read/digest.h"
#include "read/finding.h"
#include "verify/kernel_header.h"

enum { DIGEST_SHA256, DIGEST_MD5, DIGESTS_MAX = 2 + AUTHENTICODE_MAX };

struct hashes {
	struct digest digest[DIGESTS_MAX];
	size_t count;
	bool has_md5;
	struct authenticode signatures;
	char sha256[DIGEST_HEX_MAX];
};
#define HASHES_EMPTY       \
	{                  \
		.count = 0 \
	}
#define _cleanup_hashes_ _cleanup_(hashes_done)

/* Returns 0, -ENOMEM or -EOPNOTSUPP. */
_must_check_ int hashes_init(struct hashes *h, bool md5);

/*
 * Reads the digests that the image at @offset of @fd, of @size bytes, was signed with,
 * and prepares to make the same ones. Returns 0 also if it is not signed; -EIO or
 * -ENOMEM.
 */
_must_check_ int hashes_add_signed(struct hashes *h, int fd, uint64_t offset,
				   uint64_t size, const struct kernel_header *header,
				   struct findings *findings);

/* Ends the SHA-256, into @sha256. 0 or -EIO. */
_must_check_ int hashes_finish(struct hashes *h);

/* Compares with the MD5 (NULL: none) and with what was signed. Returns what the report
 * says of the latter: "none", "match" or "mismatch". */
const char *hashes_compare(struct hashes *h, const char *md5, struct findings *findings);
void hashes_done(struct hashes *h);

#endif
