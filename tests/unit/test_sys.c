// SPDX-License-Identifier: GPL-2.0-or-later
/* What the programs that are run get of ours, and of our caller's: src/base/sys.c. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/sys.h"

Suite *sys_suite(void);

#define LEFT_OPEN 57 /* by our caller: without close-on-exec */

/* The descriptors of the child, as a list with blanks around each. The caller frees. */
static char *child_files(int pass_fd)
{
	struct sys_command command =
		SYS_COMMAND("/bin/sh", "-c", "cd /proc/self/fd && echo '' * ''");
	char *output = NULL;

	command.ret_output = &output;
	command.output_max = 4096;
	command.pass_fd = pass_fd;
	ck_assert_int_eq(sys_host.run(&command), 0);
	return output;
}

START_TEST(test_child_gets_no_other_files)
{
	_cleanup_free_ char *files = NULL;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	ck_assert_int_eq(dup2(fd, LEFT_OPEN), LEFT_OPEN);
	ck_assert_int_eq(dup2(fd, LEFT_OPEN + 900), LEFT_OPEN + 900);
	files = child_files(_i ? fd : -1);
	close(LEFT_OPEN);
	close(LEFT_OPEN + 900);
	close(fd);
	ck_assert_ptr_nonnull(strstr(files, " 0 1 2 "));
	ck_assert(!strstr(files, " 57 "));
	ck_assert(!strstr(files, " 957 "));
	ck_assert(!_i || strstr(files, " 3 "));
}
END_TEST

static int answer(void *arg)
{
	return *(int *)arg;
}

/* As some programs leave it to their children: nobody could wait for one of ours. */
START_TEST(test_children_can_be_waited_for)
{
	struct sys_command command = SYS_COMMAND("/bin/sh", "-c", "exit 7");
	int wanted = -ENOENT;

	signal(SIGCHLD, SIG_IGN);
	ck_assert_int_eq(sys_host.run(&command), 7);
	signal(SIGCHLD, SIG_IGN);
	ck_assert_int_eq(sys_host.in_child(answer, &wanted), -ENOENT);
}
END_TEST

Suite *sys_suite(void)
{
	Suite *suite = suite_create("sys");
	TCase *tcase = tcase_create("sys");

	tcase_add_loop_test(tcase, test_child_gets_no_other_files, 0, 2);
	tcase_add_test(tcase, test_children_can_be_waited_for);
	suite_add_tcase(suite, tcase);
	return suite;
}
