// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "read/banner.h"
#include "read/bzsum.h"
#include "read/image.h"
#include "read/out.h"
#include "read/payload.h"

/* x86's boot protocol that kexec_file_load asks for: arch/x86/kernel/kexec-bzimage64.c.
 */
#define PROTOCOL_MIN 0x020c

/* include/linux/module_signature.h: behind a signature stand the 12 bytes of struct
 * module_signature, the last four of which are its length, and this. */
#define APPENDED "~Module signature appended~\n"
#define APPENDED_STRUCT 12

/* Signatures are at most this long; real ones have less than 2 KiB. */
#define TAIL_MAX ((size_t)16 * 1024)

/* Zero bytes behind an image do no harm; this many are still taken for padding. */
#define PADDING_MAX 4096

struct image {
	struct image_options options;
	struct kernel_header header;
	struct findings *findings;
	uint64_t size, offset; /* bytes of the file; of them fed */
	struct banner banner;
	bool scan_file; /* the version is in the file as it is, not in its payload */

	struct payload payload;
	uint8_t tail[TAIL_MAX]; /* s390: the last bytes so far */
	size_t tail_len;
	struct bzsum sum;    /* of a bzImage */
	bool nonzero_behind; /* something other than zeros behind the image */
};

/* The others keep it in what is compressed, or in the midst of the code. */
static bool header_tells_version(const struct kernel_header *h)
{
	return h->type == KERNEL_BZIMAGE || h->type == KERNEL_S390;
}

/* A bzImage unpacks itself. */
static bool is_compressed(const struct kernel_header *h)
{
	return h->type == KERNEL_ZBOOT || h->type == KERNEL_GZIP ||
	       h->type == KERNEL_PACKED;
}

/* --- What the header tells --------------------------------------------------- */

static void check_size(struct image *im)
{
	const struct kernel_header *h = &im->header;
	char have[24], want[24];

	if (h->size > im->size)
		finding_problem(im->findings, "truncated after %s of %s",
				human_size(im->size, have), human_size(h->size, want));
	else if (h->size_is_exact && im->size - h->size > PADDING_MAX)
		finding_problem(im->findings,
				"%" PRIu64 " bytes longer than its header says",
				im->size - h->size);
	if (h->cert_size > 0 && h->type == KERNEL_BZIMAGE &&
	    h->cert_offset != h->body_size)
		finding_problem(im->findings,
				"its signature is not where the image ends");
}

static void check_bzimage(struct image *im)
{
	const struct kernel_header *h = &im->header;

	if (h->protocol < PROTOCOL_MIN)
		finding_problem(
			im->findings,
			"boot protocol %u.%02u is too old for kexec_file_load (2.12)",
			h->protocol >> 8, h->protocol & 0xff);
	else if (!(h->xloadflags & KERNEL_XLF_64))
		finding_problem(im->findings, "not a 64-bit kernel");
	else if (!(h->loadflags & KERNEL_LOADED_HIGH) ||
		 !(h->xloadflags & KERNEL_XLF_ABOVE_4G))
		finding_problem(im->findings,
				"its header says that it cannot be loaded high, "
				"which kexec_file_load needs");
}

static void check_version(struct image *im)
{
	const struct kernel_header *h = &im->header;

	if (h->version[0] == '\0') {
		finding_problem(im->findings, "no version found in it");
		return;
	}
	if (im->options.version && strcmp(h->version, im->options.version) != 0)
		finding_problem(im->findings, "its own version is %s, not %s", h->version,
				im->options.version);
}

static void check_arch(struct image *im)
{
	const char *arch = im->header.arch;

	if (arch && im->options.arch && strcmp(arch, im->options.arch) != 0)
		finding_problem(im->findings, "a kernel for %s, not for %s", arch,
				im->options.arch);
}

static void check_header(struct image *im)
{
	const struct kernel_header *h = &im->header;

	if (im->size == 0)
		finding_problem(im->findings, "the file is empty");
	else if (h->type == KERNEL_UNKNOWN)
		finding_problem(im->findings,
				h->is_pe ? "an EFI program, but not a kernel"
					 : "not a kernel image of a known kind");
	check_size(im);
	if (h->type == KERNEL_BZIMAGE)
		check_bzimage(im);
	if (header_tells_version(h))
		check_version(im);
	check_arch(im);
	if (im->options.unpack_to && !is_compressed(h))
		finding_problem(im->findings, "nothing to unpack in it");
	payload_init(&im->payload, h, im->size,
		     h->type == KERNEL_BZIMAGE ? NULL : &im->banner,
		     im->options.unpack_to, im->findings);
}

struct image *image_new(const struct image_options *options,
			const struct kernel_header *header, uint64_t size,
			struct findings *findings)
{
	struct image *im = calloc(1, sizeof(*im));

	if (!im)
		return NULL;
	im->options = *options;
	im->header = *header;
	im->size = size;
	im->findings = findings;
	im->scan_file = header->type == KERNEL_ARM64 || header->type == KERNEL_RISCV ||
			header->type == KERNEL_LOONGARCH || header->type == KERNEL_ELF;
	bzsum_init(&im->sum, &im->header);
	check_header(im);
	return im;
}

static void keep_tail(struct image *im, const uint8_t *data, size_t len)
{
	size_t keep;

	if (len >= TAIL_MAX) {
		memcpy(im->tail, data + len - TAIL_MAX, TAIL_MAX);
		im->tail_len = TAIL_MAX;
		return;
	}
	keep = im->tail_len < TAIL_MAX - len ? im->tail_len : TAIL_MAX - len;
	memmove(im->tail, im->tail + im->tail_len - keep, keep);
	memcpy(im->tail + keep, data, len);
	im->tail_len = keep + len;
}

/* An s390 image ends with a mark of its own (arch/s390/boot/vmlinux.lds.S, .sb.trailer);
 * only a signature may follow. */
static void check_s390_end(struct image *im)
{
	static const uint8_t mark[] = { 0, 0, 0, 0, 0x20, 'z', 'I', 'P', 'L' };
	const size_t appended = sizeof(APPENDED) - 1, want = sizeof(mark) - 1;
	const uint8_t *p = im->tail;
	size_t len = im->tail_len, sig;

	if (len >= appended + APPENDED_STRUCT &&
	    memcmp(p + len - appended, APPENDED, appended) == 0) {
		len -= appended + APPENDED_STRUCT;
		p += len + APPENDED_STRUCT - 4;
		sig = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
		len = sig < len ? len - sig : 0;
	}
	if (len < want || memcmp(im->tail + len - want, mark + 1, want) != 0)
		finding_problem(im->findings,
				"truncated: it does not end as a kernel for s390 does");
}

void image_feed(struct image *im, const uint8_t *data, size_t len)
{
	size_t at, n;

	if (im->scan_file)
		banner_feed(&im->banner, data, len);
	if (im->header.type == KERNEL_S390)
		keep_tail(im, data, len);
	if (im->header.type == KERNEL_BZIMAGE && im->header.cert_size == 0)
		bzsum_feed(&im->sum, data, len, im->offset);
	payload_feed(&im->payload, data, len, im->offset);
	if (im->header.size_is_exact) {
		n = range_part(im->offset, len, im->header.size, UINT64_MAX, &at);
		for (size_t i = 0; i < n; i++)
			im->nonzero_behind |= data[at + i] != 0;
	}
	im->offset += len;
}

/* --- The end ----------------------------------------------------------------- */

static void finish_payload(struct image *im)
{
	const char *arch;

	payload_finish(&im->payload, &arch);
	if (!arch)
		return;
	if (!im->header.arch)
		im->header.arch = arch;
	else if (strcmp(im->header.arch, arch) != 0)
		finding_problem(im->findings,
				"the kernel compressed in it is for %s, not for %s", arch,
				im->header.arch);
}

/* Later ones have no checksum of the whole, and may have anything in its place. */
static bool is_before_6_15(const char *version)
{
	char *end;
	unsigned long major = strtoul(version, &end, 10);
	unsigned long minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;

	return major < 6 || (major == 6 && minor < 15);
}

/* Of what is compressed and of what was signed there are better ones. */
static void check_sum(struct image *im)
{
	const struct kernel_header *h = &im->header;
	enum bzsum_result result;

	if (h->type != KERNEL_BZIMAGE || h->cert_size > 0 || im->offset < h->body_size)
		return;
	result = bzsum_finish(&im->sum);
	if (result == BZSUM_MATCH)
		return;
	if (result == BZSUM_MISMATCH && is_before_6_15(h->version))
		finding_problem(im->findings, "its own checksum (CRC-32) does not match");
	else
		finding_note(im->findings,
			     "its first part, which unpacks the rest, carries no "
			     "checksum");
}

void image_finish(struct image *im)
{
	struct kernel_header *h = &im->header;

	finish_payload(im);
	check_sum(im);
	if (im->nonzero_behind)
		finding_problem(im->findings, "junk behind the end of the image");
	if (h->type == KERNEL_S390)
		check_s390_end(im);
	if (header_tells_version(h))
		return;
	if (im->banner.found)
		(void)!kernel_header_set_version(h, (const uint8_t *)im->banner.text,
						 strlen(im->banner.text));
	if (h->type != KERNEL_UKI && h->type != KERNEL_UNKNOWN) {
		check_version(im);
		check_arch(im);
	}
}

const struct kernel_header *image_header(const struct image *im)
{
	return &im->header;
}

void image_report(const struct image *im, const struct image *inside, FILE *f)
{
	const struct kernel_header *h = inside ? &inside->header : &im->header;
	const struct payload *payload = inside ? &inside->payload : &im->payload;

	out_text(f, "TYPE", kernel_type_name(im->header.type));
	if (inside)
		out_text(f, "INNER", kernel_type_name(h->type));
	if (h->version[0])
		out_text(f, "VERSION", h->version);
	if (h->build[0])
		out_text(f, "BUILD", h->build);
	out_text(f, "ARCH", h->arch);
	if (h->init_size)
		out_format(f, "INIT_SIZE", "%" PRIu32, h->init_size);
	if (h->cmdline_max)
		out_format(f, "CMDLINE_MAX", "%" PRIu32, h->cmdline_max);
	if (is_compressed(h))
		out_format(f, "UNPACKED", "%" PRIu64, payload->unpacked);
	if (im->header.is_pe)
		out_text(f, "SIGNED", im->header.cert_size > 0 ? "1" : "0");
	if (inside)
		out_text(f, "INNER_SIGNED", h->cert_size > 0 ? "1" : "0");
}

void image_free(struct image *im)
{
	if (!im)
		return;
	payload_done(&im->payload);
	free(im);
}
