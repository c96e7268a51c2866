// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "read/codec.h"
#include "read/contents.h"
#include "read/cpio.h"
#include "read/initramfs.h"
#include "read/out.h"
#include "read/segments.h"

struct initramfs {
	struct initramfs_options options;
	struct findings *findings;
	enum {
		IR_BETWEEN, /* in zero bytes, or at the start of a segment */
		IR_HEAD,    /* collecting the first bytes of a compressed member */
		IR_PLAIN,   /* in an uncompressed archive */
		IR_PACKED,  /* in a compressed member */
		IR_STOPPED, /* a problem, or all that header_only wants is seen */
	} phase;
	uint64_t offset;   /* in the file, of the next byte to be looked at */
	uint64_t unpacked; /* bytes so far, of all segments */
	uint64_t entries;
	struct cpio cpio;
	bool in_archive;
	uint64_t inner; /* bytes of the member unpacked so far */
	struct decoder decoder;
	uint8_t head[CODEC_HEAD];
	size_t head_len;
	struct contents contents;
	struct segments segments;
};

struct initramfs *initramfs_new(const struct initramfs_options *options,
				struct findings *findings)
{
	struct initramfs *ir = calloc(1, sizeof(*ir));

	if (!ir)
		return NULL;
	ir->options = *options;
	if (ir->options.unpacked_max == 0)
		ir->options.unpacked_max = INITRAMFS_UNPACKED_MAX;
	ir->findings = findings;
	contents_init(&ir->contents, options->version, options->modules_fd,
		      options->built_at, findings);
	return ir;
}

static struct segment *current(struct initramfs *ir)
{
	return &ir->segments.items[ir->segments.count - 1];
}

static void stop(struct initramfs *ir, const char *problem)
{
	ir->phase = IR_STOPPED;
	segment_problem(current(ir), ir->offset, problem, ir->findings);
}

static bool start_segment(struct initramfs *ir, const char *compression)
{
	if (segments_add(&ir->segments, ir->offset, compression))
		return true;
	finding_problem(ir->findings, "more than %d archives in a row", SEGMENTS_MAX);
	ir->phase = IR_STOPPED;
	return false;
}

static bool note_entry(struct initramfs *ir, const struct cpio_entry *entry)
{
	struct segment *s = current(ir);

	if (++ir->entries > INITRAMFS_ENTRIES_MAX) {
		stop(ir, "more entries than any initramfs has");
		return false;
	}
	s->entries++;
	contents_entry(&ir->contents, entry, s->checked, &s->kinds);
	return true;
}

/* --- Archives ---------------------------------------------------------------- */

/* Walks on in the current archive; false after a problem. *in stops behind the end of the
 * archive. */
static bool walk(struct initramfs *ir, const uint8_t **in, size_t *len)
{
	const uint8_t *data = NULL;
	size_t n = 0;
	int event;

	for (;;) {
		event = cpio_next(&ir->cpio, in, len, &data, &n);
		if (event < 0) {
			stop(ir, ir->cpio.problem);
			return false;
		}
		if (event == CPIO_DATA)
			modules_data(&ir->contents.modules, data, n);
		else if (event == CPIO_ENTRY && !note_entry(ir, &ir->cpio.entry))
			return false;
		else if (event == CPIO_END)
			ir->in_archive = false;
		if (event == CPIO_END || event == CPIO_MORE)
			return true;
	}
}

static bool count_unpacked(struct initramfs *ir, size_t n)
{
	current(ir)->unpacked += n;
	ir->unpacked += n;
	if (ir->unpacked <= ir->options.unpacked_max)
		return true;
	stop(ir, "unpacks to more than is allowed");
	return false;
}

/* What a compressed member holds: archives, with zeros up to a multiple of 4 and more
 * between them. */
static bool unpack(struct initramfs *ir, const uint8_t *out, size_t len)
{
	const uint8_t *before;

	if (!count_unpacked(ir, len))
		return false;
	while (len > 0) {
		before = out;
		if (ir->in_archive) {
			if (!walk(ir, &out, &len))
				return false;
		} else if (*out == 0) {
			out++;
			len--;
		} else if (*out == '0' && (ir->inner & 3) == 0) {
			cpio_init(&ir->cpio);
			ir->in_archive = true;
		} else {
			stop(ir, "junk between the archives within it");
			return false;
		}
		ir->inner += (uint64_t)(out - before);
	}
	return true;
}

static void end_packed(struct initramfs *ir)
{
	struct segment *s = current(ir);

	s->length = ir->decoder.in_total;
	decoder_done(&ir->decoder);
	if (ir->in_archive)
		stop(ir, "its cpio archive ends without a trailer");
	else if (s->entries == 0)
		stop(ir, "no cpio archive in it");
	else
		ir->phase = IR_BETWEEN;
}

/* One step of the decoder; returns how many bytes of @in it used. */
static size_t step_packed(struct initramfs *ir, const uint8_t *in, size_t len,
			  bool at_end)
{
	size_t used;
	int r;

	r = decoder_step(&ir->decoder, in, len, at_end, &used);
	ir->offset += used;
	if (r < 0)
		stop(ir, ir->decoder.io.problem);
	else if (unpack(ir, ir->decoder.io.out, ir->decoder.io.out_len) && r == CODEC_END)
		end_packed(ir);
	return used;
}

/* The first bytes of something compressed are in ir->head. */
static void start_packed(struct initramfs *ir)
{
	const char *problem;
	const struct codec *codec = codec_find(ir->head, ir->head_len, &problem);

	ir->phase = IR_STOPPED;
	if (!codec && !problem)
		problem = ir->segments.count > 0 ? "junk after an archive"
						 : "not an initramfs";
	if (!codec) {
		finding_problem(ir->findings, "%s, at byte %" PRIu64, problem,
				ir->offset);
		return;
	}
	if (!start_segment(ir, codec->name))
		return;
	if (ir->options.header_only) {
		current(ir)->kinds.main = true;
		return;
	}
	if (decoder_begin(&ir->decoder, codec, UINT64_MAX, ir->head, ir->head_len) < 0) {
		stop(ir, ir->decoder.io.problem);
		return;
	}
	current(ir)->checked = ir->decoder.checked;
	ir->in_archive = false;
	ir->inner = 0;
	ir->phase = IR_PACKED;
}

static void start_plain(struct initramfs *ir)
{
	if (ir->offset & 3) {
		finding_problem(
			ir->findings,
			"an uncompressed archive starts at byte %" PRIu64
			", which is not a multiple of 4, and the kernel does not take that",
			ir->offset);
		ir->phase = IR_STOPPED;
		return;
	}
	if (!start_segment(ir, "none"))
		return;
	cpio_init(&ir->cpio);
	ir->in_archive = true;
	ir->phase = IR_PLAIN;
}

static size_t step_plain(struct initramfs *ir, const uint8_t *in, size_t len)
{
	const uint8_t *from = in;
	bool good = walk(ir, &in, &len);
	size_t used = (size_t)(in - from);

	ir->offset += used;
	if (!count_unpacked(ir, used) || !good)
		return used;
	current(ir)->length = ir->cpio.total;
	if (!ir->in_archive)
		ir->phase = IR_BETWEEN;
	return used;
}

static size_t skip_zeros(struct initramfs *ir, const uint8_t *in, size_t len)
{
	size_t n = 0;

	while (n < len && in[n] == 0)
		n++;
	ir->offset += n;
	if (n == len)
		return n;
	ir->head_len = 0;
	if (in[n] == '0')
		start_plain(ir);
	else
		ir->phase = IR_HEAD;
	return n;
}

/* The bytes of the head are kept, and go to the decoder once it is known which. */
static size_t collect_head(struct initramfs *ir, const uint8_t *in, size_t len)
{
	size_t n = CODEC_HEAD - ir->head_len < len ? CODEC_HEAD - ir->head_len : len;

	memcpy(ir->head + ir->head_len, in, n);
	ir->head_len += n;
	return n;
}

static void consume(struct initramfs *ir, const uint8_t *in, size_t len, bool at_end)
{
	size_t used;

	while (len > 0 && ir->phase != IR_STOPPED) {
		switch (ir->phase) {
		case IR_BETWEEN:
			used = skip_zeros(ir, in, len);
			break;
		case IR_HEAD:
			used = collect_head(ir, in, len);
			break;
		case IR_PLAIN:
			used = step_plain(ir, in, len);
			break;
		case IR_PACKED:
			used = step_packed(ir, in, len, at_end);
			break;
		case IR_STOPPED:
		default:
			return;
		}
		in += used;
		len -= used;
		if (ir->phase == IR_HEAD && ir->head_len == CODEC_HEAD) {
			uint8_t head[CODEC_HEAD];

			/* What is left of it by a member this short is less than a head:
			 * no recursion. */
			memcpy(head, ir->head, sizeof(head));
			start_packed(ir);
			if (ir->phase == IR_PACKED)
				consume(ir, head, sizeof(head), false);
		}
	}
}

void initramfs_feed(struct initramfs *ir, const uint8_t *data, size_t len)
{
	consume(ir, data, len, false);
}

uint64_t initramfs_skippable(const struct initramfs *ir)
{
	return ir->phase == IR_PLAIN && ir->contents.modules.fd < 0
		       ? cpio_skippable(&ir->cpio)
		       : 0;
}

void initramfs_skip(struct initramfs *ir, uint64_t n)
{
	cpio_skip(&ir->cpio, n);
	ir->offset += n;
}

bool initramfs_is_settled(const struct initramfs *ir)
{
	return ir->phase == IR_STOPPED;
}

/* --- The end ----------------------------------------------------------------- */

/* A member shorter than a head is still in ir->head. Ends in a phase other than IR_HEAD
 * and IR_PACKED. */
static void finish_packed(struct initramfs *ir)
{
	uint8_t head[CODEC_HEAD];
	size_t len;

	while (ir->phase == IR_HEAD) {
		len = ir->head_len;
		memcpy(head, ir->head, len);
		start_packed(ir);
		if (ir->phase == IR_PACKED)
			consume(ir, head, len, true);
	}
	while (ir->phase == IR_PACKED)
		(void)step_packed(ir, (const uint8_t *)"", 0, true);
}

static void check_contents(struct initramfs *ir)
{
	uint64_t compared = ir->contents.modules.compared;

	if (ir->segments.count == 0) {
		finding_problem(ir->findings, "no archive in it");
	} else if (!segments_have_main(&ir->segments)) {
		finding_problem(
			ir->findings,
			"nothing in it but early parts such as microcode: the main "
			"archive is missing");
	} else if (!ir->options.header_only) {
		contents_check(&ir->contents);
		segments_note(&ir->segments, ir->findings);
		if (compared > 0)
			finding_note(ir->findings,
				     "%" PRIu64 " modules in it equal those on disk",
				     compared);
	}
}

void initramfs_finish(struct initramfs *ir)
{
	bool stopped_by_choice;

	finish_packed(ir);
	if (ir->phase == IR_PLAIN)
		stop(ir, ir->cpio.phase == CPIO_IN_HEADER && ir->cpio.have == 0
				 ? "the cpio archive ends without a trailer"
				 : "truncated");
	modules_done(&ir->contents.modules);
	stopped_by_choice = ir->options.header_only && !ir->findings->bad;
	if (ir->phase != IR_STOPPED || stopped_by_choice)
		check_contents(ir);
}

void initramfs_report(const struct initramfs *ir, FILE *f)
{
	segments_report(&ir->segments, f);
	for (size_t i = 0; i < ir->contents.versions.count; i++)
		out_text(f, "MODULES", ir->contents.versions.items[i]);
}

void initramfs_free(struct initramfs *ir)
{
	if (!ir)
		return;
	decoder_done(&ir->decoder);
	contents_done(&ir->contents);
	free(ir);
}
