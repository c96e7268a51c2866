// SPDX-License-Identifier: GPL-2.0-or-later
/* From inside the sandbox: what must still work, and what must not. Each try is a child.
 */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/util.h"
#include "fake_root.h"
#include "read/sandbox.h"

Suite *sandbox_suite(void);

/* What each try is given. */
struct inside {
	int modules; /* a directory with the file "inside"; beside it lies "outside" */
	int file;    /* open since before */
	int walls;
};

/* openat2 without any of its own restrictions: only the walls stand in the way. */
static int open_below(int dir, const char *path)
{
	const struct open_how how = { .flags = O_RDONLY };

	return (int)syscall(SYS_openat2, dir, path, &how, sizeof(how));
}

static bool try_read(const struct inside *in)
{
	char buf[4];

	return read(in->file, buf, sizeof(buf)) == 4 && pread(in->file, buf, 1, 1) == 1;
}

static bool try_module(const struct inside *in)
{
	return open_below(in->modules, "inside") >= 0;
}

/* How fstat(3) asks on architectures that are younger than statx(2). */
static bool try_statx(const struct inside *in)
{
	struct statx st;

	return syscall(SYS_statx, in->file, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &st) ==
	       0;
}

static void *note(void *arg)
{
	*(int *)arg = 1;
	return NULL;
}

static bool try_thread(const struct inside *in)
{
	pthread_t thread;
	int done = 0;

	(void)in;
	return pthread_create(&thread, NULL, note, &done) == 0 &&
	       pthread_join(thread, NULL) == 0 && done;
}

static bool try_memory(const struct inside *in)
{
	char *block = malloc(64 << 20);

	(void)in;
	if (!block)
		return false;
	memset(block, 1, 64 << 20);
	free(block);
	return true;
}

static bool try_open(const struct inside *in)
{
	(void)in;
	return open("/etc/passwd", O_RDONLY) >= 0;
}

static bool try_other_folder(const struct inside *in)
{
	(void)in;
	return open_below(AT_FDCWD, "/etc/passwd") >= 0;
}

/* seccomp cannot see paths, so this one is Landlock's. */
static bool try_leave_folder(const struct inside *in)
{
	return (in->walls & WALL_LANDLOCK) && open_below(in->modules, "../outside") >= 0;
}

static bool try_create(const struct inside *in)
{
	return openat(in->modules, "new", O_CREAT | O_WRONLY, 0600) >= 0;
}

static bool try_socket(const struct inside *in)
{
	(void)in;
	return socket(AF_UNIX, SOCK_DGRAM, 0) >= 0;
}

static bool try_fork(const struct inside *in)
{
	pid_t pid = fork();

	(void)in;
	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool try_exec(const struct inside *in)
{
	char *argv[] = { NULL };

	(void)in;
	execve("/bin/true", argv, argv);
	return errno != EPERM; /* it came back */
}

static bool try_signal(const struct inside *in)
{
	(void)in;
	return kill(getppid(), 0) == 0;
}

static bool try_trace(const struct inside *in)
{
	(void)in;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}

static bool try_root_again(const struct inside *in)
{
	(void)in;
	return setuid(0) == 0;
}

static bool try_more_files(const struct inside *in)
{
	const struct rlimit limit = { 1024, 1024 };

	(void)in;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

static const struct {
	const char *what;
	bool (*can)(const struct inside *in);
	bool expected;
} tries[] = {
	{ "read an open file", try_read, true },
	{ "ask what an open file is", try_statx, true },
	{ "open a module", try_module, true },
	{ "start a thread", try_thread, true },
	{ "allocate", try_memory, true },
	{ "open a file by name", try_open, false },
	{ "open it from another folder", try_other_folder, false },
	{ "leave the folder of modules", try_leave_folder, false },
	{ "make a file", try_create, false },
	{ "make a socket", try_socket, false },
	{ "fork", try_fork, false },
	{ "start a program", try_exec, false },
	{ "send a signal", try_signal, false },
	{ "be traced", try_trace, false },
	{ "be root again", try_root_again, false },
	{ "raise a limit", try_more_files, false },
};

enum { CHILD_COULD = 10, CHILD_COULD_NOT, CHILD_NO_SECCOMP, CHILD_FAILED };

/* In the child. */
static int attempt(bool (*can)(const struct inside *in), const char *dir)
{
	_cleanup_free_ char *modules = strf("%s/modules", dir);
	_cleanup_free_ char *file = strf("%s/outside", dir);
	struct inside in = { .modules = open(modules, O_RDONLY | O_DIRECTORY),
			     .file = open(file, O_RDONLY) };

	if (in.modules < 0 || in.file < 0)
		return CHILD_FAILED;
	in.walls = sandbox_enter(in.modules);
	if (in.walls < 0)
		return CHILD_FAILED;
	if (!(in.walls & WALL_SECCOMP))
		return CHILD_NO_SECCOMP;
	return can(&in) ? CHILD_COULD : CHILD_COULD_NOT;
}

START_TEST(tries_from_inside)
{
	char dir[] = "/tmp/warmboot-sandbox-XXXXXX";
	int status;
	pid_t pid;

	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(fake_root_folder(dir, "/modules"), 0);
	ck_assert_int_eq(fake_root_text(dir, "/modules/inside", "module"), 0);
	ck_assert_int_eq(fake_root_text(dir, "/outside", "secret"), 0);
	ck_assert_int_eq(chmod(dir, 0755), 0);
	pid = fork();
	if (pid == 0)
		_exit(attempt(tries[_i].can, dir));
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	fake_root_remove(dir);
	ck_assert_msg(WIFEXITED(status), "%s: the child died of signal %d",
		      tries[_i].what, WTERMSIG(status));
	if (WEXITSTATUS(status) == CHILD_NO_SECCOMP) {
		/* A machine that builds without seccomp can still run the rest. */
		fprintf(stderr, "sandbox: skipped '%s': seccomp is not to be had here\n",
			tries[_i].what);
		return;
	}
	ck_assert_msg(WEXITSTATUS(status) ==
			      (tries[_i].expected ? CHILD_COULD : CHILD_COULD_NOT),
		      "%s: %s", tries[_i].what,
		      WEXITSTATUS(status) == CHILD_COULD ? "could" : "could not");
}
END_TEST

Suite *sandbox_suite(void)
{
	Suite *suite = suite_create("sandbox");
	TCase *inside = tcase_create("inside");

	tcase_add_loop_test(inside, tries_from_inside, 0, ARRAY_SIZE(tries));
	suite_add_tcase(suite, inside);
	return suite;
}
