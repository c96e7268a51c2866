// SPDX-License-Identifier: GPL-2.0-or-later
#include "wrap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "base/macro.h"
#include "base/util.h"

const struct wrap_class_row wrap_classes[WRAP_CLASSES] = {
	[WRAP_OPEN] = { "open", { EIO, EINTR, EMFILE, ENOMEM, EACCES }, true },
	[WRAP_CREATE] = { "create", { EIO, ENOSPC, EROFS, EMFILE, EACCES }, true },
	[WRAP_READ] = { "read", { EIO, EINTR, WRAP_SHORT, WRAP_END }, true },
	[WRAP_WRITE] = { "write", { EIO, ENOSPC, EINTR, WRAP_SHORT }, true },
	[WRAP_SYNC] = { "fsync", { EIO, ENOSPC, EINTR }, true },
	[WRAP_RENAME] = { "rename", { EIO, ENOSPC, EROFS, EACCES }, true },
	[WRAP_UNLINK] = { "unlink", { EIO, EROFS, EACCES }, true },
	[WRAP_MKDIR] = { "mkdir", { EIO, ENOSPC, EROFS, EACCES }, true },
	[WRAP_STAT] = { "stat", { EIO, ENOMEM }, false },
	[WRAP_LIST] = { "list", { EIO, ENOMEM }, false },
	[WRAP_ATTRIBUTE] = { "attribute", { EIO, EPERM, ENOSPC }, false },
	[WRAP_LOCK] = { "lock", { EINTR, ENOLCK, EWOULDBLOCK }, true },
	[WRAP_PROCESS] = { "process", { EAGAIN, ENOMEM, EMFILE }, true },
	[WRAP_MEMORY] = { "memory", { ENOMEM }, true },
	[WRAP_LOAD] = { "load", { EPERM, EBUSY, ETXTBSY, ENOMEM, EINVAL }, true },
	[WRAP_UNLOAD] = { "unload", { EPERM, EBUSY, ENOMEM }, true },
	[WRAP_RUN] = { "run", { ETIMEDOUT, EPROTO, ENOENT, ENOMEM }, true },
	[WRAP_UNAME] = { "uname", { EFAULT }, true },
};

/* Shared with the children of the run: MAP_SHARED. */
static struct shared {
	struct wrap_plan plan;
	char machine[128];
	bool on, happened, hit[WRAP_CLASSES];
	unsigned count;
	pid_t main;
	unsigned char classes[WRAP_CALLS_MAX];
} * shared;
static int paused; /* in this process */

void wrap_begin(const struct wrap_plan *plan, const char *machine)
{
	if (!shared)
		shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	memset(shared, 0, offsetof(struct shared, classes));
	shared->plan = *plan;
	snprintf(shared->machine, sizeof(shared->machine), "%s", machine);
	shared->on = true;
}

void wrap_start(void)
{
	setpgid(0, 0);
	shared->main = getpid();
}

void wrap_end(void)
{
	shared->on = false;
}

unsigned wrap_count(void)
{
	return shared->count;
}

enum wrap_class wrap_class_of(unsigned call)
{
	return (enum wrap_class)shared->classes[call];
}

bool wrap_happened(void)
{
	return shared->happened;
}

void wrap_pause(int by)
{
	paused += by;
}

/* 0: make the call; an errno; WRAP_SHORT; WRAP_END. */
int wrap_enter(enum wrap_class class)
{
	const struct wrap_plan *plan;
	unsigned n;

	if (!shared || !shared->on || !shared->main || paused)
		return 0;
	plan = &shared->plan;
	n = __atomic_add_fetch(&shared->count, 1, __ATOMIC_SEQ_CST);
	if (n < WRAP_CALLS_MAX)
		shared->classes[n] = (unsigned char)class;
	if (n != plan->at && !(plan->lasting && shared->hit[class]))
		return 0;
	shared->happened = true;
	shared->hit[class] = true;
	switch (plan->what) {
	case WRAP_KILL:
		kill(-shared->main, SIGKILL);
		_exit(0);
	case WRAP_KILL_ONE:
		kill(getpid(), SIGKILL);
		_exit(0);
	case WRAP_CALL:
		paused++;
		plan->other();
		paused--;
		return 0;
	default:
		return plan->what;
	}
}

/* Does @path (NULL: the file @dir itself) lie in the folder of this run's plan? */
static bool is_in_folder(int dir, const char *path)
{
	char link[64], at[4096];
	ssize_t n;

	if (!shared || !shared->on || paused || !shared->plan.folder)
		return false;
	if (path && *path == '/')
		return starts_with(path, shared->plan.folder);
	snprintf(link, sizeof(link), "/proc/self/fd/%d", dir);
	n = syscall(SYS_readlinkat, AT_FDCWD, link, at, sizeof(at) - 1);
	if (n <= 0)
		return false;
	at[n] = '\0';
	n = (ssize_t)strlen(shared->machine);
	return starts_with(at, shared->machine) &&
	       starts_with(at + n, shared->plan.folder);
}

static bool is_read_only(int dir, const char *path)
{
	return is_in_folder(dir, path) && !shared->plan.full;
}

static bool is_full(int dir, const char *path)
{
	return is_in_folder(dir, path) && shared->plan.full;
}

#define REAL(type, name, ...)            \
	type __real_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__); \
	type __wrap_##name(__VA_ARGS__)
#define FAILS(class)                         \
	({                                   \
		int e__ = wrap_enter(class); \
		if (e__ > 0)                 \
			errno = e__;         \
		e__ > 0;                     \
	})

/* --- Files -------------------------------------------------------------------- */

static enum wrap_class open_class(uint64_t flags)
{
	return (flags & O_ACCMODE) == O_RDONLY || (flags & O_PATH) ? WRAP_OPEN
								   : WRAP_CREATE;
}

static bool open_fails(int dir, const char *path, uint64_t flags)
{
	enum wrap_class class = open_class(flags);

	if (FAILS(class))
		return true;
	if (class == WRAP_CREATE && is_read_only(dir, path))
		return errno = EROFS, true;
	return false;
}

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...)
{
	long a[6];
	va_list ap;

	va_start(ap, number);
	for (size_t i = 0; i < ARRAY_SIZE(a); i++)
		a[i] = va_arg(ap, long);
	va_end(ap);
	if (number == SYS_openat2) {
		const struct open_how *how = (const void *)a[2];

		if (open_fails((int)a[0], (const char *)a[1], how->flags))
			return -1;
	}
	if (number == SYS_getdents64 && FAILS(WRAP_LIST))
		return -1;
	return __real_syscall(number, a[0], a[1], a[2], a[3], a[4], a[5]);
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list ap;
	unsigned mode = 0;

	if (flags & O_CREAT) {
		va_start(ap, flags);
		mode = va_arg(ap, unsigned);
		va_end(ap);
	}
	if (open_fails(dir, path, (uint64_t)(unsigned)flags))
		return -1;
	return __real_openat(dir, path, flags, mode);
}

/* Only of what is no file: a file that is read does not end early. */
static bool is_stream(int fd)
{
	struct stat st;

	wrap_pause(1);
	if (fstat(fd, &st) < 0)
		st.st_mode = 0;
	wrap_pause(-1);
	return !S_ISREG(st.st_mode);
}

REAL(ssize_t, read, int fd, void *buf, size_t len)
{
	int e = wrap_enter(WRAP_READ);

	if (e > 0)
		return errno = e, -1;
	if (e == WRAP_END && is_stream(fd))
		return 0;
	return __real_read(fd, buf, e < 0 && len ? 1 : len);
}

REAL(ssize_t, pread, int fd, void *buf, size_t len, off_t at)
{
	int e = wrap_enter(WRAP_READ);

	if (e > 0)
		return errno = e, -1;
	return __real_pread(fd, buf, e < 0 && len ? 1 : len, at);
}

REAL(ssize_t, write, int fd, const void *buf, size_t len)
{
	int e = wrap_enter(WRAP_WRITE);

	if (e > 0)
		return errno = e, -1;
	/* There was room for a name, and for nothing in the file. */
	if (is_full(fd, NULL))
		return errno = ENOSPC, -1;
	return __real_write(fd, buf, e == WRAP_SHORT && len ? 1 : len);
}

/* Nothing is synced for real: that would be the time that this test takes. */
REAL(int, fsync, int fd)
{
	(void)fd;
	return FAILS(WRAP_SYNC) ? -1 : 0;
}

REAL(int, renameat, int from_dir, const char *from, int to_dir, const char *to)
{
	if (FAILS(WRAP_RENAME))
		return -1;
	if (is_read_only(to_dir, to))
		return errno = EROFS, -1;
	return __real_renameat(from_dir, from, to_dir, to);
}

REAL(int, unlinkat, int dir, const char *path, int flags)
{
	if (FAILS(WRAP_UNLINK))
		return -1;
	if (is_read_only(dir, path) && faccessat(dir, path, F_OK, 0) == 0)
		return errno = EROFS, -1;
	return __real_unlinkat(dir, path, flags);
}

REAL(int, mkdirat, int dir, const char *path, mode_t mode)
{
	if (FAILS(WRAP_MKDIR))
		return -1;
	if (is_in_folder(dir, path) && faccessat(dir, path, F_OK, 0) < 0)
		return errno = shared->plan.full ? ENOSPC : EROFS, -1;
	return __real_mkdirat(dir, path, mode);
}

REAL(int, fstat, int fd, struct stat *st)
{
	return FAILS(WRAP_STAT) ? -1 : __real_fstat(fd, st);
}

REAL(ssize_t, readlinkat, int dir, const char *path, char *buf, size_t len)
{
	return FAILS(WRAP_STAT) ? -1 : __real_readlinkat(dir, path, buf, len);
}

ssize_t __wrap___readlinkat_chk(int dir, const char *path, char *buf, size_t len,
				size_t size);
ssize_t __wrap___readlinkat_chk(int dir, const char *path, char *buf, size_t len,
				size_t size)
{
	(void)size;
	return __wrap_readlinkat(dir, path, buf, len);
}

REAL(int, fchmod, int fd, mode_t mode)
{
	return FAILS(WRAP_ATTRIBUTE) ? -1 : __real_fchmod(fd, mode);
}

REAL(int, fchown, int fd, uid_t uid, gid_t gid)
{
	return FAILS(WRAP_ATTRIBUTE) ? -1 : __real_fchown(fd, uid, gid);
}

REAL(ssize_t, flistxattr, int fd, char *list, size_t size)
{
	return FAILS(WRAP_ATTRIBUTE) ? -1 : __real_flistxattr(fd, list, size);
}

REAL(int, flock, int fd, int operation)
{
	return FAILS(WRAP_LOCK) ? -1 : __real_flock(fd, operation);
}

/* --- Processes ---------------------------------------------------------------- */

REAL(pid_t, fork, void)
{
	return FAILS(WRAP_PROCESS) ? -1 : __real_fork();
}

REAL(int, pipe2, int fds[2], int flags)
{
	return FAILS(WRAP_PROCESS) ? -1 : __real_pipe2(fds, flags);
}

REAL(int, memfd_create, const char *name, unsigned flags)
{
	return FAILS(WRAP_PROCESS) ? -1 : __real_memfd_create(name, flags);
}

/* --- Memory ------------------------------------------------------------------- */

REAL(void *, malloc, size_t size)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_malloc(size);
}

REAL(void *, calloc, size_t n, size_t size)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_calloc(n, size);
}

REAL(void *, realloc, void *p, size_t size)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_realloc(p, size);
}

REAL(void *, reallocarray, void *p, size_t n, size_t size)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_reallocarray(p, n, size);
}

REAL(char *, strdup, const char *s)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_strdup(s);
}

REAL(char *, strndup, const char *s, size_t n)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_strndup(s, n);
}

REAL(int, vasprintf, char **ret, const char *fmt, va_list ap)
{
	return FAILS(WRAP_MEMORY) ? -1 : __real_vasprintf(ret, fmt, ap);
}

REAL(int, __vasprintf_chk, char **ret, int flag, const char *fmt, va_list ap)
{
	return FAILS(WRAP_MEMORY) ? -1 : __real___vasprintf_chk(ret, flag, fmt, ap);
}

REAL(FILE *, open_memstream, char **text, size_t *len)
{
	return FAILS(WRAP_MEMORY) ? NULL : __real_open_memstream(text, len);
}

/* What is written to a memory stream may first be found not to fit when it is closed. */
REAL(int, fclose, FILE *f)
{
	bool fails = FAILS(WRAP_MEMORY);
	int r = __real_fclose(f);

	return fails ? (errno = ENOMEM, EOF) : r;
}
