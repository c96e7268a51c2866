// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <openssl/asn1.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <string.h>

#include "read/authenticode.h"

#define CERTIFICATE_HEADER 8
#define CERTIFICATE_PKCS7 2

static const char indirect_data[] = "1.3.6.1.4.1.311.2.1.4";

static const struct {
	int nid;
	const char *name;
} hashes[] = {
	{ NID_sha256, "SHA256" },
	{ NID_sha384, "SHA384" },
	{ NID_sha512, "SHA512" },
	{ NID_sha1, "SHA1" },
};

static int take_digest(const X509_SIG *info, struct authenticode *a)
{
	const X509_ALGOR *algorithm;
	const ASN1_OCTET_STRING *digest;
	const ASN1_OBJECT *object;
	int len;

	X509_SIG_get0(info, &algorithm, &digest);
	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	len = ASN1_STRING_length(digest);
	if (len <= 0 || (size_t)len > sizeof(a->signature[0].digest))
		return -EBADMSG;
	for (size_t i = 0; i < ARRAY_SIZE(hashes); i++) {
		if (hashes[i].nid != OBJ_obj2nid(object))
			continue;
		a->signature[a->count].name = hashes[i].name;
		a->signature[a->count].digest_len = (size_t)len;
		memcpy(a->signature[a->count].digest, ASN1_STRING_get0_data(digest),
		       (size_t)len);
		a->count++;
		return 0;
	}
	return -EOPNOTSUPP;
}

/* One element of DER at *p, before @end, which must be a SEQUENCE: moves into it or
 * behind it. */
static int sequence(const uint8_t **p, const uint8_t *end, long *ret_len)
{
	int tag, class;

	if (ASN1_get_object(p, ret_len, &tag, &class, end - *p) & 0x80)
		return -EBADMSG;
	return tag == V_ASN1_SEQUENCE && *ret_len <= end - *p ? 0 : -EBADMSG;
}

/* SEQUENCE { SEQUENCE { what is signed … }, DigestInfo } */
static int parse_content(const uint8_t *p, long len, struct authenticode *a)
{
	const uint8_t *end = p + len;
	X509_SIG *info;
	long n;
	int r;

	if (sequence(&p, end, &n) < 0)
		return -EBADMSG;
	end = p + n;
	if (sequence(&p, end, &n) < 0)
		return -EBADMSG;
	p += n;
	info = d2i_X509_SIG(NULL, &p, end - p);
	if (!info)
		return -EBADMSG;
	r = take_digest(info, a);
	X509_SIG_free(info);
	return r;
}

static int parse_pkcs7(const uint8_t *p, size_t len, struct authenticode *a)
{
	PKCS7 *p7 = d2i_PKCS7(NULL, &p, (long)len), *content;
	const ASN1_STRING *text;
	char oid[64];
	int r = -EBADMSG;

	if (p7 && PKCS7_type_is_signed(p7) && p7->d.sign && p7->d.sign->contents) {
		content = p7->d.sign->contents;
		OBJ_obj2txt(oid, sizeof(oid), content->type, 1);
		if (strcmp(oid, indirect_data) == 0 && content->d.other &&
		    content->d.other->type == V_ASN1_SEQUENCE) {
			text = content->d.other->value.sequence;
			r = parse_content(ASN1_STRING_get0_data(text),
					  ASN1_STRING_length(text), a);
		}
	}
	PKCS7_free(p7);
	ERR_clear_error();
	return r;
}

static uint32_t le32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

int authenticode_parse(const uint8_t *table, size_t len, struct authenticode *ret)
{
	size_t at = 0;
	int r;

	ret->count = 0;
	while (len - at >= CERTIFICATE_HEADER && ret->count < AUTHENTICODE_MAX) {
		size_t n = le32(table + at);
		unsigned int type = table[at + 6] | (unsigned int)table[at + 7] << 8;

		if (n < CERTIFICATE_HEADER || n > len - at)
			return -EBADMSG;
		if (type == CERTIFICATE_PKCS7) {
			r = parse_pkcs7(table + at + CERTIFICATE_HEADER,
					n - CERTIFICATE_HEADER, ret);
			if (r < 0)
				return r;
		}
		n = (n + 7) & ~(size_t)7;
		at = n < len - at ? at + n : len;
	}
	return ret->count > 0 ? 0 : -ENOENT;
}
