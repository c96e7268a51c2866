// SPDX-License-Identifier: GPL-2.0-or-later
/* Is a file of the record still the same? The record's side is made up here, the file is
 * a memfd: its device is made up by the kernel, as that of many file systems per mount.
 */
#include <check.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../fake_sys.h"
#include "fake_root.h"
#include "keep/state.h"

Suite *state_suite(void);

static char dir[] = "/tmp/warmboot-state-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct config config;
static struct options options;
static struct ctx ctx;
static struct plan plan;
static char digest[SHA256_TEXT];

static void set_up(void)
{
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(config_defaults(&config), 0);
	fake_sys_use(dir);
	ctx = (struct ctx){ &options, &config, &root, &sys_fake, "manual" };
	plan = (struct plan)PLAN_EMPTY;
	plan.kernel.fd = memfd_create("kernel", MFD_CLOEXEC);
	ck_assert_int_ge(plan.kernel.fd, 0);
	ck_assert_int_eq(write(plan.kernel.fd, "kernel", 6), 6);
	ck_assert_int_eq(fstat(plan.kernel.fd, &plan.kernel.st), 0);
	plan.entry_id = strdup("id");
	plan.version = strdup("6.1");
	plan.build = strdup("#1");
	plan.cmdline = strdup("ro");
	plan.kernel.path = strdup("/boot/vmlinuz");
	ck_assert_int_eq(plan_digest(&ctx, plan.kernel.fd, digest), 0);
}

static void tear_down(void)
{
	plan_done(&plan);
	config_done(&config);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

/* As state.c writes it, but with another inode number: what a new mount leads to. */
static char *print_with(uint64_t inode)
{
	const struct stat *st = &plan.kernel.st;

	return strf("%" PRIu64 ":%" PRIu64 ":%" PRIu64 ":%" PRId64 ".%09ld:%" PRId64
		    ".%09ld",
		    (uint64_t)st->st_dev, inode, (uint64_t)st->st_size,
		    (int64_t)st->st_mtim.tv_sec, st->st_mtim.tv_nsec,
		    (int64_t)st->st_ctim.tv_sec, st->st_ctim.tv_nsec);
}

enum recorded { RIGHT, WRONG, NONE };

static const struct {
	bool same_inode, young;
	enum recorded digest;
	int result;
} cases[] = {
	{ true, false, RIGHT, 1 },
	{ true, false, NONE, 1 }, /* its times are proof enough */
	{ true, true, RIGHT, 1 },
	{ true, true, WRONG, 0 },
	{ true, true, NONE, 0 },
	/* Mounted anew. */
	{ false, false, RIGHT, 1 },
	{ false, false, WRONG, 0 },
	{ false, false, NONE, 0 },
	{ false, true, RIGHT, 1 },
};

START_TEST(test_same_file)
{
	_cleanup_(state_done) struct state state = STATE_EMPTY;
	_cleanup_free_ char *why = NULL;
	uint64_t inode = plan.kernel.st.st_ino + !cases[_i].same_inode;
	char wrong[SHA256_TEXT];

	memcpy(wrong, digest, sizeof(wrong));
	wrong[0] = wrong[0] == '0' ? '1' : '0';
	ck_assert_int_eq(str_set(&state.entry_id, "id"), 0);
	ck_assert_int_eq(str_set(&state.version, "6.1"), 0);
	ck_assert_int_eq(str_set(&state.build, "#1"), 0);
	ck_assert_int_eq(str_set(&state.cmdline, "ro"), 0);
	ck_assert_int_eq(str_set(&state.kernel, "/boot/vmlinuz"), 0);
	ck_assert_int_eq(strv_take(&state.prints, print_with(inode)), 0);
	ck_assert_int_eq(strv_add(&state.digests, cases[_i].digest == RIGHT   ? digest
						  : cases[_i].digest == WRONG ? wrong
									      : ""),
			 0);
	state.young = cases[_i].young;
	/* let_age() would write the record: as another than root it does not. */
	ck_assert_int_eq(fake_root_text(dir, "/euid", "1000"), 0);
	ck_assert_int_eq(state_is_fresh(&ctx, &state, &plan, false, &why),
			 cases[_i].result);
	ck_assert(!why == (cases[_i].result == 1));
}
END_TEST

Suite *state_suite(void)
{
	Suite *suite = suite_create("state");
	TCase *tc = tcase_create("files");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_same_file, 0, ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	return suite;
}
