/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The compressions that the kernel unpacks (its lib/decompress*.c), each as a stream that
 * knows where its member ends: an initramfs is several members in a row, so the end
 * matters to the byte.
 *
 * Besides damage, a codec refuses what the kernel's own decompressor does not take,
 * although the ordinary tools do: an xz check other than CRC-32 or none, gzip's extra
 * header fields, the frame format of lz4, an lzop file without exactly one checksum a
 * block, a zstd window above 128 MiB.
 */
#ifndef READ_CODEC_H
#define READ_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

/* As many first bytes of a member as begin() wants to see; fewer only at the end of the
 * data. */
#define CODEC_HEAD 16

/* What most put out at once: it stays in the nearest cache. lz4 puts out blocks of 8 MiB.
 */
#define CODEC_OUT ((size_t)16 * 1024)

struct codec_io {
	const uint8_t *in; /* step() advances it past what it used */
	size_t in_len;
	const uint8_t
		*out; /* set by step(); the codec's own, valid until its next call */
	size_t out_len;
	bool at_end; /* in: nothing follows after @in */
	const char
		*problem; /* out: what is wrong, in words, when the result is negative */
};

enum { CODEC_MORE = 0, CODEC_END = 1 };

struct codec {
	const char *name;
	uint8_t magic[4];
	size_t magic_len;

	/*
	 * @head is not consumed: step() sees it again. @ret_checked says whether damage
	 * to the unpacked bytes is sure to be found. Returns 0, -EOPNOTSUPP, -EBADMSG or
	 * -ENOMEM.
	 */
	int (*begin)(const uint8_t *head, size_t head_len, struct codec_io *io,
		     bool *ret_checked, void **ret_state);

	/*
	 * Returns CODEC_MORE (call again, with more input once in_len is 0 and nothing
	 * was put out), CODEC_END (the member ended just before io->in), or -EBADMSG,
	 * -EOPNOTSUPP, -ENOMEM with io->problem set.
	 */
	int (*step)(void *state, struct codec_io *io);
	void (*end)(void *state);
};

extern const struct codec codec_gzip, codec_xz, codec_lzma, codec_zstd, codec_lz4,
	codec_bzip2, codec_lzo;

/*
 * The codec whose member starts with @head, or NULL. When it is something known that the
 * kernel does not take, *ret_problem (may be NULL) says what.
 */
const struct codec *codec_find(const uint8_t *head, size_t len, const char **ret_problem);

/* One member being unpacked. DECODER_EMPTY is a valid, idle one. */
struct decoder {
	const struct codec *codec;
	void *state;
	uint64_t in_total, out_total; /* bytes */
	uint64_t out_max;	      /* more is refused with -E2BIG */
	bool checked;
	struct codec_io io;
};
#define DECODER_EMPTY         \
	{                     \
		.codec = NULL \
	}

/* Returns 0 or a negative errno; the reason is then in decoder->io.problem. */
_must_check_ int decoder_begin(struct decoder *d, const struct codec *codec,
			       uint64_t out_max, const uint8_t *head, size_t head_len);

/*
 * Unpacks from @in as far as one call goes: *ret_used says how much of it was used, and
 * d->io.out and out_len hold what came out. Returns CODEC_MORE, CODEC_END, or a negative
 * errno with d->io.problem set; with @at_end a member that wants more is -EBADMSG.
 */
_must_check_ int decoder_step(struct decoder *d, const uint8_t *in, size_t len,
			      bool at_end, size_t *ret_used);
void decoder_done(struct decoder *d);

#endif
