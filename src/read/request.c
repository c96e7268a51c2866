// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/util.h"
#include "read/authenticode.h"
#include "read/image.h"
#include "read/initramfs.h"
#include "read/out.h"
#include "read/request.h"
#include "read/stream.h"

/* The hashes over one file: its SHA-256, its MD5 if asked for, and one for each signature
 * in it. */
enum { DIGEST_SHA256, DIGEST_MD5, DIGESTS_MAX = 2 + AUTHENTICODE_MAX };

struct hashes {
	struct digest digest[DIGESTS_MAX];
	size_t count;
	struct authenticode signatures;
	char sha256[DIGEST_HEX_MAX];
};

static void hashes_done(struct hashes *h)
{
	for (size_t i = 0; i < DIGESTS_MAX; i++)
		digest_done(&h->digest[i]);
}

static int hashes_init(struct hashes *h, bool md5)
{
	int r;

	*h = (struct hashes){ .count = 1 };
	r = digest_init(&h->digest[DIGEST_SHA256], "SHA256");
	if (r < 0 || !md5)
		return r;
	h->count = 2;
	return digest_init(&h->digest[DIGEST_MD5], "MD5");
}

/* A file that changes while it is read was not verified, whatever was found in it. */
static void check_unchanged(int fd, const struct stat *before, struct findings *findings)
{
	struct stat now;

	if (fstat(fd, &now) == 0 && now.st_size == before->st_size &&
	    now.st_mtim.tv_sec == before->st_mtim.tv_sec &&
	    now.st_mtim.tv_nsec == before->st_mtim.tv_nsec &&
	    now.st_ctim.tv_sec == before->st_ctim.tv_sec &&
	    now.st_ctim.tv_nsec == before->st_ctim.tv_nsec)
		return;
	finding_problem(findings, "it was changed while it was read");
}

static int finish_hashes(struct hashes *h)
{
	uint8_t value[DIGEST_BYTES_MAX];
	int n = digest_final(&h->digest[DIGEST_SHA256], value);

	if (n < 0)
		return n;
	digest_hex(value, (size_t)n, h->sha256);
	return 0;
}

static void report_file(const struct request *q, const struct stat *st,
			const struct hashes *h)
{
	out_format(q->out, "SIZE", "%" PRIu64, (uint64_t)st->st_size);
	if (h->sha256[0])
		out_text(q->out, "SHA256", h->sha256);
}

static int open_file(int fd, struct stat *ret)
{
	if (fstat(fd, ret) < 0)
		return -errno;
	return S_ISREG(ret->st_mode) ? 0 : -EINVAL;
}

/* --- digest ------------------------------------------------------------------ */

int request_finish(const struct request *q, struct findings *findings)
{
	_cleanup_(hashes_done) struct hashes h = { .count = 0 };
	_cleanup_(stream_freep) struct stream *s = NULL;
	const uint8_t *data;
	struct stat st;
	size_t n;
	int r;

	r = open_file(q->fd, &st);
	if (r == 0)
		r = hashes_init(&h, false);
	if (r == 0)
		r = stream_open(q->fd, h.digest, h.count, &s);
	if (r < 0)
		return r;
	while ((r = stream_next(s, &data, &n)) > 0)
		;
	if (r == 0)
		r = stream_finish(s);
	if (r == 0)
		r = finish_hashes(&h);
	if (r < 0)
		return r;
	check_unchanged(q->fd, &st, findings);
	out_findings(q->out, findings);
	report_file(q, &st, &h);
	return 0;
}

int request_digest(const struct request *q)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;

	return request_finish(q, &findings);
}

/* --- initramfs --------------------------------------------------------------- */

static int read_initramfs(const struct request *q, struct initramfs *ir, struct stream *s)
{
	const uint8_t *data;
	size_t n;
	int r;

	while ((r = stream_next(s, &data, &n)) > 0) {
		initramfs_feed(ir, data, n);
		if (!q->header_only)
			continue;
		if (initramfs_is_settled(ir))
			return 0;
		n = (size_t)initramfs_skippable(ir);
		initramfs_skip(ir, n);
		stream_skip(s, n);
	}
	return r;
}

int request_initramfs(const struct request *q)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(hashes_done) struct hashes h = { .count = 0 };
	_cleanup_(initramfs_freep) struct initramfs *ir = NULL;
	_cleanup_(stream_freep) struct stream *s = NULL;
	struct initramfs_options options = {
		.version = q->version,
		.modules_fd = q->modules_fd,
		.unpacked_max = q->unpacked_max,
		.header_only = q->header_only,
	};
	struct stat st;
	int r;

	r = open_file(q->fd, &st);
	if (r == 0 && !q->header_only)
		r = hashes_init(&h, false);
	if (r < 0)
		return r;
	options.built_at = st.st_mtim;
	ir = initramfs_new(&options, &findings);
	if (!ir)
		return -ENOMEM;
	r = stream_open(q->fd, h.digest, h.count, &s);
	if (r == 0)
		r = read_initramfs(q, ir, s);
	if (r == 0)
		r = stream_finish(s);
	if (r == 0 && !q->header_only)
		r = finish_hashes(&h);
	if (r < 0)
		return r;
	initramfs_finish(ir);
	check_unchanged(q->fd, &st, &findings);
	out_text(q->out, "TYPE", "initramfs");
	out_findings(q->out, &findings);
	report_file(q, &st, &h);
	initramfs_report(ir, q->out);
	return 0;
}

/* --- image ------------------------------------------------------------------- */

/* Reads the digests that the image was signed with, and prepares to make the same ones.
 */
static int prepare_signed(const struct request *q, const struct kernel_header *header,
			  const struct stat *st, struct hashes *h,
			  struct findings *findings)
{
	_cleanup_free_ uint8_t *table = NULL;
	uint64_t end = (uint64_t)header->cert_offset + header->cert_size;
	int r;

	if (!header->is_pe || header->cert_size == 0 || end > (uint64_t)st->st_size)
		return 0;
	if (header->cert_size > AUTHENTICODE_TABLE_MAX) {
		finding_problem(findings, "its certificate table is too large to be one");
		return 0;
	}
	table = malloc(header->cert_size);
	if (!table)
		return -ENOMEM;
	r = read_full_at(q->fd, table, header->cert_size, header->cert_offset);
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

/* Compares MD5 and signed digests. Returns what the report says of the latter. */
static const char *compare_hashes(const struct request *q, struct hashes *h,
				  struct findings *findings)
{
	size_t first = q->md5 ? 2 : 1; /* where the signed ones begin */
	uint8_t value[DIGEST_BYTES_MAX];
	char hex[DIGEST_HEX_MAX];
	bool match = true;
	int n;

	if (q->md5) {
		n = digest_final(&h->digest[DIGEST_MD5], value);
		digest_hex(value, n < 0 ? 0 : (size_t)n, hex);
		if (strcasecmp(hex, q->md5) != 0)
			finding_problem(findings,
					"it differs from what its package installed "
					"(MD5 %s, not %s)",
					hex, q->md5);
	}
	if (h->count <= first)
		return "none";
	for (size_t i = 0; i < h->signatures.count; i++) {
		n = digest_final(&h->digest[first + i], value);
		match &= n > 0 && (size_t)n == h->signatures.signature[i].digest_len &&
			 memcmp(value, h->signatures.signature[i].digest, (size_t)n) == 0;
	}
	if (!match)
		finding_problem(findings,
				"it differs from what was signed (Authenticode digest)");
	return match ? "match" : "mismatch";
}

static int read_image(const struct request *q, struct image *im, struct hashes *h)
{
	_cleanup_(stream_freep) struct stream *s = NULL;
	const uint8_t *data;
	size_t n;
	int r;

	r = stream_open(q->fd, h->digest, h->count, &s);
	if (r < 0)
		return r;
	while ((r = stream_next(s, &data, &n)) > 0)
		image_feed(im, data, n);
	if (r == 0)
		r = stream_finish(s);
	if (r < 0)
		return r;
	image_finish(im);
	return finish_hashes(h);
}

int request_image(const struct request *q)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(hashes_done) struct hashes h = { .count = 0 };
	_cleanup_(image_freep) struct image *im = NULL;
	const struct image_options options = { .version = q->version, .arch = q->arch };
	const char *authenticode = NULL;
	struct kernel_header header;
	struct stat st;
	int r;

	r = open_file(q->fd, &st);
	if (r == 0)
		r = kernel_header_read(q->fd, &header);
	if (r < 0)
		return r;
	im = image_new(&options, &header, (uint64_t)st.st_size, &findings);
	if (!im)
		return -ENOMEM;
	if (!q->header_only) {
		r = hashes_init(&h, q->md5 != NULL);
		if (r == 0)
			r = prepare_signed(q, &header, &st, &h, &findings);
		if (r == 0)
			r = read_image(q, im, &h);
		if (r < 0)
			return r;
		authenticode = compare_hashes(q, &h, &findings);
	}
	check_unchanged(q->fd, &st, &findings);
	image_report(im, q->out);
	out_text(q->out, "AUTHENTICODE", authenticode);
	out_findings(q->out, &findings);
	report_file(q, &st, &h);
	return 0;
}
