/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What warmboot-read can be asked to do with the open file that it is given. */
#ifndef READ_REQUEST_H
#define READ_REQUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/macro.h"
#include "read/finding.h"

struct request {
	int fd;		       /* the file; a regular one */
	const char *version;   /* NULL: any */
	const char *arch;      /* NULL: any */
	const char *md5;       /* of the file, 32 digits; NULL: not known */
	const char *name;      /* of the file, as a hint; may be NULL */
	int modules_fd;	       /* -1: none */
	uint64_t unpacked_max; /* bytes; 0: the usual limit */
	size_t profile;	       /* of a unified image: which one boots */
	bool modules_optional; /* its initramfs need not hold modules of @version */
	bool header_only;
	const int *unpack_to; /* the kernel that is compressed in it goes there; may be
				 NULL */
	FILE *out;	      /* the report goes here */
};

/*
 * Each writes a report but for its first and last line, whatever is wrong with the file,
 * and returns 0; or a negative errno when the file could not be read at all.
 */
_must_check_ int request_image(const struct request *q);
/* The same, and writes the kernel that is compressed in it to descriptor 3. */
_must_check_ int request_unpack(const struct request *q);
_must_check_ int request_initramfs(const struct request *q);
_must_check_ int request_digest(const struct request *q);
_must_check_ int request_inspect(const struct request *q);

/* Reads all of the file for its hash, and writes findings, size and hash. For those
 * above. */
_must_check_ int request_finish(const struct request *q, struct findings *findings);

#endif
