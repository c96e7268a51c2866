// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/root.h"

Suite *root_suite(void);

static char dir[64];
static struct root root;

static void setup(void)
{
	char command[512];

	strcpy(dir, "/tmp/warmboot-test-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	snprintf(
		command, sizeof(command),
		"cd %s && mkdir -p etc boot sub/deep && echo inside > etc/file && "
		"ln -s /etc/file boot/absolute && ln -s ../../../../../etc/passwd boot/escape && "
		"ln -s ../kexec.conf etc/linked && echo old > kexec.conf && mkfifo etc/fifo && "
		"ln -s loop etc/loop",
		dir);
	ck_assert_int_eq(system(command), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
}

static void teardown(void)
{
	char command[128];

	root_done(&root);
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert_int_eq(system(command), 0);
}

static const struct {
	const char *path;
	size_t max;
	int result;
	const char *text;
} reads[] = {
	{ "/etc/file", 100, 0, "inside\n" },
	{ "/boot/absolute", 100, 0, "inside\n" }, /* an absolute link stays inside */
	{ "/boot/escape", 100, -ENOENT, NULL },	  /* the root's own /etc has no passwd */
	{ "/../../etc/file", 100, 0, "inside\n" },
	{ "/etc/file", 7, 0, "inside\n" },
	{ "/etc/file", 6, -E2BIG, NULL },
	{ "/etc/none", 100, -ENOENT, NULL },
	{ "/etc", 100, -EISDIR, NULL },
	{ "/etc/fifo", 100, -EINVAL, NULL }, /* and does not wait for a writer */
	{ "/etc/loop", 100, -ELOOP, NULL },
};

START_TEST(test_read)
{
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	ck_assert_int_eq(root_read(&root, reads[_i].path, reads[_i].max, &text, &len),
			 reads[_i].result);
	ck_assert_pstr_eq(text, reads[_i].text);
	if (text)
		ck_assert_uint_eq(len, strlen(text));
}
END_TEST

START_TEST(test_write_replaces)
{
	_cleanup_free_ char *text = NULL;
	struct stat before, after;

	ck_assert_int_eq(root_stat(&root, "/etc/file", &before), 0);
	ck_assert_int_eq(root_write(&root, "/etc/file", "new\n", 4), 0);
	ck_assert_int_eq(root_read(&root, "/etc/file", 100, &text, NULL), 0);
	ck_assert_str_eq(text, "new\n");
	ck_assert_int_eq(root_stat(&root, "/etc/file", &after), 0);
	ck_assert_uint_ne(before.st_ino, after.st_ino);
}
END_TEST

START_TEST(test_write_through_link)
{
	_cleanup_free_ char *text = NULL;
	char path[128];
	struct stat st;

	ck_assert_int_eq(root_write(&root, "/etc/linked", "new\n", 4), 0);
	ck_assert_int_eq(root_read(&root, "/kexec.conf", 100, &text, NULL), 0);
	ck_assert_str_eq(text, "new\n");
	snprintf(path, sizeof(path), "%s/etc/linked", dir);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));
}
END_TEST

START_TEST(test_write_keeps_attributes)
{
	char path[128], value[16] = "";
	struct stat st;
	bool with_xattr;

	snprintf(path, sizeof(path), "%s/etc/file", dir);
	ck_assert_int_eq(chmod(path, 0640), 0);
	with_xattr = setxattr(path, "user.note", "kept", 4, 0) == 0;
	ck_assert_int_eq(root_write(&root, "/etc/file", "new\n", 4), 0);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode & 07777, 0640);
	if (with_xattr) {
		ck_assert_int_eq(getxattr(path, "user.note", value, sizeof(value)), 4);
		ck_assert_str_eq(value, "kept");
	}
}
END_TEST

START_TEST(test_write_leaves_nothing_behind)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;

	ck_assert_int_eq(root_write(&root, "/sub/new", "x", 1), 0);
	ck_assert_int_eq(root_write(&root, "/none/new", "x", 1), -ENOENT);
	ck_assert_int_eq(root_list(&root, "/sub", 10, &names), 0);
	ck_assert_uint_eq(names.count, 2);
	ck_assert_str_eq(names.items[0], "deep");
	ck_assert_str_eq(names.items[1], "new");
}
END_TEST

START_TEST(test_list_is_bounded)
{
	struct strv names = STRV_EMPTY;

	ck_assert_int_eq(root_list(&root, "/etc", 2, &names), -E2BIG);
	ck_assert_uint_eq(names.count, 0);
	ck_assert_int_eq(root_list(&root, "/etc/file", 2, &names), -ENOTDIR);
}
END_TEST

START_TEST(test_mkdirs)
{
	ck_assert_int_eq(root_mkdirs(&root, "/var/lib/warmboot"), 0);
	ck_assert_int_eq(root_mkdirs(&root, "/var/lib/warmboot"), 0);
	ck_assert(root_exists(&root, "/var/lib/warmboot"));
	ck_assert_int_eq(root_touch(&root, "/var/lib/warmboot/mark"), 0);
	ck_assert_int_eq(root_unlink(&root, "/var/lib/warmboot/mark"), 0);
	ck_assert_int_eq(root_unlink(&root, "/var/lib/warmboot/mark"), -ENOENT);
}
END_TEST

START_TEST(test_is_host)
{
	struct root host;

	ck_assert(!root.is_host);
	ck_assert_int_eq(root_init(&host, "/"), 0);
	ck_assert(host.is_host);
	root_done(&host);
	ck_assert_int_eq(root_init(&host, "/nonexistent"), -ENOENT);
}
END_TEST

Suite *root_suite(void)
{
	Suite *suite = suite_create("root");
	TCase *tc = tcase_create("root");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, test_read, 0, ARRAY_SIZE(reads));
	tcase_add_test(tc, test_write_replaces);
	tcase_add_test(tc, test_write_through_link);
	tcase_add_test(tc, test_write_keeps_attributes);
	tcase_add_test(tc, test_write_leaves_nothing_behind);
	tcase_add_test(tc, test_list_is_bounded);
	tcase_add_test(tc, test_mkdirs);
	tcase_add_test(tc, test_is_host);
	suite_add_tcase(suite, tc);
	return suite;
}
