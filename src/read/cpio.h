/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Walks one cpio archive in the formats "070701" and "070702" as bytes arrive, the way
 * that the kernel's init/initramfs.c does (buffer-format.rst): a header of 110
 * characters, the name, padding to 4, the data, padding to 4, up to the entry TRAILER!!!.
 * Where the kernel is lenient with a broken archive (a name too long is skipped, a bad
 * digit read as 0), this one is not.
 */
#ifndef READ_CPIO_H
#define READ_CPIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define CPIO_HEADER 110
#define CPIO_NAME_MAX 4096 /* bytes with the NUL: PATH_MAX, the kernel's own limit */

struct cpio_entry {
	const char *name; /* leading "./" and "/" taken off; valid until the next call */
	uint32_t mode, mtime, size;
};

enum cpio_event {
	CPIO_MORE,  /* all input is used */
	CPIO_ENTRY, /* a new entry: cpio.entry */
	CPIO_DATA,  /* a piece of the entry's data: *ret_data, *ret_len */
	CPIO_END,   /* the archive ended with its trailer; the next byte is not its own */
};

struct cpio {
	enum { CPIO_IN_HEADER, CPIO_IN_NAME, CPIO_IN_DATA, CPIO_IN_PADDING } phase;
	size_t have;	/* bytes collected of the header or the name */
	uint64_t left;	/* bytes of data or padding still to come */
	uint64_t total; /* bytes of the archive so far */
	uint64_t entries;
	uint32_t name_size, sum, expected_sum;
	bool summed, ended;
	struct cpio_entry entry;
	const char *problem;
	char header[CPIO_HEADER];
	char name[CPIO_NAME_MAX];
};

void cpio_init(struct cpio *c);

/*
 * Goes on from *in, which it advances together with *len. Returns an event of cpio_event,
 * or -EBADMSG with c->problem set. After CPIO_END call cpio_init() for another archive.
 */
_must_check_ int cpio_next(struct cpio *c, const uint8_t **in, size_t *len,
			   const uint8_t **ret_data, size_t *ret_len);

/* How many of the next bytes are data of an entry, and may be left out with cpio_skip().
 */
uint64_t cpio_skippable(const struct cpio *c);
void cpio_skip(struct cpio *c, uint64_t n);

#endif
