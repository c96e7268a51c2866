// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>

#include "base/util.h"
#include "plan/rpmlist.h"

Suite *rpmlist_suite(void);

#define A "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define C "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define PATH "/usr/lib/modules/6.7.1/vmlinuz"

static const struct {
	const char *listing, *path, *digest;
} cases[] = {
	/* As rpm 4.18 prints a kernel of Fedora's: directories and ghosts have none. */
	{ "8 64  /boot/vmlinuz-6.7.1\n8 0  /lib/modules/6.7.1\n8 0 " C
	  " /lib/modules/6.7.1/config\n8 0 " A " /lib/modules/6.7.1/vmlinuz\n",
	  PATH, A },
	{ "8 0 " A " /usr/lib/modules/6.7.1/vmlinuz\n", "/lib/modules/6.7.1/vmlinuz", A },
	{ "8 0 " A " /usr/lib/modules/6.7.1/vmlinuz", PATH, A },
	{ "file /boot/vmlinuz-6.7.1 is not owned by any package\n8 0 " A " " PATH "\n",
	  PATH, A },
	{ "8 0 " A " /boot/a file with spaces\n", "/boot/a file with spaces", A },
	{ "8 0 " A " " PATH "\n8 0 " C " " PATH "\n", PATH, A },
	/* Flags: documentation is contents like any other; ghosts and settings are not.
	 */
	{ "8 2 " A " " PATH "\n", PATH, A },
	{ "8 64 " A " " PATH "\n", PATH, NULL },
	{ "8 80 " A " " PATH "\n", PATH, NULL },
	{ "8 17 " A " " PATH "\n", PATH, NULL },
	/* Other algorithms, even of that length, and other files. */
	{ "1 0 " A " " PATH "\n", PATH, NULL },
	{ "(none) 0 " A " " PATH "\n", PATH, NULL },
	{ "8 0 " A " " PATH ".old\n", PATH, NULL },
	{ "8 0 " A " /usr/lib/modules/6.7.1/vmlinu\n", PATH, NULL },
	{ "8 0 " A " /boot" PATH "\n", PATH, NULL },
	{ "8 0 " A " /usr/lib\n", "/usr/lib", A },
	{ "8 0 " A " /lib\n", "/usr/lib", NULL },
	/* Not of the form. */
	{ "", PATH, NULL },
	{ "\n\n", PATH, NULL },
	{ "(none)\n", PATH, NULL },
	{ "8 0  " PATH "\n", PATH, NULL },
	{ "8 0 " A "\n", PATH, NULL },
	{ "8 0 " A " \n", PATH, NULL },
	{ "8 0 0123 " PATH "\n", PATH, NULL },
	{ "8 0 0" A " " PATH "\n", PATH, NULL },
	{ "8 0 A123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef " PATH
	  "\n",
	  PATH, NULL },
	{ "8 99999999999999999999999 " A " " PATH "\n", PATH, NULL },
	{ "-8 0 " A " " PATH "\n", PATH, NULL },
	{ " 8 0 " A " " PATH "\n", PATH, NULL },
	{ "8\n0 " A " " PATH "\n", PATH, NULL },
	{ "8 0\n" A " " PATH "\n", PATH, NULL },
};

START_TEST(test_case)
{
	char digest[SHA256_TEXT] = "unchanged";
	bool found = rpmlist_sha256(cases[_i].listing, cases[_i].path, digest);

	ck_assert(found == (cases[_i].digest != NULL));
	ck_assert_str_eq(digest, str_or(cases[_i].digest, "unchanged"));
}
END_TEST

Suite *rpmlist_suite(void)
{
	Suite *s = suite_create("rpmlist");
	TCase *tc = tcase_create("rpmlist");

	tcase_add_loop_test(tc, test_case, 0, ARRAY_SIZE(cases));
	suite_add_tcase(s, tc);
	return s;
}
