// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * OpenSSL's hashes, called directly and not through EVP: that would load the provider
 * with all of its algorithms first, which takes 1.4 MB and longer than to read a small
 * file.
 */
#define OPENSSL_API_COMPAT 0x10100000L
#include <errno.h>
#include <openssl/md5.h>
#include <openssl/sha.h>

#include "base/util.h"
#include "read/digest.h"

struct digest_state {
	enum algorithm {
		ALG_SHA256,
		ALG_SHA384,
		ALG_SHA512,
		ALG_SHA1,
		ALG_MD5
	} algorithm;
	union {
		SHA256_CTX sha256;
		SHA512_CTX sha512;
		SHA_CTX sha1;
		MD5_CTX md5;
	} u;
};

static const struct {
	const char *name;
	int len;
} algorithms[] = {
	[ALG_SHA256] = { "SHA256", SHA256_DIGEST_LENGTH },
	[ALG_SHA384] = { "SHA384", SHA384_DIGEST_LENGTH },
	[ALG_SHA512] = { "SHA512", SHA512_DIGEST_LENGTH },
	[ALG_SHA1] = { "SHA1", SHA_DIGEST_LENGTH },
	[ALG_MD5] = { "MD5", MD5_DIGEST_LENGTH },
};

static int init(struct digest_state *s)
{
	switch (s->algorithm) {
	case ALG_SHA256:
		return SHA256_Init(&s->u.sha256);
	case ALG_SHA384:
		return SHA384_Init(&s->u.sha512);
	case ALG_SHA512:
		return SHA512_Init(&s->u.sha512);
	case ALG_SHA1:
		return SHA1_Init(&s->u.sha1);
	case ALG_MD5:
		return MD5_Init(&s->u.md5);
	default:
		return 0;
	}
}

static int update(struct digest_state *s, const uint8_t *data, size_t len)
{
	switch (s->algorithm) {
	case ALG_SHA256:
		return SHA256_Update(&s->u.sha256, data, len);
	case ALG_SHA384:
		return SHA384_Update(&s->u.sha512, data, len);
	case ALG_SHA512:
		return SHA512_Update(&s->u.sha512, data, len);
	case ALG_SHA1:
		return SHA1_Update(&s->u.sha1, data, len);
	case ALG_MD5:
		return MD5_Update(&s->u.md5, data, len);
	default:
		return 0;
	}
}

static int final(struct digest_state *s, uint8_t *value)
{
	switch (s->algorithm) {
	case ALG_SHA256:
		return SHA256_Final(value, &s->u.sha256);
	case ALG_SHA384:
		return SHA384_Final(value, &s->u.sha512);
	case ALG_SHA512:
		return SHA512_Final(value, &s->u.sha512);
	case ALG_SHA1:
		return SHA1_Final(value, &s->u.sha1);
	case ALG_MD5:
		return MD5_Final(value, &s->u.md5);
	default:
		return 0;
	}
}

int digest_init(struct digest *d, const char *name)
{
	size_t i = 0;

	*d = (struct digest)DIGEST_EMPTY;
	while (i < ARRAY_SIZE(algorithms) && !streq(algorithms[i].name, name))
		i++;
	if (i == ARRAY_SIZE(algorithms))
		return -EOPNOTSUPP;
	d->state = malloc(sizeof(*d->state));
	if (!d->state)
		return -ENOMEM;
	d->state->algorithm = (enum algorithm)i;
	return init(d->state) == 1 ? 0 : -EOPNOTSUPP;
}

int digest_skip(struct digest *d, uint64_t from, uint64_t to)
{
	if (d->skips == DIGEST_SKIPS_MAX)
		return -E2BIG;
	d->skip[d->skips].from = from;
	d->skip[d->skips].to = to;
	d->skips++;
	return 0;
}

int digest_update(struct digest *d, const uint8_t *data, size_t len, uint64_t offset)
{
	uint64_t end = offset + len;
	uint64_t at = offset;

	for (size_t i = 0; i <= d->skips && at < end; i++) {
		uint64_t from = i < d->skips ? d->skip[i].from : end;

		if (from > end)
			from = end;
		if (from > at &&
		    update(d->state, data + (at - offset), (size_t)(from - at)) != 1)
			return -EIO;
		/* Out of order, as only a damaged header can have them: each byte at most
		 * once. */
		if (from > at)
			at = from;
		if (i < d->skips && d->skip[i].to > at)
			at = d->skip[i].to;
	}
	return 0;
}

int digest_final(struct digest *d, uint8_t *ret_value)
{
	return final(d->state, ret_value) == 1 ? algorithms[d->state->algorithm].len
					       : -EIO;
}

void digest_done(struct digest *d)
{
	free(d->state);
	d->state = NULL;
}

void digest_hex(const uint8_t *value, size_t len, char *ret)
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < len; i++) {
		*ret++ = digits[value[i] >> 4];
		*ret++ = digits[value[i] & 15];
	}
	*ret = '\0';
}
