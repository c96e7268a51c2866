/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The report of warmboot-read, as text that its parent reads from a pipe.
 *
 * Lines KEY="value" or KEY=number, quoted as in os-release(5): \ " $ ` have a backslash
 * before them, and there are no control characters. The first line is FORMAT=1 and the
 * last END=1: a report without it comes from a reader that died, and is none. OK is 1 or
 * 0; what is wrong stands in PROBLEM. Unknown keys are skipped, so that the reader may
 * grow.
 */
#ifndef VERIFY_REPORT_H
#define VERIFY_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"
#include "base/util.h"

/* Both are far above what the reader writes. */
#define REPORT_BYTES_MAX ((size_t)1 << 20)
#define REPORT_LINES_MAX 10000

struct report {
	bool ok;       /* OK=1, and no problem */
	char *type;    /* "bzImage", "initramfs", "deb" … */
	char *version; /* uname -r of the image; NULL: not known, as all texts here */
	char *build;   /* uname -v of the image */
	char *arch;    /* uname -m of the image */
	char *sha256;  /* 64 digits; NULL when contents were not read */
	char *authenticode; /* "match", "mismatch", "none" */
	char *inner;	    /* of a UKI: the type of the kernel in it */
	char *cmdline;	    /* of a UKI: its own */
	char *os;	    /* of a UKI: the name of the system */
	uint64_t size;	    /* bytes of the file */
	uint64_t init_size; /* bytes of memory that a bzImage needs to start; 0: not told
			     */
	uint64_t cmdline_max; /* bytes of its longest command line without NUL; 0: not
				 told */
	uint64_t unpacked;    /* bytes of the kernel that is compressed in it; 0: none */
	bool is_signed;
	bool is_inner_signed; /* of a UKI: the kernel in it is */
	struct strv problems, warnings, notes;
	struct strv segments; /* of an initramfs: "offset=… length=… compression=…
				 entries=… …" */
	struct strv modules;  /* of an initramfs: the versions that it has modules for */
	struct strv kernels;  /* of a package: "path version" */
	struct strv sections; /* of a UKI: "name=… offset=… length=…" */
	struct strv profiles; /* of a UKI with such: "@0 id=… title=… cmdline=…" */
};
#define REPORT_EMPTY        \
	{                   \
		.ok = false \
	}

/*
 * Parses @len bytes of @text. Returns 0; -ENODATA if the report breaks off; -EBADMSG if
 * it is malformed; -EOPNOTSUPP for another format; -E2BIG above the limits; -ENOMEM. On
 * failure *ret is empty.
 */
_must_check_ int report_parse(const char *text, size_t len, struct report *ret);
void report_done(struct report *report);

#endif
