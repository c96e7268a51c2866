// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fake_sys.h"
#include "base/macro.h"
#include "keep/foreign.h"
#include "keep/kexecd.h"
#include "keep/step.h"

Suite *kexecd_suite(void);

#define SNIPPET KEXECD_DIR "/" KEXECD_SNIPPET
#define KERNEL "/boot/vmlinuz-6.1.0-56-amd64"
#define INITRD "/boot/initrd.img-6.1.0-56-amd64"

static char dir[] = "/tmp/warmboot-kexecd-XXXXXX";
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

/* Debian 12's kexec-tools. */
static void set_up(void)
{
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(config_defaults(&config), 0);
	fake_sys_use(dir);
	ctx = (struct ctx){ &options, &config, &root, &sys_fake, "manual" };
	initrds = (struct strv)STRV_EMPTY;
	ck_assert_int_eq(strv_add(&initrds, INITRD), 0);
	put(KEXECD_DEFAULTS, "LOAD_KEXEC=true\nKERNEL_IMAGE=\"/vmlinuz\"\n");
	put("/etc/init.d/kexec-load", "");
	put("/sbin/kexec", "");
}

static void tear_down(void)
{
	_cleanup_free_ char *command = strf("rm -rf %s", dir);

	strv_done(&initrds);
	config_done(&config);
	root_done(&root);
	ck_assert_int_eq(system(command), 0);
}

/* What a shell makes of Debian's files, in the order of its scripts. */
static void check_shell(const char *variable, const char *expected)
{
	_cleanup_free_ char *command = strf(
		"env -i PATH=/bin:/usr/bin sh -c '. %s%s; for f in $(run-parts --list %s%s 2>&1); "
		"do . $f; done; printf %%s \"$%s\"'",
		dir, KEXECD_DEFAULTS, dir, KEXECD_DIR, variable);
	FILE *p = popen(command, "re");
	char text[1024] = "";

	ck_assert_ptr_nonnull(p);
	text[fread(text, 1, sizeof(text) - 1, p)] = '\0';
	pclose(p);
	ck_assert_str_eq(text, expected);
}

static const char *const cmdlines[] = {
	"root=UUID=1234 ro quiet",
	"ro dyndbg=\"file a.c +p\" x=$HOME y=`id` z=\\n",
	"it's",
};

START_TEST(test_update)
{
	struct stat before, after;

	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &initrds, cmdlines[_i]), 1);
	check_shell("KERNEL_IMAGE", KERNEL);
	check_shell("INITRD", INITRD);
	check_shell("APPEND", cmdlines[_i]);
	check_shell("USE_GRUB_CONFIG", "false");
	/* Whether it loads at all is the administrator's. */
	check_shell("LOAD_KEXEC", "true");

	ck_assert_int_eq(root_stat(&root, SNIPPET, &before), 0);
	ck_assert_uint_eq(before.st_mode, S_IFREG | 0644);
	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &initrds, cmdlines[_i]), 0);
	ck_assert_int_eq(root_stat(&root, SNIPPET, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(kexecd_update(&ctx, KERNEL "x", &initrds, cmdlines[_i]), 1);
}
END_TEST

START_TEST(test_initrds)
{
	_cleanup_strv_ struct strv none = STRV_EMPTY;

	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &none, "ro"), 1);
	check_shell("INITRD", "");
	ck_assert_int_eq(strv_add(&initrds, "/boot/second"), 0);
	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &initrds, "ro"), -EOPNOTSUPP);
}
END_TEST

START_TEST(test_off_and_remove)
{
	ck_assert_int_eq(kexecd_off(&ctx), 1);
	ck_assert_int_eq(kexecd_off(&ctx), 0);
	check_shell("LOAD_KEXEC", "false");
	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &initrds, "ro"), 1);
	check_shell("LOAD_KEXEC", "true");
	ck_assert_int_eq(kexecd_remove(&ctx, false), 1);
	ck_assert(!root_exists(&root, SNIPPET));
	ck_assert_int_eq(kexecd_remove(&ctx, false), 0);
}
END_TEST

static const char *const needed[] = { KEXECD_DEFAULTS, "/etc/init.d/kexec-load" };

START_TEST(test_only_what_is_installed)
{
	if (_i == 1)
		ck_assert_int_eq(root_unlink(&root, "/sbin/kexec"), 0);
	ck_assert_int_eq(root_unlink(&root, needed[_i]), 0);
	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &initrds, "ro"), 0);
	ck_assert_int_eq(kexecd_off(&ctx), 0);
	ck_assert(!root_exists(&root, KEXECD_DIR));
}
END_TEST

START_TEST(test_never)
{
	config.keep_kexecd = KEEP_NEVER;
	ck_assert_int_eq(kexecd_update(&ctx, KERNEL, &initrds, "ro"), 0);
	ck_assert_int_eq(kexecd_off(&ctx), 0);
	ck_assert(!root_exists(&root, SNIPPET));
}
END_TEST

static const struct {
	const char *path, *text;
	bool enabled;
} loaders[] = {
	{ KEXECD_DEFAULTS, "LOAD_KEXEC=true\n", true },
	{ KEXECD_DEFAULTS, "LOAD_KEXEC=\"true\"\n", true },
	{ KEXECD_DEFAULTS, "LOAD_KEXEC=false\n", false },
	{ KEXECD_DEFAULTS, "LOAD_KEXEC=\n", false },
	{ KEXECD_DEFAULTS, "#LOAD_KEXEC=true\n", false },
	{ KEXECD_DEFAULTS, "LOAD_KEXEC=false\nLOAD_KEXEC=true\n", true },
	/* Not understood counts as enabled. */
	{ KEXECD_DEFAULTS, "LOAD_KEXEC=$X\n", true },
	{ KEXECD_DEFAULTS, "LOAD_KEXEC='false\n", true },
	/* A later snippet decides, ours aside. */
	{ KEXECD_DIR "/local", "LOAD_KEXEC=false\n", false },
	{ KEXECD_DIR "/local", "KERNEL_IMAGE=/x\n", true },
	{ SNIPPET, "LOAD_KEXEC=false\n", true },
};

START_TEST(test_loader)
{
	const char *name = NULL;

	put(loaders[_i].path, loaders[_i].text);
	ck_assert_int_eq(foreign_debian_enabled(&ctx), loaders[_i].enabled);
	ck_assert_int_eq(other_loader_enabled(&ctx, &name), loaders[_i].enabled);
	ck_assert_int_eq(name != NULL, loaders[_i].enabled);
	ck_assert(!foreign_gentoo_enabled(&ctx));
}
END_TEST

START_TEST(test_removed_package_loads_nothing)
{
	ck_assert_int_eq(root_unlink(&root, "/sbin/kexec"), 0);
	ck_assert(!foreign_debian_enabled(&ctx));
	put("/usr/sbin/kexec", "");
	ck_assert(foreign_debian_enabled(&ctx));
	ck_assert_int_eq(root_unlink(&root, "/etc/init.d/kexec-load"), 0);
	ck_assert(!foreign_debian_enabled(&ctx));
}
END_TEST

static const struct {
	const char *path;
	bool debian, gentoo;
} units[] = {
	{ "/etc/systemd/system/multi-user.target.wants/kexec.service", false, true },
	{ "/etc/systemd/system/kexec.target.requires/kexec-load.service", true, false },
	{ "/etc/systemd/system/kexec.target.d/kexec-load.service", false, false },
	{ "/etc/systemd/system/multi-user.target.wants/kexec-x.service", false, false },
	{ "/etc/runlevels/boot/kexec", false, true },
	{ "/etc/runlevels/boot/kexec-x", false, false },
};

START_TEST(test_units)
{
	put(KEXECD_DEFAULTS, "");
	put(units[_i].path, "");
	ck_assert_int_eq(foreign_debian_enabled(&ctx), units[_i].debian);
	ck_assert_int_eq(foreign_gentoo_enabled(&ctx), units[_i].gentoo);
}
END_TEST

START_TEST(test_step)
{
	ck_assert_int_eq(keep_in_step(&ctx, KERNEL, &initrds, "ro"), 0);
	check_shell("KERNEL_IMAGE", KERNEL);
	ck_assert_int_eq(keep_off(&ctx), 0);
	check_shell("LOAD_KEXEC", "false");
	check_shell("KERNEL_IMAGE", "/vmlinuz");
	/* It stays off, however often it is said: our own snippet is no reason to stop.
	 */
	ck_assert_int_eq(keep_off(&ctx), 0);
	check_shell("LOAD_KEXEC", "false");
	ck_assert_int_eq(keep_restore(&ctx), 0);
	ck_assert(!root_exists(&root, SNIPPET));

	/* What it cannot load as we do, it shall not load at all. */
	ck_assert_int_eq(strv_add(&initrds, "/boot/second"), 0);
	ck_assert_int_eq(keep_in_step(&ctx, KERNEL, &initrds, "ro"), 0);
	check_shell("LOAD_KEXEC", "false");
	ck_assert_int_eq(keep_restore(&ctx), 0);

	/* A loader that loads nothing needs no off. */
	put(KEXECD_DEFAULTS, "LOAD_KEXEC=false\n");
	ck_assert_int_eq(keep_off(&ctx), 0);
	ck_assert(!root_exists(&root, SNIPPET));
}
END_TEST

START_TEST(test_failure_is_told)
{
	put(KEXECD_DIR, "a file where the folder should be");
	ck_assert_int_lt(keep_in_step(&ctx, KERNEL, &initrds, "ro"), 0);
	ck_assert_int_lt(keep_off(&ctx), 0);
}
END_TEST

Suite *kexecd_suite(void)
{
	Suite *suite = suite_create("kexecd");
	TCase *tc = tcase_create("kexecd");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_update, 0, ARRAY_SIZE(cmdlines));
	tcase_add_test(tc, test_initrds);
	tcase_add_test(tc, test_off_and_remove);
	tcase_add_loop_test(tc, test_only_what_is_installed, 0, ARRAY_SIZE(needed));
	tcase_add_test(tc, test_never);
	tcase_add_loop_test(tc, test_loader, 0, ARRAY_SIZE(loaders));
	tcase_add_test(tc, test_removed_package_loads_nothing);
	tcase_add_loop_test(tc, test_units, 0, ARRAY_SIZE(units));
	tcase_add_test(tc, test_step);
	tcase_add_test(tc, test_failure_is_told);
	suite_add_tcase(suite, tc);
	return suite;
}
