// SPDX-License-Identifier: GPL-2.0-or-later
/* xz and the older lzma, both through liblzma. xz-file-format.txt; lzma-file-format.txt.
 */
#include <errno.h>
#include <lzma.h>

#include "read/codec.h"

/* A dictionary of 128 MiB and what the decoder needs beside it. */
#define XZ_MEMORY_MAX ((uint64_t)144 << 20)

struct xz {
	lzma_stream s;
	uint8_t out[CODEC_OUT];
};

static struct xz *xz_new(bool alone)
{
	struct xz *x = malloc(sizeof(*x));
	lzma_ret l;

	if (!x)
		return NULL;
	x->s = (lzma_stream)LZMA_STREAM_INIT;
	l = alone ? lzma_alone_decoder(&x->s, XZ_MEMORY_MAX)
		  : lzma_stream_decoder(&x->s, XZ_MEMORY_MAX, 0);
	if (l == LZMA_OK)
		return x;
	free(x);
	return NULL;
}

static int xz_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		    bool *ret_checked, void **ret_state)
{
	unsigned int check = head_len >= 8 ? head[7] & 0x0f : LZMA_CHECK_NONE;

	if (check != LZMA_CHECK_NONE && check != LZMA_CHECK_CRC32) {
		io->problem =
			"its xz check is neither CRC-32 nor none, and the kernel takes no "
			"other (xz --check=crc32)";
		return -EOPNOTSUPP;
	}
	*ret_checked = check == LZMA_CHECK_CRC32;
	*ret_state = xz_new(false);
	return *ret_state ? 0 : -ENOMEM;
}

/* The format has no checksum, but damage makes the range coder run off its end marker. */
static int lzma_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		      bool *ret_checked, void **ret_state)
{
	(void)head;
	(void)head_len;
	(void)io;
	*ret_checked = false;
	*ret_state = xz_new(true);
	return *ret_state ? 0 : -ENOMEM;
}

static int xz_result(lzma_ret l, struct codec_io *io)
{
	if (l == LZMA_STREAM_END)
		return CODEC_END;
	if (l == LZMA_OK || l == LZMA_BUF_ERROR)
		return CODEC_MORE;
	if (l == LZMA_MEM_ERROR)
		return -ENOMEM;
	if (l == LZMA_MEMLIMIT_ERROR) {
		io->problem = "its dictionary is larger than 128 MiB";
		return -EOPNOTSUPP;
	}
	if (l == LZMA_OPTIONS_ERROR) {
		io->problem = "xz data with options that are not known";
		return -EOPNOTSUPP;
	}
	io->problem = "damaged xz data";
	return -EBADMSG;
}

static int xz_step(void *state, struct codec_io *io)
{
	struct xz *x = state;
	lzma_ret l;

	x->s.next_in = io->in;
	x->s.avail_in = io->in_len;
	x->s.next_out = x->out;
	x->s.avail_out = sizeof(x->out);
	l = lzma_code(&x->s, LZMA_RUN);
	io->in = x->s.next_in;
	io->in_len = x->s.avail_in;
	io->out = x->out;
	io->out_len = sizeof(x->out) - x->s.avail_out;
	return xz_result(l, io);
}

static int lzma_step(void *state, struct codec_io *io)
{
	int r = xz_step(state, io);

	if (r == -EBADMSG)
		io->problem = "damaged lzma data";
	return r;
}

static void xz_end(void *state)
{
	struct xz *x = state;

	lzma_end(&x->s);
	free(x);
}

const struct codec codec_xz = {
	.name = "xz",
	.magic = { 0xfd, '7', 'z', 'X' },
	.magic_len = 4,
	.begin = xz_begin,
	.step = xz_step,
	.end = xz_end,
};

const struct codec codec_lzma = {
	.name = "lzma",
	.magic = { 0x5d, 0x00 },
	.magic_len = 2,
	.begin = lzma_begin,
	.step = lzma_step,
	.end = xz_end,
};
