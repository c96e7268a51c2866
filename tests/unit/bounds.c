// SPDX-License-Identifier: GPL-2.0-or-later
#include "bounds.h"

#include <check.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Of address space, in bytes. */
static rlim_t used(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	ck_assert(f && fscanf(f, "%lu", &pages) == 1);
	fclose(f);
	return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

bool bounds_begin(unsigned more_mib)
{
	const char *fork = getenv("CK_FORK"), *times = getenv("CK_TIMEOUT_MULTIPLIER");
	struct rlimit seconds = { BOUNDS_SECONDS, BOUNDS_SECONDS }, memory;

	if (fork && strcmp(fork, "no") == 0)
		return false;
	/* Sanitizers take several times as long, and so does an emulated processor, of
	 * which Check is told. */
	if (BOUNDS_SANITIZED)
		seconds.rlim_cur *= 10;
	if (times)
		seconds.rlim_cur *= strtoul(times, NULL, 10);
	seconds.rlim_max = seconds.rlim_cur;
	memory.rlim_cur = memory.rlim_max = used() + ((rlim_t)more_mib << 20);
	ck_assert_int_eq(setrlimit(RLIMIT_CPU, &seconds), 0);
	if (!BOUNDS_SANITIZED)
		ck_assert_int_eq(setrlimit(RLIMIT_AS, &memory), 0);
	return true;
}
