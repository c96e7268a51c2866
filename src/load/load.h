/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's side: load a plan, unload, and what the kernel's answers mean. */
#ifndef LOAD_LOAD_H
#define LOAD_LOAD_H

#include "ctx.h"
#include "plan/plan.h"

/*
 * Is there room for the plan? The kernel would say no only after it has taken the memory,
 * and at 40 % of RAM real kernels panicked instead. Returns 1; 0 with the words in
 * *@ret_problem (the caller frees); or -errno.
 */
_must_check_ int memory_suffices(const struct ctx *ctx, const struct plan *plan,
				 bool loaded, char **ret_problem);

/*
 * Loads the verified descriptors of @plan in a child that the OOM killer prefers; waits a
 * bounded time while files are being written or another load is under way. Afterwards the
 * files are looked at again. Returns 1; 0 with *@ret_problem (what, and what to do; the
 * caller frees): then nothing of this plan is loaded, but an older image may be; or
 * -errno. -ESTALE: the files changed meanwhile and nothing is loaded: derive anew.
 */
_must_check_ int load_plan(const struct ctx *ctx, struct plan *plan, char **ret_problem);

/* Unloads whatever is loaded. Returns 0 or a negative errno; has said what it means. */
int load_unload(const struct ctx *ctx);

/* What the errno @r of kexec_file_load(2) means for @plan here, and what to do about it;
 * the caller frees. NULL: no memory. */
char *load_answer(const struct ctx *ctx, const struct plan *plan, int r);

#endif
