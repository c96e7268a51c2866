// SPDX-License-Identifier: GPL-2.0-or-later
#include <bzlib.h>
#include <lz4.h>
#include <lzma.h>
#include <lzo/lzo1x.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "base/util.h"
#include "make_archive.h"

static void must(bool good)
{
	if (!good)
		abort();
}

void bytes_zero(struct bytes *b, size_t len)
{
	b->data = realloc(b->data, b->len + len + 1);
	must(b->data != NULL);
	memset(b->data + b->len, 0, len);
	b->len += len;
}

void bytes_add(struct bytes *b, const void *data, size_t len)
{
	bytes_zero(b, len);
	if (len > 0)
		memcpy(b->data + b->len - len, data, len);
}

void bytes_align(struct bytes *b, size_t to)
{
	while (b->len % to)
		bytes_zero(b, 1);
}

void bytes_put(struct bytes *b, size_t at, uint64_t value, size_t len)
{
	must(at + len <= b->len);
	for (size_t i = 0; i < len; i++)
		b->data[at + i] = (uint8_t)(value >> (8 * i));
}

void bytes_done(struct bytes *b)
{
	free(b->data);
	*b = (struct bytes)BYTES_EMPTY;
}

void bytes_noise(struct bytes *b, size_t len, unsigned int seed)
{
	size_t from = b->len;

	bytes_zero(b, len);
	for (size_t i = from; i < b->len; i++) {
		seed = seed * 1103515245 + 12345;
		b->data[i] = (seed >> 16 & 1) || i < from + 64 ? (uint8_t)(seed >> 24)
							       : b->data[i - 64];
	}
}

/* --- cpio -------------------------------------------------------------------- */

void cpio_entry_add(struct bytes *b, const char *name, unsigned int mode,
		    const void *data, size_t len, bool summed)
{
	const uint8_t *p = data;
	uint32_t sum = 0;
	char header[160]; /* 110 are used */

	for (size_t i = 0; summed && S_ISREG(mode) && i < len; i++)
		sum += p[i];
	snprintf(header, sizeof(header),
		 "%s%08x%08x%08x%08x%08x%08x%08zx%08x%08x%08x%08x%08zx%08x",
		 summed ? "070702" : "070701", 1u, mode, 0u, 0u, 1u, 1000u, len, 0u, 0u,
		 0u, 0u, strlen(name) + 1, sum);
	bytes_add(b, header, 110);
	bytes_add(b, name, strlen(name) + 1);
	bytes_align(b, 4);
	bytes_add(b, data, len);
	bytes_align(b, 4);
}

void cpio_dir_add(struct bytes *b, const char *name)
{
	cpio_entry_add(b, name, S_IFDIR | 0755, NULL, 0, false);
}

void cpio_file_add(struct bytes *b, const char *name, const char *text)
{
	cpio_entry_add(b, name, S_IFREG | 0755, text, strlen(text), false);
}

void cpio_end_add(struct bytes *b)
{
	cpio_entry_add(b, "TRAILER!!!", 0, NULL, 0, false);
}

void cpio_initramfs_add(struct bytes *b, const char *prefix, const char *version)
{
	_cleanup_bytes_ struct bytes noise = BYTES_EMPTY;
	char path[200];

	bytes_noise(&noise, 5000, 7);
	cpio_dir_add(b, ".");
	cpio_file_add(b, "init", "#!/bin/sh\nexec /sbin/init\n");
	snprintf(path, sizeof(path), "%slib/modules/%s", prefix, version);
	cpio_dir_add(b, path);
	snprintf(path, sizeof(path), "%slib/modules/%s/modules.dep", prefix, version);
	cpio_file_add(b, path, "kernel/a.ko:\n");
	snprintf(path, sizeof(path), "%slib/modules/%s/kernel/a.ko", prefix, version);
	cpio_entry_add(b, path, S_IFREG | 0644, noise.data, noise.len, false);
	cpio_entry_add(b, "bin", S_IFLNK | 0777, "usr/bin", 7, false);
	cpio_end_add(b);
}

void cpio_microcode_add(struct bytes *b)
{
	cpio_dir_add(b, "kernel");
	cpio_dir_add(b, "kernel/x86");
	cpio_dir_add(b, "kernel/x86/microcode");
	cpio_file_add(b, "kernel/x86/microcode/GenuineIntel.bin", "not really microcode");
	cpio_end_add(b);
}

/* --- Compressions ------------------------------------------------------------ */

/* Room for @len bytes whatever becomes of them; returns where. */
static uint8_t *room(struct bytes *to, size_t len, size_t *ret_max)
{
	*ret_max = len + len / 2 + 4096;
	bytes_zero(to, *ret_max);
	return to->data + to->len - *ret_max;
}

static void used(struct bytes *to, size_t max, size_t n)
{
	must(n <= max);
	to->len -= max - n;
}

static void pack_gzip(struct bytes *to, const void *data, size_t len)
{
	z_stream z = { .next_in = NULL };
	_cleanup_bytes_ struct bytes copy = BYTES_EMPTY;
	size_t max;
	uint8_t *out = room(to, len, &max);

	bytes_add(&copy, data, len);
	must(deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) ==
	     Z_OK);
	z.next_in = copy.data;
	z.avail_in = (uInt)len;
	z.next_out = out;
	z.avail_out = (uInt)max;
	must(deflate(&z, Z_FINISH) == Z_STREAM_END);
	used(to, max, z.total_out);
	deflateEnd(&z);
}

static void pack_xz(struct bytes *to, lzma_check check, const void *data, size_t len)
{
	size_t max, n = 0;
	uint8_t *out = room(to, len, &max);

	must(lzma_easy_buffer_encode(0, check, NULL, data, len, out, &n, max) == LZMA_OK);
	used(to, max, n);
}

static void pack_lzma(struct bytes *to, const void *data, size_t len)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_options_lzma options;
	size_t max;
	uint8_t *out = room(to, len, &max);

	must(!lzma_lzma_preset(&options, 0) &&
	     lzma_alone_encoder(&s, &options) == LZMA_OK);
	s.next_in = data;
	s.avail_in = len;
	s.next_out = out;
	s.avail_out = max;
	must(lzma_code(&s, LZMA_FINISH) == LZMA_STREAM_END);
	used(to, max, (size_t)s.total_out);
	lzma_end(&s);
}

static void pack_zstd(struct bytes *to, bool checksum, const void *data, size_t len)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	size_t max, n;
	uint8_t *out = room(to, len, &max);

	must(!ZSTD_isError(ZSTD_CCtx_setParameter(c, ZSTD_c_checksumFlag, checksum)));
	n = ZSTD_compress2(c, out, max, data, len);
	must(!ZSTD_isError(n));
	used(to, max, n);
	ZSTD_freeCCtx(c);
}

static void pack_lz4(struct bytes *to, size_t block, const void *data, size_t len)
{
	const char *p = data;

	bytes_add(to, "\x02\x21\x4c\x18", 4);
	while (len > 0) {
		size_t step = len < block ? len : block, max;
		uint8_t *out = room(to, step, &max);
		int n = LZ4_compress_default(p, (char *)out + 4, (int)step, (int)max - 4);

		must(n > 0);
		used(to, max, (size_t)n + 4);
		bytes_put(to, to->len - (size_t)n - 4, (uint64_t)n, 4);
		p += step;
		len -= step;
	}
}

static void pack_bzip2(struct bytes *to, const void *data, size_t len)
{
	_cleanup_bytes_ struct bytes copy = BYTES_EMPTY;
	size_t max;
	char *out = (char *)room(to, len, &max);
	unsigned int n = (unsigned int)max;

	bytes_add(&copy, data, len);
	must(BZ2_bzBuffToBuffCompress(out, &n, (char *)copy.data, (unsigned int)len, 1, 0,
				      0) == BZ_OK);
	used(to, max, n);
}

static void add_be(struct bytes *to, uint64_t value, size_t len)
{
	while (len-- > 0)
		bytes_add(to, &(uint8_t){ (uint8_t)(value >> (8 * len)) }, 1);
}

/* As lzop writes it: Adler-32 of the unpacked blocks, no name. */
static void pack_lzo(struct bytes *to, const void *data, size_t len)
{
	_cleanup_free_ void *work = malloc(LZO1X_1_MEM_COMPRESS);
	const uint8_t *p = data;
	size_t from;

	must(work && lzo_init() == LZO_E_OK);
	bytes_add(to, "\x89LZO\0\r\n\x1a\n", 9);
	from = to->len;
	add_be(to, 0x1040, 2);
	add_be(to, 0x20a0, 2);
	add_be(to, 0x0940, 2);
	add_be(to, 0x0105, 2);
	add_be(to, 1, 4);
	add_be(to, 0100644, 4);
	add_be(to, 0, 8);
	add_be(to, 0, 1);
	add_be(to, adler32(1, to->data + from, (uInt)(to->len - from)), 4);
	while (len > 0) {
		size_t step = len < 262144 ? len : 262144, max;
		uint8_t *out;
		lzo_uint n = 0;

		add_be(to, step, 4);
		bytes_zero(to, 4);
		add_be(to, adler32(1, p, (uInt)step), 4);
		out = room(to, step, &max);
		must(lzo1x_1_compress(p, step, out, &n, work) == LZO_E_OK);
		if (n >= step) {
			memcpy(out, p, step);
			n = step;
		}
		used(to, max, n);
		for (size_t i = 0; i < 4; i++)
			to->data[to->len - n - 8 + i] = (uint8_t)(n >> (24 - 8 * i));
		p += step;
		len -= step;
	}
	add_be(to, 0, 4);
}

void pack_with(struct bytes *to, const char *how, const void *data, size_t len)
{
	if (streq(how, "none"))
		bytes_add(to, data, len);
	else if (streq(how, "gzip"))
		pack_gzip(to, data, len);
	else if (streq(how, "xz"))
		pack_xz(to, LZMA_CHECK_CRC32, data, len);
	else if (streq(how, "xz-crc64"))
		pack_xz(to, LZMA_CHECK_CRC64, data, len);
	else if (streq(how, "xz-none"))
		pack_xz(to, LZMA_CHECK_NONE, data, len);
	else if (streq(how, "lzma"))
		pack_lzma(to, data, len);
	else if (streq(how, "zstd"))
		pack_zstd(to, true, data, len);
	else if (streq(how, "zstd-nocheck"))
		pack_zstd(to, false, data, len);
	else if (streq(how, "lz4"))
		pack_lz4(to, (size_t)8 << 20, data, len);
	else if (streq(how, "lz4-small"))
		pack_lz4(to, 4096, data, len);
	else if (streq(how, "bzip2"))
		pack_bzip2(to, data, len);
	else if (streq(how, "lzo"))
		pack_lzo(to, data, len);
	else
		must(false);
}

int bytes_file(const struct bytes *b)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	must(fd >= 0 && write_full(fd, b->data, b->len) == 0);
	return fd;
}
