// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lz4's legacy format, the only one that the kernel takes: the magic word, then blocks,
 * each a little-endian length and that many bytes, which unpack to at most 8 MiB. The
 * magic may come again between blocks. There is no end mark and no checksum: the member
 * ends with the data, or with a length of 0, which is how the kernel takes zero padding
 * after it.
 */
#include <errno.h>
#include <lz4.h>
#include <string.h>

#include "read/codec.h"

#define LZ4_BLOCK_MAX ((size_t)8 << 20)
#define LZ4_PACKED_MAX ((size_t)LZ4_COMPRESSBOUND(LZ4_BLOCK_MAX))
#define LZ4_MAGIC UINT32_C(0x184c2102)

struct lz4 {
	uint8_t *packed, *unpacked;
	size_t have; /* bytes in @packed: of the length word while @want is 0, else of the
			block */
	size_t want;
	uint8_t word[4];
};

static void lz4_end(void *state)
{
	struct lz4 *l = state;

	free(l->packed);
	free(l->unpacked);
	free(l);
}

static int lz4_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		     bool *ret_checked, void **ret_state)
{
	struct lz4 *l = calloc(1, sizeof(*l));

	(void)head;
	(void)head_len;
	(void)io;
	if (!l)
		return -ENOMEM;
	/* Untouched pages cost nothing: small blocks use little of this. */
	l->packed = malloc(LZ4_PACKED_MAX);
	l->unpacked = malloc(LZ4_BLOCK_MAX);
	if (!l->packed || !l->unpacked) {
		lz4_end(l);
		return -ENOMEM;
	}
	*ret_checked = false;
	*ret_state = l;
	return 0;
}

static size_t take(struct codec_io *io, uint8_t *to, size_t have, size_t want)
{
	size_t n = want - have < io->in_len ? want - have : io->in_len;

	memcpy(to + have, io->in, n);
	io->in += n;
	io->in_len -= n;
	return n;
}

static int lz4_word(struct lz4 *l, struct codec_io *io)
{
	uint32_t word;

	l->have += take(io, l->word, l->have, sizeof(l->word));
	if (l->have < sizeof(l->word)) {
		if (!io->at_end)
			return CODEC_MORE;
		/* The kernel stops here when fewer than four bytes are left. */
		for (size_t i = 0; i < l->have; i++)
			if (l->word[i] != 0)
				return -EBADMSG;
		return CODEC_END;
	}
	l->have = 0;
	word = (uint32_t)l->word[0] | (uint32_t)l->word[1] << 8 |
	       (uint32_t)l->word[2] << 16 | (uint32_t)l->word[3] << 24;
	if (word == LZ4_MAGIC)
		return CODEC_MORE;
	if (word == 0)
		return CODEC_END;
	if (word > LZ4_PACKED_MAX)
		return -EBADMSG;
	l->want = word;
	return CODEC_MORE;
}

static int lz4_block(struct lz4 *l, struct codec_io *io)
{
	const char *packed;
	int n;

	l->have += take(io, l->packed, l->have, l->want);
	if (l->have < l->want)
		return CODEC_MORE;
	packed = (const char *)l->packed;
	n = LZ4_decompress_safe(packed, (char *)l->unpacked, (int)l->want,
				(int)LZ4_BLOCK_MAX);
	if (n < 0)
		return -EBADMSG;
	l->have = l->want = 0;
	io->out = l->unpacked;
	io->out_len = (size_t)n;
	return CODEC_MORE;
}

static int lz4_step(void *state, struct codec_io *io)
{
	struct lz4 *l = state;
	int r = CODEC_MORE;

	do {
		r = l->want ? lz4_block(l, io) : lz4_word(l, io);
	} while (r == CODEC_MORE && io->out_len == 0 && io->in_len > 0);
	if (r < 0)
		io->problem = "damaged lz4 data";
	return r;
}

const struct codec codec_lz4 = {
	.name = "lz4",
	.magic = { 0x02, 0x21, 0x4c, 0x18 },
	.magic_len = 4,
	.begin = lz4_begin,
	.step = lz4_step,
	.end = lz4_end,
};
