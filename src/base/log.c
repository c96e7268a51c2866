// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <string.h>

#include "base/log.h"

/* The one mutable global of the program: set once by app.c. */
static struct {
	int max_level;
	bool to_syslog;
} log_state = { LOG_NOTICE, false };

void log_init(int max_level, bool to_syslog)
{
	log_state.max_level = max_level;
	log_state.to_syslog = to_syslog;
	if (to_syslog)
		openlog(NAME, LOG_PID, LOG_DAEMON);
}

/* Names from disk reach messages: control characters would reach the terminal. */
static void make_printable(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static void emit(int level, char *text)
{
	make_printable(text);
	if (level <= log_state.max_level)
		fprintf(stderr, NAME ": %s%s\n", level == LOG_WARNING ? "warning: " : "",
			text);
	if (log_state.to_syslog && level <= LOG_INFO)
		syslog(level, "%s", text);
}

void log_at(int level, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int n;

	if (level > log_state.max_level && !(log_state.to_syslog && level <= LOG_INFO))
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0) {
		text = NULL;
		return;
	}
	emit(level, text);
}

int log_errno_at(int level, int r, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	else
		log_at(level, "%s: %s", text, strerror(-r));
	return r;
}
