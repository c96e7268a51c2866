// SPDX-License-Identifier: GPL-2.0-or-later
/* From GRUB's devices and paths to ours: src/find/grubmap.c, grubmounts.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_root.h"
#include "find/grubmap.h"

Suite *grubmap_suite(void);

#define ROOT "11111111-2222-4333-8444-555555555555"
#define BOOT "66666666-2222-4333-8444-555555555555"
#define OTHER "99999999-2222-4333-8444-555555555555"

static char dir[] = "/tmp/warmboot-grubmap-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct grubmap map = GRUBMAP_EMPTY;

static void set_up(void)
{
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(fake_root_text(dir, "/boot/vmlinuz-1", "k"), 0);
}

static void tear_down(void)
{
	grubmap_done(&map);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
	memcpy(strstr(dir, "grubmap-") + 8, "XXXXXX", 6);
}

/* One file system for all; with /boot apart; subvolumes; a snapshot of SUSE's. */
#define MI(id, dev, inner, mount, source) \
	id " 1 " dev " " inner " " mount " rw,relatime shared:1 - ext4 " source " rw\n"
#define ONE MI("25", "8:2", "/", "/", "/dev/sda2")
#define APART ONE MI("26", "8:1", "/", "/boot", "/dev/sda1")
#define SUBVOLUMES                                      \
	MI("25", "8:2", "/@", "/", "/dev/sda2")         \
	MI("26", "8:2", "/@home", "/home", "/dev/sda2") \
	MI("27", "8:3", "/", "/boot/efi", "/dev/sda3")
#define SUBVOLUME_BOOT                          \
	MI("25", "8:2", "/@", "/", "/dev/sda2") \
	MI("26", "8:2", "/@boot", "/boot", "/dev/sda2")
#define SNAPSHOT MI("25", "8:2", "/@/.snapshots/1/snapshot", "/", "/dev/sda2")

static const struct {
	const char *mountinfo, *fstab; /* NULL: there is none */
	const char *uuid;	 /* GRUB searches for it; else NULL and then "device" */
	const char *path, *ours; /* NULL: another disk; "": nowhere to be seen */
} rows[] = {
	/* by UUID */
	{ ONE, NULL, ROOT, "/boot/vmlinuz-1", "/boot/vmlinuz-1" },
	{ ONE, NULL, "11111111-2222-4333-8444-55555555555", "/boot/vmlinuz-1", NULL },
	{ ONE, NULL, OTHER, "/boot/vmlinuz-1", NULL },
	{ APART, NULL, BOOT, "/vmlinuz-1", "/boot/vmlinuz-1" },
	{ APART, NULL, ROOT, "/boot/vmlinuz-1", "" },
	{ APART, NULL, ROOT, "/vmlinuz-1", "/vmlinuz-1" },
	{ APART, NULL, OTHER, "/vmlinuz-1", NULL },
	{ SUBVOLUMES, NULL, ROOT, "/@/boot/vmlinuz-1", "/boot/vmlinuz-1" },
	{ SUBVOLUMES, NULL, ROOT, "/@other/boot/vmlinuz-1", "" },
	{ SUBVOLUMES, NULL, ROOT, "/boot/vmlinuz-1", "" },
	{ SUBVOLUMES, NULL, "12-AB", "/EFI/x", "/boot/efi/EFI/x" },
	{ SUBVOLUMES, NULL, "12-ab", "/EFI/x", "/boot/efi/EFI/x" },
	{ SUBVOLUME_BOOT, NULL, ROOT, "/@boot/vmlinuz-1", "/boot/vmlinuz-1" },
	{ SNAPSHOT, NULL, ROOT, "/boot/vmlinuz-1", "/boot/vmlinuz-1" },
	/* by partition, with one disk */
	{ APART, NULL, "device hd0,gpt1", "/vmlinuz-1", "/boot/vmlinuz-1" },
	{ APART, NULL, "device hd0,msdos2", "/x", "/x" },
	{ APART, NULL, "device hd0,5", "/x", NULL },
	{ APART, NULL, "device hd0", "/x", NULL },
	{ APART, NULL, "device lvm/a-b", "/x", NULL },
	{ APART, NULL, "device uuid/x", "/x", NULL },
	/* what a tree says that does not run */
	{ NULL, "UUID=" ROOT " / ext4 defaults 0 1\n", ROOT, "/boot/vmlinuz-1",
	  "/boot/vmlinuz-1" },
	{ NULL, "UUID=" ROOT " / ext4 defaults 0 1\n", OTHER, "/boot/vmlinuz-1", NULL },
	{ NULL, "UUID=" ROOT " / btrfs subvol=@,x 0 1\n", ROOT, "/@/boot/vmlinuz-1",
	  "/boot/vmlinuz-1" },
	{ NULL, "# UUID=x / ext4\nUUID=" ROOT " /  ext4\nUUID=" BOOT " /boot ext4\n",
	  BOOT, "/vmlinuz-1", "/boot/vmlinuz-1" },
	{ NULL, "/dev/sda2 / ext4\n", OTHER, "/boot/vmlinuz-1", "/boot/vmlinuz-1" },
	/* nothing says anything: the names tell */
	{ NULL, NULL, OTHER, "/boot/vmlinuz-1", "/boot/vmlinuz-1" },
	{ NULL, NULL, OTHER, "/vmlinuz-1", "/boot/vmlinuz-1" },
	{ NULL, NULL, OTHER, "/@/boot/vmlinuz-1", "/boot/vmlinuz-1" },
	{ NULL, NULL, OTHER, "/boot/none", "/boot/none" },
	{ NULL, NULL, "device hd0,gpt1", "/vmlinuz-1", "/boot/vmlinuz-1" },
	{ NULL, NULL, "device uuid/x", "/vmlinuz-1", NULL },
	{ "nonsense\n1 2 3\n - - -\n", NULL, OTHER, "/vmlinuz-1", "/boot/vmlinuz-1" },
};

static void put(const char *path, const char *text)
{
	if (text)
		ck_assert_int_eq(fake_root_text(dir, path, text), 0);
}

static char *find_device(const char *uuid)
{
	char *device = NULL;

	if (strncmp(uuid, "device ", 7) == 0)
		return strdup(uuid + 7);
	if (grubmap_search(&map, GRUBSEARCH_UUID, uuid, &device) < 0)
		device = strf("uuid/%s", uuid);
	return device;
}

START_TEST(test_row)
{
	_cleanup_free_ char *device = NULL, *ours = NULL;
	const char *expected = rows[_i].ours;
	int r;

	put("/proc/self/mountinfo", rows[_i].mountinfo);
	put("/etc/fstab", rows[_i].fstab);
	put("/run/udev/data/b8:1", "E:ID_FS_UUID=" BOOT "\nE:ID_PART_ENTRY_NUMBER=1\n");
	put("/run/udev/data/b8:2",
	    "S:x\nE:ID_FS_UUID=" ROOT "\nE:ID_PART_ENTRY_NUMBER=2\n");
	put("/run/udev/data/b8:3", "E:ID_FS_UUID=12-AB\nE:ID_FS_LABEL=ESP\n");
	put("/sys/block/sda/x", "");
	put("/sys/block/loop0/x", "");
	ck_assert_int_eq(grubmap_init(&map, &root), 0);
	device = find_device(rows[_i].uuid);
	r = grubmap_to_ours(&map, device, rows[_i].path, NULL, &ours);
	ck_assert_int_eq(r, !expected ? -ENODEV : !*expected ? -ENOENT : 0);
	if (r == 0)
		ck_assert_str_eq(ours, expected);
}
END_TEST

/* There and back again. */
START_TEST(test_to_grub)
{
	_cleanup_free_ char *device = NULL, *path = NULL, *ours = NULL;

	put("/proc/self/mountinfo", APART);
	ck_assert_int_eq(grubmap_init(&map, &root), 0);
	ck_assert_int_eq(grubmap_to_grub(&map, "/boot/grub/grub.cfg", &device, &path), 0);
	ck_assert_str_eq(path, "/grub/grub.cfg");
	ck_assert_int_eq(grubmap_to_ours(&map, device, path, NULL, &ours), 0);
	ck_assert_str_eq(ours, "/boot/grub/grub.cfg");
}
END_TEST

/* Where names tell, all files of an entry are taken from one place. */
START_TEST(test_rule)
{
	_cleanup_free_ char *kernel = NULL, *initrd = NULL;
	struct grubmap_rule rule = { .is_set = false };

	put("/initrd-1", "the wrong one");
	ck_assert_int_eq(grubmap_init(&map, &root), 0);
	ck_assert_int_eq(grubmap_to_ours(&map, "any", "/vmlinuz-1", &rule, &kernel), 0);
	ck_assert_int_eq(grubmap_to_ours(&map, "any", "/initrd-1", &rule, &initrd), 0);
	ck_assert_str_eq(kernel, "/boot/vmlinuz-1");
	ck_assert_str_eq(initrd, "/boot/initrd-1");
}
END_TEST

/* With two disks, a number says nothing; by label, only what is ours is known. */
START_TEST(test_two_disks)
{
	_cleanup_free_ char *ours = NULL, *device = NULL;

	put("/proc/self/mountinfo", ONE);
	put("/run/udev/data/b8:2", "E:ID_FS_LABEL=top\nE:ID_PART_ENTRY_NUMBER=2\n");
	put("/sys/block/sda/x", "");
	put("/sys/block/sdb/x", "");
	ck_assert_int_eq(grubmap_init(&map, &root), 0);
	ck_assert_int_eq(grubmap_to_ours(&map, "hd0,gpt2", "/x", NULL, &ours), -ENODEV);
	ck_assert_int_eq(grubmap_search(&map, GRUBSEARCH_LABEL, "other", &device),
			 -ENODEV);
	ck_assert_int_eq(grubmap_search(&map, GRUBSEARCH_FILE, "/x", &device), -ENODEV);
	ck_assert_int_eq(grubmap_search(&map, GRUBSEARCH_LABEL, "top", &device), 0);
	ck_assert_int_eq(grubmap_to_ours(&map, device, "/x", NULL, &ours), 0);
	ck_assert_str_eq(ours, "/x");
}
END_TEST

/* Sectors of a device: of ours, and of a btrfs only if it is on one disk. */
START_TEST(test_device)
{
	_cleanup_free_ char *bytes = NULL;

	put("/proc/self/mountinfo", ONE);
	put("/run/udev/data/b8:2", "E:ID_FS_UUID=" ROOT "\n");
	put("/dev/sda2", "0123456789");
	ck_assert_int_eq(grubmap_init(&map, &root), 0);
	ck_assert_int_eq(grubmap_read_device(&map, "fs0", 3, 4, &bytes), 0);
	ck_assert_str_eq(bytes, "3456");
	free(TAKE_PTR(bytes));
	ck_assert_int_eq(grubmap_read_device(&map, "fs0", 8, 4, &bytes), -EIO);
	ck_assert_int_eq(grubmap_read_device(&map, "fs1", 3, 4, &bytes), -ENODEV);
	ck_assert_int_eq(grubmap_read_device(&map, "hd7", 3, 4, &bytes), -ENODEV);
	free(map.mounts.items[0].type);
	map.mounts.items[0].type = strdup("btrfs");
	ck_assert_int_eq(grubmap_read_device(&map, "fs0", 3, 4, &bytes), -ENODEV);
	put("/sys/fs/btrfs/" ROOT "/devices/sda2", "");
	ck_assert_int_eq(grubmap_read_device(&map, "fs0", 3, 4, &bytes), 0);
	ck_assert_str_eq(bytes, "3456");
	put("/sys/fs/btrfs/" ROOT "/devices/sdb2", "");
	free(TAKE_PTR(bytes));
	ck_assert_int_eq(grubmap_read_device(&map, "fs0", 3, 4, &bytes), -ENODEV);
}
END_TEST

Suite *grubmap_suite(void)
{
	Suite *s = suite_create("grubmap");
	TCase *t = tcase_create("map");

	tcase_add_checked_fixture(t, set_up, tear_down);
	tcase_add_loop_test(t, test_row, 0, ARRAY_SIZE(rows));
	tcase_add_test(t, test_to_grub);
	tcase_add_test(t, test_rule);
	tcase_add_test(t, test_two_disks);
	tcase_add_test(t, test_device);
	suite_add_tcase(s, t);
	return s;
}
