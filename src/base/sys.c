// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <syslog.h>

#include "base/journal.h"
#include "base/macro.h"
#include "base/sys.h"
#include "base/util.h"

static int host_kexec_file_load(int kernel_fd, int initrd_fd, const char *cmdline,
				unsigned long flags)
{
#ifdef SYS_kexec_file_load
	/* The length counts the NUL (kernel/kexec_file.c checks that the last byte is
	 * one). */
	size_t len = cmdline ? strlen(cmdline) + 1 : 0;

	return syscall(SYS_kexec_file_load, kernel_fd, initrd_fd, len, cmdline, flags) < 0
		       ? -errno
		       : 0;
#else
	(void)kernel_fd, (void)initrd_fd, (void)cmdline, (void)flags;
	return -ENOSYS;
#endif
}

static int wait_for(pid_t pid, int *ret_status)
{
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static void prefer_for_oom(void)
{
	_cleanup_close_ int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		(void)!write(fd, "1000", 4);
}

/* SIGCHLD may have been inherited as ignored: then nobody could wait for a child. */
static pid_t fork_to_wait_for(void)
{
	signal(SIGCHLD, SIG_DFL);
	return fork();
}

static int host_in_child(int (*work)(void *arg), void *arg)
{
	int channel[2], result = 0, status, r;
	pid_t pid;
	ssize_t n;

	if (pipe2(channel, O_CLOEXEC) < 0)
		return -errno;
	fflush(NULL);
	pid = fork_to_wait_for();
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		prefer_for_oom();
		result = work(arg);
		fflush(NULL);
		(void)!write(channel[1], &result, sizeof(result));
		_exit(0);
	}
	r = pid < 0 ? -errno : 0;
	close(channel[1]);
	if (r < 0) {
		close(channel[0]);
		return r;
	}
	do
		n = read(channel[0], &result, sizeof(result));
	while (n < 0 && errno == EINTR);
	close(channel[0]);
	r = wait_for(pid, &status);
	if (r < 0)
		return r;
	if (n == (ssize_t)sizeof(result))
		return result;
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? -ENOMEM : -EPROTO;
}

/* The reader lies in LIBEXECDIR; beside the program only while that is not installed. */
static const char *find_reader(char *buf, size_t size)
{
	const char *installed = LIBEXECDIR "/" SYS_READER;
	ssize_t n = readlink("/proc/self/exe", buf, size);
	char *slash;

	if (n <= 0 || (size_t)n + sizeof(SYS_READER) + 1 >= size)
		return installed;
	buf[n] = '\0';
	slash = strrchr(buf, '/');
	if (!slash)
		return installed;
	memcpy(slash + 1, SYS_READER, sizeof(SYS_READER));
	return access(buf, X_OK) == 0 ? buf : installed;
}

#define FILES_OF_OLD 1024 /* the usual limit */

/* What our own caller left open (debconf's pipe, apt's, somebody's secret) is none of a
 * child's business; what we open ourselves closes by itself. */
static void close_inherited(int first)
{
#ifdef SYS_close_range
	if (syscall(SYS_close_range, first, ~0U, 0) == 0)
		return;
#endif
	for (int fd = first; fd < FILES_OF_OLD; fd++)
		close(fd);
}

_Noreturn static void become(const struct sys_command *command, int output)
{
	char path_setting[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
	     locale_setting[] = "LC_ALL=C";
	char *environment[] = { path_setting, locale_setting, NULL };
	char buf[4096];
	const char *path = command->argv[0];
	int in = command->stdin_fd;
	sigset_t none;

	if (streq(path, SYS_READER))
		path = find_reader(buf, sizeof(buf));
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (in < 0)
		in = open("/dev/null", O_RDONLY);
	if (output < 0)
		output = open("/dev/null", O_WRONLY);
	/* Away from 0..3 first, so that no dup2 below overwrites another's source. */
	in = fcntl(in, F_DUPFD_CLOEXEC, 10);
	output = fcntl(output, F_DUPFD_CLOEXEC, 10);
	if (in < 0 || output < 0 || dup2(in, 0) < 0 || dup2(output, 1) < 0)
		_exit(126);
	if (command->pass_fd >= 0) {
		int passed = fcntl(command->pass_fd, F_DUPFD_CLOEXEC, 10);

		if (passed < 0 || dup2(passed, 3) < 0)
			_exit(126);
	}
	close_inherited(command->pass_fd >= 0 ? 4 : 3);
	execve(path, (char *const *)(uintptr_t)command->argv, environment);
	_exit(errno == ENOENT ? 127 : 126);
}

static uint64_t monotonic_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

/* Takes all output until its end, the deadline, or the limit. */
static int collect(int fd, const struct sys_command *command, char **ret)
{
	uint64_t end = command->timeout_ms ? monotonic_ms() + command->timeout_ms : 0;
	_cleanup_free_ char *text = malloc(1);
	size_t len = 0;

	while (text) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		uint64_t now = end ? monotonic_ms() : 0;
		char block[4096], *bigger;
		ssize_t n;

		n = end && now >= end ? 0 : poll(&p, 1, end ? (int)(end - now) : -1);
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n == 0)
			return -ETIMEDOUT;
		n = n < 0 ? -1 : read(fd, block, sizeof(block));
		if (n < 0 && errno != EINTR)
			return -errno;
		if (n < 0)
			continue;
		if (n == 0) {
			text[len] = '\0';
			*ret = TAKE_PTR(text);
			return 0;
		}
		if (command->ret_output && len + (size_t)n > command->output_max)
			return -E2BIG;
		if (!command->ret_output)
			continue;
		bigger = realloc(text, len + (size_t)n + 1);
		if (!bigger)
			return -ENOMEM;
		text = bigger;
		memcpy(text + len, block, (size_t)n);
		len += (size_t)n;
	}
	return -ENOMEM;
}

static int host_run(const struct sys_command *command)
{
	_cleanup_free_ char *output = NULL;
	int channel[2], status, r;
	pid_t pid;

	if (pipe2(channel, O_CLOEXEC) < 0)
		return -errno;
	pid = fork_to_wait_for();
	if (pid == 0)
		become(command, channel[1]);
	r = pid < 0 ? -errno : 0;
	close(channel[1]);
	if (r == 0) {
		r = collect(channel[0], command, &output);
		if (r < 0)
			kill(pid, SIGKILL);
	}
	close(channel[0]);
	if (pid > 0) {
		int w = wait_for(pid, &status);

		r = r < 0 ? r : w;
	}
	if (r < 0)
		return r;
	if (!WIFEXITED(status))
		return -EPROTO;
	if (WEXITSTATUS(status) == 127)
		return -ENOENT;
	if (command->ret_output)
		*command->ret_output = TAKE_PTR(output);
	return WEXITSTATUS(status);
}

static int host_uname(struct utsname *ret)
{
	return uname(ret) < 0 ? -errno : 0;
}

static uid_t host_geteuid(void)
{
	return geteuid();
}

static const char *host_getenv(const char *name)
{
	return getenv(name);
}

static struct timespec host_now(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_REALTIME, &ts);
	return ts;
}

static struct timespec host_uptime(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts;
}

static void host_sleep_ms(unsigned ms)
{
	struct timespec left = { .tv_sec = ms / 1000,
				 .tv_nsec = (long)(ms % 1000) * 1000000 };

	while (nanosleep(&left, &left) < 0 && errno == EINTR)
		;
}

static int host_in_root_of_init(void)
{
	struct stat ours, init;

	if (stat("/", &ours) < 0 || stat("/proc/1/root/.", &init) < 0)
		return -errno;
	return ours.st_dev == init.st_dev && ours.st_ino == init.st_ino;
}

static int host_journal(const char *datagram, size_t len)
{
	const struct sockaddr_un to = { .sun_family = AF_UNIX,
					.sun_path = JOURNAL_SOCKET };
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t n;

	if (fd < 0)
		return -errno;
	/* A journal that does not keep up must not hold up a package manager. */
	n = sendto(fd, datagram, len, MSG_NOSIGNAL | MSG_DONTWAIT,
		   (const struct sockaddr *)&to, sizeof(to));
	return n < 0 ? -errno : 0;
}

static void host_syslog(int level, const char *text)
{
	openlog(NAME, LOG_PID, LOG_DAEMON);
	syslog(level, "%s", text);
}

static int host_namespace_inode(const char *name, uint64_t *ret)
{
	_cleanup_free_ char *path = strf("/proc/self/ns/%s", name);
	struct stat st;

	if (!path)
		return -ENOMEM;
	if (stat(path, &st) < 0)
		return -errno;
	*ret = st.st_ino;
	return 0;
}

/* MS_SLAVE and not MS_PRIVATE: a private copy of every mount would keep the machine's
 * file systems busy for as long as we run. */
static int host_own_mounts(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -errno;
	return mount("none", "/", NULL, MS_REC | MS_SLAVE, NULL) < 0 ? -errno : 0;
}

static int host_mount(const char *source, const char *target, const char *type,
		      unsigned long flags, const char *data)
{
	return mount(source, target, type, flags, data) < 0 ? -errno : 0;
}

static int host_reboot(int how)
{
	sync();
	/* 0 would mean that the machine goes on. */
	return reboot(how) < 0 ? -errno : -EPROTO;
}

const struct sys sys_host = {
	.kexec_file_load = host_kexec_file_load,
	.in_child = host_in_child,
	.run = host_run,
	.uname = host_uname,
	.geteuid = host_geteuid,
	.getenv = host_getenv,
	.now = host_now,
	.uptime = host_uptime,
	.sleep_ms = host_sleep_ms,
	.in_root_of_init = host_in_root_of_init,
	.journal = host_journal,
	.to_syslog = host_syslog,
	.namespace_inode = host_namespace_inode,
	.own_mounts = host_own_mounts,
	.mount = host_mount,
	.ipmi_ask = ipmi_ask,
	.reboot = host_reboot,
};
