/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One running hash over a file, with the ranges of the file that it leaves out. */
#ifndef READ_DIGEST_H
#define READ_DIGEST_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define DIGEST_SKIPS_MAX 4
#define DIGEST_BYTES_MAX 64
#define DIGEST_HEX_MAX (2 * DIGEST_BYTES_MAX + 1)

struct digest_state;

struct digest {
	struct digest_state *state;
	size_t skips;
	struct {
		uint64_t from, to; /* bytes of the file, @to not included */
	} skip[DIGEST_SKIPS_MAX];
};
#define DIGEST_EMPTY          \
	{                     \
		.state = NULL \
	}

/*
 * @name is OpenSSL's short one: "SHA256", "SHA384", "SHA512", "SHA1" or "MD5". Returns 0,
 * -ENOMEM or -EOPNOTSUPP.
 */
_must_check_ int digest_init(struct digest *d, const char *name);

/* In ascending order, before the first update. Returns 0 or -E2BIG. */
_must_check_ int digest_skip(struct digest *d, uint64_t from, uint64_t to);

/* @data stands at @offset of the file. Returns 0 or -EIO. */
_must_check_ int digest_update(struct digest *d, const uint8_t *data, size_t len,
			       uint64_t offset);

/* Ends the hash. @ret_value has DIGEST_BYTES_MAX bytes. Returns how many are used, or
 * -EIO. */
_must_check_ int digest_final(struct digest *d, uint8_t *ret_value);
void digest_done(struct digest *d);

/* Lower-case hexadecimal digits of @len bytes and a NUL into @ret. */
void digest_hex(const uint8_t *value, size_t len, char *ret);

#endif
