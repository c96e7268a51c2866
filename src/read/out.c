// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "read/out.h"

void out_text(FILE *f, const char *key, const char *value)
{
	if (!value)
		return;
	fprintf(f, "%s=\"", key);
	for (; *value; value++) {
		unsigned char c = (unsigned char)*value;

		if (c < ' ' || c == 127) {
			putc('?', f);
			continue;
		}
		if (strchr("\\\"$`", c))
			putc('\\', f);
		putc(c, f);
	}
	fputs("\"\n", f);
}

void out_format(FILE *f, const char *key, const char *fmt, ...)
{
	char value[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(value, sizeof(value), fmt, ap);
	va_end(ap);
	out_text(f, key, value);
}

void out_begin(FILE *f)
{
	fputs("FORMAT=1\n", f);
}

static void out_list(FILE *f, const char *key, const struct strv *list)
{
	for (size_t i = 0; i < list->count; i++)
		out_text(f, key, list->items[i]);
}

void out_findings(FILE *f, const struct findings *findings)
{
	fprintf(f, "OK=%d\n", findings->bad ? 0 : 1);
	out_list(f, "PROBLEM", &findings->problems);
	out_list(f, "WARNING", &findings->warnings);
	out_list(f, "NOTE", &findings->notes);
}

int out_end(FILE *f)
{
	fputs("END=1\n", f);
	if (fflush(f) != 0)
		return -errno;
	return ferror(f) ? -EIO : 0;
}
