// SPDX-License-Identifier: GPL-2.0-or-later
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>

#include "read/deb.h"
#include "read/package.h"
#include "read/package_kernel.h"

#define READ_STEP ((size_t)64 * 1024)

/* Where distributions keep kernels, the way that they stand in packages. */
static const char *const kernel_paths[] = {
	"boot/vmlinuz-*",
	"boot/vmlinux-*",
	"boot/kernel-*",
	"boot/Image-*",
	"lib/modules/*/vmlinuz",
	"lib/modules/*/Image",
	"usr/lib/modules/*/vmlinuz",
	"usr/lib/modules/*/Image",
	"lib/modules/*/*.efi",
	"usr/lib/modules/*/*.efi",
	"boot/EFI/Linux/*.efi",
	"boot/efi/EFI/Linux/*.efi",
	"efi/EFI/Linux/*.efi",
	"usr/src/linux-*/arch/*/boot/*Image*",
	"usr/src/linux-*/arch/*/boot/vmlinuz.efi",
};

/* Where an archive's bytes come from: the file, or an entry of the archive around it. */
struct origin {
	int fd;
	uint64_t offset;
	struct archive *outer;
	uint8_t buf[READ_STEP];
};

struct reader {
	struct package *package;
	struct findings *findings;
	uint64_t unpacked, entries;
	bool is_deb, is_gpkg, has_pkginfo;
};

bool package_is_kernel(const char *path)
{
	while (path[0] == '/' || (path[0] == '.' && path[1] == '/'))
		path++;
	if (starts_with(path, "image/"))
		path += strlen("image/");
	for (size_t i = 0; i < ARRAY_SIZE(kernel_paths); i++)
		if (fnmatch(kernel_paths[i], path, FNM_PATHNAME) == 0)
			return true;
	return false;
}

/* --- libarchive -------------------------------------------------------------- */

static la_ssize_t read_file(struct archive *a, void *data, const void **ret_buf)
{
	struct origin *o = data;
	ssize_t n;

	do {
		n = pread(o->fd, o->buf, sizeof(o->buf), (off_t)o->offset);
	} while (n < 0 && errno == EINTR);
	if (n < 0) {
		archive_set_error(a, errno, "cannot read the file");
		return -1;
	}
	o->offset += (uint64_t)n;
	*ret_buf = o->buf;
	return n;
}

static la_ssize_t read_outer(struct archive *a, void *data, const void **ret_buf)
{
	struct origin *o = data;
	size_t n = 0;
	la_int64_t offset;
	int r;

	r = archive_read_data_block(o->outer, ret_buf, &n, &offset);
	if (r == ARCHIVE_EOF)
		return 0;
	if (r != ARCHIVE_OK) {
		archive_set_error(a, EIO, "%s",
				  str_or(archive_error_string(o->outer), "damaged"));
		return -1;
	}
	return (la_ssize_t)n;
}

/* Every one must be built in: ARCHIVE_WARN would mean that another program is to be run.
 */
static bool support_filters(struct archive *a)
{
	return archive_read_support_filter_gzip(a) == ARCHIVE_OK &&
	       archive_read_support_filter_xz(a) == ARCHIVE_OK &&
	       archive_read_support_filter_lzma(a) == ARCHIVE_OK &&
	       archive_read_support_filter_zstd(a) == ARCHIVE_OK &&
	       archive_read_support_filter_bzip2(a) == ARCHIVE_OK &&
	       archive_read_support_filter_lz4(a) == ARCHIVE_OK;
}

static bool support_format(struct archive *a, enum package_format format)
{
	switch (format) {
	case PACKAGE_DEB:
		return archive_read_support_format_ar(a) == ARCHIVE_OK;
	case PACKAGE_RPM:
		return archive_read_support_filter_rpm(a) == ARCHIVE_OK &&
		       support_filters(a) &&
		       archive_read_support_format_cpio(a) == ARCHIVE_OK;
	case PACKAGE_TAR:
	default:
		return support_filters(a) &&
		       archive_read_support_format_tar(a) == ARCHIVE_OK;
	}
}

static void archive_freep(struct archive **a)
{
	if (*a)
		archive_read_free(*a);
}

/* --- Kernels ----------------------------------------------------------------- */

static int read_kernel(struct reader *rd, struct archive *a, const char *path,
		       uint64_t size)
{
	_cleanup_free_ char *version = NULL;
	int r = package_kernel_verify(a, path, size, rd->findings, &version);

	if (r < 0)
		return r;
	return strv_take(&rd->package->kernels,
			 strf("%s %s", path, *version ? version : "unknown"));
}

/* --- Archives ---------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The name of an entry, without what the formats put before it. */
static const char *entry_path(struct archive_entry *entry)
{
	const char *path = archive_entry_pathname(entry);

	if (!path)
		path = archive_entry_pathname_utf8(entry);
	while (path && (path[0] == '/' || (path[0] == '.' && path[1] == '/')))
		path++;
	return path;
}

/* Goes to the next entry: 1, 0 at the end, or a negative errno, and then it was said what
 * is wrong. */
static int next_entry(struct reader *rd, struct archive *a, struct archive_entry **ret)
{
	int r = archive_read_next_header(a, ret);
	int64_t size;

	if (r == ARCHIVE_EOF)
		return 0;
	if (r != ARCHIVE_OK && r != ARCHIVE_WARN) {
		finding_problem(rd->findings, "%s",
				str_or(archive_error_string(a), "damaged"));
		return -EBADMSG;
	}
	size = archive_entry_size(*ret);
	if (size < 0 ||
	    __builtin_add_overflow(rd->unpacked, (uint64_t)size, &rd->unpacked) ||
	    rd->unpacked > PACKAGE_UNPACKED_MAX || ++rd->entries > PACKAGE_ENTRIES_MAX) {
		finding_problem(rd->findings, "unpacks to more than is allowed");
		return -E2BIG;
	}
	return 1;
}

static int read_files(struct reader *rd, struct archive *a)
{
	struct archive_entry *entry;
	const char *path;
	int r;

	while ((r = next_entry(rd, a, &entry)) > 0) {
		path = entry_path(entry);
		if (!path || archive_entry_filetype(entry) != AE_IFREG)
			continue;
		rd->has_pkginfo |= streq(path, ".PKGINFO");
		if (archive_entry_size(entry) == 0 || !package_is_kernel(path))
			continue;
		r = read_kernel(rd, a, path, (uint64_t)archive_entry_size(entry));
		if (r == -EBADMSG)
			finding_problem(rd->findings, "%s: %s", path,
					str_or(archive_error_string(a), "damaged"));
		if (r < 0)
			return r;
	}
	return r;
}

/* The archive in the entry of @outer that was just reached. */
static int read_inner(struct reader *rd, struct archive *outer)
{
	_cleanup_(archive_freep) struct archive *a = archive_read_new();
	_cleanup_free_ struct origin *o = calloc(1, sizeof(*o));

	if (!a || !o)
		return -ENOMEM;
	o->outer = outer;
	if (!support_format(a, PACKAGE_TAR))
		return -EOPNOTSUPP;
	if (archive_read_open(a, o, NULL, read_outer, NULL) != ARCHIVE_OK) {
		finding_problem(rd->findings, "%s",
				str_or(archive_error_string(a), "damaged"));
		return -EBADMSG;
	}
	return read_files(rd, a);
}

/* Both nest: data.tar.* in .deb, NAME/image.tar.* in .gpkg.tar. Others are read as they
 * are. */
static int read_outermost(struct reader *rd, struct archive *a,
			  enum package_format format)
{
	struct archive_entry *entry;
	const char *path, *name;
	bool nested = false;
	int r;

	while ((r = next_entry(rd, a, &entry)) > 0) {
		path = entry_path(entry);
		name = path ? base_name(path) : "";
		rd->is_deb |= format == PACKAGE_DEB && streq(name, "debian-binary");
		rd->is_gpkg |= format == PACKAGE_TAR && starts_with(name, "gpkg-1");
		if ((rd->is_deb && starts_with(name, "data.tar")) ||
		    (rd->is_gpkg && starts_with(name, "image.tar") &&
		     !ends_with(name, ".sig"))) {
			nested = true;
			r = read_inner(rd, a);
			if (r < 0)
				return r;
			continue;
		}
		rd->has_pkginfo |= streq(path, ".PKGINFO");
		/* From here on it can only be the flat kind. */
		if (format == PACKAGE_TAR && !rd->is_gpkg)
			return read_files(rd, a);
	}
	if (r == 0 && !nested && (rd->is_deb || rd->is_gpkg))
		finding_problem(rd->findings,
				"truncated: the archive with its files is missing");
	return r;
}

static const char *type_name(const struct reader *rd, enum package_format format)
{
	if (format == PACKAGE_RPM)
		return "rpm";
	if (format == PACKAGE_DEB)
		return rd->is_deb ? "deb" : "unknown";
	return rd->is_gpkg ? "gpkg.tar" : rd->has_pkginfo ? "pkg.tar" : "unknown";
}

int package_read(int fd, enum package_format format, struct findings *findings,
		 struct package *ret)
{
	_cleanup_(archive_freep) struct archive *a = archive_read_new();
	_cleanup_free_ struct origin *o = calloc(1, sizeof(*o));
	struct reader rd = { .package = ret, .findings = findings };
	struct stat st;
	int r;

	*ret = (struct package){ .type = format == PACKAGE_DEB ? "deb" : "unknown" };
	if (!a || !o)
		return -ENOMEM;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (format == PACKAGE_DEB && !deb_check(fd, (uint64_t)st.st_size, findings))
		return 0;
	o->fd = fd;
	if (!support_format(a, format))
		return -EOPNOTSUPP;
	if (archive_read_open(a, o, NULL, read_file, NULL) != ARCHIVE_OK) {
		finding_problem(findings, "%s",
				str_or(archive_error_string(a), "damaged"));
		r = -EBADMSG;
	} else {
		r = format == PACKAGE_RPM ? read_files(&rd, a)
					  : read_outermost(&rd, a, format);
	}
	ret->type = type_name(&rd, format);
	/* A broken package is a finding, and was told. */
	return r == -EBADMSG || r == -E2BIG ? 0 : r;
}

ssize_t package_peek(int fd, uint8_t *buf, size_t size)
{
	_cleanup_(archive_freep) struct archive *a = archive_read_new();
	_cleanup_free_ struct origin *o = calloc(1, sizeof(*o));
	struct archive_entry *entry;
	ssize_t n;

	if (!a || !o)
		return -ENOMEM;
	o->fd = fd;
	if (!support_filters(a) || archive_read_support_format_raw(a) != ARCHIVE_OK)
		return -EOPNOTSUPP;
	if (archive_read_open(a, o, NULL, read_file, NULL) != ARCHIVE_OK ||
	    archive_read_next_header(a, &entry) != ARCHIVE_OK)
		return 0;
	n = package_read_data(a, buf, size);
	return n < 0 ? 0 : n;
}

void package_done(struct package *p)
{
	strv_done(&p->kernels);
}
