// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * lzo in lzop's file format, as the kernel's lib/decompress_unlzo.c takes it: big-endian,
 * a header with a checksum of its own, then blocks {unpacked length, packed length, one
 * checksum of the unpacked bytes, data} up to an unpacked length of 0. A block of equal
 * lengths is stored as it is.
 */
#include <errno.h>
#include <lzo/lzo1x.h>
#include <string.h>
#include <zlib.h>

#include "read/codec.h"

#define LZO_BLOCK_MAX ((size_t)256 * 1024)
#define LZO_HEADER_MAX 320
#define LZO_MAGIC_LEN 9

/* Flags of the header. */
#define LZO_ADLER32_D UINT32_C(0x1)
#define LZO_ADLER32_C UINT32_C(0x2)
#define LZO_CRC32_D UINT32_C(0x100)
#define LZO_CRC32_C UINT32_C(0x200)
#define LZO_FILTER UINT32_C(0x800)
#define LZO_HEADER_CRC32 UINT32_C(0x1000)

struct lzo {
	enum { LZO_HEADER, LZO_UNPACKED, LZO_PACKED, LZO_SUM, LZO_DATA } phase;
	size_t have, unpacked_len, packed_len;
	uint32_t flags, sum;
	uint8_t header[LZO_HEADER_MAX];
	uint8_t word[4];
	uint8_t packed[LZO_BLOCK_MAX];
	uint8_t unpacked[LZO_BLOCK_MAX];
};

static int lzo_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		     bool *ret_checked, void **ret_state)
{
	struct lzo *l;

	(void)head;
	(void)head_len;
	(void)io;
	if (lzo_init() != LZO_E_OK)
		return -EOPNOTSUPP;
	l = malloc(sizeof(*l));
	if (!l)
		return -ENOMEM;
	l->phase = LZO_HEADER;
	l->have = 0;
	*ret_checked = true;
	*ret_state = l;
	return 0;
}

static uint32_t be32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The length of the header and its flags; 0 while too little of it is there to know. */
static size_t header_length(const struct lzo *l, uint32_t *ret_flags)
{
	size_t at = LZO_MAGIC_LEN;
	bool newer;

	if (l->have < at + 2)
		return 0;
	newer = (l->header[at] << 8 | l->header[at + 1]) >= 0x0940;
	at += newer ? 8 : 5; /* versions, method and, in newer ones, level */
	if (l->have < at + 4)
		return 0;
	*ret_flags = be32(l->header + at);
	at += 4 + (*ret_flags & LZO_FILTER ? 4u : 0u);
	at += newer ? 12 : 8; /* mode and time */
	if (l->have < at + 1)
		return 0;
	return at + 1 + l->header[at] + 4;
}

static int lzo_header(struct lzo *l, struct codec_io *io)
{
	size_t n, summed;
	uint32_t sum;

	while (io->in_len > 0) {
		l->header[l->have++] = *io->in++;
		io->in_len--;
		n = header_length(l, &l->flags);
		if (n > sizeof(l->header))
			return -EBADMSG;
		if (n == 0 || l->have < n)
			continue;
		summed = n - 4 - LZO_MAGIC_LEN;
		sum = l->flags & LZO_HEADER_CRC32
			      ? (uint32_t)crc32(0, l->header + LZO_MAGIC_LEN,
						(uInt)summed)
			      : (uint32_t)adler32(1, l->header + LZO_MAGIC_LEN,
						  (uInt)summed);
		if (sum != be32(l->header + n - 4))
			return -EBADMSG;
		if ((l->flags & (LZO_ADLER32_C | LZO_CRC32_C)) ||
		    !(l->flags & LZO_ADLER32_D) == !(l->flags & LZO_CRC32_D)) {
			io->problem =
				"its lzop file has not exactly one checksum a block, and the "
				"kernel takes nothing else";
			return -EOPNOTSUPP;
		}
		l->phase = LZO_UNPACKED;
		l->have = 0;
		break;
	}
	return CODEC_MORE;
}

static size_t take(struct codec_io *io, uint8_t *to, size_t have, size_t want)
{
	size_t n = want - have < io->in_len ? want - have : io->in_len;

	memcpy(to + have, io->in, n);
	io->in += n;
	io->in_len -= n;
	return n;
}

static int lzo_word(struct lzo *l, struct codec_io *io)
{
	uint32_t word;

	l->have += take(io, l->word, l->have, sizeof(l->word));
	if (l->have < sizeof(l->word))
		return CODEC_MORE;
	l->have = 0;
	word = be32(l->word);
	if (l->phase == LZO_UNPACKED) {
		if (word == 0)
			return CODEC_END;
		l->unpacked_len = word;
		l->phase = LZO_PACKED;
		return word > LZO_BLOCK_MAX ? -EBADMSG : CODEC_MORE;
	}
	if (l->phase == LZO_PACKED) {
		l->packed_len = word;
		l->phase = LZO_SUM;
		return word == 0 || word > l->unpacked_len ? -EBADMSG : CODEC_MORE;
	}
	l->sum = word;
	l->phase = LZO_DATA;
	return CODEC_MORE;
}

static int lzo_data(struct lzo *l, struct codec_io *io)
{
	lzo_uint n = l->unpacked_len;
	uint32_t sum;

	l->have += take(io, l->packed, l->have, l->packed_len);
	if (l->have < l->packed_len)
		return CODEC_MORE;
	if (l->packed_len == l->unpacked_len)
		memcpy(l->unpacked, l->packed, l->packed_len);
	else if (lzo1x_decompress_safe(l->packed, l->packed_len, l->unpacked, &n, NULL) !=
			 LZO_E_OK ||
		 n != l->unpacked_len)
		return -EBADMSG;
	sum = l->flags & LZO_ADLER32_D ? (uint32_t)adler32(1, l->unpacked, (uInt)n)
				       : (uint32_t)crc32(0, l->unpacked, (uInt)n);
	if (sum != l->sum) {
		io->problem = "a checksum of the lzo data does not match";
		return -EBADMSG;
	}
	l->phase = LZO_UNPACKED;
	l->have = 0;
	io->out = l->unpacked;
	io->out_len = n;
	return CODEC_MORE;
}

static int lzo_step(void *state, struct codec_io *io)
{
	struct lzo *l = state;
	int r = CODEC_MORE;

	do {
		if (l->phase == LZO_HEADER)
			r = lzo_header(l, io);
		else if (l->phase == LZO_DATA)
			r = lzo_data(l, io);
		else
			r = lzo_word(l, io);
	} while (r == CODEC_MORE && io->out_len == 0 && io->in_len > 0);
	if (r < 0 && !io->problem)
		io->problem = "damaged lzo data";
	return r;
}

static void lzo_end(void *state)
{
	free(state);
}

const struct codec codec_lzo = {
	.name = "lzo",
	.magic = { 0x89, 'L', 'Z', 'O' },
	.magic_len = 4,
	.begin = lzo_begin,
	.step = lzo_step,
	.end = lzo_end,
};
