/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One message for systemd's journal, as its native protocol wants it: a datagram of
 * FIELD=value lines (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/). Pure. libsystemd would
 * do the same, but loading it costs each hook more than all that the hook does.
 */
#ifndef BASE_JOURNAL_H
#define BASE_JOURNAL_H

#include <stddef.h>

#include "base/macro.h"

/* The well-known socket; systemd-journald.service(8). */
#define JOURNAL_SOCKET "/run/systemd/journal/socket"

struct journal_field {
	const char *name;  /* upper case; NULL ends a list */
	const char *value; /* NULL: the field is left out */
};

/*
 * The datagram for @fields, which end with a NULL name. A value with a line end is
 * written with its length, so no text can bring a field of its own. The caller frees;
 * NULL: out of memory.
 */
char *journal_datagram(const struct journal_field *fields, size_t *ret_len);

#endif
