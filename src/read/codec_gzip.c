// SPDX-License-Identifier: GPL-2.0-or-later
/* gzip through zlib, which compares the CRC-32 and the length at the end itself. RFC
 * 1952. */
#define ZLIB_CONST
#include <errno.h>
#include <zlib.h>

#include "read/codec.h"

/* Flag bits of byte 3: text (no effect) and name; the kernel's gunzip knows no others. */
#define GZIP_FLAGS_TAKEN 0x09

/* zlib keeps a copy of its window at the end of every call: fewer of them are faster. */
#define GZIP_OUT (4 * CODEC_OUT)

struct gzip {
	z_stream z;
	uint8_t out[GZIP_OUT];
};

static int gzip_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		      bool *ret_checked, void **ret_state)
{
	struct gzip *g;

	if (head_len >= 4 && (head[3] & ~GZIP_FLAGS_TAKEN)) {
		io->problem = "its gzip header has fields that the kernel does not take";
		return -EOPNOTSUPP;
	}
	g = malloc(sizeof(*g));
	if (!g)
		return -ENOMEM;
	g->z = (z_stream){ .next_in = NULL };
	if (inflateInit2(&g->z, 16 + MAX_WBITS) != Z_OK) {
		free(g);
		return -ENOMEM;
	}
	*ret_checked = true;
	*ret_state = g;
	return 0;
}

static const char *gzip_problem(const z_stream *z)
{
	if (z->msg && z->msg[0] == 'i' && z->total_out > 0) {
		if (__builtin_strcmp(z->msg, "incorrect data check") == 0)
			return "the gzip checksum (CRC-32) does not match";
		if (__builtin_strcmp(z->msg, "incorrect length check") == 0)
			return "the length at the end of the gzip data does not match";
	}
	return "damaged gzip data";
}

static int gzip_step(void *state, struct codec_io *io)
{
	struct gzip *g = state;
	int z;

	g->z.next_in = io->in;
	g->z.avail_in = io->in_len > UINT32_MAX ? UINT32_MAX : (uInt)io->in_len;
	g->z.next_out = g->out;
	g->z.avail_out = sizeof(g->out);
	z = inflate(&g->z, Z_NO_FLUSH);
	io->in_len -= (size_t)(g->z.next_in - io->in);
	io->in = g->z.next_in;
	io->out = g->out;
	io->out_len = sizeof(g->out) - g->z.avail_out;
	switch (z) {
	case Z_STREAM_END:
		return CODEC_END;
	case Z_OK:
	case Z_BUF_ERROR:
		return CODEC_MORE;
	case Z_MEM_ERROR:
		return -ENOMEM;
	default:
		io->problem = gzip_problem(&g->z);
		return -EBADMSG;
	}
}

static void gzip_end(void *state)
{
	struct gzip *g = state;

	(void)inflateEnd(&g->z);
	free(g);
}

const struct codec codec_gzip = {
	.name = "gzip",
	.magic = { 0x1f, 0x8b },
	.magic_len = 2,
	.begin = gzip_begin,
	.step = gzip_step,
	.end = gzip_end,
};
