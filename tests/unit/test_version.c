// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "find/version.h"

/* The pairs of version.data, which lies beside this file. */
static struct strv words = STRV_EMPTY; /* left, relation, right, left, … */

static void read_pairs(void)
{
	_cleanup_free_ char *path =
		strf("%.*sversion.data", (int)(strrchr(__FILE__, '/') - __FILE__ + 1),
		     __FILE__);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	_cleanup_free_ char *line = NULL;
	size_t size = 0;

	ck_assert_msg(f != NULL, "%s: run the tests from the top of the tree", path);
	while (getline(&line, &size, f) > 0) {
		char a[128], relation[2], b[128];

		if (*line == '#' || *line == '\n')
			continue;
		ck_assert_msg(sscanf(line, "%127s %1[<=] %127s", a, relation, b) == 3,
			      "%s", line);
		ck_assert_int_eq(strv_add(&words, a), 0);
		ck_assert_int_eq(strv_add(&words, relation), 0);
		ck_assert_int_eq(strv_add(&words, b), 0);
	}
}

static void free_pairs(void)
{
	strv_done(&words);
}

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

START_TEST(test_pairs)
{
	ck_assert_uint_ge(words.count / 3, 49);
	for (size_t i = 0; i + 2 < words.count; i += 3) {
		const char *a = words.items[i], *b = words.items[i + 2];
		int wanted = *words.items[i + 1] == '<' ? -1 : 0;

		ck_assert_msg(sign(version_compare(a, b)) == wanted, "not so: %s %s %s",
			      a, words.items[i + 1], b);
		ck_assert_msg(sign(version_compare(b, a)) == -wanted, "not so: %s > %s",
			      b, a);
	}
}
END_TEST

/* Sorting needs one order: a <= b and b <= c give a <= c, and what is equal compares
 * alike. */
START_TEST(test_one_order)
{
	for (size_t i = 0; i < words.count; i++)
		for (size_t j = 0; j < words.count; j++) {
			const char *a = words.items[i], *b = words.items[j];
			int ab = sign(version_compare(a, b));

			ck_assert_int_eq(ab, -sign(version_compare(b, a)));
			for (size_t k = 0; k < words.count; k++) {
				int bc = sign(version_compare(b, words.items[k]));
				int ac = sign(version_compare(a, words.items[k]));

				if (ab <= 0 && bc <= 0)
					ck_assert_msg(ac == (ab < bc ? ab : bc),
						      "%s, %s, %s", a, b, words.items[k]);
			}
		}
}
END_TEST

static const struct {
	const char *release, *flavour;
} flavours[] = {
	{ "6.1.0-56-amd64", "amd64" },
	{ "6.1.0-56-cloud-amd64", "cloud-amd64" },
	{ "6.1.0-56-rt-amd64", "rt-amd64" },
	{ "6.1.0-56-686", "686" },
	{ "6.1.0-56-686-pae", "686-pae" },
	{ "6.1.0-56-4kc-malta", "4kc-malta" },
	{ "6.1.0-56-loongson-3", "loongson-3" },
	{ "6.12.43+deb12-amd64", "amd64" },
	{ "6.12.43+deb12-cloud-amd64", "cloud-amd64" },
	{ "6.12.90+deb12.1-amd64", "amd64" },
	{ "6.12.12+bpo-amd64", "amd64" },
	{ "6.1.0-0.deb11.21-amd64", "amd64" },
	{ "5.10.0-0.bpo.3-amd64", "amd64" },
	{ "6.12.0-rc3-amd64", "amd64" },
	{ "6.12.0-trunk-amd64", "amd64" },
	{ "6.6.30-gentoo-dist", "gentoo-dist" },
	{ "6.6.30-gentoo-r1-dist", "gentoo-dist" },
	{ "6.6.30-gentoo", "gentoo" },
	{ "6.6.30-gentoo-r12", "gentoo" },
	{ "5.14.0-427.13.1.el9_4.x86_64", "x86_64" },
	{ "5.14.0-70.el9.x86_64", "x86_64" },
	{ "5.14.0-70.el9.x86_64+debug", "x86_64+debug" },
	{ "5.14.0-70.el9.aarch64+64k", "aarch64+64k" },
	{ "5.14.0-70.el9.x86_64+rt", "x86_64+rt" },
	{ "5.15.0-100.96.32.el9uek.x86_64", "uek.x86_64" },
	{ "6.17.0-0.rc3.31.fc43.x86_64", "x86_64" },
	{ "6.1.94-99.176.amzn2023.x86_64", "x86_64" },
	{ "6.8.0-45-generic", "generic" },
	{ "6.8.0-45-generic-64k", "generic-64k" },
	{ "5.15.0-1034-aws", "aws" },
	{ "6.4.0-150600.23.7-default", "default" },
	{ "6.10.1-arch1-1", "arch" },
	{ "6.10-arch1-1", "arch" },
	{ "6.6.40-1-lts", "lts" },
	{ "6.6.9-0-lts", "lts" },
	{ "6.1.0-rt5-foo", "rt-foo" },
	{ "6.1.0-rt10-foo", "rt-foo" },
	{ "6.6.14-desktop-2.mga9", "desktop" },
	{ "6.6.31+rpt-rpi-v8", "rpi-v8" },
	{ "6.6.31+rpt-rpi-2712", "rpi-2712" },
	{ "5.15.84-v8+", "v8" },
	{ "6.8.8-2-pve", "pve" },
	{ "6.9.7-x64v3-xanmod1", "x64v3-xanmod" },
	{ "6.9.0-rc1-00123-gabcdef0", "" },
	{ "6.12.10_1", "" },
	{ "6.12.0", "" },
	{ "6.12.0+", "" },
	{ "foo", "foo" },
	{ "", "" },
};

START_TEST(test_flavour)
{
	char buf[64];

	ck_assert_int_eq(version_flavour(flavours[_i].release, buf, sizeof(buf)), 0);
	ck_assert_str_eq(buf, flavours[_i].flavour);
}
END_TEST

START_TEST(test_flavour_needs_room)
{
	char buf[12] = "x";

	ck_assert_int_eq(version_flavour("6.1.0-56-cloud-amd64", buf, 12), 0);
	ck_assert_str_eq(buf, "cloud-amd64");
	for (size_t size = 1; size < 12; size++) {
		ck_assert_int_eq(version_flavour("6.1.0-56-cloud-amd64", buf, size),
				 -E2BIG);
		ck_assert_str_eq(buf, "");
	}
	ck_assert_int_eq(version_flavour("6.1.0-56-cloud-amd64", NULL, 0), -E2BIG);
}
END_TEST

Suite *version_suite(void);
Suite *version_suite(void)
{
	Suite *suite = suite_create("version");
	TCase *order = tcase_create("order"), *flavour = tcase_create("flavour");

	tcase_add_checked_fixture(order, read_pairs, free_pairs);
	tcase_add_test(order, test_pairs);
	tcase_add_test(order, test_one_order);
	tcase_set_timeout(order, 60);
	suite_add_tcase(suite, order);
	tcase_set_timeout(flavour, 60);
	tcase_add_loop_test(flavour, test_flavour, 0, (int)ARRAY_SIZE(flavours));
	tcase_add_test(flavour, test_flavour_needs_room);
	suite_add_tcase(suite, flavour);
	return suite;
}
