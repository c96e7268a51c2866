// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cli.h"

Suite *cli_suite(void);

#define WORDS_MAX 10

static const struct {
	const char *argv[WORDS_MAX];
	int result;
	enum verb verb;
} lines[] = {
	{ { NULL }, 0, VERB_ARM },
	{ { "--arm" }, 0, VERB_ARM },
	{ { "--disarm" }, 0, VERB_DISARM },
	{ { "--status", "--json" }, 0, VERB_STATUS },
	{ { "--list", "--root", "/x" }, 0, VERB_LIST },
	{ { "--inspect", "a", "b" }, 0, VERB_INSPECT },
	{ { "--inspect", "a", "--json" }, 0, VERB_INSPECT },
	{ { "--hook", "dpkg-postinst", "--arm", "-x" }, 0, VERB_HOOK },
	{ { "--arm", "-k", "vmlinuz", "-i", "a", "-i", "b", "-a", "ro" }, 0, VERB_ARM },
	{ { "--root", "/x", "--dry-run" }, 0, VERB_ARM },
	{ { "--root", "/" }, 0, VERB_ARM },
	{ { "-h" }, 0, VERB_HELP },
	{ { "--version" }, 0, VERB_VERSION },
	/* --- wrong usage --- */
	{ { "--arm", "--disarm" }, -EINVAL, VERB_ARM },
	{ { "--status", "--list" }, -EINVAL, VERB_ARM },
	{ { "--nonsense" }, -EINVAL, VERB_ARM },
	{ { "-x" }, -EINVAL, VERB_ARM },
	{ { "-xn" }, -EINVAL, VERB_ARM },
	{ { "word" }, -EINVAL, VERB_ARM },
	{ { "--hook" }, -EINVAL, VERB_ARM },
	{ { "--inspect" }, -EINVAL, VERB_ARM },
	{ { "--arm", "--json" }, -EINVAL, VERB_ARM },
	{ { "--disarm", "-k", "vmlinuz" }, -EINVAL, VERB_ARM },
	{ { "-i", "initrd" }, -EINVAL, VERB_ARM },
	{ { "-k", "vmlinuz", "-e", "id" }, -EINVAL, VERB_ARM },
	{ { "--root", "/x" }, -EINVAL, VERB_ARM },
	{ { "--root", "/x", "--disarm" }, -EINVAL, VERB_ARM },
	{ { "--root", "/x", "--hook", "apk" }, -EINVAL, VERB_ARM },
};

/* Copies the row into an argv that getopt may permute. */
static int fill(size_t row, char *argv[WORDS_MAX + 2])
{
	int argc = 1;

	argv[0] = strdup("warmboot");
	for (size_t i = 0; i < WORDS_MAX && lines[row].argv[i]; i++)
		argv[argc++] = strdup(lines[row].argv[i]);
	argv[argc] = NULL;
	return argc;
}

START_TEST(test_line)
{
	char *argv[WORDS_MAX + 2];
	int argc = fill((size_t)_i, argv), silent = open("/dev/null", O_WRONLY);
	struct options options;

	dup2(silent, STDERR_FILENO);
	close(silent);
	ck_assert_int_eq(cli_parse(argc, argv, &options), lines[_i].result);
	if (lines[_i].result == 0)
		ck_assert_int_eq(options.verb, lines[_i].verb);
	options_done(&options);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
}
END_TEST

START_TEST(test_hook_arguments_are_no_options)
{
	char *argv[] = { (char[]){ "warmboot" },
			 (char[]){ "-v" },
			 (char[]){ "--hook" },
			 (char[]){ "alpm" },
			 (char[]){ "--arm" },
			 (char[]){ "-q" },
			 NULL };
	struct options options;

	ck_assert_int_eq(cli_parse(6, argv, &options), 0);
	ck_assert_str_eq(options.hook, "alpm");
	ck_assert_uint_eq(options.n_args, 2);
	ck_assert_str_eq(options.args[0], "--arm");
	ck_assert(!options.quiet);
	ck_assert_int_eq(options.verbosity, 1);
	options_done(&options);
}
END_TEST

Suite *cli_suite(void)
{
	Suite *suite = suite_create("cli");
	TCase *tc = tcase_create("cli");

	tcase_add_loop_test(tc, test_line, 0, ARRAY_SIZE(lines));
	tcase_add_test(tc, test_hook_arguments_are_no_options);
	suite_add_tcase(suite, tc);
	return suite;
}
