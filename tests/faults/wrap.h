/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every call of the program that can fail, counted, and one of them made to fail: the
 * linker puts these in the place of the C library's (ld(1), --wrap), so that the objects
 * under test are those that are shipped. What the calls of tests/fake_sys.c do themselves
 * is not counted; each row of the table of calls counts as one. Counts are shared with
 * child processes.
 */
#ifndef WRAP_H
#define WRAP_H

#include <stdbool.h>

#include "base/sys.h"

enum wrap_class {
	WRAP_OPEN,
	WRAP_CREATE, /* open for writing */
	WRAP_READ,
	WRAP_WRITE,
	WRAP_SYNC,
	WRAP_RENAME,
	WRAP_UNLINK,
	WRAP_MKDIR,
	WRAP_STAT,
	WRAP_LIST,
	WRAP_ATTRIBUTE,
	WRAP_LOCK,
	WRAP_PROCESS, /* fork, pipe2, waitpid */
	WRAP_MEMORY,
	WRAP_LOAD,
	WRAP_UNLOAD,
	WRAP_RUN,
	WRAP_UNAME,
	WRAP_CLASSES,
};

/* Besides an errno, which is above zero. */
enum {
	WRAP_SHORT = -1,    /* one byte only is read or written */
	WRAP_END = -2,	    /* the pipe ends here */
	WRAP_KILL = -3,	    /* SIGKILL to all processes of the run, before the call */
	WRAP_KILL_ONE = -4, /* and only to the one that calls */
	WRAP_CALL = -5,	    /* somebody else acts before the call, which is made */
};

/* What happens at call number @at (from 1); 0: nothing. */
struct wrap_plan {
	unsigned at;
	int what;
	bool lasting;	     /* and at every later call of that class */
	void (*other)(void); /* WRAP_CALL */
	const char *folder;  /* of the root: what would change it is -EROFS */
	bool full;	     /* or, what would need room in it is -ENOSPC */
};

struct wrap_class_row {
	const char *name;
	int errnos[8]; /* those that the calls are documented to give; 0 ends */
	bool lasting;  /* a state that may stay: a full disk, no memory */
};
extern const struct wrap_class_row wrap_classes[WRAP_CLASSES];

#define WRAP_CALLS_MAX 65536

/* Before the fork of a run; @machine is the scene's root. Then, in the process that is to
 * be the program, from where on calls count; it gets a process group of its own. */
void wrap_begin(const struct wrap_plan *plan, const char *machine);
void wrap_start(void);
void wrap_end(void);

/* Of the last run. */
unsigned wrap_count(void);
enum wrap_class wrap_class_of(unsigned call);
bool wrap_happened(void);

/* For the rows of sys_wrapped: one call of @class, and no counting (1) or again (-1). */
int wrap_enter(enum wrap_class class);
void wrap_pause(int by);

/* sys_fake, counted; what it loads is described in the file `image` beside the root. */
extern const struct sys sys_wrapped;

#endif
