/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The jobs whose every step may fail: a scene for each, and how the program is called. */
#ifndef JOBS_H
#define JOBS_H

#include <stdbool.h>
#include <stddef.h>

enum job_kind {
	JOB_HOOK, /* exit status 0; once more without a fault, it is done */
	JOB_HAND, /* any exit status but a wrong usage; likewise */
	JOB_STOP, /* exit status 0; not done again: the machine is going down */
	JOB_GATE, /* likewise, and jumps itself */
};

struct job {
	const char *name;
	enum job_kind kind;
	const char *words[6];  /* after the program's name */
	void (*prepare)(void); /* from the scene as it begins */
	bool foreign;	       /* another program's kernel is loaded, and may be used */
};
extern const struct job jobs[];
extern const size_t n_jobs;

#endif
