// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>
#include <string.h>

#include "base/util.h"
#include "read/payload.h"

size_t range_part(uint64_t offset, size_t len, uint64_t from, uint64_t to,
		  size_t *ret_start)
{
	uint64_t end = offset + len;
	uint64_t start = from > offset ? from : offset;

	end = end < to ? end : to;
	*ret_start = 0;
	if (start >= end)
		return 0;
	*ret_start = (size_t)(start - offset);
	return (size_t)(end - start);
}

static bool is_packed_whole(enum kernel_type type)
{
	return type == KERNEL_GZIP || type == KERNEL_PACKED;
}

void payload_init(struct payload *p, const struct kernel_header *header, uint64_t size,
		  struct banner *banner, const int *to, struct findings *findings)
{
	uint64_t limit = header->body_size < size ? header->body_size : size;

	*p = (struct payload){
		.findings = findings, .type = header->type, .banner = banner, .to = to
	};
	if (is_packed_whole(header->type)) {
		p->end = size;
		p->phase = PAYLOAD_HEAD;
	}
	if (header->type != KERNEL_BZIMAGE && header->type != KERNEL_ZBOOT)
		return;
	p->from = header->payload_offset;
	if (__builtin_add_overflow(p->from, header->payload_length, &p->end) ||
	    p->end > limit || p->from > p->end || p->end - p->from < CODEC_HEAD) {
		if (header->size <= size)
			finding_problem(
				findings,
				"its header puts the compressed kernel outside of it");
		return;
	}
	p->phase = PAYLOAD_HEAD;
}

static void fail(struct payload *p, const char *problem)
{
	if (!p->failed)
		finding_problem(p->findings, "the compressed kernel in it: %s", problem);
	p->failed = true;
	p->phase = PAYLOAD_DONE;
}

static void take_unpacked(struct payload *p, const uint8_t *data, size_t len)
{
	size_t n = sizeof(p->start) - p->start_len;

	if (len == 0)
		return;
	n = n < len ? n : len;
	memcpy(p->start + p->start_len, data, n);
	p->start_len += n;
	p->unpacked += len;
	if (p->banner)
		banner_feed(p->banner, data, len);
	if (p->to && write_full(*p->to, data, len) < 0)
		fail(p, "what comes out of it cannot be written");
}

static void unpack(struct payload *p, const uint8_t *data, size_t len, bool at_end)
{
	size_t used;
	int r;

	do {
		r = decoder_step(&p->decoder, data, len, at_end, &used);
		if (r < 0) {
			fail(p, p->decoder.io.problem);
			return;
		}
		take_unpacked(p, p->decoder.io.out, p->decoder.io.out_len);
		if (p->failed)
			return;
		data += used;
		len -= used;
	} while (r == CODEC_MORE && (len > 0 || at_end || p->decoder.io.out_len > 0));
	if (r != CODEC_END)
		return;
	p->phase = PAYLOAD_DONE;
	if (len > 0)
		fail(p, "its data ends too early");
}

/* Its first bytes are in p->head. */
static void start(struct payload *p)
{
	const char *problem;
	const struct codec *codec = codec_find(p->head, p->head_len, &problem);

	p->has_length = codec != &codec_gzip && !is_packed_whole(p->type);
	/* x86 counts the length to the payload, EFI zboot does not. */
	if (p->type == KERNEL_BZIMAGE && p->has_length)
		p->end -= sizeof(p->length);
	if (!codec && memcmp(p->head, "\177ELF", 4) == 0) {
		finding_note(p->findings,
			     "the kernel in it is not compressed: no checksum");
		p->phase = PAYLOAD_RAW;
		take_unpacked(p, p->head, p->head_len);
		return;
	}
	if (!codec) {
		fail(p, problem ? problem : "in no compression that is known");
		return;
	}
	if (decoder_begin(&p->decoder, codec, PAYLOAD_UNPACKED_MAX, p->head,
			  p->head_len) < 0) {
		fail(p, p->decoder.io.problem);
		return;
	}
	p->phase = PAYLOAD_PACKED;
	if (!p->decoder.checked)
		finding_note(p->findings, "the %s data of the kernel carries no checksum",
			     codec->name);
	unpack(p, p->head, p->head_len, false);
}

static void collect_head(struct payload *p, const uint8_t *data, size_t len)
{
	memcpy(p->head + p->head_len, data, len);
	p->head_len += len;
	if (p->head_len == sizeof(p->head))
		start(p);
}

void payload_feed(struct payload *p, const uint8_t *data, size_t len, uint64_t offset)
{
	size_t at, n, room;

	/* In pieces, because the head may move the end. */
	while (p->phase != PAYLOAD_NONE) {
		n = range_part(offset, len, p->from, p->end, &at);
		room = sizeof(p->head) - p->head_len;
		if (p->phase == PAYLOAD_HEAD && n > room)
			n = room;
		if (n == 0)
			break;
		if (p->phase == PAYLOAD_HEAD)
			collect_head(p, data + at, n);
		else if (p->phase == PAYLOAD_RAW)
			take_unpacked(p, data + at, n);
		else if (p->phase == PAYLOAD_PACKED)
			unpack(p, data + at, n, false);
		else
			fail(p, "its data ends too early");
		p->from += n;
	}
	if (!p->has_length)
		return;
	n = range_part(offset, len, p->end, p->end + sizeof(p->length), &at);
	if (n > 0)
		memcpy(p->length + (offset + at - p->end), data + at, n);
}

static void check_length(struct payload *p)
{
	uint64_t length = 0;
	char have[24], want[24];

	for (size_t i = 0; i < sizeof(p->length); i++)
		length |= (uint64_t)p->length[i] << (8 * i);
	if (length != p->unpacked)
		finding_problem(p->findings,
				"the compressed kernel in it unpacks to %s (%" PRIu64
				" bytes), not to the %s that it says",
				human_size(p->unpacked, have), p->unpacked,
				human_size(length, want));
}

void payload_finish(struct payload *p, const char **ret_arch)
{
	struct kernel_header inner;

	*ret_arch = NULL;
	if (p->phase == PAYLOAD_HEAD)
		fail(p, "truncated");
	if (p->phase == PAYLOAD_PACKED)
		unpack(p, (const uint8_t *)"", 0, true);
	if (p->phase == PAYLOAD_NONE || p->failed)
		return;
	if (p->has_length)
		check_length(p);
	kernel_header_parse(p->start, p->start_len, &inner);
	if (inner.type == KERNEL_UNKNOWN ||
	    (p->type == KERNEL_BZIMAGE && inner.type != KERNEL_ELF))
		finding_problem(p->findings, "what is compressed in it is not a kernel");
	*ret_arch = inner.arch;
}

void payload_done(struct payload *p)
{
	decoder_done(&p->decoder);
}
