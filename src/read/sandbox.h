/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What warmboot-read may still do while it looks at files that somebody else made: read
 * its descriptors, compute, write its report. Whoever takes over a decoder has nothing to
 * open, nobody to talk to and nothing to start.
 */
#ifndef READ_SANDBOX_H
#define READ_SANDBOX_H

#include "base/macro.h"

/* CPU seconds, far above any real file: an image of 400 MB takes 10. */
#define SANDBOX_CPU_SECONDS 600
#define SANDBOX_FILES_MAX 16 /* descriptors */

/* Which walls stand. Each one is there for itself; a kernel may lack the newer two. */
enum sandbox_wall {
	WALL_LIMITS = 1,   /* setrlimit(2): time, descriptors, no core dump */
	WALL_USER = 2,	   /* nobody, where we were root; and never more again */
	WALL_LANDLOCK = 4, /* landlock(7): no file by name but below @modules_fd */
	WALL_SECCOMP = 8,  /* seccomp(2): only the calls that reading takes */
};

/*
 * Raises them, for good. @modules_fd: the directory whose files may be opened, or -1.
 * Returns the walls that stand, or a negative errno if one that every supported kernel
 * has (limits, user) could not be raised.
 */
_must_check_ int sandbox_enter(int modules_fd);

#endif
