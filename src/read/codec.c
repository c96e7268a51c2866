// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "read/codec.h"

static const struct codec *const codecs[] = {
	&codec_zstd, &codec_gzip,  &codec_xz,  &codec_lz4,
	&codec_lzma, &codec_bzip2, &codec_lzo,
};

static const struct {
	uint8_t magic[4];
	size_t len;
	const char *problem;
} foreign[] = {
	{ { 0x04, 0x22, 0x4d, 0x18 },
	  4,
	  "lz4 in the frame format, which the kernel does not take (lz4 -l makes the legacy one)" },
	{ { 0x1f, 0x9e }, 2, "an old form of gzip that is not verified here" },
	{ { 0x1f, 0x9d }, 2, "compress (.Z), which the kernel does not take" },
	{ { 'P', 'K', 3, 4 }, 4, "a zip archive, which the kernel does not take" },
	{ { 'L', 'Z', 'I', 'P' }, 4, "lzip, which the kernel does not take" },
};

const struct codec *codec_find(const uint8_t *head, size_t len, const char **ret_problem)
{
	if (ret_problem)
		*ret_problem = NULL;
	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++)
		if (len >= codecs[i]->magic_len &&
		    memcmp(head, codecs[i]->magic, codecs[i]->magic_len) == 0)
			return codecs[i];
	for (size_t i = 0; ret_problem && i < ARRAY_SIZE(foreign); i++)
		if (len >= foreign[i].len &&
		    memcmp(head, foreign[i].magic, foreign[i].len) == 0)
			*ret_problem = foreign[i].problem;
	return NULL;
}

int decoder_begin(struct decoder *d, const struct codec *codec, uint64_t out_max,
		  const uint8_t *head, size_t head_len)
{
	int r;

	*d = (struct decoder){ .codec = codec, .out_max = out_max };
	r = codec->begin(head, head_len, &d->io, &d->checked, &d->state);
	if (r < 0) {
		d->codec = NULL;
		if (!d->io.problem)
			d->io.problem = "out of memory";
	}
	return r;
}

int decoder_step(struct decoder *d, const uint8_t *in, size_t len, bool at_end,
		 size_t *ret_used)
{
	int r;

	d->io = (struct codec_io){ .in = in, .in_len = len, .at_end = at_end };
	r = d->codec->step(d->state, &d->io);
	*ret_used = len - d->io.in_len;
	d->in_total += *ret_used;
	if (r < 0) {
		if (!d->io.problem)
			d->io.problem = r == -ENOMEM ? "out of memory" : "damaged data";
		return r;
	}
	d->out_total += d->io.out_len;
	if (d->out_total > d->out_max) {
		d->io.problem = "unpacks to more than is allowed";
		return -E2BIG;
	}
	/* Nothing used, nothing made, nothing to come: without this a cut file would
	 * never end. */
	if (r == CODEC_MORE && at_end && *ret_used == 0 && d->io.out_len == 0) {
		d->io.problem = "truncated";
		return -EBADMSG;
	}
	return r;
}

void decoder_done(struct decoder *d)
{
	if (d->codec)
		d->codec->end(d->state);
	*d = (struct decoder)DECODER_EMPTY;
}
