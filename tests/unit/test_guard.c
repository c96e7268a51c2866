// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../fake_sys.h"
#include "base/macro.h"
#include "guard/guard.h"
#include "keep/runfiles.h"
#include "keep/token.h"

Suite *guard_suite(void);

#define BOOT "2f5c7f0e-0000-4000-8000-000000000001"
#define OTHER_BOOT "2f5c7f0e-0000-4000-8000-000000000002"

static char dir[] = "/tmp/warmboot-guard-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct config config;
static struct options options;
static struct ctx ctx;
static struct guard_facts facts;
static struct findings findings;

/* Writes a file in the root, its folders too. */
static void put(const char *path, const char *text)
{
	_cleanup_free_ char *folder = strdup(path);

	*strrchr(folder, '/') = '\0';
	if (*folder)
		ck_assert_int_eq(root_mkdirs(&root, folder), 0);
	ck_assert_int_eq(root_write(&root, path, text, strlen(text)), 0);
}

/* Writes one of the files that steer tests/fake_sys.c, beside the root. */
static void fake(const char *name, const char *text)
{
	_cleanup_free_ char *path = strf("%s/%s", dir, name);
	_cleanup_fclose_ FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs(text, f);
}

/* A machine on which nothing objects. */
static void set_up(void)
{
	_cleanup_free_ char *path = NULL;

	ck_assert_ptr_nonnull(mkdtemp(dir));
	path = strf("%s/root", dir);
	ck_assert_int_eq(mkdir(path, 0755), 0);
	ck_assert_int_eq(root_init(&root, path), 0);
	ck_assert_int_eq(config_defaults(&config), 0);
	fake_sys_use(dir);
	options = (struct options){ .root = path };
	ctx = (struct ctx){ &options, &config, &root, &sys_fake, "manual" };
	facts = (struct guard_facts){ .version = "6.1.0-56-amd64" };

	put("/sys/kernel/kexec_loaded", "0\n");
	put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	put("/proc/sys/kernel/kexec_load_disabled", "0\n");
	put("/proc/sys/kernel/kexec_load_limit_reboot", "-1\n");
	put(BOOT_ID_PATH, BOOT "\n");
	put("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n");
	put("/boot/config-6.1.0-55-amd64", "CONFIG_KEXEC=y\nCONFIG_KEXEC_FILE=y\n");
	ck_assert_int_eq(token_write(&ctx), 0);
}

static void tear_down(void)
{
	_cleanup_free_ char *command = strf("rm -rf %s", dir);

	guards_done(&findings);
	config_done(&config);
	root_done(&root);
	ck_assert_int_eq(system(command), 0);
}

static const struct finding *find(const char *name)
{
	for (size_t i = 0; i < findings.count; i++)
		if (streq(findings.items[i].name, name))
			return &findings.items[i];
	ck_abort_msg("no guard '%s'", name);
	return NULL;
}

static const struct finding *run(enum guard_moment moment, const char *name)
{
	guards_done(&findings);
	ck_assert_int_eq(guards_run(&ctx, moment, &facts, &findings), 0);
	return find(name);
}

static const enum guard_moment moments[] = { MOMENT_STATUS, MOMENT_ARM, MOMENT_HOOK,
					     MOMENT_REBOOT };

START_TEST(test_nothing_objects)
{
	facts.loaded = facts.ours = moments[_i] == MOMENT_REBOOT;
	run(moments[_i], "root");
	ck_assert_uint_ge(findings.count, 37);
	for (size_t i = 0; i < findings.count; i++) {
		const struct finding *f = &findings.items[i];

		ck_assert_msg(f->verdict == VERDICT_OK, "%s: %s", f->name, f->found);
		ck_assert_ptr_null(f->remedy);
		ck_assert_str_ne(f->found, "");
	}
	ck_assert_ptr_null(guards_veto(&findings, false));
}
END_TEST

/*
 * One row a case: what is put (a file in the root, or beside it without '/'), which guard
 * then says what at the four moments, and a part of its words. In the verdicts: o ok,
 * w warn, v veto, ? unknown, in the order status, arm, hook, reboot.
 */
static const struct {
	const char *guard, *verdicts, *file, *text, *words;
} cases[] = {
	{ "root", "ovvv", "euid", "1000", "uid 1000" },
	{ "root", "ovvv", "/proc/self/status", "Name:\tx\nCapEff:\t00000000a80425fb\n",
	  "CAP_SYS_BOOT" },
	{ "root", "oooo", "/proc/self/status", "Name:\tx\n", "" },

	{ "container", "vvvv", "/run/systemd/container", "podman\n", "podman" },
	{ "container", "vvvv", "/run/systemd/container", "", "unknown kind" },
	{ "container", "vvvv", "/run/.containerenv", "", ".containerenv" },
	{ "container", "oooo", "/.dockerenv", "", "" },
	{ "container", "vvvv", "ns_pid", "4026532178", "PID namespace" },
	{ "container", "vvvv", "ns_user", "4026532179", "user namespace" },

	{ "chroot", "vvvv", "init_root", "0", "root of PID 1" },
	{ "chroot", "vvvv", "init_root", "-13", "Permission denied" },
	{ "chroot", "vvvv", "init_root", "-2", "No such file" },

	{ "image-build", "vvvv", "/.buildenv", "", "/.buildenv" },
	{ "image-build", "ovvv", "env", "DPKG_ROOT=/mnt\n", "DPKG_ROOT=/mnt" },
	{ "image-build", "ovvv", "env", "ROOT=/mnt/gentoo/\n", "ROOT" },
	{ "image-build", "ovvv", "env", "EROOT=/mnt\n", "EROOT" },
	{ "image-build", "ovvv", "env", "TRANSACTIONAL_UPDATE=true\n", "TRANSACTIONAL" },
	{ "image-build", "ovvv", "env", "KERNEL_INSTALL_BYPASS=1\n", "BYPASS" },
	{ "image-build", "ovvv", "env", "SYSTEMD_OFFLINE=1\n", "OFFLINE" },
	{ "image-build", "ovvv", "env", "YAST_IS_RUNNING=instsys\n", "YAST" },
	{ "image-build", "oooo", "env", "YAST_IS_RUNNING=yes\n", "" },
	{ "image-build", "oooo", "env",
	  "DPKG_ROOT=\nROOT=/\nEROOT=\nSYSTEMD_OFFLINE=0\nYAST_IS_RUNNING=no\n"
	  "TRANSACTIONAL_UPDATE=\nKERNEL_INSTALL_BYPASS=0\n",
	  "" },

	{ "image-based", "vvvv", "/run/ostree-booted", "", "ostree" },
	{ "image-based", "vvvv", "/sysroot/ostree/repo/config", "", "ostree" },
	{ "image-based", "vvvv", "/sysroot/composefs/x", "", "bootc" },
	{ "image-based", "oooo", "/sysroot/x", "", "" },
	{ "image-based", "?vvv", "/.snapshots/1/info.xml", "", "mountinfo" },
	{ "image-based", "oooo", "/usr/sbin/transactional-update", "", "" },

	{ "boot-token", "vvvv", RUN_BOOT, "FORMAT=1\nBOOT_ID=" BOOT "\nROOT=1:2:3\n",
	  "not running" },
	{ "boot-token", "vvvv", RUN_BOOT, "", "not running" },
	{ "boot-token", "vvvv", BOOT_ID_PATH, OTHER_BOOT "\n", "not running" },

	{ "kexec-disabled", "vvvv", "/proc/sys/kernel/kexec_load_disabled", "1\n",
	  "is 1" },
	{ "kexec-disabled", "?vvv", "/proc/sys/kernel/kexec_load_disabled", "x\n", "" },

	{ "load-limit", "oooo", "/proc/sys/kernel/kexec_load_limit_reboot", "3\n",
	  "3 more" },
	{ "load-limit", "vvvw", "/proc/sys/kernel/kexec_load_limit_reboot", "2\n",
	  "2 more" },
	{ "load-limit", "vvvw", "/proc/sys/kernel/kexec_load_limit_reboot", "0\n",
	  "0 more" },
	{ "load-limit", "?vvv", "/proc/sys/kernel/kexec_load_limit_reboot", "\n", "" },
	{ "load-limit", "?vvv", "/proc/sys/kernel/kexec_load_limit_reboot", "3x\n", "" },

	{ "lockdown", "wwww", "/sys/kernel/security/lockdown",
	  "none [integrity] confidentiality\n", "integrity: " },
	{ "lockdown", "wwww", "/sys/kernel/security/lockdown",
	  "none integrity [confidentiality]\n", "confidentiality: " },
	{ "lockdown", "?www", "/sys/kernel/security/lockdown", "none\n", "" },

	{ "disarmed", "vovv", RUN_DISARMED, "FORMAT=1\nBOOT_ID=" BOOT "\nAT=then\n", "" },
	{ "disarmed", "oooo", RUN_DISARMED, "FORMAT=1\nBOOT_ID=" OTHER_BOOT "\n",
	  "not disarmed" },
	{ "disarmed", "vovv", RUN_DISARMED, "", "" },
	{ "disarmed", "vovv", RUN_DISARMED, "FORMAT=2\n", "" },

	{ "nokexec", "vvvv", "/nokexec", "", "/nokexec" },
	{ "nokexec", "oooo", "/no-kexec-reboot", "", "" },
	{ "no-kexec-reboot", "vvvv", "/no-kexec-reboot", "", "/no-kexec-reboot" },
};

START_TEST(test_case)
{
	size_t row = (size_t)_i / ARRAY_SIZE(moments),
	       m = (size_t)_i % ARRAY_SIZE(moments);
	static const char letters[] = { [VERDICT_OK] = 'o',
					[VERDICT_WARN] = 'w',
					[VERDICT_VETO] = 'v',
					[VERDICT_UNKNOWN] = '?' };
	const struct finding *f;

	if (*cases[row].file == '/')
		put(cases[row].file, cases[row].text);
	else
		fake(cases[row].file, cases[row].text);
	f = run(moments[m], cases[row].guard);
	ck_assert_msg(letters[f->verdict] == cases[row].verdicts[m],
		      "%s with %s, moment %zu: %s: %s", f->name, cases[row].file, m,
		      verdict_name(f->verdict), f->found);
	if (f->verdict != VERDICT_OK) {
		ck_assert_ptr_nonnull(strstr(f->found, cases[row].words));
		ck_assert_ptr_nonnull(f->remedy);
	}
	/* Nothing else objects: each guard looks at its own. */
	for (size_t i = 0; i < findings.count; i++)
		if (&findings.items[i] != f && findings.items[i].verdict != VERDICT_OK)
			ck_assert_msg(streq(cases[row].guard, "nokexec") ||
					      strstr(cases[row].text, OTHER_BOOT),
				      "%s, too", findings.items[i].name);
}
END_TEST

#define MOUNTS                                                                          \
	"25 1 0:23 /@/.snapshots/%u/snapshot / rw,relatime shared:1 - btrfs /dev/vda2 " \
	"rw,space_cache=v2,subvolid=%u,subvol=/@/.snapshots/%u/snapshot\n"

/* A root in snapshot 268, or no btrfs, as @mounts says; what `btrfs` prints. */
static const struct {
	const char *mounts, *prints, *status;
	enum verdict verdict;
	const char *words;
} snapshots[] = {
	{ NULL, "ID 268 gen 30 top level 267 path @/.snapshots/1/snapshot\n", "0",
	  VERDICT_OK, "same root" },
	{ NULL, "ID 271 gen 31 top level 267 path @/.snapshots/3/snapshot\n", "0",
	  VERDICT_VETO, "subvolume 271, and 268 is mounted" },
	{ NULL, "ID 5 (FS_TREE)\n", "0", VERDICT_OK, "same root" },
	{ NULL, "", "1", VERDICT_UNKNOWN, "default subvolume" },
	{ NULL, "ID 268", "1", VERDICT_UNKNOWN, "default subvolume" },
	{ NULL, "nonsense\n", "0", VERDICT_UNKNOWN, "default subvolume" },
	{ "25 1 254:1 / / rw - ext4 /dev/vda1 rw\n", "ID 271\n", "0", VERDICT_OK,
	  "no snapshot" },
};

START_TEST(test_snapshots)
{
	_cleanup_free_ char *mounts = strf(MOUNTS, 1U, 268U, 1U);
	const struct finding *f;

	put("/.snapshots/1/info.xml", "");
	put("/proc/self/mountinfo", str_or(snapshots[_i].mounts, mounts));
	ck_assert_int_eq(mkdir(strcat(strcpy((char[64]){ "" }, dir), "/run"), 0755), 0);
	fake("run/btrfs", snapshots[_i].prints);
	fake("run/btrfs.status", snapshots[_i].status);
	f = run(MOMENT_STATUS, "image-based");
	ck_assert_int_eq(f->verdict, snapshots[_i].verdict);
	ck_assert_ptr_nonnull(strstr(f->found, snapshots[_i].words));
	ck_assert(!f->policy);
	f = run(MOMENT_REBOOT, "image-based");
	ck_assert_int_eq(f->verdict,
			 snapshots[_i].verdict == VERDICT_OK ? VERDICT_OK : VERDICT_VETO);
}
END_TEST

/* Nobody is asked where the updates go into snapshots anyway. */
START_TEST(test_transactional)
{
	_cleanup_free_ char *mounts = strf(MOUNTS, 1U, 268U, 1U);

	put("/.snapshots/1/info.xml", "");
	put("/proc/self/mountinfo", mounts);
	put(_i ? "/usr/sbin/tukit" : "/usr/sbin/transactional-update", "");
	ck_assert_int_eq(run(MOMENT_HOOK, "image-based")->verdict, VERDICT_VETO);
	ck_assert_ptr_nonnull(strstr(find("image-based")->found, "in snapshots"));
}
END_TEST

START_TEST(test_missing_files)
{
	static const char *const files[] = { "/proc/sys/kernel/kexec_load_disabled",
					     "/proc/sys/kernel/kexec_load_limit_reboot",
					     "/sys/kernel/security/lockdown" };

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		ck_assert_int_eq(root_unlink(&root, files[i]), 0);
	run(MOMENT_ARM, "root");
	ck_assert_ptr_null(guards_veto(&findings, false));
	/* Its folder is there, and nothing is mounted on it. */
	ck_assert_int_eq(find("lockdown")->verdict, VERDICT_WARN);
	ck_assert_int_eq(root_rmdir(&root, "/sys/kernel/security"), 0);
	ck_assert_int_eq(run(MOMENT_ARM, "lockdown")->verdict, VERDICT_OK);
}
END_TEST

START_TEST(test_kexec_missing)
{
	const struct finding *f;

	ck_assert_int_eq(root_unlink(&root, "/sys/kernel/kexec_loaded"), 0);
	f = run(MOMENT_ARM, "kexec");
	ck_assert_int_eq(f->verdict, VERDICT_VETO);
	ck_assert(!f->policy);
	ck_assert_ptr_nonnull(strstr(f->found, "although /boot/config-6.1.0-55-amd64"));

	put("/boot/config-6.1.0-55-amd64", "# CONFIG_KEXEC_FILE is not set\n");
	f = run(MOMENT_HOOK, "kexec");
	ck_assert_int_eq(f->verdict, VERDICT_VETO);
	ck_assert_ptr_nonnull(
		strstr(f->found, "without CONFIG_KEXEC_FILE (/boot/config"));

	ck_assert_int_eq(root_unlink(&root, "/boot/config-6.1.0-55-amd64"), 0);
	put("/usr/lib/modules/6.1.0-55-amd64/config", "CONFIG_KEXEC_FILE=y\n");
	f = run(MOMENT_STATUS, "kexec");
	ck_assert_ptr_nonnull(strstr(f->found, "although /usr/lib/modules"));

	put("/usr/lib/modules/6.1.0-55-amd64/config", "CONFIG_KEXEC_FILE_X=y\n");
	f = run(MOMENT_STATUS, "kexec");
	ck_assert_ptr_nonnull(strstr(f->found, "without CONFIG_KEXEC_FILE"));

	ck_assert_int_eq(root_unlink(&root, "/usr/lib/modules/6.1.0-55-amd64/config"), 0);
	f = run(MOMENT_REBOOT, "kexec");
	ck_assert_int_eq(f->verdict, VERDICT_VETO);
	ck_assert_ptr_null(strstr(f->remedy, "config.gz"));
	put("/proc/config.gz", "");
	f = run(MOMENT_REBOOT, "kexec");
	ck_assert_ptr_nonnull(strstr(f->remedy, "config.gz"));
}
END_TEST

START_TEST(test_kexec_new_name_and_old_call)
{
	ck_assert_int_eq(root_unlink(&root, "/sys/kernel/kexec_loaded"), 0);
	put("/sys/kernel/kexec/loaded", "0\n");
	ck_assert_int_eq(run(MOMENT_HOOK, "kexec")->verdict, VERDICT_OK);
	put("/boot/config-6.1.0-55-amd64", "CONFIG_KEXEC=y\n");
	ck_assert_int_eq(run(MOMENT_ARM, "kexec")->verdict, VERDICT_WARN);
}
END_TEST

START_TEST(test_load_limit_of_what_is_armed)
{
	put("/proc/sys/kernel/kexec_load_limit_reboot", "2\n");
	facts.loaded = facts.ours = true;
	ck_assert_int_eq(run(MOMENT_HOOK, "load-limit")->verdict, VERDICT_OK);
	ck_assert_int_eq(run(MOMENT_STATUS, "load-limit")->verdict, VERDICT_OK);
	put("/proc/sys/kernel/kexec_load_limit_reboot", "1\n");
	ck_assert_int_eq(run(MOMENT_HOOK, "load-limit")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_REBOOT, "load-limit")->verdict, VERDICT_WARN);
}
END_TEST

START_TEST(test_no_token)
{
	ck_assert_int_eq(token_valid(&ctx), 1);
	ck_assert_int_eq(token_remove(&ctx), 0);
	ck_assert_int_eq(token_valid(&ctx), 0);
	ck_assert_int_eq(token_remove(&ctx), 0);
	ck_assert_int_eq(run(MOMENT_HOOK, "boot-token")->verdict, VERDICT_VETO);
	ck_assert(!find("boot-token")->policy);
}
END_TEST

/* The host's /run in a chroot: boot id and file are right, the root directory is not. */
START_TEST(test_token_of_another_root)
{
	_cleanup_free_ char *host = strf("%s/root" RUN_BOOT, dir),
			    *chroot_run = strf("%s/chroot" RUN_DIR, dir),
			    *command = strf(
				    "mkdir -p %s && cp %s %s/boot && cp -r %s/root/proc "
				    "%s/chroot/",
				    chroot_run, host, chroot_run, dir, dir),
			    *other = strf("%s/chroot", dir);

	ck_assert_int_eq(system(command), 0);
	root_done(&root);
	ck_assert_int_eq(root_init(&root, other), 0);
	ck_assert_int_eq(token_valid(&ctx), 0);
}
END_TEST

START_TEST(test_foreign)
{
	facts.loaded = true;
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++)
		ck_assert_int_eq(run(moments[i], "foreign")->verdict, VERDICT_VETO);
	ck_assert_ptr_nonnull(guards_veto(&findings, false));
	ck_assert_ptr_null(guards_veto(&findings, true));
}
END_TEST

START_TEST(test_enabled)
{
	config.enabled = false;
	ck_assert_int_eq(run(MOMENT_STATUS, "enabled")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_ARM, "enabled")->verdict, VERDICT_WARN);
	ck_assert_int_eq(run(MOMENT_HOOK, "enabled")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_REBOOT, "enabled")->verdict, VERDICT_VETO);
}
END_TEST

START_TEST(test_switches_of_our_own)
{
	put("/nokexec", "");
	put("/no-kexec-reboot", "");
	put(RUN_DISARMED, "FORMAT=1\nBOOT_ID=" BOOT "\nCREATED=/x\nCREATED=/nokexec\n");
	ck_assert_int_eq(run(MOMENT_ARM, "nokexec")->verdict, VERDICT_OK);
	ck_assert_int_eq(find("no-kexec-reboot")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_HOOK, "nokexec")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_REBOOT, "nokexec")->verdict, VERDICT_VETO);
	/* A record of another boot made none of today's. */
	put(RUN_DISARMED, "FORMAT=1\nBOOT_ID=" OTHER_BOOT "\nCREATED=/nokexec\n");
	ck_assert_int_eq(run(MOMENT_ARM, "nokexec")->verdict, VERDICT_VETO);
}
END_TEST

START_TEST(test_trial)
{
	config.require_trial = true;
	ck_assert_int_eq(run(MOMENT_HOOK, "trial")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_STATUS, "trial")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_ARM, "trial")->verdict, VERDICT_OK);
	facts.loaded = facts.ours = true;
	ck_assert_int_eq(run(MOMENT_REBOOT, "trial")->verdict, VERDICT_OK);
	ck_assert_int_eq(run(MOMENT_STATUS, "trial")->verdict, VERDICT_OK);
}
END_TEST

START_TEST(test_failed)
{
	put(STATE_HISTORY, "FORMAT=1\nAT=then\nVERSION=6.1.0-56-amd64\nRESULT=failed\n"
			   "WHY=\"it did not come up\"\n");
	ck_assert_int_eq(run(MOMENT_HOOK, "failed")->verdict, VERDICT_VETO);
	ck_assert_ptr_nonnull(strstr(find("failed")->found, "it did not come up"));
	ck_assert(find("failed")->policy);
	ck_assert_int_eq(run(MOMENT_STATUS, "failed")->verdict, VERDICT_VETO);
	ck_assert_int_eq(run(MOMENT_ARM, "failed")->verdict, VERDICT_OK);
	ck_assert_int_eq(run(MOMENT_REBOOT, "failed")->verdict, VERDICT_OK);
	facts.version = "6.1.0-57-amd64";
	ck_assert_int_eq(run(MOMENT_HOOK, "failed")->verdict, VERDICT_OK);
}
END_TEST

/* This boot could not be counted: after a warm reboot, how many there were is not known.
 */
START_TEST(test_chain_not_counted)
{
	config.max_chain = 3;
	put(STATE_DIR "/chain", _i ? "" : "FORMAT=1\nBOOT_ID=another\nCOUNT=2\n");
	put("/proc/sys/kernel/bootloader_type", "208\n");
	ck_assert_int_eq(run(MOMENT_STATUS, "chain")->verdict, VERDICT_UNKNOWN);
	ck_assert_int_eq(run(MOMENT_HOOK, "chain")->verdict, VERDICT_VETO);
	put("/proc/sys/kernel/bootloader_type", "114\n");
	ck_assert_int_eq(run(MOMENT_HOOK, "chain")->verdict, VERDICT_OK);
}
END_TEST

START_TEST(test_chain)
{
	put(STATE_DIR "/chain", "FORMAT=1\nBOOT_ID=" BOOT "\nCOUNT=3\n");
	for (size_t i = 0; i < ARRAY_SIZE(moments); i++) {
		config.max_chain = 3;
		ck_assert_int_eq(run(moments[i], "chain")->verdict, VERDICT_VETO);
		ck_assert_ptr_nonnull(strstr(find("chain")->found, "3 warm reboots"));
		config.max_chain = 4;
		ck_assert_int_eq(run(moments[i], "chain")->verdict, VERDICT_OK);
		config.max_chain = 0;
		ck_assert_int_eq(run(moments[i], "chain")->verdict, VERDICT_OK);
	}
}
END_TEST

START_TEST(test_configuration_lowers_and_raises)
{
	facts.loaded = true;
	ck_assert_int_eq(strv_add(&config.guards_warn, "foreign"), 0);
	ck_assert_int_eq(strv_add(&config.guards_warn, "container"), 0);
	ck_assert_int_eq(strv_add(&config.guards_veto, "lockdown"), 0);
	ck_assert_int_eq(strv_add(&config.guards_veto, "no-such-guard"), 0);
	put("/run/.containerenv", "");
	put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	ck_assert_int_eq(run(MOMENT_ARM, "foreign")->verdict, VERDICT_WARN);
	ck_assert_int_eq(find("lockdown")->verdict, VERDICT_VETO);
	/* What is no policy is not lowered. */
	ck_assert_int_eq(find("container")->verdict, VERDICT_VETO);
	ck_assert_str_eq(guards_veto(&findings, false)->name, "container");
	ck_assert_str_eq(guards_veto(&findings, true)->name, "container");
	ck_assert_int_eq(root_unlink(&root, "/run/.containerenv"), 0);
	/* And a raised one that does not object stays silent. */
	put("/sys/kernel/security/lockdown", "[none] integrity confidentiality\n");
	run(MOMENT_ARM, "root");
	ck_assert_ptr_null(guards_veto(&findings, false));
}
END_TEST

static const char *const never_forced[] = {
	"root",	      "container", "chroot",	     "image-build", "image-based",
	"boot-token", "kexec",	   "kexec-disabled", "load-limit"
};

START_TEST(test_force)
{
	run(MOMENT_STATUS, "root");
	for (size_t i = 0; i < findings.count; i++) {
		bool hard = false;

		for (size_t j = 0; j < ARRAY_SIZE(never_forced); j++)
			hard |= streq(findings.items[i].name, never_forced[j]);
		ck_assert_msg(findings.items[i].policy == !hard, "%s",
			      findings.items[i].name);
	}
}
END_TEST

START_TEST(test_unprivileged_status)
{
	const struct finding *f;

	/* Nobody has looked as root yet. */
	fake("euid", "1000");
	fake("init_root", "-13");
	f = run(MOMENT_STATUS, "chroot");
	ck_assert_int_eq(f->verdict, VERDICT_UNKNOWN);
	ck_assert_str_eq(f->remedy, "ask as root");

	/* Root did, in a chroot-free system ... */
	fake("euid", "0");
	fake("init_root", "1");
	ctx.by = "dpkg-postinst";
	run(MOMENT_HOOK, "chroot");
	fake("euid", "1000");
	fake("init_root", "-13");
	f = run(MOMENT_STATUS, "chroot");
	ck_assert_int_eq(f->verdict, VERDICT_OK);
	ck_assert_str_eq(f->found, "not in a chroot (seen by dpkg-postinst as root at "
				   "2023-11-14T22:13:20Z)");

	/* ... and finds something else later. */
	fake("euid", "0");
	fake("init_root", "0");
	run(MOMENT_HOOK, "chroot");
	fake("euid", "1000");
	fake("init_root", "-13");
	f = run(MOMENT_STATUS, "chroot");
	ck_assert_int_eq(f->verdict, VERDICT_VETO);
	ck_assert_ptr_nonnull(f->remedy);

	/* What may be read is looked at, not remembered. */
	put("/nokexec", "");
	ck_assert_int_eq(run(MOMENT_STATUS, "nokexec")->verdict, VERDICT_VETO);
}
END_TEST

START_TEST(test_what_is_remembered)
{
	_cleanup_free_ char *text = NULL;

	/* Looking, trying out, and not being root leave no trace. */
	run(MOMENT_STATUS, "root");
	ck_assert(!root_exists(&root, RUN_GUARDS));
	options.dry_run = true;
	run(MOMENT_ARM, "root");
	ck_assert(!root_exists(&root, RUN_GUARDS));
	options.dry_run = false;
	fake("euid", "5");
	run(MOMENT_ARM, "root");
	ck_assert(!root_exists(&root, RUN_GUARDS));
	fake("euid", "0");
	/* Nor does somebody in a chroot who sees the host's /run. */
	put(RUN_BOOT, "FORMAT=1\nBOOT_ID=" BOOT "\nROOT=1:2:3\n");
	run(MOMENT_ARM, "root");
	ck_assert(!root_exists(&root, RUN_GUARDS));

	ck_assert_int_eq(token_write(&ctx), 0);
	run(MOMENT_ARM, "root");
	ck_assert_int_eq(root_read(&root, RUN_GUARDS, 65536, &text, NULL), 0);
	ck_assert_ptr_nonnull(strstr(text, "\nKEXEC_DISABLED=\"ok not disabled\"\n"));
	ck_assert_ptr_nonnull(strstr(text, "\nAT="));
	ck_assert_ptr_nonnull(strstr(text, "\nBY=manual\n"));
}
END_TEST

START_TEST(test_remembered_of_another_boot)
{
	put(RUN_GUARDS, "FORMAT=1\nBOOT_ID=" OTHER_BOOT "\nCHROOT=\"ok x\"\n");
	fake("euid", "1000");
	fake("init_root", "-13");
	ck_assert_int_eq(run(MOMENT_STATUS, "chroot")->verdict, VERDICT_UNKNOWN);
	/* Nonsense in it counts as nothing. */
	put(RUN_GUARDS, "FORMAT=1\nBOOT_ID=" BOOT "\nCHROOT=\"fine x\"\n");
	ck_assert_int_eq(run(MOMENT_STATUS, "chroot")->verdict, VERDICT_UNKNOWN);
	put(RUN_GUARDS, "FORMAT=1\nBOOT_ID=" BOOT "\nCHROOT=\"okay x\"\n");
	ck_assert_int_eq(run(MOMENT_STATUS, "chroot")->verdict, VERDICT_UNKNOWN);
	put(RUN_GUARDS, "FORMAT=1\nBOOT_ID=" BOOT "\nCHROOT=\"ok x\"\n");
	ck_assert_int_eq(run(MOMENT_STATUS, "chroot")->verdict, VERDICT_OK);
}
END_TEST

Suite *guard_suite(void)
{
	Suite *suite = suite_create("guard");
	TCase *tc = tcase_create("guard");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, test_nothing_objects, 0, ARRAY_SIZE(moments));
	tcase_add_loop_test(tc, test_case, 0, ARRAY_SIZE(cases) * ARRAY_SIZE(moments));
	tcase_add_loop_test(tc, test_snapshots, 0, ARRAY_SIZE(snapshots));
	tcase_add_loop_test(tc, test_transactional, 0, 2);
	tcase_add_test(tc, test_missing_files);
	tcase_add_test(tc, test_kexec_missing);
	tcase_add_test(tc, test_kexec_new_name_and_old_call);
	tcase_add_test(tc, test_load_limit_of_what_is_armed);
	tcase_add_test(tc, test_no_token);
	tcase_add_test(tc, test_token_of_another_root);
	tcase_add_test(tc, test_foreign);
	tcase_add_test(tc, test_enabled);
	tcase_add_test(tc, test_switches_of_our_own);
	tcase_add_test(tc, test_trial);
	tcase_add_test(tc, test_failed);
	tcase_add_test(tc, test_chain);
	tcase_add_loop_test(tc, test_chain_not_counted, 0, 2);
	tcase_add_test(tc, test_configuration_lowers_and_raises);
	tcase_add_test(tc, test_force);
	tcase_add_test(tc, test_unprivileged_status);
	tcase_add_test(tc, test_what_is_remembered);
	tcase_add_test(tc, test_remembered_of_another_boot);
	suite_add_tcase(suite, tc);
	return suite;
}
