// SPDX-License-Identifier: GPL-2.0-or-later
/* Is there room for a load? All sizes in MiB here; a kernel of 14 takes 60 unpacked. */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "guard_machine.h"
#include "load/load.h"

Suite *memory_suite(void);

#define MIB ((uint64_t)1024 * 1024)

static const struct {
	uint64_t total, available, kernel, init_size, initrds[2], reserve;
	bool loaded;
	int result;
	const char *words;
} cases[] = {
	{ 4000, 3000, 14, 60, { 50 }, 128, false, 1, NULL },
	/* 40 % of all may be held: kernel unpacked, initramfs, and 1 for tables. */
	{ 1000, 990, 14, 60, { 339 }, 128, false, 1, NULL },
	{ 1000, 999, 14, 60, { 340 }, 128, false, 0, "more than 40 %" },
	{ 1000, 999, 14, 60, { 170, 170 }, 128, false, 0, "more than 40 %" },
	/* While loading: held 111, the files 64, and 400 (a tenth) that stay free. */
	{ 4000, 575, 14, 60, { 50 }, 128, false, 1, NULL },
	{ 4000, 574, 14, 60, { 50 }, 128, false, 0, "not enough memory" },
	/* What is loaded is held until the new image takes its place. */
	{ 4000, 686, 14, 60, { 50 }, 128, true, 1, NULL },
	{ 4000, 685, 14, 60, { 50 }, 128, true, 0, "not enough memory" },
	/* Two initramfs files are joined in memory first. */
	{ 4000, 625, 14, 60, { 25, 25 }, 128, false, 1, NULL },
	{ 4000, 624, 14, 60, { 25, 25 }, 128, false, 0, "not enough memory" },
	/* A larger reserve counts, a smaller one does not. */
	{ 4000, 675, 14, 60, { 50 }, 500, false, 1, NULL },
	{ 4000, 674, 14, 60, { 50 }, 500, false, 0, "not enough memory" },
	{ 4000, 574, 14, 60, { 50 }, 0, false, 0, "not enough memory" },
	/* A header that does not tell: the file itself. No initramfs. */
	{ 4000, 429, 14, 0, { 0 }, 128, false, 1, NULL },
	{ 4000, 428, 14, 0, { 0 }, 128, false, 0, "not enough memory" },
	/* Nonsense in a header takes no more than there is. */
	{ 4000, 3000, 14, 4095, { 50 }, 128, false, 0, "more than 40 %" },
};

static void put_meminfo(uint64_t total, uint64_t available)
{
	_cleanup_free_ char *text = strf("MemTotal:       %llu kB\nMemFree:  1 kB\n"
					 "MemAvailable:   %llu kB\n",
					 (unsigned long long)total * 1024,
					 (unsigned long long)available * 1024);

	machine_put("/proc/meminfo", text);
}

START_TEST(test_room)
{
	struct plan_file initrds[2] = {};
	struct plan plan = PLAN_EMPTY;
	_cleanup_free_ char *problem = NULL;

	plan.initrds = initrds;
	plan.kernel.st.st_size = (off_t)(cases[_i].kernel * MIB);
	plan.init_size = cases[_i].init_size * MIB;
	for (size_t i = 0; i < 2 && cases[_i].initrds[i]; i++) {
		initrds[i].st.st_size = (off_t)(cases[_i].initrds[i] * MIB);
		plan.n_initrds++;
	}
	machine_config.memory_reserve = (int64_t)(cases[_i].reserve * MIB);
	put_meminfo(cases[_i].total, cases[_i].available);
	ck_assert_int_eq(memory_suffices(&machine, &plan, cases[_i].loaded, &problem),
			 cases[_i].result);
	ck_assert((problem == NULL) == (cases[_i].words == NULL));
	if (problem)
		ck_assert_msg(strstr(problem, cases[_i].words) != NULL, "%s", problem);
}
END_TEST

/* Not to know is to refuse. */
static const char *const damaged[] = {
	"", "MemTotal: 1 kB\n", "MemTotal: x kB\nMemAvailable: 1 kB\n",
	"MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n"
};

START_TEST(test_damaged)
{
	struct plan plan = PLAN_EMPTY;
	char *problem = NULL;

	machine_put("/proc/meminfo", damaged[_i]);
	ck_assert_int_lt(memory_suffices(&machine, &plan, false, &problem), 0);
	ck_assert_ptr_null(problem);
}
END_TEST

Suite *memory_suite(void)
{
	Suite *suite = suite_create("memory");
	TCase *tc = tcase_create("memory");

	tcase_add_checked_fixture(tc, machine_begin, machine_end);
	tcase_add_loop_test(tc, test_room, 0, (int)ARRAY_SIZE(cases));
	tcase_add_loop_test(tc, test_damaged, 0, (int)ARRAY_SIZE(damaged));
	suite_add_tcase(suite, tc);
	return suite;
}
