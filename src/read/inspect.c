// SPDX-License-Identifier: GPL-2.0-or-later
/* Which kind of file is it? Told by its bytes; the name counts only where they do not
 * tell. */
#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>

#include "read/codec.h"
#include "read/out.h"
#include "read/package.h"
#include "read/request.h"
#include "verify/kernel_header.h"

#define PEEK_BYTES ((size_t)4096)

enum kind { KIND_UNKNOWN, KIND_IMAGE, KIND_INITRAMFS, KIND_DEB, KIND_RPM, KIND_TAR };

static bool has(const uint8_t *buf, size_t len, size_t at, const char *magic)
{
	size_t n = strlen(magic);

	return len >= at && len - at >= n && memcmp(buf + at, magic, n) == 0;
}

static bool is_kernel(const struct kernel_header *header)
{
	return header->type != KERNEL_UNKNOWN && header->type != KERNEL_GZIP &&
	       header->type != KERNEL_PACKED;
}

/* What the bytes say, of a file or of what is compressed in one. */
static enum kind kind_of(const uint8_t *buf, size_t len)
{
	struct kernel_header header;

	if (has(buf, len, 257, "ustar"))
		return KIND_TAR;
	if (has(buf, len, 0, "07070"))
		return KIND_INITRAMFS;
	kernel_header_parse(buf, len, &header);
	return is_kernel(&header) ? KIND_IMAGE : KIND_UNKNOWN;
}

static enum kind kind_by_name(const char *name, enum kind otherwise)
{
	if (name && strstr(name, ".pkg.tar"))
		return KIND_TAR;
	if (name && (starts_with(name, "vmlinu") || starts_with(name, "Image")))
		return KIND_IMAGE;
	if (name && starts_with(name, "init"))
		return KIND_INITRAMFS;
	return otherwise;
}

static int find_kind(const struct request *q, enum kind *ret)
{
	uint8_t buf[PEEK_BYTES];
	const char *problem = NULL;
	struct kernel_header header;
	size_t zeros = 0, len;
	ssize_t n;
	int r;

	n = read_most_at(q->fd, buf, sizeof(buf), 0);
	if (n < 0)
		return (int)n;
	len = (size_t)n;
	while (zeros < len && buf[zeros] == 0)
		zeros++;
	*ret = kind_of(buf, len);
	if (*ret != KIND_UNKNOWN)
		return 0;
	/* Some kernels tell themselves only further behind. */
	r = kernel_header_read(q->fd, &header);
	if (r < 0)
		return r;
	if (is_kernel(&header)) {
		*ret = KIND_IMAGE;
		return 0;
	}
	if (has(buf, len, 0, "!<arch>\n"))
		*ret = KIND_DEB;
	else if (has(buf, len, 0, "\xed\xab\xee\xdb"))
		*ret = KIND_RPM;
	else if (codec_find(buf, len, &problem) || problem) {
		n = package_peek(q->fd, buf, sizeof(buf));
		if (n < 0)
			return (int)n;
		*ret = kind_of(buf, (size_t)n);
		if (*ret == KIND_UNKNOWN)
			*ret = kind_by_name(q->name, KIND_INITRAMFS);
	} else if (zeros > 0 && zeros < len &&
		   has(buf + zeros, len - zeros, 0, "07070")) {
		*ret = KIND_INITRAMFS;
	} else {
		*ret = kind_by_name(q->name, KIND_UNKNOWN);
	}
	return 0;
}

static int inspect_package(const struct request *q, enum package_format format)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(package_done) struct package package = PACKAGE_EMPTY;
	int r;

	/* libarchive would else stumble over names that are not ASCII. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	r = package_read(q->fd, format, &findings, &package);
	if (r < 0)
		return r;
	if (streq(package.type, "unknown"))
		finding_problem(&findings, "not a package of a known kind");
	else if (package.kernels.count == 0 && !findings.bad)
		finding_note(&findings, "no kernel in it");
	out_text(q->out, "TYPE", package.type);
	for (size_t i = 0; i < package.kernels.count; i++)
		out_text(q->out, "KERNEL", package.kernels.items[i]);
	return request_finish(q, &findings);
}

static int inspect_unknown(const struct request *q)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;

	out_text(q->out, "TYPE", "unknown");
	finding_problem(&findings, "neither a kernel image, an initramfs nor a package");
	return request_finish(q, &findings);
}

int request_inspect(const struct request *q)
{
	enum kind kind = KIND_UNKNOWN;
	int r;

	r = find_kind(q, &kind);
	if (r < 0)
		return r;
	switch (kind) {
	case KIND_IMAGE:
		return request_image(q);
	case KIND_INITRAMFS:
		return request_initramfs(q);
	case KIND_DEB:
		return inspect_package(q, PACKAGE_DEB);
	case KIND_RPM:
		return inspect_package(q, PACKAGE_RPM);
	case KIND_TAR:
		return inspect_package(q, PACKAGE_TAR);
	case KIND_UNKNOWN:
	default:
		return inspect_unknown(q);
	}
}
