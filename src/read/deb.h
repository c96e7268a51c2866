/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The outermost shell of a .deb: an ar archive (deb(5)), whose members' lengths are
 * checked against the file before libarchive sees it, which allocates what the header of
 * a name table asks for, and reads a member cut short as far as it goes.
 */
#ifndef READ_DEB_H
#define READ_DEB_H

#include <stdbool.h>
#include <stdint.h>

#include "read/finding.h"

/* @fd holds @size bytes. False after a problem, which it tells @findings. */
bool deb_check(int fd, uint64_t size, struct findings *findings);

#endif
