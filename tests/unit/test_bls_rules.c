// SPDX-License-Identifier: GPL-2.0-or-later
/* The rules of the boot loader specification, each by itself: names, order, patterns, and
 * loader.conf. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/blsname.h"
#include "find/blsorder.h"
#include "find/loaderconf.h"

Suite *bls_rules_suite(void);

static const struct {
	const char *file, *suffix, *id; /* id NULL: no entry */
	bool counts;
	unsigned left, done;
} names[] = {
	{ "arch.conf", ".conf", "arch.conf", false, 0, 0 },
	{ "arch+3.conf", ".conf", "arch.conf", true, 3, 0 },
	{ "arch+3-1.conf", ".conf", "arch.conf", true, 3, 1 },
	{ "arch+0-3.conf", ".conf", "arch.conf", true, 0, 3 },
	{ "a+1+2-3.conf", ".conf", "a+1.conf", true, 2, 3 },
	{ "6.1.0+rc1.conf", ".conf", "6.1.0+rc1.conf", false, 0, 0 },
	{ "a+3-.conf", ".conf", "a+3-.conf", false, 0, 0 },
	{ "a+-3.conf", ".conf", "a+-3.conf", false, 0, 0 },
	{ "a+3-1-1.conf", ".conf", "a+3-1-1.conf", false, 0, 0 },
	{ "a+3.b.conf", ".conf", "a+3.b.conf", false, 0, 0 },
	{ "a+2147483647.conf", ".conf", "a.conf", true, 2147483647, 0 },
	{ "a+2147483648.conf", ".conf", "a+2147483648.conf", false, 0, 0 },
	{ "a+99999999999999999999.conf", ".conf", "a+99999999999999999999.conf", false, 0,
	  0 },
	{ "+3.conf", ".conf", ".conf", true, 3, 0 },
	{ "A+1.CONF", ".conf", "A.CONF", true, 1, 0 },
	{ "linux+2.EFI", ".efi", "linux.EFI", true, 2, 0 },
	{ ".conf", ".conf", NULL, false, 0, 0 },
	{ ".a.conf", ".conf", NULL, false, 0, 0 },
	{ "auto-windows.conf", ".conf", NULL, false, 0, 0 },
	{ "Auto-x.conf", ".conf", NULL, false, 0, 0 },
	{ "a.conf~", ".conf", NULL, false, 0, 0 },
	{ "a.efi", ".conf", NULL, false, 0, 0 },
	{ "conf", ".conf", NULL, false, 0, 0 },
};

START_TEST(test_name)
{
	struct blsname name;

	ck_assert_int_eq(blsname_read(names[_i].file, names[_i].suffix, &name),
			 names[_i].id ? 1 : 0);
	ck_assert_pstr_eq(name.id, names[_i].id);
	if (names[_i].id) {
		ck_assert_int_eq(name.counts, names[_i].counts);
		ck_assert_uint_eq(name.left, names[_i].left);
		ck_assert_uint_eq(name.done, names[_i].done);
	}
	free(name.id);
}
END_TEST

static const struct {
	const char *pattern, *id;
	bool matches;
} patterns[] = {
	{ "arch.conf", "arch.conf", true },
	{ "ARCH.conf", "arch.CONF", true },
	{ "arch", "arch.conf", false },
	{ "arch*", "arch.conf", true },
	{ "*", "", true },
	{ "", "", true },
	{ "", "a", false },
	{ "**.conf", ".conf", true },
	{ "*-6.1*.conf", "0123-6.1.0.conf", true },
	{ "*a*b*c", "xxaxbxbxc", true },
	{ "*a*b*c", "xxaxbxcx", false },
	{ "*ab", "aab", true },
	{ "a?c", "abc", true },
	{ "a?c", "ac", false },
	{ "a?", "a", false },
	{ "[a-c]x", "bx", true },
	{ "[a-c]x", "dx", false },
	{ "[A-C]x", "bx", true },
	{ "[]]x", "]x", true },
	{ "[a]]x", "a]x", true },
	{ "[-a]", "-", true },
	{ "[a-]", "-", true },
	{ "[a-c-f]", "d", false },
	{ "[a-c-f]", "-", true },
	{ "[a-c-f]", "f", true },
	{ "[!a]", "!", true }, /* not a negation */
	{ "[!a]", "b", false },
	{ "[a", "a", false },
	{ "[]", "]", false },
	{ "[\\]]", "]", true },
	{ "[a\\", "a", false },
	{ "\\*", "*", true },
	{ "\\*", "a", false },
	{ "a\\", "a\\", false },
	{ "*[x]*", "axb", true },
	{ "[a]", "", false },
};

START_TEST(test_pattern)
{
	ck_assert_int_eq(blsname_matches(patterns[_i].pattern, patterns[_i].id),
			 patterns[_i].matches);
}
END_TEST

/* As in the version format specification, oldest first; equal ones in one row. */
static const char *const versions[][3] = {
	{ "~" },
	{ "~~" },
	{ "", "_", NULL },
	{ "-" },
	{ ".1" },
	{ "122.1" },
	{ "123~rc1-1" },
	{ "123" },
	{ "123-a" },
	{ "123-a.1" },
	{ "123-1", "123_-1", "00123-01" },
	{ "123-1.1" },
	{ "123^post1" },
	{ "123.a-1" },
	{ "123.1-1" },
	{ "123a-1", "123_a-1" },
	{ "124-1" },
	{ "99999999999999999999999999" },
};

START_TEST(test_versions)
{
	for (size_t i = 0; i < ARRAY_SIZE(versions); i++)
		for (size_t k = 0; k < ARRAY_SIZE(versions); k++)
			for (size_t n = 0; n < 3 && versions[i][n]; n++)
				for (size_t m = 0; m < 3 && versions[k][m]; m++) {
					int r = blsorder_version(versions[i][n],
								 versions[k][m]);

					ck_assert_msg((r > 0) - (r < 0) ==
							      (i > k) - (i < k),
						      "'%s' and '%s': %d", versions[i][n],
						      versions[k][m], r);
				}
	ck_assert_int_eq(blsorder_version(NULL, ""), 0);
	ck_assert_int_lt(blsorder_version(NULL, "1"), 0);
}
END_TEST

/* The order of a menu, from its top. */
static const struct blsorder menu[] = {
	{ "arch", NULL, "2", "a.conf", 0, false, 0, 0 },
	{ "arch", NULL, "1", "b.conf", 0, false, 0, 0 },
	{ "debian", "01", "6.10", "x-6.10.conf", 0, false, 0, 0 },
	{ "debian", "01", "6.9", "x-6.9.conf", 0, true, 3, 0 },
	{ "debian", "01", NULL, "x-5.conf", 0, false, 0, 0 },
	{ "debian", "02", "7.0", "y-7.0.conf", 0, false, 0, 0 },
	{ NULL, "01", "9", "z-2.conf", 0, false, 0, 0 },
	{ NULL, NULL, "8", "z-1.conf", 0, false, 0, 0 },
	{ NULL, NULL, NULL, "u.efi", 0, false, 0, 0 },
	{ NULL, NULL, NULL, "u.efi", 1, false, 0, 0 },
	{ NULL, NULL, NULL, "u.efi", 2, false, 0, 0 },
	{ NULL, NULL, NULL, "c.conf", 0, true, 3, 1 },
	{ NULL, NULL, NULL, "c.conf", 0, true, 3, 2 },
	{ NULL, NULL, NULL, "c.conf", 0, true, 2, 0 },
	{ "arch", NULL, "3", "bad.conf", 0, true, 0, 3 },
	{ NULL, NULL, "3", "worse.conf", 0, true, 0, 3 },
};

START_TEST(test_order)
{
	for (size_t i = 0; i < ARRAY_SIZE(menu); i++)
		for (size_t k = 0; k < ARRAY_SIZE(menu); k++) {
			int r = blsorder_compare(&menu[i], &menu[k]);

			ck_assert_msg((r > 0) - (r < 0) == (i > k) - (i < k),
				      "%zu and %zu: %d", i, k, r);
		}
}
END_TEST

static const struct {
	const char *text, *pattern;
	unsigned line;
	const char *preferred;
	bool depends;
} confs[] = {
	{ "", NULL, 0, NULL, false },
	{ "timeout 3\ndefault  arch-*.conf \n", "arch-*.conf", 2, NULL, false },
	{ "default a\ndefault b\n", "b", 2, NULL, false },
	{ "#default a\n # default a\ndefault\n", NULL, 0, NULL, false },
	{ "default @saved\n", "@saved", 1, NULL, false },
	{ "default @SAVED\n", "@SAVED", 1, NULL, false },
	{ "default a\ndefault @other\n", "a", 1, NULL, false },
	{ "default \"a b\"\n", "a b", 1, NULL, false },
	{ "default 'a'\n", "a", 1, NULL, true },
	{ "title 'a'\n", NULL, 0, NULL, false },
	{ "default\ta\r\npreferred b\r\n", "a", 1, "b", false },
	{ "defaults a\nDefault a\n", NULL, 0, NULL, false },
	{ "\n\n\r\ndefault a", "a", 4, NULL, false },
};

static const struct {
	const char *text;
	unsigned waits_line;
} timeouts[] = {
	{ "default a\n", 0 },
	{ "timeout 5\n", 0 },
	{ "\ntimeout menu-force\n", 2 },
	{ "timeout \"menu-force\"\n", 1 },
	{ "timeout 4294967295\n", 1 },
	{ "timeout menu-force\ntimeout 3\n", 0 },
	{ "timeout menu-force\ntimeout menu-hidden\n", 0 },
	{ "timeout menu-force\ntimeout menu-disabled\n", 0 },
	{ "timeout menu-force\ntimeout some\n", 1 },
	{ "timeout menu-force\ntimeout 3s\n", 1 },
};

START_TEST(test_timeout)
{
	struct loaderconf conf;
	const char *text = timeouts[_i].text;

	ck_assert_int_eq(loaderconf_parse(text, strlen(text), &conf), 0);
	ck_assert_uint_eq(conf.waits_line, timeouts[_i].waits_line);
	loaderconf_done(&conf);
}
END_TEST

START_TEST(test_conf)
{
	struct loaderconf conf;

	ck_assert_int_eq(loaderconf_parse(confs[_i].text, strlen(confs[_i].text), &conf),
			 0);
	ck_assert_pstr_eq(conf.default_pattern, confs[_i].pattern);
	ck_assert_uint_eq(conf.default_line, confs[_i].line);
	ck_assert_pstr_eq(conf.preferred, confs[_i].preferred);
	ck_assert_int_eq(conf.depends, confs[_i].depends);
	loaderconf_done(&conf);
}
END_TEST

START_TEST(test_conf_limits)
{
	struct loaderconf conf;
	char *text = calloc(1, LOADERCONF_MAX_SIZE + 1);

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(loaderconf_parse("default a\n\0", 11, &conf), -EBADMSG);
	ck_assert_ptr_null(conf.default_pattern);
	memset(text, '\n', LOADERCONF_MAX_SIZE + 1);
	ck_assert_int_eq(loaderconf_parse(text, LOADERCONF_MAX_SIZE + 1, &conf), -E2BIG);
	ck_assert_int_eq(loaderconf_parse(text, LOADERCONF_MAX_SIZE, &conf), 0);
	loaderconf_done(&conf);
	free(text);
}
END_TEST

Suite *bls_rules_suite(void)
{
	Suite *suite = suite_create("bls_rules");
	TCase *tc = tcase_create("bls_rules");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_loop_test(tc, test_name, 0, (int)ARRAY_SIZE(names));
	tcase_add_loop_test(tc, test_pattern, 0, (int)ARRAY_SIZE(patterns));
	tcase_add_test(tc, test_versions);
	tcase_add_test(tc, test_order);
	tcase_add_loop_test(tc, test_conf, 0, (int)ARRAY_SIZE(confs));
	tcase_add_loop_test(tc, test_timeout, 0, (int)ARRAY_SIZE(timeouts));
	tcase_add_test(tc, test_conf_limits);
	suite_add_tcase(suite, tc);
	return suite;
}
