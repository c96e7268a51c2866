// SPDX-License-Identifier: GPL-2.0-or-later
/* What a failed warm reboot is held against: a version, and the build of it if both are
 * known. */
#include <check.h>

#include "base/util.h"
#include "guard_machine.h"
#include "keep/runfiles.h"

Suite *guard_past_suite(void);

#define FAILED(build) "AT=then\nVERSION=6.1.0-56-amd64\n" build "RESULT=failed\n"
#define GOOD(n) "AT=then\nVERSION=6.1.0-" n "-amd64\nRESULT=good\n"
#define OLD FAILED("BUILD=\"#1 old\"\n")

static const struct {
	const char *attempts, *version, *build;
	bool held_back;
} failures[] = {
	{ FAILED(""), "6.1.0-56-amd64", NULL, true },
	{ FAILED(""), "6.1.0-56-amd64", "#2 new", true },
	{ FAILED(""), "6.1.0-57-amd64", NULL, false },
	{ OLD, "6.1.0-56-amd64", NULL, true },
	{ OLD, "6.1.0-56-amd64", "", true },
	{ OLD, "6.1.0-56-amd64", "#1 old", true },
	{ OLD, "6.1.0-56-amd64", "#2 new", false },
	/* That another one is good says nothing of it; that it is good itself does. */
	{ FAILED("") GOOD("57"), "6.1.0-56-amd64", NULL, true },
	{ FAILED("") GOOD("57"), "6.1.0-57-amd64", NULL, false },
	{ FAILED("") GOOD("56"), "6.1.0-56-amd64", NULL, false },
	{ FAILED("") FAILED("") GOOD("57"), "6.1.0-58-amd64", NULL, false },
	/* What a later version writes is no good one. */
	{ FAILED("") FAILED("") "AT=then\nVERSION=6.1.0-57-amd64\nRESULT=aborted\n",
	  "6.1.0-58-amd64", NULL, true },
	/* Two builds that failed one after the other hold back any other. */
	{ OLD FAILED("BUILD=\"#2 new\"\n"), "6.1.0-56-amd64", "#3", true },
};

START_TEST(test_failure)
{
	_cleanup_free_ char *text = strf("FORMAT=1\n%s", failures[_i].attempts);
	enum verdict verdict = failures[_i].held_back ? VERDICT_VETO : VERDICT_OK;

	machine_put(STATE_HISTORY, text);
	machine_facts.version = failures[_i].version;
	machine_facts.build = failures[_i].build;
	ck_assert_int_eq(machine_run(MOMENT_HOOK, "failed")->verdict, verdict);
	ck_assert_int_eq(machine_run(MOMENT_STATUS, "failed")->verdict, verdict);
	/* By hand everything may be tried. */
	ck_assert_int_eq(machine_run(MOMENT_ARM, "failed")->verdict, VERDICT_OK);
}
END_TEST

Suite *guard_past_suite(void)
{
	Suite *suite = suite_create("guard_past");
	TCase *tc = tcase_create("guard_past");

	tcase_add_checked_fixture(tc, machine_begin, machine_end);
	tcase_add_loop_test(tc, test_failure, 0, (int)ARRAY_SIZE(failures));
	suite_add_tcase(suite, tc);
	return suite;
}
