// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>

#include "read/out.h"
#include "verify/report.h"

Suite *report_suite(void);

static const struct {
	const char *text;
	int result;
} rows[] = {
	{ "FORMAT=1\nEND=1\n", 0 },
	{ "FORMAT=1\nOK=1\nNEW_KEY=\"later\"\nEND=1\n", 0 },
	{ "FORMAT=1\nSIZE=12\nSIZE=12\nEND=1\n", 0 },
	{ "", -ENODATA },
	{ "FORMAT=1\nOK=1\n", -ENODATA },
	{ "FORMAT=1\nOK=1\nEND=1", -ENODATA },
	{ "FORMAT=2\nOK=1\nEND=1\n", -EOPNOTSUPP },
	{ "OK=1\nFORMAT=1\nEND=1\n", -EOPNOTSUPP },
	{ "END=1\n", -EOPNOTSUPP },
	{ "FORMAT=1\nOK=2\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nOK=\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nSIZE=-1\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nSIZE=99999999999999999999\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nTYPE=\"a\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nTYPE=\"a\"b\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nTYPE=\"a\\\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nTYPE=a b\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nTYPE=\"a\tb\"\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nTYPE=\"a\"\nTYPE=\"b\"\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\n=x\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\n\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nlower=1\nEND=1\n", -EBADMSG },
	{ "FORMAT=1\nEND=1\nOK=1\n", -EBADMSG },
};

START_TEST(test_rows)
{
	struct report report;

	ck_assert_int_eq(report_parse(rows[_i].text, strlen(rows[_i].text), &report),
			 rows[_i].result);
	if (rows[_i].result < 0)
		ck_assert(!report.ok && !report.type && report.size == 0);
	report_done(&report);
}
END_TEST

/* A problem counts even where the writer said OK. */
START_TEST(test_ok)
{
	static const struct {
		const char *text;
		bool ok;
	} oks[] = {
		{ "FORMAT=1\nOK=1\nEND=1\n", true },
		{ "FORMAT=1\nOK=0\nEND=1\n", false },
		{ "FORMAT=1\nEND=1\n", false },
		{ "FORMAT=1\nOK=1\nPROBLEM=\"x\"\nEND=1\n", false },
		{ "FORMAT=1\nOK=1\nWARNING=\"x\"\nEND=1\n", true },
	};

	for (size_t i = 0; i < ARRAY_SIZE(oks); i++) {
		struct report report;

		ck_assert_int_eq(report_parse(oks[i].text, strlen(oks[i].text), &report),
				 0);
		ck_assert_int_eq(report.ok, oks[i].ok);
		report_done(&report);
	}
}
END_TEST

/* What the writer writes, the reader reads: any bytes but control characters. */
START_TEST(test_round_trip)
{
	static const char value[] = "a \"quoted\" $word `x` \\ 'y' \xc3\xa4 #;=";
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	finding_problem(&findings, "%s", value);
	finding_problem(&findings, "two\nlines");
	finding_note(&findings, "note");
	out_begin(f);
	out_text(f, "TYPE", value);
	out_text(f, "ARCH", NULL);
	out_format(f, "SIZE", "%d", 77);
	out_text(f, "SIGNED", "1");
	out_text(f, "KERNEL", "boot/vmlinuz 6.1");
	out_findings(f, &findings);
	ck_assert_int_eq(out_end(f), 0);
	fclose(f);
	ck_assert_int_eq(report_parse(text, size, &report), 0);
	ck_assert_str_eq(report.type, value);
	ck_assert_ptr_null(report.arch);
	ck_assert_uint_eq(report.size, 77);
	ck_assert(report.is_signed && !report.ok);
	ck_assert_uint_eq(report.problems.count, 2);
	ck_assert_str_eq(report.problems.items[0], value);
	ck_assert_str_eq(report.problems.items[1], "two?lines");
	ck_assert_str_eq(report.notes.items[0], "note");
	ck_assert_str_eq(report.kernels.items[0], "boot/vmlinuz 6.1");
}
END_TEST

/* A reader that dies anywhere leaves no report that could be taken for one. */
START_TEST(test_cut)
{
	static const char text[] =
		"FORMAT=1\nTYPE=\"bzImage\"\nOK=1\nSIZE=\"5\"\nEND=1\n";

	for (size_t len = 0; len < sizeof(text) - 1; len++) {
		struct report report;

		ck_assert_int_eq(report_parse(text, len, &report), -ENODATA);
	}
}
END_TEST

START_TEST(test_limits)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);
	struct report report;

	fputs("FORMAT=1\n", f);
	for (int i = 0; i < REPORT_LINES_MAX; i++)
		fputs("NOTE=x\n", f);
	fputs("END=1\n", f);
	fclose(f);
	ck_assert_int_eq(report_parse(text, size, &report), -E2BIG);
	ck_assert_int_eq(report_parse(text, REPORT_BYTES_MAX + 1, &report), -E2BIG);
}
END_TEST

/* Problems are never lost in number: the first ones are told, the verdict stays. */
START_TEST(test_many_findings)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;

	for (int i = 0; i < 1000; i++)
		finding_problem(&findings, "problem %d", i);
	ck_assert(findings.bad);
	ck_assert_uint_lt(findings.problems.count, 100);
	ck_assert_str_eq(findings.problems.items[0], "problem 0");
}
END_TEST

Suite *report_suite(void)
{
	Suite *suite = suite_create("report");
	TCase *tc = tcase_create("report");

	tcase_add_loop_test(tc, test_rows, 0, ARRAY_SIZE(rows));
	tcase_add_test(tc, test_ok);
	tcase_add_test(tc, test_round_trip);
	tcase_add_test(tc, test_cut);
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_many_findings);
	suite_add_tcase(suite, tc);
	return suite;
}
