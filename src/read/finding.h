/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What was found wrong (problems), doubtful (warnings) or worth knowing (notes) in one
 * file, in words. A problem is never lost: @bad is set even when there is no memory for
 * its text.
 */
#ifndef READ_FINDING_H
#define READ_FINDING_H

#include <stdbool.h>

#include "base/util.h"

struct findings {
	struct strv problems, warnings, notes;
	bool bad;
};
#define FINDINGS_EMPTY       \
	{                    \
		.bad = false \
	}

/* printf-like, without a line end. More than a few dozen of a kind are dropped. */
void finding_problem(struct findings *f, const char *fmt, ...) _printf_(2, 3);
void finding_warning(struct findings *f, const char *fmt, ...) _printf_(2, 3);
void finding_note(struct findings *f, const char *fmt, ...) _printf_(2, 3);
void findings_done(struct findings *f);

#endif
