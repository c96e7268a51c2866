// SPDX-License-Identifier: GPL-2.0-or-later
/* A boot file system that is not mounted, through the whole program. The mounts are fake;
 * tests/tools/bootmount does it with real ones. */
#include <check.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "base/util.h"
#include "keep/runfiles.h"
#include "scene.h"

Suite *bootmount_suite(void);

#define FSTAB "/etc/fstab"
#define MOUNTED "20 1 8:2 / / rw,relatime - ext4 /dev/sda2 rw\n"

/* A kernel waits on a /boot that is not mounted. */
static void begin(void)
{
	scene_begin();
	scene_install(SCENE_NEW);
	scene_put(FSTAB, "/dev/sda1 /boot ext4 noauto,noatime,errors=continue 1 2\n"
			 "/dev/sda2 / ext4 noatime 0 1\n");
	scene_unmount("/boot");
}

static int hook(void)
{
	return scene_run("--hook", "installkernel", SCENE_NEW, "/boot/vmlinuz", NULL);
}

/* Why nothing was armed, as status keeps it. */
static void assert_reason(const char *part)
{
	_cleanup_free_ char *last = scene_read(RUN_LAST);

	ck_assert_ptr_nonnull(last);
	ck_assert_msg(strstr(last, part) != NULL, "'%s' is not in: %s", part, last);
}

static void assert_armed(const char *expected)
{
	_cleanup_free_ char *is = scene_armed_version();

	ck_assert_pstr_eq(is, expected);
}

START_TEST(test_mounted_for_the_run)
{
	char call[160];

	ck_assert_int_eq(hook(), 0);
	assert_armed(SCENE_NEW);
	/* Before the mount, and read-only with the file system's own options. */
	ck_assert_uint_eq(scene_calls("own_mounts = 0"), 1);
	snprintf(call, sizeof(call),
		 "mount /dev/sda1 /boot ext4 %lu 'errors=continue' = 0",
		 (unsigned long)(MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC));
	ck_assert_uint_eq(scene_calls(call), 1);
	ck_assert_uint_eq(scene_calls("mount "), 1);
}
END_TEST

START_TEST(test_next_run_finds_it_fresh)
{
	ck_assert_int_eq(hook(), 0);
	scene_unmount("/boot");
	ck_assert_int_eq(hook(), 0);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("mount "), 2);
	ck_assert_uint_eq(scene_calls("load "), 1);
	/* And the stop at the reboot. */
	scene_unmount("/boot");
	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	ck_assert_int_eq(scene_run("--hook", "service-stop", NULL), 0);
	ck_assert(scene_exists(RUN_GO));
	ck_assert_uint_eq(scene_calls("mount "), 3);
	ck_assert_uint_eq(scene_calls("load "), 1);
}
END_TEST

/* Nothing to look at there: no mount. */
static const char *const idle_hooks[] = { "service-start", "service-good", "gate",
					  "service-stop", "package-remove" };

START_TEST(test_no_mount_without_need)
{
	ck_assert_int_eq(scene_run("--hook", idle_hooks[_i], NULL), 0);
	ck_assert_uint_eq(scene_calls("own_mounts"), 0);
	ck_assert_uint_eq(scene_calls("mount"), 0);
}
END_TEST

START_TEST(test_no_mount_where_nothing_is_started)
{
	scene_remove(RUN_BOOT);
	ck_assert_int_eq(hook(), 0);
	scene_boot(SCENE_OLD, false);
	scene_put(SYSCONFDIR "/warmboot.conf",
		  "enabled = false;\nverify = \"header\";\n");
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
	ck_assert_int_eq(hook(), 0);
	ck_assert_uint_eq(scene_calls("own_mounts"), 0);
}
END_TEST

/* What is asked of status and list as root is answered with what lies there. */
START_TEST(test_root_may_look)
{
	ck_assert_int_eq(scene_run(_i ? "--list" : "--status", NULL), 0);
	ck_assert_uint_eq(scene_calls("mount /dev/sda1 /boot"), 1);
}
END_TEST

static const struct {
	const char *file, *text; /* in the root, or beside it without '/' */
	const char *reason;
} refusals[] = {
	{ "/boot/vmlinuz", "x", "/boot/vmlinuz is there" },
	{ "/boot/grub/grub.cfg", "x", "/boot/grub is there" },
	{ FSTAB, "/dev/sda1 /boot ext4 noauto\n/dev/sdb1 /boot ext4 noauto\n", "twice" },
	{ FSTAB, "/srv/b /boot none bind,noauto\n", "is not mounted" },
	{ FSTAB, "tmpfs /boot tmpfs noauto\n", "is not mounted" },
	{ FSTAB, "UUID=none /boot ext4 noauto\n", "is not mounted" },
	{ SYSCONFDIR "/warmboot.conf", "mount_boot = false;\n", "mount_boot = false" },
	{ "/proc/self/mountinfo",
	  MOUNTED "33 20 8:9 / /boot/efi rw - vfat /dev/sda9 rw\n",
	  "/boot/efi below it" },
	{ "/proc/self/mountinfo", MOUNTED "33 20 0:9 / /boot rw - autofs systemd-1 rw\n",
	  "its automount does not" },
	{ "init_root", "0", "is not mounted" },
	{ "init_root", "-13", "is not mounted" },
	{ "ns_pid", "4026532178", "is not mounted" },
	{ "own_mounts", "-1\n", "is not mounted" },
	{ "mount", "-16\n", "is not mounted" },
	{ "mount", "-2\n", "is not mounted" },
	{ FSTAB, "/dev/sda1 /boot ext4 noauto\nLABEL=ESP /efi vfat noauto\n",
	  "/efi is not" },
};

START_TEST(test_refusal)
{
	const char *file = refusals[_i].file;

	if (*file == '/')
		scene_put(file, refusals[_i].text);
	else
		scene_fake(file, refusals[_i].text);
	ck_assert_int_eq(hook(), 0);
	assert_armed(NULL);
	ck_assert(!scene_loaded());
	/* Seen from a chroot or a container, a guard objects first. */
	if (strcmp(file, "init_root") != 0 && strcmp(file, "ns_pid") != 0)
		assert_reason(refusals[_i].reason);
}
END_TEST

/* A doubt when renewing must not leave the older image behind. */
START_TEST(test_no_longer_there)
{
	ck_assert_int_eq(hook(), 0);
	scene_unmount("/boot");
	scene_fake("mount", "-5\n");
	ck_assert_int_eq(hook(), 0);
	assert_armed(NULL);
	ck_assert_uint_eq(scene_calls("unload"), 1);
}
END_TEST

static const struct {
	const char *fstab, *findfs, *call;
} sources[] = {
	{ "/dev/sda1 /boot vfat umask=0077,noauto\n", NULL,
	  "mount /dev/sda1 /boot vfat " },
	{ "UUID=AB-12 /boot ext4 noauto\n", NULL,
	  "mount /dev/disk/by-uuid/AB-12 /boot ext4 " },
	{ "UUID=\"AB-12\" /boot ext4 noauto\n", NULL,
	  "mount /dev/disk/by-uuid/AB-12 /boot ext4 " },
	{ "LABEL=my\\040boot /boot ext4 noauto\n", "/dev/sdz1\n",
	  "mount /dev/sdz1 /boot ext4 " },
	{ "LABEL=../../sda1 /boot ext4 noauto\n", "/dev/sdz1\n",
	  "mount /dev/sdz1 /boot ext4 " },
	{ "PARTUUID=77 /boot ext4 noauto\n", "/dev/vda1\n",
	  "mount /dev/vda1 /boot ext4 " },
	{ "/dev/sda1 /boot/ auto noauto\n", NULL, "mount /dev/sda1 /boot ext4 " },
	{ "/dev/sda1 /boot btrfs,ext4 noauto\n", NULL, "mount /dev/sda1 /boot btrfs " },
};

START_TEST(test_source)
{
	scene_put(FSTAB, sources[_i].fstab);
	scene_put("/dev/disk/by-uuid/AB-12", "");
	if (sources[_i].findfs)
		scene_fake("run/findfs", sources[_i].findfs);
	ck_assert_int_eq(hook(), 0);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls(sources[_i].call), 1);
	ck_assert_uint_eq(scene_calls("run /sbin/findfs"), sources[_i].findfs ? 1 : 0);
}
END_TEST

/* Only what says "not this type" leads to the next one. */
START_TEST(test_type_is_found)
{
	scene_put(FSTAB, "/dev/sda1 /boot auto noauto\n");
	scene_fake("mount", "-22\n-19\n");
	ck_assert_int_eq(hook(), 0);
	assert_armed(SCENE_NEW);
	ck_assert_uint_eq(scene_calls("mount /dev/sda1 /boot ext4 "), 1);
	ck_assert_uint_eq(scene_calls("mount /dev/sda1 /boot vfat "), 1);
	ck_assert_uint_eq(scene_calls("mount /dev/sda1 /boot xfs "), 1);
	ck_assert_uint_eq(scene_calls("mount /dev/sda1 /boot btrfs "), 0);
}
END_TEST

/* No mount is asked for, and nothing is in the way. */
static const char *const quiet_fstabs[] = {
	"# nothing\n",
	"/dev/BOOT /boot ext2 noauto,noatime 1 2\n",
	"/dev/sda9 /srv/boot ext4 noauto\n",
};

START_TEST(test_nothing_is_apart)
{
	scene_put(FSTAB, quiet_fstabs[_i]);
	ck_assert_int_eq(hook(), 0);
	ck_assert_uint_eq(scene_calls("own_mounts"), 0);
	assert_reason("no kernel was found");
}
END_TEST

START_TEST(test_mounted_already)
{
	scene_put("/proc/self/mountinfo",
		  MOUNTED "33 20 8:1 / /boot rw - ext4 /dev/sda1 rw\n");
	scene_install(SCENE_NEWER);
	ck_assert_int_eq(hook(), 0);
	assert_armed(SCENE_NEWER);
	ck_assert_uint_eq(scene_calls("own_mounts"), 0);
}
END_TEST

/* An empty folder and hidden files are what a mount point may hold. */
START_TEST(test_mount_point_is_not_bare)
{
	scene_put("/boot/.keep", "");
	scene_put("/boot/efi/x", "");
	scene_remove("/boot/efi/x");
	scene_fake("mount",
		   "-5\n"); /* the fake moves folders, and this one is not empty */
	ck_assert_int_eq(hook(), 0);
	ck_assert_uint_eq(scene_calls("mount /dev/sda1 /boot"), 1);
}
END_TEST

/* Both: the second lies where the first has just been mounted. */
START_TEST(test_two_places)
{
	scene_put(FSTAB,
		  "/dev/sda1 /boot ext4 noauto\n/dev/sda3 /boot/efi vfat noauto\n");
	scene_fake("mounted/boot/efi/x", "");
	scene_fake("mount", "0\n-5\n");
	ck_assert_int_eq(hook(), 0);
	assert_armed(NULL);
	assert_reason("/boot/efi is not mounted");
	ck_assert_uint_eq(scene_calls("own_mounts"), 1);
}
END_TEST

START_TEST(test_unprivileged)
{
	scene_fake("euid", "1000");
	ck_assert_int_eq(scene_run("--status", NULL), 0);
	ck_assert_int_eq(scene_run("--list", NULL), 0);
	ck_assert_int_eq(scene_run("--dry-run", NULL), 1);
	ck_assert_uint_eq(scene_calls("own_mounts"), 0);
	ck_assert_uint_eq(scene_calls("mount"), 0);
}
END_TEST

Suite *bootmount_suite(void)
{
	Suite *suite = suite_create("bootmount");
	TCase *tc = tcase_create("bootmount");

	tcase_add_checked_fixture(tc, begin, scene_end);
	tcase_add_test(tc, test_mounted_for_the_run);
	tcase_add_test(tc, test_next_run_finds_it_fresh);
	tcase_add_loop_test(tc, test_no_mount_without_need, 0, ARRAY_SIZE(idle_hooks));
	tcase_add_test(tc, test_no_mount_where_nothing_is_started);
	tcase_add_loop_test(tc, test_root_may_look, 0, 2);
	tcase_add_loop_test(tc, test_refusal, 0, ARRAY_SIZE(refusals));
	tcase_add_test(tc, test_no_longer_there);
	tcase_add_loop_test(tc, test_source, 0, ARRAY_SIZE(sources));
	tcase_add_test(tc, test_type_is_found);
	tcase_add_loop_test(tc, test_nothing_is_apart, 0, ARRAY_SIZE(quiet_fstabs));
	tcase_add_test(tc, test_mounted_already);
	tcase_add_test(tc, test_mount_point_is_not_bare);
	tcase_add_test(tc, test_two_places);
	tcase_add_test(tc, test_unprivileged);
	suite_add_tcase(suite, tc);
	return suite;
}
