// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/envfile.h"
#include "base/util.h"
#include "read/hashes.h"
#include "read/out.h"
#include "read/stream.h"
#include "read/unified.h"

/* A plain archive has to start at a multiple of this. */
#define ALIGNMENT 4

static void take_findings(struct findings *to, const char *name,
			  const struct findings *from)
{
	for (size_t i = 0; i < from->problems.count; i++)
		finding_problem(to, "%s: %s", name, from->problems.items[i]);
	for (size_t i = 0; i < from->warnings.count; i++)
		finding_warning(to, "%s: %s", name, from->warnings.items[i]);
	for (size_t i = 0; i < from->notes.count; i++)
		finding_note(to, "%s: %s", name, from->notes.items[i]);
	to->bad |= from->bad;
}

/* --- The kernel -------------------------------------------------------------- */

static int read_image(const struct request *q, uint64_t offset, uint64_t length,
		      struct image *im, struct hashes *h)
{
	_cleanup_(stream_freep) struct stream *s = NULL;
	const uint8_t *data;
	size_t n;
	int r = stream_open_part(q->fd, offset, length, h->digest, h->count, &s);

	if (r < 0)
		return r;
	while ((r = stream_next(s, &data, &n)) > 0)
		image_feed(im, data, n);
	if (r == 0)
		r = stream_finish(s);
	if (r == 0)
		image_finish(im);
	return r;
}

static int verify_image_bytes(const struct request *q, struct unified *u,
			      const struct kernel_header *header, uint64_t length)
{
	_cleanup_hashes_ struct hashes h = HASHES_EMPTY;
	uint64_t offset = u->profile->linux_image.offset;
	int r = hashes_init(&h, false);

	if (r == 0)
		r = hashes_add_signed(&h, q->fd, offset, length, header,
				      &u->image_findings);
	if (r == 0)
		r = read_image(q, offset, length, u->image, &h);
	if (r == 0)
		(void)hashes_compare(&h, NULL, &u->image_findings);
	return r;
}

static int verify_image(const struct request *q, struct findings *findings,
			struct unified *u)
{
	const struct image_options options = { .version = q->version, .arch = q->arch };
	const char *uname = str_or(u->profile->uname, ""), *version;
	int claim = (int)strcspn(uname, " \t\r\n");
	struct kernel_header header;
	uint64_t length;
	int r = kernel_header_read_uki(q->fd, u->profile, &header);

	if (r < 0)
		return r;
	/* A claim is for those who have nothing better: here the kernel itself is read.
	 */
	if (header.version_is_claim)
		header.version[0] = header.build[0] = '\0';
	length = uki_kernel_length(&header, u->profile);
	u->image = image_new(&options, &header, length, &u->image_findings);
	if (!u->image)
		return -ENOMEM;
	if (!q->header_only)
		r = verify_image_bytes(q, u, &header, length);
	if (r < 0)
		return r;
	if (header.type == KERNEL_UKI)
		finding_problem(&u->image_findings, "a unified image in a unified image");
	take_findings(findings, ".linux", &u->image_findings);
	version = image_header(u->image)->version;
	if (claim > 0 && *version &&
	    (strncmp(uname, version, (size_t)claim) != 0 || version[claim]))
		finding_problem(findings, ".uname says %.*s, but the kernel is %s", claim,
				uname, version);
	return 0;
}

/* --- The initramfs ----------------------------------------------------------- */

static int feed_part(const struct request *q, const struct uki_part *part,
		     struct initramfs *ir)
{
	static const uint8_t zeros[ALIGNMENT];
	_cleanup_(stream_freep) struct stream *s = NULL;
	const uint8_t *data;
	size_t n;
	int r = stream_open_part(q->fd, part->offset, part->length, NULL, 0, &s);

	if (r < 0)
		return r;
	while ((r = stream_next(s, &data, &n)) > 0)
		initramfs_feed(ir, data, n);
	if (r == 0)
		initramfs_feed(ir, zeros, (size_t)(-part->length & (ALIGNMENT - 1)));
	return r;
}

static int verify_initramfs(const struct request *q, struct timespec built_at,
			    struct findings *findings, struct unified *u)
{
	const struct initramfs_options options = {
		.version = q->modules_optional ? NULL : q->version,
		.modules_fd = q->modules_fd,
		.built_at = built_at,
		.unpacked_max = q->unpacked_max,
	};
	int r;

	if (u->profile->initrd.length == 0) {
		finding_note(findings, "no initramfs in it");
		return 0;
	}
	u->initramfs = initramfs_new(&options, &u->initramfs_findings);
	if (!u->initramfs)
		return -ENOMEM;
	r = feed_part(q, &u->profile->ucode, u->initramfs);
	if (r == 0)
		r = feed_part(q, &u->profile->initrd, u->initramfs);
	if (r < 0)
		return r;
	initramfs_finish(u->initramfs);
	take_findings(findings, ".initrd", &u->initramfs_findings);
	return 0;
}

/* --- The whole --------------------------------------------------------------- */

static int unreadable(int r, struct findings *findings)
{
	switch (r) {
	case -EBADMSG:
		finding_problem(findings, "truncated or damaged: a section of it lies "
					  "outside of the file, or is not text");
		return 0;
	case -E2BIG:
		finding_problem(findings,
				"more sections, profiles or text in it than are "
				"read here");
		return 0;
	case -ENOEXEC:
		finding_problem(findings, "no unified kernel image");
		return 0;
	default:
		return r;
	}
}

int unified_verify(const struct request *q, struct timespec built_at,
		   struct findings *findings, struct unified *ret)
{
	int r;

	*ret = (struct unified)UNIFIED_EMPTY;
	r = uki_read(q->fd, &ret->uki);
	if (r < 0)
		return unreadable(r, findings);
	if (q->profile >= ret->uki.n_profiles) {
		finding_problem(findings, "it has no profile @%zu", q->profile);
		return 0;
	}
	ret->profile = &ret->uki.profiles[q->profile];
	if (ret->profile->linux_image.length == 0) {
		finding_problem(findings, "no kernel in its profile @%zu", q->profile);
		return 0;
	}
	r = verify_image(q, findings, ret);
	if (r == 0 && !q->header_only)
		r = verify_initramfs(q, built_at, findings, ret);
	return r;
}

static void report_os(const struct uki_profile *profile, FILE *f)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	const char *name;

	if (!profile->osrel ||
	    envfile_parse(profile->osrel, strlen(profile->osrel), &file) < 0)
		return;
	name = envfile_get(&file, "PRETTY_NAME");
	out_text(f, "OS", name ? name : envfile_get(&file, "NAME"));
}

void unified_report(const struct unified *u, FILE *f)
{
	if (!u->profile)
		return;
	out_text(f, "CMDLINE", u->profile->cmdline);
	report_os(u->profile, f);
	for (size_t i = 0; u->uki.is_multi_profile && i < u->uki.n_profiles; i++)
		out_format(f, "PROFILE", "@%zu id=%s title=%s cmdline=%s", i,
			   str_or(u->uki.profiles[i].id, ""),
			   str_or(u->uki.profiles[i].title, ""),
			   str_or(u->uki.profiles[i].cmdline, ""));
	for (size_t i = 0; i < u->uki.n_sections; i++)
		out_format(f, "SECTION", "name=%s offset=%" PRIu32 " length=%" PRIu32,
			   u->uki.sections[i].name, u->uki.sections[i].offset,
			   pe_section_length(&u->uki.sections[i]));
	if (u->initramfs)
		initramfs_report(u->initramfs, f);
}

void unified_done(struct unified *u)
{
	image_free(u->image);
	initramfs_free(u->initramfs);
	findings_done(&u->image_findings);
	findings_done(&u->initramfs_findings);
	uki_done(&u->uki);
	*u = (struct unified)UNIFIED_EMPTY;
}
