// SPDX-License-Identifier: GPL-2.0-or-later
/* Runs every suite: tests/unit/test_NAME.c exports NAME_suite(), the list is made by
 * make. */
#include <check.h>
#include <stdlib.h>

#define SUITE(name) Suite *name##_suite(void);
#include "suites.h"
#undef SUITE

int main(void)
{
	SRunner *runner;
	int failed;

	/* A limit for what hangs, and none for a machine that is busy. */
	setenv("CK_DEFAULT_TIMEOUT", "120", 0);
	runner = srunner_create(NULL);
#define SUITE(name) srunner_add_suite(runner, name##_suite());
#include "suites.h"
#undef SUITE
	srunner_run_all(runner, CK_ENV);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
