/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Messages: to stderr, and in hook and service mode to syslog(3) too. Results never go
 * through here. Levels are those of syslog: LOG_ERR, LOG_WARNING, LOG_NOTICE (shown by
 * default), LOG_INFO (-v), LOG_DEBUG (-vv).
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <syslog.h>

#include "base/macro.h"

void log_init(int max_level, bool to_syslog);

void log_at(int level, const char *fmt, ...) _printf_(2, 3);

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
