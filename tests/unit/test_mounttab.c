// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "find/mounttab.h"

Suite *mounttab_suite(void);

static const struct {
	const char *text, *target, *source, *type, *options;
	size_t count;
} fstabs[] = {
	{ "/dev/sda1 /boot ext4 noauto,noatime 1 2\n", "/boot", "/dev/sda1", "ext4",
	  "noauto,noatime", 1 },
	{ "UUID=1-2\t/boot/\tvfat", "/boot", "UUID=1-2", "vfat", "", 1 },
	{ "  LABEL=x   /boot//   auto  defaults\n", "/boot", "LABEL=x", "auto",
	  "defaults", 1 },
	{ "/dev/sda1 /boot\n", "/boot", "/dev/sda1", "", "", 1 },
	{ "LABEL=my\\040boot /my\\040boot ext4 ro\n", "/my boot", "LABEL=my boot", "ext4",
	  "ro", 1 },
	{ "/dev/a /a\\134b x y\n", "/a\\b", "/dev/a", "x", "y", 1 },
	{ "/dev/a /a\\000b\\9\\04 x y\n", "/a\\000b\\9\\04", "/dev/a", "x", "y", 1 },
	{ "/dev/a / ext4 rw\n", "/", "/dev/a", "ext4", "rw", 1 },
	{ "/dev/a /boot ext4 a\n/dev/b /boot ext2 b\n", "/boot", "/dev/b", "ext2", "b",
	  2 },
	{ "#/dev/a /boot ext4 a\n # /dev/b /boot ext4 a\n", "/boot", NULL, NULL, NULL,
	  0 },
	{ "/dev/a\n\n\n", "/boot", NULL, NULL, NULL, 0 },
	{ "", "/boot", NULL, NULL, NULL, 0 },
};

static void check_line(const struct mounttab *tab, const char *target, const char *source,
		       const char *type, const char *options, size_t expected)
{
	size_t count;
	const struct mounttab_line *line = mounttab_find(tab, target, &count);

	ck_assert_uint_eq(count, expected);
	ck_assert(!line == !source);
	if (!line)
		return;
	ck_assert_str_eq(line->source, source);
	ck_assert_str_eq(line->type, type);
	ck_assert_str_eq(line->options, options);
}

START_TEST(test_fstab)
{
	_cleanup_(mounttab_done) struct mounttab tab = MOUNTTAB_EMPTY;

	ck_assert_int_eq(
		mounttab_parse_fstab(fstabs[_i].text, strlen(fstabs[_i].text), &tab), 0);
	check_line(&tab, fstabs[_i].target, fstabs[_i].source, fstabs[_i].type,
		   fstabs[_i].options, fstabs[_i].count);
}
END_TEST

#define ROOT_LINE "20 1 8:2 / / rw,relatime shared:1 - ext4 /dev/sda2 rw\n"
static const struct {
	const char *text, *target, *source, *type, *options;
	size_t count;
} mountinfos[] = {
	{ ROOT_LINE, "/", "/dev/sda2", "ext4", "rw,relatime", 1 },
	/* Without, and with several optional fields. */
	{ "30 20 8:1 / /boot ro - vfat /dev/sda1 ro\n", "/boot", "/dev/sda1", "vfat",
	  "ro", 1 },
	{ "30 20 8:1 / /boot rw shared:3 master:1 propagate_from:2 - vfat /dev/sda1 rw\n",
	  "/boot", "/dev/sda1", "vfat", "rw", 1 },
	/* An automount, and what it has mounted. */
	{ "30 20 0:40 / /boot rw - autofs systemd-1 rw\n"
	  "31 30 8:1 / /boot rw - ext4 /dev/sda1 rw\n",
	  "/boot", "/dev/sda1", "ext4", "rw", 2 },
	{ "31 30 8:1 / /my\\040boot rw - ext4 /dev/sda1 rw\n", "/my boot", "/dev/sda1",
	  "ext4", "rw", 1 },
	{ "31 30 0:1 / /boot rw - tmpfs\n", "/boot", "", "tmpfs", "rw", 1 },
	{ "31 30 8:1 / /boot rw shared:1\n", "/boot", NULL, NULL, NULL, 0 },
	{ "31 30 8:1 / /boot rw -\n", "/boot", NULL, NULL, NULL, 0 },
	{ "31 30 8:1 /boot\n", "/boot", NULL, NULL, NULL, 0 },
};

START_TEST(test_mountinfo)
{
	_cleanup_(mounttab_done) struct mounttab tab = MOUNTTAB_EMPTY;

	ck_assert_int_eq(mounttab_parse_mountinfo(mountinfos[_i].text,
						  strlen(mountinfos[_i].text), &tab),
			 0);
	check_line(&tab, mountinfos[_i].target, mountinfos[_i].source,
		   mountinfos[_i].type, mountinfos[_i].options, mountinfos[_i].count);
}
END_TEST

START_TEST(test_below)
{
	static const char text[] = "/dev/a /boot x y\n/dev/b /bootleg x y\n"
				   "/dev/c /boot/efi x y\n";
	_cleanup_(mounttab_done) struct mounttab tab = MOUNTTAB_EMPTY;

	ck_assert_int_eq(mounttab_parse_fstab(text, strlen(text), &tab), 0);
	ck_assert_uint_eq(tab.count, 3);
	ck_assert_str_eq(mounttab_below(&tab, "/boot")->target, "/boot/efi");
	ck_assert_ptr_null(mounttab_below(&tab, "/boot/efi"));
	ck_assert_ptr_null(mounttab_below(&tab, "/efi"));
}
END_TEST

START_TEST(test_too_many_lines)
{
	static const char line[] = "/dev/a /a\n";
	size_t n = strlen(line);
	_cleanup_free_ char *text = malloc(n * (MOUNTTAB_LINES_MAX + 1) + 1);
	_cleanup_(mounttab_done) struct mounttab tab = MOUNTTAB_EMPTY;

	for (size_t i = 0; i <= MOUNTTAB_LINES_MAX; i++)
		memcpy(text + i * n, line, n + 1);
	ck_assert_int_eq(mounttab_parse_fstab(text, n * MOUNTTAB_LINES_MAX, &tab), 0);
	ck_assert_uint_eq(tab.count, MOUNTTAB_LINES_MAX);
	mounttab_done(&tab);
	ck_assert_int_eq(mounttab_parse_fstab(text, n * (MOUNTTAB_LINES_MAX + 1), &tab),
			 -E2BIG);
	ck_assert_uint_eq(tab.count, 0);
}
END_TEST

static const struct {
	const char *options;
	int result;
	const char *data;
} datas[] = {
	{ "", 0, "" },
	{ "defaults", 0, "" },
	{ "noauto,noatime,rw,user,exec", 0, "" },
	{ "umask=0077,noauto,shortname=winnt", 0, "umask=0077,shortname=winnt" },
	{ "subvol=/@boot,,compress=zstd,", 0, "subvol=/@boot,compress=zstd" },
	{ "x-systemd.automount,x-systemd.idle-timeout=60,X-mount.mkdir,comment=a", 0,
	  "" },
	{ "context=\"system_u:object_r:boot_t:s0:c1,c2\",noauto", 0,
	  "context=\"system_u:object_r:boot_t:s0:c1,c2\"" },
	{ "rodata", 0, "rodata" }, /* no prefix of a word is that word */
	{ "noauto,bind", -EOPNOTSUPP, "bind" },
	{ "loop", -EOPNOTSUPP, "loop" },
	{ "loop=/dev/loop3,ro", -EOPNOTSUPP, "loop=/dev/loop3" },
	{ "ro,X-mount.subdir=boot", -EOPNOTSUPP, "X-mount.subdir=boot" },
	{ "offset=1024", -EOPNOTSUPP, "offset=1024" },
};

START_TEST(test_data)
{
	_cleanup_free_ char *data = NULL;

	ck_assert_int_eq(mounttab_data(datas[_i].options, &data), datas[_i].result);
	ck_assert_pstr_eq(data, datas[_i].data);
}
END_TEST

Suite *mounttab_suite(void)
{
	Suite *suite = suite_create("mounttab");
	TCase *tc = tcase_create("tables");

	tcase_add_loop_test(tc, test_fstab, 0, ARRAY_SIZE(fstabs));
	tcase_add_loop_test(tc, test_mountinfo, 0, ARRAY_SIZE(mountinfos));
	tcase_add_test(tc, test_below);
	tcase_add_test(tc, test_too_many_lines);
	suite_add_tcase(suite, tc);
	tc = tcase_create("options");
	tcase_add_loop_test(tc, test_data, 0, ARRAY_SIZE(datas));
	suite_add_tcase(suite, tc);
	return suite;
}
