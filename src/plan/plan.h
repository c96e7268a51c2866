/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The plan: what a reboot would jump into, as open files and a command line. What the
 * stages up to the command line yield; the loading and the record take nothing else.
 */
#ifndef PLAN_PLAN_H
#define PLAN_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "ctx.h"
#include "find/entry.h"

#define SHA256_TEXT 65

/* A file of the plan, open for reading since before it was looked at. */
struct plan_file {
	char *path;
	int fd;
	struct stat st;		  /* of @fd when it was opened */
	char sha256[SHA256_TEXT]; /* lower case, taken while verifying; "" before that */
};

struct plan {
	char *entry_id, *version, *build, *cmdline;
	char *reason; /* why this one; or, without a plan, why none */
	struct plan_file kernel;
	struct plan_file *initrds; /* in order */
	size_t n_initrds;
	bool by_hand;	       /* -k, -i, -a or -e was given */
	bool modules_optional; /* no initramfs, or one without modules, is what the entry
				  means */
	uint64_t init_size;    /* bytes that the kernel needs to unpack itself (x86 setup
				  header), or 0 */
	uint32_t cmdline_max;  /* bytes with the NUL that kexec_file_load takes */
};
#define PLAN_EMPTY                    \
	{                             \
		.kernel = {.fd = -1 } \
	}

/*
 * Derives the plan: find, choose, open, command line. Cheap: contents are not read.
 * @exclude: a version that is being removed, or NULL. Returns 1; 0 when nothing may be
 * armed, with @ret->reason (never NULL then); or a negative errno (-ENOMEM and the like).
 */
_must_check_ int plan_derive(const struct ctx *ctx, const char *exclude,
			     struct plan *ret);

/*
 * Reads every file of the plan to its last byte through warmboot-read (or only the
 * headers, as configured), and takes the digests. Returns 1 if all is whole; 0 with the
 * problem in *@ret_problem (the caller frees); or a negative errno.
 */
_must_check_ int plan_verify(const struct ctx *ctx, struct plan *plan,
			     char **ret_problem);

/* The digest of an open file, by the reader. 0 or a negative errno. */
_must_check_ int plan_digest(const struct ctx *ctx, int fd, char ret[SHA256_TEXT]);

/* Several initramfs files as one, padded so that the kernel finds each: a sealed memfd,
 * or -errno. */
_must_check_ int plan_join_initrds(const struct plan *plan);

/* Verifies one initramfs descriptor for the plan's version: as plan_verify. @ret_sha256
 * may be NULL. */
_must_check_ int plan_verify_initramfs(const struct ctx *ctx, const struct plan *plan,
				       int fd, const char *path,
				       char ret_sha256[SHA256_TEXT], char **ret_problem);

/*
 * Was the file changed so short a time ago that a further change could leave its times as
 * they are? Times in the future prove nothing either.
 */
bool plan_file_is_young(const struct ctx *ctx, const struct stat *st);

void plan_done(struct plan *plan);

/* One line of text a field, for --dry-run. */
void plan_print(const struct plan *plan, FILE *f);

#endif
