// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Every step may fail. Without arguments each call of each job fails once, with one of
 * its errnos in turn, and is killed at each step that changes something; FAULTS=all takes
 * every errno at every call. Words on the command line pick jobs whose names contain one.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/macro.h"
#include "base/util.h"
#include "jobs.h"
#include "others.h"
#include "trial.h"
#include "unit/scene.h"

/* Without FAULTS=all, of the many calls for memory one in so many. */
#define MEMORY_STRIDE 29

static char **picked;
static bool all;
static struct {
	unsigned calls, runs, states, passed, failed;
} total;

static bool is_picked(const char *name)
{
	for (char **p = picked; p && *p; p++)
		if (strstr(name, *p))
			return true;
	return !picked || !*picked;
}

static const char *what_name(int what, char buf[32])
{
	switch (what) {
	case WRAP_SHORT:
		return "short";
	case WRAP_END:
		return "end";
	case WRAP_KILL:
		return "killed";
	case WRAP_KILL_ONE:
		return "its child killed";
	default:
		snprintf(buf, 32, "%s", strerror(what));
		return buf;
	}
}

static bool one(struct trial *trial, unsigned call, int what, bool lasting)
{
	const struct wrap_plan plan = { .at = call, .what = what, .lasting = lasting };
	char buf[32];
	_cleanup_free_ char *name = strf(
		"call %u (%s) %s%s", call, wrap_classes[trial_class(trial, call)].name,
		what_name(what, buf), lasting ? " from there on" : "");

	return trial_run(trial, &plan, name, NULL);
}

/* Before a call that changes nothing, a kill is one before the next that does. */
static bool changes(enum wrap_class class)
{
	switch (class) {
	case WRAP_CREATE:
	case WRAP_WRITE:
	case WRAP_SYNC:
	case WRAP_RENAME:
	case WRAP_UNLINK:
	case WRAP_MKDIR:
	case WRAP_PROCESS:
	case WRAP_LOAD:
	case WRAP_UNLOAD:
	case WRAP_RUN:
		return true;
	case WRAP_OPEN:
	case WRAP_READ:
	case WRAP_STAT:
	case WRAP_LIST:
	case WRAP_ATTRIBUTE:
	case WRAP_LOCK:
	case WRAP_MEMORY:
	case WRAP_UNAME:
	case WRAP_CLASSES:
		break;
	}
	return false;
}

struct figures {
	unsigned runs, failed;
};

static void count(struct figures *figures, bool well)
{
	figures->runs++;
	figures->failed += !well;
}

static void fail_call(struct trial *trial, unsigned call, struct figures *figures)
{
	enum wrap_class class = trial_class(trial, call);
	const struct wrap_class_row *row = &wrap_classes[class];
	unsigned n = 0;

	if (class == WRAP_MEMORY && !all && call % MEMORY_STRIDE != 0)
		return;
	while (row->errnos[n])
		n++;
	for (unsigned i = 0; i < n; i++)
		if (all || (i == call % n && (call % 2 == 0 || !row->lasting)))
			count(figures, one(trial, call, row->errnos[i], false));
	/* A disk that is full stays full. */
	for (unsigned i = 0; i < n && row->lasting; i++)
		if ((all || (i == call / 2 % n && call % 2)) && row->errnos[i] > 0 &&
		    row->errnos[i] != EINTR)
			count(figures, one(trial, call, row->errnos[i], true));
	if (changes(class))
		count(figures, one(trial, call, WRAP_KILL, false));
	if (class == WRAP_LOAD)
		count(figures, one(trial, call, WRAP_KILL_ONE, false));
}

static void run_job(const struct job *job)
{
	struct trial *trial = trial_begin(job);
	struct figures figures = { 0, 0 };

	for (unsigned call = 1; call <= trial_calls(trial); call++)
		fail_call(trial, call, &figures);
	printf("%-24s %6u %6u %6u %6u\n", job->name, trial_calls(trial), figures.runs,
	       trial_states(trial), figures.failed);
	total.calls += trial_calls(trial);
	total.runs += figures.runs;
	total.states += trial_states(trial);
	total.failed += figures.failed;
	total.passed += figures.runs - figures.failed;
	trial_end(trial);
}

START_TEST(test_jobs)
{
	printf("%-24s %6s %6s %6s %6s\n", "job", "calls", "runs", "states", "failed");
	for (size_t i = 0; i < n_jobs; i++) {
		if (!is_picked(jobs[i].name))
			continue;
		scene_begin();
		run_job(&jobs[i]);
		scene_end();
	}
	printf("%-24s %6u %6u %6u %6u\n", "all", total.calls, total.runs, total.states,
	       total.failed);
}
END_TEST

START_TEST(test_others)
{
	others_run(is_picked, all, &total.passed, &total.failed);
}
END_TEST

/* The scene is made with Check's assertions, so Check runs it; without its processes,
 * since these tests have their own. */
int main(int argc, char *argv[])
{
	Suite *suite = suite_create("faults");
	TCase *tc = tcase_create("faults");
	SRunner *runner;
	int broken;

	setlinebuf(stdout);
	/* Some ten thousand small files are made: not on a disk. */
	if (access("/dev/shm", W_OK) == 0)
		setenv("TMPDIR", "/dev/shm", 0);
	picked = argc > 1 ? argv + 1 : NULL;
	all = streq(getenv("FAULTS"), "all");
	tcase_add_test(tc, test_jobs);
	tcase_add_test(tc, test_others);
	suite_add_tcase(suite, tc);
	runner = srunner_create(suite);
	srunner_set_fork_status(runner, CK_NOFORK);
	srunner_run_all(runner, CK_NORMAL);
	broken = srunner_ntests_failed(runner);
	srunner_free(runner);
	printf("faults: %u passed, %u failed\n", total.passed,
	       total.failed + (unsigned)broken);
	return total.failed + (unsigned)broken ? EXIT_FAILURE : EXIT_SUCCESS;
}
