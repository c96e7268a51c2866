// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "make_report.h"
#include "read/out.h"

void make_report(int (*run)(const struct request *), struct request q,
		 const struct bytes *b, struct report *ret)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = bytes_file(b);
	size_t size;

	q.fd = fd;
	q.out = open_memstream(&text, &size);
	out_begin(q.out);
	ck_assert_int_eq(run(&q), 0);
	ck_assert_int_eq(out_end(q.out), 0);
	fclose(q.out);
	ck_assert_int_eq(report_parse(text, size, ret), 0);
}

bool strv_mentions(const struct strv *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strstr(list->items[i], text))
			return true;
	return false;
}

void assert_problem(const struct report *report, const char *problem)
{
	_cleanup_free_ char *all = strv_join(&report->problems, " / ");

	if (problem)
		ck_assert_msg(!report->ok && strv_mentions(&report->problems, problem),
			      "expected: %s\nfound: %s", problem, all);
	else
		ck_assert_msg(report->ok, "found: %s", all);
}
