/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a request of warmboot-read on bytes, and parses its report: what a parent would
 * get. */
#ifndef TESTS_MAKE_REPORT_H
#define TESTS_MAKE_REPORT_H

#include "make_archive.h"
#include "read/request.h"
#include "verify/report.h"

#define _cleanup_report_ _cleanup_(report_done)

/* @q's fd and out are filled in here; its modules_fd must be set. Fails the test without
 * a report. */
void make_report(int (*run)(const struct request *), struct request q,
		 const struct bytes *b, struct report *ret);

/* Does one of @list hold @text? */
bool strv_mentions(const struct strv *list, const char *text);

/* Fails the test unless the problems are as expected: one holds @problem, or there are
 * none for NULL. */
void assert_problem(const struct report *report, const char *problem);

#endif
