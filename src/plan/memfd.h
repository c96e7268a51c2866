/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files in memory that nobody can change once they are sealed: memfd_create(2). */
#ifndef PLAN_MEMFD_H
#define PLAN_MEMFD_H

#include <stdint.h>

#include "base/macro.h"

/* Returns a descriptor or a negative errno. */
_must_check_ int memfd_new(const char *name);

/* Appends a part of an open file; -EIO if it ends earlier. 0 or a negative errno. */
_must_check_ int memfd_append(int to, int from, uint64_t offset, uint64_t length);

/* 0 or a negative errno; -EBUSY while somebody could still write. */
_must_check_ int memfd_seal(int fd);

#endif
