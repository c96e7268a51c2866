// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <sys/stat.h>

#include "base/util.h"
#include "read/hashes.h"
#include "read/image.h"
#include "read/initramfs.h"
#include "read/out.h"
#include "read/request.h"
#include "read/stream.h"
#include "read/unified.h"

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
	_cleanup_hashes_ struct hashes h = HASHES_EMPTY;
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
		r = hashes_finish(&h);
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
	_cleanup_hashes_ struct hashes h = HASHES_EMPTY;
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
		r = hashes_finish(&h);
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
	return hashes_finish(h);
}

/* Of the bytes: hashes, signature, and the kernel that is compressed in them. */
static int verify_bytes(const struct request *q, const struct kernel_header *header,
			uint64_t size, struct image *im, struct hashes *h,
			struct findings *findings, const char **ret_authenticode)
{
	int r = hashes_init(h, q->md5 != NULL);

	if (r == 0)
		r = hashes_add_signed(h, q->fd, 0, size, header, findings);
	if (r == 0)
		r = read_image(q, im, h);
	if (r < 0)
		return r;
	*ret_authenticode = hashes_compare(h, q->md5, findings);
	return 0;
}

int request_image(const struct request *q)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_hashes_ struct hashes h = HASHES_EMPTY;
	_cleanup_(image_freep) struct image *im = NULL;
	_cleanup_(unified_done) struct unified unified = UNIFIED_EMPTY;
	const struct image_options options = { .version = q->version,
					       .arch = q->arch,
					       .unpack_to = q->unpack_to };
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
	if (!q->header_only)
		r = verify_bytes(q, &header, (uint64_t)st.st_size, im, &h, &findings,
				 &authenticode);
	if (r == 0 && header.type == KERNEL_UKI)
		r = unified_verify(q, st.st_mtim, &findings, &unified);
	if (r < 0)
		return r;
	check_unchanged(q->fd, &st, &findings);
	image_report(im, unified.image, q->out);
	out_text(q->out, "AUTHENTICODE", authenticode);
	unified_report(&unified, q->out);
	out_findings(q->out, &findings);
	report_file(q, &st, &h);
	return 0;
}

int request_unpack(const struct request *q)
{
	static const int passed = 3; /* base/sys.h: pass_fd */
	struct request unpack = *q;

	unpack.unpack_to = q->unpack_to ? q->unpack_to : &passed;
	return request_image(&unpack);
}
