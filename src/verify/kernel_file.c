// SPDX-License-Identifier: GPL-2.0-or-later
/* The header of an image in an open file, or in a part of one. */
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "verify/kernel_header.h"

/* The largest FileAlignment that a PE file can have. */
#define ALIGNMENT_MAX 65536

/* A part of a file. */
struct source {
	int fd;
	uint64_t offset, length;
};

/* As many bytes as there are, up to @len. */
static ssize_t read_some(const struct source *s, uint8_t *buf, size_t len, uint64_t at)
{
	if (at > s->length)
		return 0;
	if (len > s->length - at)
		len = (size_t)(s->length - at);
	return read_most_at(s->fd, buf, len, s->offset + at);
}

/* What an s390 image says of itself stands far behind its start. */
static int reparse_s390(const struct source *s, struct kernel_header *ret)
{
	_cleanup_free_ uint8_t *buf = NULL;
	uint8_t magic[6];
	ssize_t n = read_some(s, magic, sizeof(magic), KERNEL_S390_EP);

	if (n < (ssize_t)sizeof(magic) || memcmp(magic, "S390EP", sizeof(magic)) != 0)
		return n < 0 ? (int)n : 0;
	buf = malloc(KERNEL_HEADER_BYTES_S390);
	if (!buf)
		return -ENOMEM;
	n = read_some(s, buf, KERNEL_HEADER_BYTES_S390, 0);
	if (n < 0)
		return (int)n;
	kernel_header_parse(buf, (size_t)n, ret);
	return 0;
}

int kernel_header_read_part(int fd, uint64_t offset, uint64_t length,
			    struct kernel_header *ret)
{
	const struct source s = { fd, offset, length };
	uint8_t buf[KERNEL_HEADER_BYTES];
	ssize_t n;
	int r = 0;

	n = read_some(&s, buf, sizeof(buf), 0);
	if (n < 0)
		return (int)n;
	kernel_header_parse(buf, (size_t)n, ret);
	if (ret->type == KERNEL_UNKNOWN && !ret->is_pe)
		r = reparse_s390(&s, ret);
	if (r < 0 || ret->version_offset == 0)
		return r;

	n = read_some(&s, buf, KERNEL_VERSION_BYTES, ret->version_offset);
	if (n < 0)
		return (int)n;
	/* An unreadable string leaves the version empty, which its readers treat as
	 * unknown. */
	if (kernel_header_set_version(ret, buf, (size_t)n) < 0)
		ret->version[0] = '\0';
	return 0;
}

int kernel_header_read_uki(int fd, const struct uki_profile *profile,
			   struct kernel_header *ret)
{
	int r = kernel_header_read_part(fd, profile->linux_image.offset,
					profile->linux_image.length, ret);

	if (r < 0)
		return r;
	if (!*ret->version && profile->uname &&
	    kernel_header_set_version(ret, (const uint8_t *)profile->uname,
				      strlen(profile->uname)) == 0)
		ret->version_is_claim = true;
	return 0;
}

uint64_t uki_kernel_length(const struct kernel_header *inner,
			   const struct uki_profile *profile)
{
	uint64_t length = profile->linux_image.length;

	if (inner->size_is_exact && inner->size < length &&
	    length - inner->size < ALIGNMENT_MAX)
		return inner->size;
	return length;
}

/* What is told of the kernel inside goes into the header of the whole. */
static int look_inside(int fd, struct kernel_header *h)
{
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	struct kernel_header inner;
	int r = uki_read(fd, &uki);

	/* Its readers find it damaged: they look at all of it. */
	if (r == -EBADMSG || r == -E2BIG || r == -ENOEXEC || r == -EIO)
		return 0;
	if (r == 0)
		r = kernel_header_read_uki(fd, &uki.profiles[0], &inner);
	if (r < 0)
		return r;
	h->type = KERNEL_UKI;
	h->inner = inner.type;
	h->init_size = inner.init_size;
	h->cmdline_max = inner.cmdline_max;
	h->version_is_claim = inner.version_is_claim;
	memcpy(h->version, inner.version, sizeof(h->version));
	memcpy(h->build, inner.build, sizeof(h->build));
	return 0;
}

int kernel_header_read(int fd, struct kernel_header *ret)
{
	int r = kernel_header_read_part(fd, 0, UINT64_MAX, ret);

	/* Behind many other sections, .linux is not among the first ones. */
	if (r == 0 &&
	    (ret->type == KERNEL_UKI || (ret->type == KERNEL_UNKNOWN && ret->is_pe)))
		r = look_inside(fd, ret);
	return r;
}
