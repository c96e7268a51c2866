// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * measure ROUNDS -- COMMAND… [-- COMMAND…]…: runs the commands in turn, ROUNDS times, so
 * that what else the machine does meets all of them alike. One line a run on stdout:
 * number of the command, exit status, CPU time (user and system) and wall time in
 * microseconds, peak memory in KiB. A program of its own because a child's peak memory
 * starts at that of the process which started it, and its CPU time with the copying of
 * it.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 16

extern char **environ;

static long micro(struct timeval t)
{
	return t.tv_sec * 1000000L + t.tv_usec;
}

static long now_micro(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000L + t.tv_nsec / 1000;
}

/* Cuts argv at each "--"; the number of commands, or 0. */
static int split(char *argv[], char **commands[COMMANDS_MAX])
{
	int n = 0;

	for (; *argv; argv++) {
		if (strcmp(*argv, "--") != 0)
			continue;
		*argv = NULL;
		if (n == COMMANDS_MAX || !argv[1])
			return 0;
		commands[n++] = argv + 1;
	}
	return n;
}

static int run(int number, char *argv[], const posix_spawn_file_actions_t *quiet)
{
	struct rusage used;
	long began = now_micro();
	int status;
	pid_t pid;

	if (posix_spawnp(&pid, argv[0], quiet, NULL, argv, environ) != 0) {
		fprintf(stderr, "measure: cannot start %s\n", argv[0]);
		return -1;
	}
	if (wait4(pid, &status, 0, &used) < 0)
		return -1;
	printf("%d %d %ld %ld %ld\n", number,
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
	       micro(used.ru_utime) + micro(used.ru_stime), now_micro() - began,
	       used.ru_maxrss);
	return 0;
}

int main(int argc, char *argv[])
{
	char **commands[COMMANDS_MAX];
	posix_spawn_file_actions_t quiet;
	long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
	int n = argc > 2 ? split(argv + 2, commands) : 0;

	if (rounds <= 0 || n == 0) {
		fprintf(stderr,
			"usage: measure ROUNDS -- COMMAND... [-- COMMAND...]...\n");
		return 2;
	}
	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&quiet, 2, "/dev/null", O_WRONLY, 0);
	for (long i = 0; i < rounds; i++)
		for (int c = 0; c < n; c++)
			if (run(c, commands[c], &quiet) < 0)
				return 1;
	posix_spawn_file_actions_destroy(&quiet);
	return 0;
}
