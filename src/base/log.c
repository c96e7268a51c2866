// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/util.h"

/* Ours, and those of an event. */
#define FIELDS_MAX 16

/* The one mutable global of the program: set once by app.c. */
static struct {
	int max_level;
	const struct sys *sys;
	const char *by;
	bool stderr_is_journal; /* as in a service: then each message would be there twice
				 */
} log_state = { LOG_NOTICE, NULL, NULL, false };

/* systemd.exec(5): JOURNAL_STREAM has device and inode of what stderr was connected to.
 */
static bool stderr_is_journal(const struct sys *sys)
{
	const char *stream = sys ? sys->getenv("JOURNAL_STREAM") : NULL;
	_cleanup_free_ char *ours = NULL;
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	ours = strf("%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return streq(stream, ours);
}

void log_init(int max_level, const struct sys *sys, const char *by)
{
	log_state.max_level = max_level;
	log_state.sys = sys;
	log_state.by = by;
	log_state.stderr_is_journal = stderr_is_journal(sys);
}

/* Names from disk reach messages: control characters would reach the terminal. */
static void make_printable(char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < 0x20 || *s == 0x7f)
			*s = '?';
}

static bool is_kept(int level)
{
	return log_state.sys && level <= LOG_INFO;
}

/* Returns true if the journal has it. */
static bool keep(int level, const char *message_id, const struct journal_field *fields,
		 const char *text)
{
	/* journald looks up the sender's unit, and we may be gone by then; `journalctl
	 * -u` also takes this field, from root. */
	const char *unit = log_state.stderr_is_journal ? NAME ".service" : NULL;
	const char priority[] = { (char)('0' + level), '\0' };
	struct journal_field all[FIELDS_MAX] = { { "MESSAGE", text },
						 { "PRIORITY", priority },
						 { "SYSLOG_IDENTIFIER", NAME },
						 { "MESSAGE_ID", message_id },
						 { "WARMBOOT_BY", log_state.by },
						 { "OBJECT_SYSTEMD_UNIT", unit } };
	_cleanup_free_ char *datagram = NULL;
	size_t n = 6, len;

	while (fields && fields->name && n + 1 < ARRAY_SIZE(all))
		all[n++] = *fields++;
	datagram = journal_datagram(all, &len);
	if (datagram && log_state.sys->journal(datagram, len) >= 0)
		return true;
	log_state.sys->to_syslog(level, text);
	return false;
}

static void emit(int level, const char *message_id, const struct journal_field *fields,
		 char *text)
{
	bool in_journal;

	make_printable(text);
	in_journal = is_kept(level) && keep(level, message_id, fields, text);
	if (level <= log_state.max_level && !(in_journal && log_state.stderr_is_journal))
		fprintf(stderr, NAME ": %s%s\n", level == LOG_WARNING ? "warning: " : "",
			text);
}

static void log_va(int level, const char *message_id, const struct journal_field *fields,
		   const char *fmt, va_list ap) _printf_(4, 0);
static void log_va(int level, const char *message_id, const struct journal_field *fields,
		   const char *fmt, va_list ap)
{
	char *text = NULL;

	if (level > log_state.max_level && !is_kept(level))
		return;
	if (vasprintf(&text, fmt, ap) < 0)
		return;
	emit(level, message_id, fields, text);
	free(text);
}

void log_at(int level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(level, NULL, NULL, fmt, ap);
	va_end(ap);
}

void log_event(int level, const char *message_id, const struct journal_field *fields,
	       const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_va(level, message_id, fields, fmt, ap);
	va_end(ap);
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
