/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BASE_MACRO_H
#define BASE_MACRO_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Release a resource when its variable goes out of scope, on every path. */
#define _cleanup_(fn) __attribute__((cleanup(fn)))
#define _cleanup_free_ _cleanup_(freep)
#define _cleanup_close_ _cleanup_(closep)
#define _cleanup_fclose_ _cleanup_(fclosep)

#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))
#define _must_check_ __attribute__((warn_unused_result))
#define _unused_ __attribute__((unused))
/* For large buffers that a call fills at once: not zeroed before, whatever the compiler's
 * options say. */
#if __has_attribute(uninitialized)
#define _uninitialized_ __attribute__((uninitialized))
#else
#define _uninitialized_
#endif

/* Hand a resource on: the variable is emptied, so that its cleanup does nothing. */
#define TAKE_PTR(p)                      \
	({                               \
		__typeof__(p) p__ = (p); \
		(p) = NULL;              \
		p__;                     \
	})
#define TAKE_FD(fd)              \
	({                       \
		int fd__ = (fd); \
		(fd) = -1;       \
		fd__;            \
	})

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#endif
