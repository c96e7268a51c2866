/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads a file once from front to back, and hashes what it gives out in a second thread
 * meanwhile: the hash is of the very bytes that were looked at, and on two processors it
 * costs no time.
 *
 * pread, not mmap: a file that shrinks while it is read must be an error and not a
 * SIGBUS.
 */
#ifndef READ_STREAM_H
#define READ_STREAM_H

#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "read/digest.h"

#define STREAM_CHUNK ((size_t)64 * 1024)

struct stream;

/*
 * @fd is a regular file and stays the caller's. @digests (an array of @count,
 * initialised, the caller's) are brought up to date; NULL and 0: none. Returns 0 or a
 * negative errno.
 */
_must_check_ int stream_open(int fd, struct digest *digests, size_t count,
			     struct stream **ret);

/* The same for @length bytes from @offset on: to the digests they are the whole file. */
_must_check_ int stream_open_part(int fd, uint64_t offset, uint64_t length,
				  struct digest *digests, size_t count,
				  struct stream **ret);

/*
 * The next bytes, valid until the next call. Returns 1, or 0 at the end, or a negative
 * errno; -EIO when the file ends before the size that it had at the start.
 */
_must_check_ int stream_next(struct stream *s, const uint8_t **ret_data, size_t *ret_len);

/* Leaves out the next @n bytes. Only without digests. */
void stream_skip(struct stream *s, uint64_t n);

/* Waits for the hashes. 0, or -EIO if one failed. */
_must_check_ int stream_finish(struct stream *s);
void stream_free(struct stream *s);

static inline void stream_freep(struct stream **p)
{
	stream_free(*p);
}

#endif
