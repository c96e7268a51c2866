/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One job on its scene, run again and again from the same state with one thing going
 * wrong each time, and what has to be true after it:
 *
 *  - a hook's exit status is 0; by hand it is a documented one; nothing crashes or hangs;
 *  - files of others are one of the versions that a run without a fault writes, whole;
 *  - no temporary file stays, but after a kill; then it goes with the next write of that
 *    file, and below /run with the boot;
 *  - what the kernel holds is what the record says, or the record says that it was being
 *    written;
 *  - the gate jumps only into the image that a stop without a fault consents to;
 *  - the same job once more, without a fault, comes to where it would have come.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "jobs.h"
#include "wrap.h"

struct trial;

/* Prepares the scene (scene_begin() has run), and learns what the job does without a
 * fault. The caller frees with trial_end(). */
struct trial *trial_begin(const struct job *job);
void trial_end(struct trial *trial);

/* The calls of the job without a fault. */
unsigned trial_calls(const struct trial *trial);
enum wrap_class trial_class(const struct trial *trial, unsigned call);

/* One run. True if all is well; what is not is printed, with @name. @wrong: looks at what
 * the run has left for what is wrong besides, in words, or NULL; may be NULL itself. */
bool trial_run(struct trial *trial, const struct wrap_plan *plan, const char *name,
	       const char *(*wrong)(void));

/* For @wrong: one more call of the program, in a process of its own. Its exit status, or
 * -1. */
int trial_call(const char *const *words);

/* How many different states the runs have left. */
unsigned trial_states(const struct trial *trial);

#endif
