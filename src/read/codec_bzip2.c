// SPDX-License-Identifier: GPL-2.0-or-later
/* bzip2 through libbz2, which compares the CRC of each block and of the whole itself. */
#include <bzlib.h>
#include <errno.h>

#include "read/codec.h"

struct bzip2 {
	bz_stream z;
	char in[CODEC_OUT];
	uint8_t out[CODEC_OUT];
};

static int bzip2_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		       bool *ret_checked, void **ret_state)
{
	struct bzip2 *b = malloc(sizeof(*b));

	(void)head;
	(void)head_len;
	(void)io;
	if (!b)
		return -ENOMEM;
	b->z = (bz_stream){ .next_in = NULL };
	if (BZ2_bzDecompressInit(&b->z, 0, 0) != BZ_OK) {
		free(b);
		return -ENOMEM;
	}
	*ret_checked = true;
	*ret_state = b;
	return 0;
}

static int bzip2_step(void *state, struct codec_io *io)
{
	struct bzip2 *b = state;
	size_t n = io->in_len < sizeof(b->in) ? io->in_len : sizeof(b->in);
	int z;

	/* Its next_in is not const; a copy costs nothing beside bzip2 itself. */
	for (size_t i = 0; i < n; i++)
		b->in[i] = (char)io->in[i];
	b->z.next_in = b->in;
	b->z.avail_in = (unsigned int)n;
	b->z.next_out = (char *)b->out;
	b->z.avail_out = sizeof(b->out);
	z = BZ2_bzDecompress(&b->z);
	n -= b->z.avail_in;
	io->in += n;
	io->in_len -= n;
	io->out = b->out;
	io->out_len = sizeof(b->out) - b->z.avail_out;
	switch (z) {
	case BZ_STREAM_END:
		return CODEC_END;
	case BZ_OK:
		return CODEC_MORE;
	case BZ_MEM_ERROR:
		return -ENOMEM;
	default:
		io->problem = "damaged bzip2 data";
		return -EBADMSG;
	}
}

static void bzip2_end(void *state)
{
	struct bzip2 *b = state;

	(void)BZ2_bzDecompressEnd(&b->z);
	free(b);
}

const struct codec codec_bzip2 = {
	.name = "bzip2",
	.magic = { 'B', 'Z', 'h' },
	.magic_len = 3,
	.begin = bzip2_begin,
	.step = bzip2_step,
	.end = bzip2_end,
};
