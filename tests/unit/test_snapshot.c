// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>

#include "base/util.h"
#include "guard/snapshot.h"

Suite *snapshot_suite(void);

#define BTRFS "25 1 0:23 /@ / rw,relatime shared:1 master:2 - btrfs /dev/vda2 rw,"
#define PROC "22 25 0:20 / /proc rw - proc proc rw\n"

/* 0: no number. */
static const struct {
	const char *text;
	uint64_t id;
} mounts[] = {
	{ PROC BTRFS "space_cache=v2,subvolid=268,subvol=/@\n" PROC, 268 },
	{ BTRFS "subvolid=268", 268 },
	{ "25 1 0:23 /@ / rw - btrfs /dev/vda2 subvolid=18446744073709551615\n",
	  UINT64_MAX },
	{ BTRFS "subvolid=18446744073709551616\n", 0 },
	{ BTRFS "subvolid=\n", 0 },
	{ BTRFS "subvolid=-1\n", 0 },
	{ BTRFS "subvolid=12x\n", 0 },
	{ BTRFS "xsubvolid=12\n", 0 },
	{ BTRFS "subvol=/@subvolid=12\n", 0 },
	{ BTRFS "subvol=/@\nsubvolid=12\n", 0 },
	{ "25 1 0:23 /@ /home rw - btrfs /dev/vda2 rw,subvolid=12\n", 0 },
	{ "25 1 0:23 /@ / rw - btrfs /dev/vda2\n" PROC, 0 },
	{ "25 1 0:23 /@ / rw - btrfs \n", 0 },
	{ "25 1 0:23 / / rw - ext4 /dev/vda2 rw,subvolid=12\n", 0 },
	/* The last one is on top. */
	{ BTRFS "subvolid=268\n" BTRFS "subvolid=269\n", 269 },
	{ BTRFS "subvolid=268\n26 25 0:9 / / rw - overlay x rw\n", 0 },
	{ "", 0 },
	{ "\n\n", 0 },
	{ "25 1\n0:23 /@ / rw - btrfs /dev/vda2 rw,subvolid=12\n", 0 },
};

START_TEST(test_mounted)
{
	uint64_t id = 0;

	ck_assert(snapshot_mounted(mounts[_i].text, &id) == (mounts[_i].id != 0));
	if (mounts[_i].id)
		ck_assert_uint_eq(id, mounts[_i].id);
}
END_TEST

static const struct {
	const char *text;
	uint64_t id;
} defaults[] = {
	{ "ID 268 gen 30 top level 267 path @/.snapshots/1/snapshot\n", 268 },
	{ "ID 5 (FS_TREE)\n", SUBVOLUME_TOP },
	{ "ID 5", 5 },
	{ "ID 5\n", 5 },
	{ "ID \n", 0 },
	{ "ID x5\n", 0 },
	{ "ID 5x\n", 0 },
	{ "id 5\n", 0 },
	{ "ID -5\n", 0 },
	{ "ID 99999999999999999999\n", 0 },
	{ "", 0 },
};

START_TEST(test_default)
{
	uint64_t id = 0;

	ck_assert(snapshot_default(defaults[_i].text, &id) == (defaults[_i].id != 0));
	ck_assert_uint_eq(id, defaults[_i].id);
}
END_TEST

Suite *snapshot_suite(void)
{
	Suite *s = suite_create("snapshot");
	TCase *tc = tcase_create("snapshot");

	tcase_add_loop_test(tc, test_mounted, 0, ARRAY_SIZE(mounts));
	tcase_add_loop_test(tc, test_default, 0, ARRAY_SIZE(defaults));
	suite_add_tcase(s, tc);
	return s;
}
