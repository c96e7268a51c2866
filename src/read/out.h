/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the report of warmboot-read: see verify/report.h for its format. */
#ifndef READ_OUT_H
#define READ_OUT_H

#include <stdio.h>

#include "base/macro.h"
#include "read/finding.h"

/* One line; @value may hold anything, control characters become '?'. NULL writes nothing.
 */
void out_text(FILE *f, const char *key, const char *value);
void out_format(FILE *f, const char *key, const char *fmt, ...) _printf_(3, 4);

void out_begin(FILE *f);
void out_findings(FILE *f, const struct findings *findings);

/* The last line, and whether all of the report could be written: 0 or a negative errno.
 */
_must_check_ int out_end(FILE *f);

#endif
