// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <grp.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "read/sandbox.h"

#define NOBODY 65534 /* /proc/sys/kernel/overflowuid: owns nothing */

static int set_limits(void)
{
	const struct rlimit cpu = { SANDBOX_CPU_SECONDS, SANDBOX_CPU_SECONDS };
	const struct rlimit files = { SANDBOX_FILES_MAX, SANDBOX_FILES_MAX };
	const struct rlimit core = { 0, 0 };

	if (setrlimit(RLIMIT_CPU, &cpu) < 0 || setrlimit(RLIMIT_NOFILE, &files) < 0 ||
	    setrlimit(RLIMIT_CORE, &core) < 0)
		return -errno;
	return 0;
}

/* Returns 1 if we were root and are nobody now, 0 if we were not root. */
static int leave_root(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) < 0)
		return -errno;
	return 1;
}

/* Everything that the first version of Landlock knows (include/uapi/linux/landlock.h);
 * what later ones added is behind seccomp. */
#define LANDLOCK_ALL (((uint64_t)LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

static int wall_landlock(int modules_fd)
{
	const struct landlock_ruleset_attr attr = { .handled_access_fs = LANDLOCK_ALL };
	struct landlock_path_beneath_attr beneath = {
		.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = modules_fd
	};
	_cleanup_close_ int rules =
		(int)syscall(SYS_landlock_create_ruleset, &attr, sizeof(attr), 0);

	if (rules < 0)
		return -errno;
	if (modules_fd >= 0 && syscall(SYS_landlock_add_rule, rules,
				       LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) < 0)
		return -errno;
	return syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
}

/* What the C library, its threads and the codecs take to read, compute and report. Names
 * that an architecture does not have are left out by libseccomp. */
static const int calls[] = {
	SCMP_SYS(read),
	SCMP_SYS(pread64),
	SCMP_SYS(readv),
	SCMP_SYS(lseek),
	SCMP_SYS(_llseek),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(close),
	SCMP_SYS(fstat),
	SCMP_SYS(fstat64),
	SCMP_SYS(fadvise64),
	SCMP_SYS(fadvise64_64),
	SCMP_SYS(brk),
	SCMP_SYS(mmap),
	SCMP_SYS(mmap2),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(mprotect),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(futex_time64),
	SCMP_SYS(set_robust_list),
	SCMP_SYS(rseq),
	SCMP_SYS(sched_yield),
	SCMP_SYS(sched_getaffinity),
	SCMP_SYS(getrandom),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(clock_gettime64),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(tgkill),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigaction),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

/* The one thread that computes digests; no process, no namespace. */
#define CLONE_THREAD_FLAG 0x00010000 /* include/uapi/linux/sched.h */
/* clone(2), NOTES: s390 has the stack first (CONFIG_CLONE_BACKWARDS2). */
#ifdef __s390__
#define CLONE_FLAGS SCMP_A1
#else
#define CLONE_FLAGS SCMP_A0
#endif

static int add_special(scmp_filter_ctx filter, int modules_fd)
{
	int r;

	/* fstat by its newer names: an empty path, which needs no access to any. */
	r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(newfstatat), 1,
			     SCMP_A3(SCMP_CMP_MASKED_EQ, 0x1000, 0x1000));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(statx), 1,
				     SCMP_A2(SCMP_CMP_MASKED_EQ, 0x1000, 0x1000));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				     CLONE_FLAGS(SCMP_CMP_MASKED_EQ, CLONE_THREAD_FLAG,
						 CLONE_THREAD_FLAG));
	/* clone3 hides its flags in memory, where no filter can look: libc then takes
	 * clone. */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	if (r == 0 && modules_fd >= 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat2), 1,
				     SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)modules_fd, 0));
	return r;
}

static int wall_seccomp(int modules_fd)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = filter ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(calls); i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0);
	if (r == 0)
		r = add_special(filter, modules_fd);
	if (r == 0)
		r = seccomp_load(filter);
	if (filter)
		seccomp_release(filter);
	return r;
}

int sandbox_enter(int modules_fd)
{
	int walls = WALL_LIMITS, r = leave_root();

	if (r < 0)
		return r;
	walls |= r > 0 ? WALL_USER : 0;
	if (wall_landlock(modules_fd) == 0)
		walls |= WALL_LANDLOCK;
	r = set_limits();
	if (r < 0)
		return r;
	if (wall_seccomp(modules_fd) == 0)
		walls |= WALL_SECCOMP;
	return walls;
}
