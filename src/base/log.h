/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages: to stderr, and in hook and service mode to the journal too, or to syslog(3)
 * where there is none. Results never go through here. Levels are those of syslog:
 * LOG_ERR, LOG_WARNING, LOG_NOTICE (shown by default), LOG_INFO (-v), LOG_DEBUG (-vv).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <syslog.h>

#include "base/event.h"
#include "base/journal.h"
#include "base/macro.h"
#include "base/sys.h"

/* @sys: where messages go besides stderr, with @by (who asked) as a field; NULL: nowhere
 * else. Both must outlive the last message. */
void log_init(int max_level, const struct sys *sys, const char *by);

void log_at(int level, const char *fmt, ...) _printf_(2, 3);

/* The same for one of the events in base/event.h, with fields that only the journal
 * shows: LOG_FIELDS({ "WARMBOOT_KERNEL", version }). */
void log_event(int level, const char *message_id, const struct journal_field *fields,
	       const char *fmt, ...) _printf_(4, 5);
#define LOG_FIELDS(...)                \
	(const struct journal_field[]) \
	{                              \
		__VA_ARGS__,           \
		{                      \
			NULL, NULL     \
		}                      \
	}

/* Appends ": " and what the errno means; returns @r (a negative errno). */
int log_errno_at(int level, int r, const char *fmt, ...) _printf_(3, 4);

#define log_error(...) log_at(LOG_ERR, __VA_ARGS__)
#define log_warning(...) log_at(LOG_WARNING, __VA_ARGS__)
#define log_notice(...) log_at(LOG_NOTICE, __VA_ARGS__)
#define log_info(...) log_at(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_at(LOG_DEBUG, __VA_ARGS__)
#define log_error_errno(r, ...) log_errno_at(LOG_ERR, r, __VA_ARGS__)
#define log_warning_errno(r, ...) log_errno_at(LOG_WARNING, r, __VA_ARGS__)

#endif
