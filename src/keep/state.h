/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The record of what we loaded in this boot (RUN_ARMED), and whether it is still what a
 * reboot should use. All our records are KEY=value files (base/envfile.h) with FORMAT=1
 * first; a file of another format, of another boot, or a damaged one counts as not ours.
 */
#ifndef KEEP_STATE_H
#define KEEP_STATE_H

#include <stdbool.h>

#include "base/envfile.h"
#include "ctx.h"
#include "plan/plan.h"

struct state {
	char *entry_id, *version, *build, *kernel, *cmdline;
	char *reason;  /* why this one was chosen */
	char *at, *by; /* RFC 3339 UTC; who armed it */
	struct strv initrds;
	struct strv
		prints; /* a file each, the kernel's first: dev:ino:size:mtime:ctime */
	struct strv digests; /* likewise: SHA-256, or "" when only headers were read */
	bool by_hand, forced, by_tool;
	bool young;   /* a file was younger than 3 s: its times alone prove nothing */
	bool loading; /* written before the load; it never came to the end */
};
#define STATE_EMPTY                                                                \
	{                                                                          \
		.initrds = STRV_EMPTY, .prints = STRV_EMPTY, .digests = STRV_EMPTY \
	}

/* 1: there is one of this boot; 0: none (or not ours); or a negative errno. */
_must_check_ int state_read(const struct ctx *ctx, struct state *ret);
void state_done(struct state *state);

/*
 * The record of @plan into @ret and onto the disk: once with @loading before the load, so
 * that an image is never in the kernel without a record, and once after it.
 */
_must_check_ int state_write(const struct ctx *ctx, const struct plan *plan, bool loading,
			     struct state *ret);
int state_remove(const struct ctx *ctx);

/*
 * Is what we loaded what @plan would load? 1; 0 with *@ret_why (the caller frees) saying
 * what differs; or a negative errno. Contents are read only where times prove nothing: a
 * young record, or (@at_reboot) vfat.
 */
_must_check_ int state_is_fresh(const struct ctx *ctx, const struct state *state,
				struct plan *plan, bool at_reboot, char **ret_why);

/* The same for an image armed by hand: are its own files unchanged? */
_must_check_ int state_files_unchanged(const struct ctx *ctx, const struct state *state,
				       char **ret_why);

/* A short text that changes with every field that state_is_fresh() compares. @ret: 17
 * bytes. */
void state_fingerprint(const struct state *state, char ret[17]);

/* --- The small records ------------------------------------------------------ */

/* Reads a record of ours: 1, 0 if missing, damaged or of another format, or a negative
 * errno. */
_must_check_ int record_read(const struct ctx *ctx, const char *path,
			     struct envfile *ret);

/* The same, and only if its BOOT_ID is this boot's. */
_must_check_ int record_read_of_boot(const struct ctx *ctx, const char *path,
				     struct envfile *ret);

/* Writing: open_memstream text that starts with FORMAT=1 [and BOOT_ID]; record_commit()
 * puts it in place. */
struct record {
	FILE *f;
	char *text;
	size_t len;
};
#define RECORD_EMPTY          \
	{                     \
		NULL, NULL, 0 \
	}
_must_check_ int record_begin(const struct ctx *ctx, struct record *record, bool of_boot);
_must_check_ int record_commit(const struct ctx *ctx, struct record *record,
			       const char *path);
void record_done(struct record *record);

/* This boot's id, without the line end. The caller frees. */
_must_check_ int boot_id_read(const struct ctx *ctx, char **ret);

/* "2026-11-22T18:00:00Z". @ret: 32 bytes. */
void time_text(const struct ctx *ctx, char ret[32]);

/* Is something loaded? 1, 0, or a negative errno when the kernel does not tell. */
_must_check_ int kexec_is_loaded(const struct ctx *ctx);

#endif
