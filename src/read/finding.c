// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <string.h>

#include "read/finding.h"

/* A file with thousands of faults is told from one with a few by the first ones. */
#define FINDINGS_MAX 32

static void add(struct strv *to, const char *fmt, va_list ap) _printf_(2, 0);
static void add(struct strv *to, const char *fmt, va_list ap)
{
	char *text;

	if (to->count >= FINDINGS_MAX)
		return;
	/* Without memory only the words are lost: see findings.bad. */
	if (vasprintf(&text, fmt, ap) >= 0 && strv_take(to, text) < 0)
		return;
}

void finding_problem(struct findings *f, const char *fmt, ...)
{
	va_list ap;

	f->bad = true;
	va_start(ap, fmt);
	add(&f->problems, fmt, ap);
	va_end(ap);
}

void finding_warning(struct findings *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(&f->warnings, fmt, ap);
	va_end(ap);
}

void finding_note(struct findings *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(&f->notes, fmt, ap);
	va_end(ap);
}

void findings_done(struct findings *f)
{
	strv_done(&f->problems);
	strv_done(&f->warnings);
	strv_done(&f->notes);
	*f = (struct findings)FINDINGS_EMPTY;
}
