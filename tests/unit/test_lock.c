// SPDX-License-Identifier: GPL-2.0-or-later
/* The lock, and who is turned away at it. The waiting is faked: what others do meanwhile
 * happens in it. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "../fake_sys.h"
#include "fake_root.h"
#include "keep/lock.h"
#include "keep/runfiles.h"

Suite *lock_suite(void);

static char dir[64];
static struct root root;
static struct options options;
static struct config config;
static struct sys sys;
static struct ctx ctx;
static unsigned waited_ms;
static void (*meanwhile)(void);

static void wait_ms(unsigned ms)
{
	waited_ms += ms;
	if (meanwhile)
		meanwhile();
}

static void set_up(void)
{
	strcpy(dir, "/tmp/warmboot-lock-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(fake_root_folder(dir, RUNDIR), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	sys = sys_fake;
	sys.sleep_ms = wait_ms;
	ctx = (struct ctx){ &options, &config, &root, &sys, "manual" };
	waited_ms = 0;
	meanwhile = NULL;
}

static void tear_down(void)
{
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

/* As another process would: a description of its own. */
static int hold(void)
{
	int fd = root_open(&root, RUN_LOCK, O_RDWR | O_CREAT);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(flock(fd, LOCK_EX), 0);
	return fd;
}

START_TEST(test_first_in_this_boot)
{
	int lock = lock_take(&ctx);

	ck_assert_int_ge(lock, 0);
	ck_assert(root_exists(&root, RUN_LOCK));
	ck_assert_uint_eq(waited_ms, 0);
	ck_assert(!lock_let_go(&ctx, lock));
	ck_assert_int_eq(close(hold()), 0);
	close(lock);
}
END_TEST

/* Who may open the file may also hold the lock, for reading is enough for flock(2). */
START_TEST(test_nobody_else_may_hold_it)
{
	mode_t mask = umask(022);
	int lock = lock_take(&ctx);
	struct stat st;

	umask(mask);
	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(fstat(lock, &st), 0);
	ck_assert_uint_eq(st.st_mode & 077, 0);
	close(lock);
}
END_TEST

START_TEST(test_file_of_a_dead_owner)
{
	int lock;

	ck_assert_int_eq(fake_root_text(dir, RUN_LOCK, "12345\n"), 0);
	lock = lock_take(&ctx);
	ck_assert_int_ge(lock, 0);
	ck_assert_uint_eq(waited_ms, 0);
	close(lock);
}
END_TEST

START_TEST(test_no_place_for_it)
{
	ck_assert_int_eq(fake_root_folder(dir, RUN_DIR), 0);
	ck_assert_int_eq(fake_root_folder(dir, RUN_LOCK), 0);
	ck_assert_int_eq(lock_take(&ctx), -EISDIR);
}
END_TEST

static pid_t owner;

static void kill_the_owner(void)
{
	if (waited_ms < LOCK_WAIT_MS / 2 || !owner)
		return;
	ck_assert_int_eq(kill(owner, SIGKILL), 0);
	ck_assert_int_eq(waitpid(owner, NULL, 0), owner);
	owner = 0;
}

START_TEST(test_owner_is_killed)
{
	int ready[2], lock;
	char c;

	ck_assert_int_eq(fake_root_folder(dir, RUN_DIR), 0);
	ck_assert_int_eq(pipe(ready), 0);
	owner = fork();
	if (owner == 0) {
		(void)hold();
		(void)!write(ready[1], "", 1);
		for (;;)
			pause();
	}
	ck_assert_int_eq(read(ready[0], &c, 1), 1);
	meanwhile = kill_the_owner;
	lock = lock_take(&ctx);
	ck_assert_int_ge(lock, 0);
	ck_assert_uint_ge(waited_ms, LOCK_WAIT_MS / 2);
	ck_assert_uint_lt(waited_ms, LOCK_WAIT_MS);
	ck_assert(!root_exists(&root, RUN_AGAIN));
	close(lock);
	close(ready[0]);
	close(ready[1]);
}
END_TEST

START_TEST(test_turned_away)
{
	int lock = lock_take(&ctx);

	ck_assert_int_ge(lock, 0);
	ck_assert_int_eq(lock_take(&ctx), -EBUSY);
	ck_assert_uint_eq(waited_ms, LOCK_WAIT_MS);
	/* The holder hears of it, once, and holds the lock then. */
	ck_assert(lock_let_go(&ctx, lock));
	ck_assert_int_eq(lock_take(&ctx), -EBUSY);
	ck_assert(lock_let_go(&ctx, lock));
	ck_assert(!lock_let_go(&ctx, lock));
	close(hold());
	close(lock);
}
END_TEST

/* A mark that nobody took away, of a holder that was killed, say. */
START_TEST(test_mark_is_left_behind)
{
	int lock;

	ck_assert_int_eq(fake_root_text(dir, RUN_AGAIN, ""), 0);
	lock = lock_take(&ctx);
	ck_assert_int_ge(lock, 0);
	ck_assert(lock_let_go(&ctx, lock));
	ck_assert(!root_exists(&root, RUN_AGAIN));
	ck_assert(!lock_let_go(&ctx, lock));
	close(lock);
}
END_TEST

static int held;

static void let_go_at_the_end(void)
{
	if (waited_ms == LOCK_WAIT_MS)
		ck_assert_int_eq(close(held), 0);
}

/* The holder goes while we give up: then the work is ours. */
START_TEST(test_free_in_the_last_moment)
{
	int lock;

	ck_assert_int_eq(fake_root_folder(dir, RUN_DIR), 0);
	held = hold();
	meanwhile = let_go_at_the_end;
	lock = lock_take(&ctx);
	ck_assert_int_ge(lock, 0);
	ck_assert(!root_exists(&root, RUN_AGAIN));
	close(lock);
}
END_TEST

/* Whoever had /boot mounted may have it unmounted while we wait. */
START_TEST(test_boot_is_looked_at_again)
{
	int lock;

	root.has_boot = true;
	lock = lock_take(&ctx);
	ck_assert_int_ge(lock, 0);
	ck_assert(root.has_boot);
	close(lock);
	lock = hold();
	ck_assert_int_eq(lock_take(&ctx), -EBUSY);
	ck_assert(!root.has_boot);
	close(lock);
}
END_TEST

Suite *lock_suite(void)
{
	const TTest *const tests[] = {
		test_first_in_this_boot,      test_nobody_else_may_hold_it,
		test_file_of_a_dead_owner,    test_no_place_for_it,
		test_owner_is_killed,	      test_turned_away,
		test_mark_is_left_behind,     test_free_in_the_last_moment,
		test_boot_is_looked_at_again,
	};
	Suite *suite = suite_create("lock");
	TCase *tc = tcase_create("lock");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	for (size_t i = 0; i < ARRAY_SIZE(tests); i++)
		tcase_add_test(tc, tests[i]);
	suite_add_tcase(suite, tc);
	return suite;
}
