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
#include "verify/loadable.h"
#include "verify/uki.h"

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
	bool by_tool;	       /* was loaded by kexec-tools and kexec_load(2) */
	bool modules_optional; /* no initramfs, or one without modules, is what the entry
				  means */
	uint64_t init_size; /* bytes that the kernel needs to start, if its header tells,
			       or
			       0 */
	uint32_t cmdline_max; /* bytes with the NUL that kexec_file_load takes */

	/* The image itself; in a unified one, the kernel that is inside. */
	enum kernel_type type;
	bool is_signed;
	bool version_is_claim; /* its contents were not read yet, and its header is silent
				*/
	uint64_t unpacked;     /* bytes of the kernel compressed in it, known after
				  plan_verify;     0: not told */
	/* Unified images: what @kernel holds; NULL: it is none. */
	struct uki uki;
	const struct uki_profile *profile; /* in @uki */
	uint64_t kernel_length;		   /* bytes of .linux that are the kernel */
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

/* The folder of the modules of @version, also where /lib is another one than /usr/lib. A
 * descriptor or a negative errno. */
_must_check_ int plan_open_modules(const struct ctx *ctx, const char *version);

/* The digest of an open file, by the reader. 0 or a negative errno. */
_must_check_ int plan_digest(const struct ctx *ctx, int fd, char ret[SHA256_TEXT]);

/*
 * Several initramfs files, or those in a unified image, as one, padded so that the kernel
 * finds each: a sealed memfd, or -errno.
 */
_must_check_ int plan_join_initrds(const struct plan *plan);

/* Does plan_join_initrds() have something to do? Else there is one file, or none. */
bool plan_is_joined(const struct plan *plan);

/*
 * What kexec_file_load(2) is to be given: descriptors of the plan where it takes them, so
 * that signatures on the files stay valid, and else sealed memfds, verified after they
 * were sealed.
 */
struct plan_images {
	int kernel, initrd;	    /* initrd -1: none */
	int own_kernel, own_initrd; /* the memfds among them; else -1 */
};
#define PLAN_IMAGES_EMPTY      \
	{                      \
		-1, -1, -1, -1 \
	}

/* For the child that loads, which alone shall hold memfds. Returns 1; 0 with
 * *@ret_problem (the caller frees); or a negative errno. */
_must_check_ int plan_prepare(const struct ctx *ctx, const struct plan *plan,
			      struct plan_images *ret, char **ret_problem);
void plan_images_done(struct plan_images *images);

/* How kexec_file_load(2) of this machine takes an image of this type; 0 with
 * *@ret_problem where it does not, 1, or a negative errno. */
_must_check_ int plan_way(const struct ctx *ctx, const struct plan *plan,
			  enum kernel_type type, enum kernel_way *ret,
			  char **ret_problem);

/* Bytes of the kernel and of all initramfs parts, as they are loaded. */
uint64_t plan_kernel_size(const struct plan *plan);
uint64_t plan_initrds_size(const struct plan *plan);

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
