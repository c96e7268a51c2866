// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/print.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

void print_text(FILE *f, const char *s)
{
	static const char control[] = "\1\2\3\4\5\6\7\b\t\n\v\f\r\16\17\20\21\22\23\24"
				      "\25\26\27\30\31\32\33\34\35\36\37\177";

	for (;;) {
		size_t len = strcspn(s, control);

		fwrite(s, 1, len, f);
		if (!s[len])
			return;
		fputc('?', f);
		s += len + 1;
	}
}

void print_line(FILE *f, const char *fmt, ...)
{
	char *line = NULL;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&line, fmt, ap);
	va_end(ap);
	if (len < 0) {
		fputs("(no memory)\n", f);
		return;
	}
	print_text(f, line);
	fputc('\n', f);
	free(line);
}
