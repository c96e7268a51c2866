// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fake_sys.h"
#include "base/macro.h"
#include "keep/confd.h"
#include "keep/foreign.h"
#include "keep/runfiles.h"
#include "keep/step.h"

Suite *confd_suite(void);

#define KERNEL "/boot/vmlinuz-6.6.30-gentoo"
#define INITRD "/boot/initramfs-6.6.30-gentoo.img"

static char dir[] = "/tmp/warmboot-confd-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct config config;
static struct options options;
static struct ctx ctx;
static struct strv initrds;

static void put(const char *path, const char *text)
{
	_cleanup_free_ char *folder = strdup(path);

	*strrchr(folder, '/') = '\0';
	ck_assert_int_eq(root_mkdirs(&root, folder), 0);
	ck_assert_int_eq(root_write(&root, path, text, strlen(text)), 0);
}

static void set_up(void)
{
	_cleanup_free_ char *link = NULL;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(config_defaults(&config), 0);
	fake_sys_use(dir);
	ctx = (struct ctx){ &options, &config, &root, &sys_fake, "manual" };
	initrds = (struct strv)STRV_EMPTY;
	ck_assert_int_eq(strv_add(&initrds, INITRD), 0);

	/* As sys-apps/kexec-tools installs it. */
	put("/etc/init.d/kexec", "#!/sbin/openrc-run\n");
	put("/etc/kexec.conf", "");
	put("/etc/conf.d/hostname", "");
	link = strf("%s/etc/conf.d/kexec", dir);
	ck_assert_int_eq(symlink("../kexec.conf", link), 0);
}

static void tear_down(void)
{
	_cleanup_free_ char *command = strf("rm -rf %s", dir);

	strv_done(&initrds);
	config_done(&config);
	root_done(&root);
	ck_assert_int_eq(system(command), 0);
}

static void check_file(const char *path, const char *expected)
{
	_cleanup_free_ char *text = NULL;

	ck_assert_int_eq(root_read(&root, path, 65536, &text, NULL), 0);
	ck_assert_str_eq(text, expected);
}

static const char shipped[] = "# Kernel image pathname, relative from /boot.\n"
			      "KNAME=\"bzimage\"\n"
			      "\n"
			      "# Additional arguments\n"
			      "KEXEC_OPT_ARGS=\"--reuse-cmdline\"\n"
			      "#INITRD=\"/boot/splash\"\n";

static const char updated[] = "# Kernel image pathname, relative from /boot.\n"
			      "KNAME=\"vmlinuz-6.6.30-gentoo\"\n"
			      "\n"
			      "# Additional arguments\n"
			      "KEXEC_OPT_ARGS=\"--reuse-cmdline\"\n"
			      "#INITRD=\"/boot/splash\"\n"
			      "INITRD=\"initramfs-6.6.30-gentoo.img\"\n";

static const char off[] = "# Kernel image pathname, relative from /boot.\n"
			  "KNAME=\"-\"\n"
			  "\n"
			  "# Additional arguments\n"
			  "KEXEC_OPT_ARGS=\"--reuse-cmdline\"\n"
			  "#INITRD=\"/boot/splash\"\n";

START_TEST(test_update_and_restore)
{
	_cleanup_free_ char *path = strf("%s/etc/conf.d/kexec", dir);
	struct stat st, before, after;

	put("/etc/kexec.conf", shipped);
	ck_assert_int_eq(root_stat(&root, "/etc/kexec.conf", &before), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	check_file("/etc/kexec.conf", updated);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert(S_ISLNK(st.st_mode));

	/* A second time there is nothing to do, and nothing is written. */
	ck_assert_int_eq(root_stat(&root, "/etc/kexec.conf", &before), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 0);
	ck_assert_int_eq(root_stat(&root, "/etc/kexec.conf", &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);

	/* Byte by byte, also the line that was not there. */
	ck_assert_int_eq(confd_restore(&ctx, false), 1);
	check_file("/etc/kexec.conf", shipped);
	ck_assert(!root_exists(&root, STATE_KEPT));
	ck_assert_int_eq(confd_restore(&ctx, false), 0);
}
END_TEST

START_TEST(test_mode_and_links_are_kept)
{
	_cleanup_free_ char *path = strf("%s/etc/kexec.conf", dir);
	struct stat st;

	put("/etc/kexec.conf", shipped);
	ck_assert_int_eq(chmod(path, 0640), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	ck_assert_int_eq(lstat(path, &st), 0);
	ck_assert_uint_eq(st.st_mode, S_IFREG | 0640);
}
END_TEST

START_TEST(test_off_and_on)
{
	put("/etc/kexec.conf", shipped);
	ck_assert_int_eq(confd_off(&ctx), 1);
	check_file("/etc/kexec.conf", off);
	ck_assert_int_eq(confd_off(&ctx), 0);
	/* Our own "-" is lifted by the next arming ... */
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	check_file("/etc/kexec.conf", updated);
	/* ... and the value from before both comes back. */
	ck_assert_int_eq(confd_off(&ctx), 1);
	ck_assert_int_eq(confd_restore(&ctx, false), 1);
	check_file("/etc/kexec.conf", shipped);
}
END_TEST

START_TEST(test_off_of_somebody_else)
{
	put("/etc/kexec.conf", off);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 0);
	check_file("/etc/kexec.conf", off);
	ck_assert_int_eq(confd_off(&ctx), 0);
	ck_assert_int_eq(confd_restore(&ctx, false), 0);
	check_file("/etc/kexec.conf", off);

	/* Also when we had written the file before. */
	put("/etc/kexec.conf", shipped);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	put("/etc/kexec.conf", off);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 0);
	ck_assert_int_eq(confd_restore(&ctx, false), 0);
	check_file("/etc/kexec.conf", off);
}
END_TEST

START_TEST(test_values_of_somebody_else_are_restored)
{
	put("/etc/kexec.conf", "KNAME=a\nINITRD=b\n");
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	put("/etc/kexec.conf", "KNAME=c\nINITRD=initramfs-6.6.30-gentoo.img\n");
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	ck_assert_int_eq(confd_restore(&ctx, false), 1);
	check_file("/etc/kexec.conf", "KNAME=c\nINITRD=b\n");
	/* What was changed after our last write stays. */
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	put("/etc/kexec.conf", "KNAME=d\nINITRD=initramfs-6.6.30-gentoo.img\n");
	ck_assert_int_eq(confd_restore(&ctx, false), 1);
	check_file("/etc/kexec.conf", "KNAME=d\nINITRD=b\n");
}
END_TEST

static const struct {
	const char *before, *kernel, *initrd;
	int result;
	const char *after;
} updates[] = {
	{ "KNAME=x\n", "/boot/vmlinuz", "/boot/i.img", 1,
	  "KNAME=vmlinuz\nINITRD=\"i.img\"\n" },
	{ "KNAME='x'\nINITRD='y'\n", "/boot/vmlinuz", "/boot/i.img", 1,
	  "KNAME='vmlinuz'\nINITRD='i.img'\n" },
	/* Elsewhere, and deeper: the whole path. */
	{ "KNAME=x\nINITRD=y\n", "/usr/lib/modules/6/vmlinuz", "/boot/a/i", 1,
	  "KNAME=/usr/lib/modules/6/vmlinuz\nINITRD=/boot/a/i\n" },
	{ "BOOTPART=/efi/\nKNAME=x\nINITRD=y\n", "/efi/linux", "/boot/i", 1,
	  "BOOTPART=/efi/\nKNAME=linux\nINITRD=/boot/i\n" },
	{ "BOOTPART=\"\"\nKNAME=x\nINITRD=y\n", "/boot/k", "/bootleg/i", 1,
	  "BOOTPART=\"\"\nKNAME=k\nINITRD=/bootleg/i\n" },
	/* Without an initramfs, and none that the script would find by itself. */
	{ "KNAME=x\nINITRD=\"y\"\n", "/boot/k", NULL, 1, "KNAME=k\nINITRD=\"\"\n" },
	{ "KNAME=x\n", "/boot/k", NULL, 1, "KNAME=k\n" },
	/* The initramfs of older units. */
	{ "KNAME=x\nINITRD=y\nKEXEC_OPT_ARGS=\"--a  --initrd=/boot/old --b\"\n",
	  "/boot/k", "/boot/i", 1,
	  "KNAME=k\nINITRD=i\nKEXEC_OPT_ARGS=\"--a --initrd=/boot/i --b\"\n" },
	{ "KNAME=x\nKEXEC_OPT_ARGS=\"--ramdisk=/boot/old --b\"\n", "/boot/k", NULL, 1,
	  "KNAME=k\nKEXEC_OPT_ARGS=\"--b\"\n" },
	/* Nothing to do. */
	{ "KNAME=k\nINITRD=\"i\" # mine\n", "/boot/k", "/boot/i", 0,
	  "KNAME=k\nINITRD=\"i\" # mine\n" },
	/* Shell code is left alone ... */
	{ "KNAME=vmlinuz-$(uname -r)\n", "/boot/k", "/boot/i", -EOPNOTSUPP,
	  "KNAME=vmlinuz-$(uname -r)\n" },
	{ "if true; then KNAME=k; fi\n", "/boot/k", "/boot/i", -EOPNOTSUPP,
	  "if true; then KNAME=k; fi\n" },
	{ "KNAME=x\nBOOTPART=$B\n", "/boot/k", "/boot/i", -EOPNOTSUPP,
	  "KNAME=x\nBOOTPART=$B\n" },
	/* ... but matters only where we write. */
	{ "KNAME=x\nINITRD=y\nKEXEC_OPT_ARGS=\"$X\"\n", "/boot/k", "/boot/i", 1,
	  "KNAME=k\nINITRD=i\nKEXEC_OPT_ARGS=\"$X\"\n" },
	{ "KNAME=\"x\n", "/boot/k", "/boot/i", -EBADMSG, "KNAME=\"x\n" },
};

START_TEST(test_update)
{
	_cleanup_strv_ struct strv list = STRV_EMPTY;

	if (updates[_i].initrd)
		ck_assert_int_eq(strv_add(&list, updates[_i].initrd), 0);
	put("/etc/kexec.conf", updates[_i].before);
	ck_assert_int_eq(confd_update(&ctx, updates[_i].kernel, &list),
			 updates[_i].result);
	check_file("/etc/kexec.conf", updates[_i].after);
	if (updates[_i].result <= 0)
		ck_assert(!root_exists(&root, STATE_KEPT));
	ck_assert_int_eq(confd_restore(&ctx, false) < 0, updates[_i].result == -EBADMSG);
	if (updates[_i].result >= 0 && !strstr(updates[_i].before, "  "))
		check_file("/etc/kexec.conf", updates[_i].before);
}
END_TEST

START_TEST(test_what_cannot_be_said)
{
	_cleanup_strv_ struct strv none = STRV_EMPTY;

	put("/etc/kexec.conf", shipped);
	/* The script passes one initramfs only ... */
	ck_assert_int_eq(strv_add(&initrds, "/boot/ucode.img"), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), -EOPNOTSUPP);
	/* ... and finds one that nobody asked for. */
	put("/boot/initramfs-6.6.29-gentoo.img", "");
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &none), -EOPNOTSUPP);
	check_file("/etc/kexec.conf", shipped);
}
END_TEST

START_TEST(test_only_what_is_installed)
{
	put("/etc/kexec.conf", shipped);
	ck_assert_int_eq(root_unlink(&root, "/etc/init.d/kexec"), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 0);
	ck_assert_int_eq(confd_off(&ctx), 0);
	check_file("/etc/kexec.conf", shipped);
	put("/usr/lib/systemd/system/kexec.service", "");
	ck_assert_int_eq(root_unlink(&root, "/etc/conf.d/kexec"), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	check_file("/etc/kexec.conf", updated);
	ck_assert_int_eq(root_unlink(&root, "/etc/kexec.conf"), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 0);
	ck_assert(!root_exists(&root, "/etc/kexec.conf"));
}
END_TEST

START_TEST(test_never)
{
	put("/etc/kexec.conf", shipped);
	config.keep_confd = KEEP_NEVER;
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 0);
	ck_assert_int_eq(confd_off(&ctx), 0);
	check_file("/etc/kexec.conf", shipped);
	/* What was changed before that setting is put back all the same. */
	config.keep_confd = KEEP_AUTO;
	ck_assert_int_eq(confd_off(&ctx), 1);
	config.keep_confd = KEEP_NEVER;
	ck_assert_int_eq(confd_restore(&ctx, false), 1);
	check_file("/etc/kexec.conf", shipped);
}
END_TEST

/* Without a place for the old value nothing is changed. */
/* On the machine itself; here the root only says that it is. */
START_TEST(test_others_may_write_it)
{
	_cleanup_free_ char *path = strf("%s/etc/kexec.conf", dir);
	const int as_root = geteuid() == 0 ? 1 : -EPERM;

	put("/etc/kexec.conf", "");
	ck_assert_int_eq(chmod(path, 0666), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), 1);
	put("/etc/kexec.conf", "");
	root.is_host = true;
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), -EPERM);
	ck_assert_int_eq(confd_off(&ctx), -EPERM);
	check_file("/etc/kexec.conf", "");
	ck_assert_int_eq(chmod(path, 0644), 0);
	ck_assert_int_eq(confd_update(&ctx, KERNEL, &initrds), as_root);
}
END_TEST

START_TEST(test_old_value_comes_first)
{
	put("/etc/kexec.conf", shipped);
	put(STATEDIR, "a file where the folder should be");
	ck_assert_int_lt(confd_off(&ctx), 0);
	check_file("/etc/kexec.conf", shipped);
}
END_TEST

START_TEST(test_step)
{
	_cleanup_free_ char *runlevel = strf("%s/etc/runlevels/default", dir),
			    *link = strf("%s/kexec", runlevel);
	const char *name = NULL;

	put("/etc/kexec.conf", shipped);
	ck_assert(!other_loader_enabled(&ctx, &name));
	/* A script that is in no runlevel need not be switched off ... */
	ck_assert_int_eq(keep_off(&ctx), 0);
	check_file("/etc/kexec.conf", shipped);
	/* ... but named right. */
	ck_assert_int_eq(keep_in_step(&ctx, KERNEL, &initrds, "ro"), 0);
	check_file("/etc/kexec.conf", updated);

	ck_assert_int_eq(root_mkdirs(&root, "/etc/runlevels/default"), 0);
	ck_assert_int_eq(symlink("/etc/init.d/kexec", link), 0);
	ck_assert(other_loader_enabled(&ctx, &name));
	ck_assert_ptr_nonnull(name);
	ck_assert_int_eq(keep_off(&ctx), 0);
	ck_assert_int_eq(keep_restore(&ctx), 0);
	check_file("/etc/kexec.conf", shipped);

	/* What it cannot load as we do, it shall not load at all. */
	ck_assert_int_eq(strv_add(&initrds, "/boot/ucode.img"), 0);
	ck_assert_int_eq(keep_in_step(&ctx, KERNEL, &initrds, "ro"), 0);
	check_file("/etc/kexec.conf", off);

	/* And where even that fails, it is an error. */
	put("/etc/kexec.conf", "KNAME=$K\n");
	ck_assert_int_eq(keep_off(&ctx), -EOPNOTSUPP);
	ck_assert_int_eq(keep_in_step(&ctx, KERNEL, &initrds, "ro"), -EOPNOTSUPP);
}
END_TEST

Suite *confd_suite(void)
{
	Suite *suite = suite_create("confd");
	TCase *tc = tcase_create("confd");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, test_update_and_restore);
	tcase_add_test(tc, test_mode_and_links_are_kept);
	tcase_add_test(tc, test_off_and_on);
	tcase_add_test(tc, test_off_of_somebody_else);
	tcase_add_test(tc, test_values_of_somebody_else_are_restored);
	tcase_add_loop_test(tc, test_update, 0, ARRAY_SIZE(updates));
	tcase_add_test(tc, test_what_cannot_be_said);
	tcase_add_test(tc, test_only_what_is_installed);
	tcase_add_test(tc, test_never);
	tcase_add_test(tc, test_others_may_write_it);
	tcase_add_test(tc, test_old_value_comes_first);
	tcase_add_test(tc, test_step);
	suite_add_tcase(suite, tc);
	return suite;
}
