// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "read/hashes.h"

void hashes_done(struct hashes *h)
{
	for (size_t i = 0; i < DIGESTS_MAX; i++)
		digest_done(&h->digest[i]);
}

int hashes_init(struct hashes *h, bool md5)
{
	int r;

	*h = (struct hashes){ .count = 1, .has_md5 = md5 };
	r = digest_init(&h->digest[DIGEST_SHA256], "SHA256");
	if (r < 0 || !md5)
		return r;
	h->count = 2;
	return digest_init(&h->digest[DIGEST_MD5], "MD5");
}

int hashes_finish(struct hashes *h)
{
	uint8_t value[DIGEST_BYTES_MAX];
	int n = digest_final(&h->digest[DIGEST_SHA256], value);

	if (n < 0)
		return n;
	digest_hex(value, (size_t)n, h->sha256);
	return 0;
}

int hashes_add_signed(struct hashes *h, int fd, uint64_t offset, uint64_t size,
		      const struct kernel_header *header, struct findings *findings)
{
	_cleanup_free_ uint8_t *table = NULL;
	uint64_t end = (uint64_t)header->cert_offset + header->cert_size;
	int r;

	if (!header->is_pe || header->cert_size == 0 || end > size)
		return 0;
	if (header->cert_size > AUTHENTICODE_TABLE_MAX) {
		finding_problem(findings, "its certificate table is too large to be one");
		return 0;
	}
	table = malloc(header->cert_size);
	if (!table)
		return -ENOMEM;
	r = read_full_at(fd, table, header->cert_size, offset + header->cert_offset);
	if (r < 0)
		return r;
	r = authenticode_parse(table, header->cert_size, &h->signatures);
	if (r == -EOPNOTSUPP)
		finding_warning(findings,
				"it is signed with a hash that is not known here");
	else if (r < 0)
		finding_problem(findings, "its signature cannot be read");
	for (size_t i = 0; r == 0 && i < h->signatures.count; i++) {
		struct digest *d = &h->digest[h->count++];

		r = digest_init(d, h->signatures.signature[i].name);
		if (r == 0)
			r = digest_skip(d, header->checksum_offset,
					header->checksum_offset + UINT64_C(4));
		if (r == 0)
			r = digest_skip(d, header->cert_entry_offset,
					header->cert_entry_offset + UINT64_C(8));
		if (r == 0)
			r = digest_skip(d, header->cert_offset, UINT64_MAX);
	}
	return r == -ENOMEM || r == -EIO ? r : 0;
}

/* dpkg's digest. On machines with keys of their own the kernel is signed anew where it
 * lies, and then what was signed tells as well whether it is whole. */
static void compare_md5(struct hashes *h, const char *md5, bool is_signed,
			struct findings *findings)
{
	uint8_t value[DIGEST_BYTES_MAX];
	char hex[DIGEST_HEX_MAX];
	int n = digest_final(&h->digest[DIGEST_MD5], value);

	digest_hex(value, n < 0 ? 0 : (size_t)n, hex);
	if (strcasecmp(hex, md5) == 0)
		return;
	if (is_signed)
		finding_warning(findings,
				"signed anew since its package was installed? (MD5 %s, "
				"the package's %s)",
				hex, md5);
	else
		finding_problem(findings,
				"it differs from what its package installed (MD5 %s, not "
				"%s)",
				hex, md5);
}

const char *hashes_compare(struct hashes *h, const char *md5, struct findings *findings)
{
	size_t first = h->has_md5 ? 2 : 1; /* where the signed ones begin */
	uint8_t value[DIGEST_BYTES_MAX];
	bool match = true;
	int n;

	for (size_t i = 0; i < h->signatures.count && h->count > first; i++) {
		n = digest_final(&h->digest[first + i], value);
		match &= n > 0 && (size_t)n == h->signatures.signature[i].digest_len &&
			 memcmp(value, h->signatures.signature[i].digest, (size_t)n) == 0;
	}
	if (h->has_md5 && md5)
		compare_md5(h, md5, match && h->count > first, findings);
	if (h->count <= first)
		return "none";
	if (!match)
		finding_problem(findings,
				"it differs from what was signed (Authenticode digest)");
	return match ? "match" : "mismatch";
}
