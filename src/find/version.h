/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The order of kernel releases, and their flavours. Pure.
 *
 * Order and flavour are two questions: "+debug" or another page size may sort higher and
 * is still not what the machine wants, so only releases of one flavour may be compared
 * for "newest".
 */
#ifndef FIND_VERSION_H
#define FIND_VERSION_H

#include <stddef.h>

#include "base/macro.h"

/*
 * Less than, equal to or greater than 0 as release @a is older than, as old as or newer
 * than @b. Any text may be compared. The order is that of the UAPI version format
 * specification, after "-rc", "-trunk" and "-next" have been read as "~rc", "~trunk" and
 * "~next": https://uapi-group.org/specifications/specs/version_format_specification/
 */
int version_compare(const char *a, const char *b);

/*
 * What is left of @release without all that counts: "amd64" of "6.1.0-56-amd64", "" of
 * "6.12.10_1". A part that is not known to count stays, so that a doubt makes two
 * flavours and never one. Returns 0, or -E2BIG if @buf of @size bytes is too small (@buf
 * is then "").
 */
_must_check_ int version_flavour(const char *release, char *buf, size_t size);

#endif
