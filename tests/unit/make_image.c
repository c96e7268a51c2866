// SPDX-License-Identifier: GPL-2.0-or-later
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <zlib.h>

#include "base/util.h"
#include "make_image.h"

static void must(bool good)
{
	if (!good)
		abort();
}

static const char banner[] =
	"Linux version " IMAGE_VERSION " (who@where) (gcc 12) " IMAGE_BUILD "\n";

void elf_kernel_add(struct bytes *b, unsigned int machine)
{
	size_t at = b->len;

	bytes_zero(b, 64);
	memcpy(b->data + at, "\177ELF\2\1\1", 7);
	bytes_put(b, at + 16, 2, 2);
	bytes_put(b, at + 18, machine, 2);
	bytes_put(b, at + 40, 30000, 8); /* section headers: at the end */
	bytes_put(b, at + 58, 64, 2);
	bytes_put(b, at + 60, 1, 2);
	bytes_noise(b, 20000 - 64, 3);
	bytes_add(b, banner, sizeof(banner));
	bytes_zero(b, at + 30064 - b->len);
}

/* A PE header of the 64-bit kind at @pe, with one section to the end of the file. */
static void pe_header(struct bytes *b, size_t pe, unsigned int machine, const char *name)
{
	size_t optional = pe + 24, section = optional + 112 + 16 * 8;

	memcpy(b->data, "MZ", 2);
	bytes_put(b, 0x3c, pe, 4);
	memcpy(b->data + pe, "PE\0\0", 4);
	bytes_put(b, pe + 4, machine, 2);
	bytes_put(b, pe + 6, 1, 2);
	bytes_put(b, pe + 20, 112 + 16 * 8, 2);
	bytes_put(b, optional, 0x20b, 2);
	bytes_put(b, optional + 108, 16, 4);
	memcpy(b->data + section, name, strlen(name));
	bytes_put(b, section + 8, b->len - 512, 4);
	bytes_put(b, section + 16, b->len - 512, 4);
	bytes_put(b, section + 20, 512, 4);
}

void bzimage_sum(struct bytes *b)
{
	uLong sum = crc32(0, b->data, (uInt)b->len - 4);

	bytes_put(b, b->len - 4, ~sum & 0xffffffff, 4);
}

void bzimage_add(struct bytes *b, const char *how)
{
	static const char version[] = IMAGE_VERSION " (who@where) " IMAGE_BUILD;
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY;
	size_t payload = BZ_SETUP + 0x100, length;

	elf_kernel_add(&kernel, 62);
	bytes_zero(b, payload);
	pack_with(b, how, kernel.data, kernel.len);
	if (!streq(how, "gzip")) {
		bytes_zero(b, 4);
		bytes_put(b, b->len - 4, kernel.len, 4);
	}
	length = b->len - payload;
	bytes_noise(b, 3000, 5);
	bytes_zero(b, 4);
	bytes_align(b, 16);
	pe_header(b, BZ_PE, 0x8664, ".text");
	bytes_put(b, 0x1f1, BZ_SETUP / 512 - 1, 1);
	bytes_put(b, 0x1f4, (b->len - BZ_SETUP) / 16, 4);
	bytes_put(b, 0x1fe, 0xaa55, 2);
	memcpy(b->data + 0x202, "HdrS", 4);
	bytes_put(b, 0x206, 0x20f, 2);
	bytes_put(b, 0x20e, 0x600, 2);
	bytes_put(b, 0x211, 1, 1);
	bytes_put(b, 0x236, 0x7f, 2);
	bytes_put(b, 0x238, 2047, 4);
	bytes_put(b, 0x248, payload - BZ_SETUP, 4);
	bytes_put(b, 0x24c, length, 4);
	bytes_put(b, 0x260, 50 << 20, 4);
	memcpy(b->data + 0x800, version, sizeof(version));
	bzimage_sum(b);
}

void arm64_add(struct bytes *b)
{
	bytes_zero(b, 4096);
	bytes_noise(b, 20000, 9);
	bytes_add(b, banner, sizeof(banner));
	bytes_align(b, 512);
	pe_header(b, 64, 0xaa64, ".text");
	bytes_put(b, 16, 1 << 20, 8);
	bytes_put(b, 24, 2, 8);
	memcpy(b->data + 56, "ARM\x64", 4);
}

void zboot_add(struct bytes *b, const char *how)
{
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY;
	size_t length;

	arm64_add(&kernel);
	bytes_zero(b, 1024);
	pack_with(b, how, kernel.data, kernel.len);
	length = b->len - 1024;
	if (!streq(how, "gzip")) {
		bytes_zero(b, 4);
		bytes_put(b, b->len - 4, kernel.len, 4);
	}
	bytes_align(b, 512);
	pe_header(b, 64, 0xaa64, ".text");
	memcpy(b->data + 4, "zimg", 4);
	bytes_put(b, 8, 1024, 4);
	bytes_put(b, 12, length, 4);
	memcpy(b->data + 24, how, strlen(how));
}

void loongarch_add(struct bytes *b)
{
	bytes_zero(b, 4096);
	bytes_noise(b, 20000, 9);
	bytes_add(b, banner, sizeof(banner));
	bytes_align(b, 512);
	pe_header(b, 64, 0x6264, ".text");
	memcpy(b->data + 56, "\xcd\x23\x82\x81", 4);
}

void s390_add(struct bytes *b)
{
	static const char version[] = IMAGE_VERSION " (who@where) " IMAGE_BUILD;
	static const char mark[] = "\0\0\0\0 zIPL";

	bytes_zero(b, 0x12000);
	memcpy(b->data + 0x10008, "S390EP", 6);
	b->data[0x1042d] = 1; /* big-endian: the version is at 0x12000 … */
	b->data[0x1042e] = 0x20;
	b->data[0x10436] = 0x10; /* … and 4096 bytes are there for a command line */
	bytes_add(b, version, sizeof(version));
	bytes_noise(b, 120000, 7);
	bytes_align(b, 16);
	bytes_add(b, mark, sizeof(mark) - 1);
}

/* --- Signing ----------------------------------------------------------------- */

static void der(struct bytes *to, uint8_t tag, const void *data, size_t len)
{
	uint8_t head[4] = { tag, (uint8_t)len, 0, 0 };

	if (len < 128) {
		bytes_add(to, head, 2);
	} else {
		head[1] = 0x82;
		head[2] = (uint8_t)(len >> 8);
		head[3] = (uint8_t)len;
		bytes_add(to, head, 4);
	}
	bytes_add(to, data, len);
}

/* SpcIndirectDataContent with a SHA-256 of the image, without its outer tag. */
static void spc_content(struct bytes *to, const uint8_t digest[32])
{
	static const uint8_t pe_data[] = { 0x06, 0x0a, 0x2b, 0x06, 0x01, 0x04,
					   0x01, 0x82, 0x37, 0x02, 0x01, 0x0f };
	static const uint8_t sha256[] = { 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01,
					  0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00 };
	_cleanup_bytes_ struct bytes info = BYTES_EMPTY;

	der(to, 0x30, pe_data, sizeof(pe_data));
	bytes_add(&info, sha256, sizeof(sha256));
	der(&info, 0x04, digest, 32);
	der(to, 0x30, info.data, info.len);
}

static X509 *certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	X509_NAME *name;

	must(x && X509_set_version(x, 2) &&
	     ASN1_INTEGER_set(X509_get_serialNumber(x), 1));
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	name = X509_get_subject_name(x);
	must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
					(const unsigned char *)"test", -1, -1, 0) &&
	     X509_set_issuer_name(x, name) && X509_set_pubkey(x, key) &&
	     X509_sign(x, key, EVP_sha256()));
	return x;
}

static void pkcs7(struct bytes *to, const struct bytes *content)
{
	_cleanup_bytes_ struct bytes whole = BYTES_EMPTY;
	EVP_PKEY *key = EVP_RSA_gen(2048);
	X509 *x = certificate(key);
	PKCS7 *p7 = PKCS7_new(), *inner = PKCS7_new();
	ASN1_TYPE *any = ASN1_TYPE_new();
	ASN1_STRING *text = ASN1_STRING_new();
	uint8_t *out = NULL;
	int n;

	der(&whole, 0x30, content->data, content->len);
	must(ASN1_STRING_set(text, whole.data, (int)whole.len));
	ASN1_TYPE_set(any, V_ASN1_SEQUENCE, text);
	inner->type = OBJ_txt2obj("1.3.6.1.4.1.311.2.1.4", 1);
	inner->d.other = any;
	must(PKCS7_set_type(p7, NID_pkcs7_signed) && PKCS7_set_content(p7, inner) &&
	     PKCS7_add_signature(p7, x, key, EVP_sha256()) &&
	     PKCS7_add_certificate(p7, x));
	n = i2d_PKCS7(p7, &out);
	must(n > 0);
	bytes_add(to, out, (size_t)n);
	OPENSSL_free(out);
	PKCS7_free(p7);
	X509_free(x);
	EVP_PKEY_free(key);
}

static void image_digest(const struct bytes *b, size_t pe, uint8_t digest[32])
{
	size_t checksum = pe + 24 + 64, entry = pe + 24 + 112 + 32;
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	must(EVP_DigestInit_ex(c, EVP_sha256(), NULL) &&
	     EVP_DigestUpdate(c, b->data, checksum) &&
	     EVP_DigestUpdate(c, b->data + checksum + 4, entry - checksum - 4) &&
	     EVP_DigestUpdate(c, b->data + entry + 8, b->len - entry - 8) &&
	     EVP_DigestFinal_ex(c, digest, NULL));
	EVP_MD_CTX_free(c);
}

void image_sign(struct bytes *b)
{
	_cleanup_bytes_ struct bytes content = BYTES_EMPTY, table = BYTES_EMPTY;
	size_t pe = b->data[0x3c], end = b->len;
	uint8_t digest[32];

	image_digest(b, pe, digest);
	spc_content(&content, digest);
	bytes_zero(&table, 8);
	pkcs7(&table, &content);
	bytes_put(&table, 0, table.len, 4);
	bytes_put(&table, 4, 0x0200, 2);
	bytes_put(&table, 6, 2, 2);
	bytes_align(&table, 8);
	bytes_add(b, table.data, table.len);
	bytes_put(b, pe + 24 + 112 + 32, end, 4);
	bytes_put(b, pe + 24 + 112 + 36, table.len, 4);
}
