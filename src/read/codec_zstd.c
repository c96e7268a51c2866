// SPDX-License-Identifier: GPL-2.0-or-later
/* zstd, one frame: the kernel stops at the end of the first. RFC 8878. */
#include <errno.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "read/codec.h"

/* The kernel refuses a larger window: ZSTD_WINDOWSIZE_MAX of its decompress_unzstd.c. */
#define ZSTD_WINDOW_LOG_MAX 27

/* Frame_Header_Descriptor, byte 4 of a frame: Content_Checksum_flag. */
#define ZSTD_FLAG_CHECKSUM 0x04

struct zstd {
	ZSTD_DStream *d;
	uint8_t out[CODEC_OUT];
};

static int zstd_begin(const uint8_t *head, size_t head_len, struct codec_io *io,
		      bool *ret_checked, void **ret_state)
{
	struct zstd *z = malloc(sizeof(*z));

	(void)io;
	if (!z)
		return -ENOMEM;
	z->d = ZSTD_createDStream();
	if (!z->d || ZSTD_isError(ZSTD_DCtx_setParameter(z->d, ZSTD_d_windowLogMax,
							 ZSTD_WINDOW_LOG_MAX))) {
		(void)ZSTD_freeDStream(z->d);
		free(z);
		return -ENOMEM;
	}
	*ret_checked = head_len >= 5 && (head[4] & ZSTD_FLAG_CHECKSUM);
	*ret_state = z;
	return 0;
}

static int zstd_error(size_t code, struct codec_io *io)
{
	ZSTD_ErrorCode e = ZSTD_getErrorCode(code);

	if (e == ZSTD_error_memory_allocation)
		return -ENOMEM;
	if (e == ZSTD_error_frameParameter_windowTooLarge) {
		io->problem =
			"its zstd window is larger than 128 MiB, the most that the kernel takes";
		return -EOPNOTSUPP;
	}
	if (e == ZSTD_error_dictionary_wrong) {
		io->problem = "zstd data that needs a dictionary";
		return -EOPNOTSUPP;
	}
	io->problem = e == ZSTD_error_checksum_wrong ? "the zstd checksum does not match"
						     : "damaged zstd data";
	return -EBADMSG;
}

static int zstd_step(void *state, struct codec_io *io)
{
	struct zstd *z = state;
	ZSTD_inBuffer in = { io->in, io->in_len, 0 };
	ZSTD_outBuffer out = { z->out, sizeof(z->out), 0 };
	size_t left;

	left = ZSTD_decompressStream(z->d, &out, &in);
	io->in += in.pos;
	io->in_len -= in.pos;
	io->out = z->out;
	io->out_len = out.pos;
	if (ZSTD_isError(left))
		return zstd_error(left, io);
	return left == 0 ? CODEC_END : CODEC_MORE;
}

static void zstd_end(void *state)
{
	struct zstd *z = state;

	(void)ZSTD_freeDStream(z->d);
	free(z);
}

const struct codec codec_zstd = {
	.name = "zstd",
	.magic = { 0x28, 0xb5, 0x2f, 0xfd },
	.magic_len = 4,
	.begin = zstd_begin,
	.step = zstd_step,
	.end = zstd_end,
};
