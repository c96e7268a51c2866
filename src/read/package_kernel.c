// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/util.h"
#include "read/image.h"
#include "read/package_kernel.h"
#include "read/unified.h"

/* A bzImage's version string begins within the first 64 KiB and a bit: boot.rst,
 * kernel_version; that of s390 somewhat later. */
#define START_BYTES ((size_t)192 * 1024)

/* A unified image is read back and forth, so it is copied; no real one is this large. */
#define UNIFIED_MAX ((uint64_t)1 << 30)

ssize_t package_read_data(struct archive *a, uint8_t *buf, size_t len)
{
	size_t have = 0;

	while (have < len) {
		la_ssize_t n = archive_read_data(a, buf + have, len - have);

		if (n < 0)
			return -EBADMSG;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

static void take_findings(struct findings *to, const char *path,
			  const struct findings *found)
{
	for (size_t i = 0; i < found->problems.count; i++)
		finding_problem(to, "%s: %s", path, found->problems.items[i]);
	for (size_t i = 0; i < found->warnings.count; i++)
		finding_warning(to, "%s: %s", path, found->warnings.items[i]);
	to->bad |= found->bad;
}

static int verify_plain(struct archive *a, struct kernel_header *header, uint64_t size,
			uint8_t *buf, size_t start, struct findings *found,
			char **ret_version)
{
	static const struct image_options any = { .version = NULL };
	_cleanup_(image_freep) struct image *im = NULL;
	ssize_t n = (ssize_t)start;

	if (header->version_offset > 0 && header->version_offset < start)
		(void)!kernel_header_set_version(header, buf + header->version_offset,
						 start - (size_t)header->version_offset);
	im = image_new(&any, header, size, found);
	if (!im)
		return -ENOMEM;
	while (n > 0) {
		image_feed(im, buf, (size_t)n);
		n = package_read_data(a, buf, START_BYTES);
	}
	if (n < 0)
		return (int)n;
	image_finish(im);
	return str_set(ret_version, image_header(im)->version);
}

static int copy(struct archive *a, uint8_t *buf, size_t start, int to)
{
	ssize_t n = (ssize_t)start;
	int r = 0;

	while (n > 0 && r == 0) {
		r = write_full(to, buf, (size_t)n);
		n = package_read_data(a, buf, START_BYTES);
	}
	return n < 0 ? (int)n : r;
}

/* What its first profile boots. */
static int verify_unified(struct archive *a, uint8_t *buf, size_t start,
			  struct findings *found, char **ret_version)
{
	_cleanup_close_ int fd = memfd_create("unified", MFD_CLOEXEC);
	_cleanup_(unified_done) struct unified unified = UNIFIED_EMPTY;
	struct request q = { .fd = fd, .modules_fd = -1 };
	const char *version = "";
	int r = fd < 0 ? -errno : copy(a, buf, start, fd);

	if (r == 0)
		r = unified_verify(&q, (struct timespec){ 0 }, found, &unified);
	if (r < 0)
		return r;
	if (unified.image)
		version = image_header(unified.image)->version;
	return str_set(ret_version, version);
}

int package_kernel_verify(struct archive *a, const char *path, uint64_t size,
			  struct findings *findings, char **ret_version)
{
	_cleanup_(findings_done) struct findings found = FINDINGS_EMPTY;
	_cleanup_free_ uint8_t *buf = malloc(START_BYTES);
	struct kernel_header header;
	ssize_t n;
	int r;

	if (!buf)
		return -ENOMEM;
	n = package_read_data(a, buf, START_BYTES);
	if (n < 0)
		return (int)n;
	kernel_header_parse(buf, (size_t)n, &header);
	if (header.type == KERNEL_UKI && size <= UNIFIED_MAX)
		r = verify_unified(a, buf, (size_t)n, &found, ret_version);
	else
		r = verify_plain(a, &header, size, buf, (size_t)n, &found, ret_version);
	if (r == 0)
		take_findings(findings, path, &found);
	return r;
}
