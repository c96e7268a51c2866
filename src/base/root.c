// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base/root.h"

#define OPEN_TRIES 16 /* openat2(2): EAGAIN when a directory is renamed meanwhile */
#define LINK_DEPTH 16 /* of symbolic links at the place of a file that is written */
#define NAMES_MAX 16384
#define VALUE_MAX 65536

int root_init(struct root *root, const char *path)
{
	struct stat ours, host;

	*root = (struct root){ .fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC) };
	if (root->fd < 0)
		return -errno;
	root->is_host = fstat(root->fd, &ours) == 0 && stat("/", &host) == 0 &&
			ours.st_dev == host.st_dev && ours.st_ino == host.st_ino;
	return 0;
}

void root_done(struct root *root)
{
	if (root->fd >= 0)
		close(root->fd);
	root->fd = -1;
}

int root_open(const struct root *root, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)flags | O_CLOEXEC |
			 ((flags & O_PATH) ? 0 : O_NOCTTY),
		.mode = (flags & O_CREAT) ? 0600 : 0,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	int fd = -1;

	for (int i = 0; i < OPEN_TRIES; i++) {
		fd = (int)syscall(SYS_openat2, root->fd, path, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	/* A kernel or a filter without openat2: only "/" means the same without it. */
	if (fd < 0 && (errno == ENOSYS || errno == EPERM) && root->is_host)
		fd = open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
	return fd < 0 ? -errno : fd;
}

int root_open_file(const struct root *root, const char *path, struct stat *ret_st)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_NONBLOCK);
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (ret_st)
		*ret_st = st;
	return TAKE_FD(fd);
}

/* @expected: what fstat(2) says, 0 in /proc; a file of that size needs no second read to
 * see its end. */
static int read_all(int fd, size_t expected, size_t max, char **ret_text, size_t *ret_len)
{
	_cleanup_free_ char *text = NULL;
	size_t size = 0, len = 0;

	if (expected > max)
		return -E2BIG;
	for (;;) {
		ssize_t n;

		if (len + 1 >= size) {
			char *bigger;

			size = size ? size * 2 : (expected ? expected + 2 : 4096);
			bigger = realloc(text, size);
			if (!bigger)
				return -ENOMEM;
			text = bigger;
		}
		n = read(fd, text + len, size - 1 - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return -E2BIG;
		if (expected && len == expected)
			break;
	}
	text[len] = '\0';
	*ret_text = TAKE_PTR(text);
	if (ret_len)
		*ret_len = len;
	return 0;
}

int root_read(const struct root *root, const char *path, size_t max, char **ret_text,
	      size_t *ret_len)
{
	struct stat st;
	_cleanup_close_ int fd = root_open_file(root, path, &st);

	if (fd < 0)
		return fd;
	return read_all(fd, st.st_size > 0 ? (size_t)st.st_size : 0, max, ret_text,
			ret_len);
}

int root_read_line(const struct root *root, const char *path, char **ret_line)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read(root, path, 65536, &text, NULL);

	if (r < 0)
		return r;
	text[strcspn(text, "\n")] = '\0';
	*ret_line = TAKE_PTR(text);
	return 0;
}

void root_forget_boot(const struct root *root)
{
	((struct root *)(uintptr_t)root)->has_boot = false;
}

int root_stat(const struct root *root, const char *path, struct stat *ret_st)
{
	_cleanup_close_ int fd = root_open(root, path, O_PATH);

	if (fd < 0)
		return fd;
	return fstat(fd, ret_st) < 0 ? -errno : 0;
}

bool root_exists(const struct root *root, const char *path)
{
	_cleanup_close_ int fd = root_open(root, path, O_PATH);

	return fd >= 0;
}

/* As getdents64(2) tells them. opendir(3) costs three calls a folder more, and every hook
 * run lists a few; not every C library has the call and the structure. */
struct name_record {
	uint64_t inode;
	int64_t offset;
	uint16_t length;
	uint8_t type;
	char name[];
};

static int add_names(const char *block, size_t len, size_t max, struct strv *names)
{
	for (size_t at = 0; at < len;) {
		const struct name_record *entry = (const void *)(block + at);
		int r;

		at += entry->length;
		if (streq(entry->name, ".") || streq(entry->name, ".."))
			continue;
		if (names->count >= max)
			return -E2BIG;
		r = strv_add(names, entry->name);
		if (r < 0)
			return r;
	}
	return 0;
}

int root_list(const struct root *root, const char *path, size_t max,
	      struct strv *ret_names)
{
	_cleanup_close_ int fd = root_open(root, path, O_RDONLY | O_DIRECTORY);
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	_Alignas(struct name_record) _uninitialized_ char block[32768];
	long n;

	if (fd < 0)
		return fd;
	while ((n = syscall(SYS_getdents64, fd, block, sizeof(block))) > 0) {
		int r = add_names(block, (size_t)n, max, &names);

		if (r < 0)
			return r;
	}
	if (n < 0)
		return -errno;
	strv_sort(&names);
	*ret_names = names;
	names = (struct strv)STRV_EMPTY;
	return 0;
}

int root_mkdirs(const struct root *root, const char *path)
{
	_cleanup_free_ char *partial = strdup(path);

	if (!partial)
		return -ENOMEM;
	for (char *p = partial + 1;; p++) {
		_cleanup_close_ int parent = -1;
		char *name, end = *p;

		if (end != '/' && end != '\0')
			continue;
		*p = '\0';
		name = strrchr(partial, '/');
		*name = '\0';
		parent = root_open(root, *partial ? partial : "/", O_PATH | O_DIRECTORY);
		*name = '/';
		if (parent < 0)
			return parent;
		if (mkdirat(parent, name + 1, 0755) < 0 && errno != EEXIST)
			return -errno;
		if (end == '\0')
			return 0;
		*p = '/';
	}
}

/* The directory that holds @path, opened for reading (so that it can be synced), and the
 * last name. */
static int open_parent(const struct root *root, const char *path, const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	_cleanup_free_ char *dir = NULL;

	if (!slash || !slash[1])
		return -EINVAL;
	dir = slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
	if (!dir)
		return -ENOMEM;
	*ret_name = slash + 1;
	return root_open(root, dir, O_RDONLY | O_DIRECTORY);
}

static int remove_name(const struct root *root, const char *path, int flags)
{
	const char *name;
	_cleanup_close_ int dir = open_parent(root, path, &name);
	struct stat st;

	if (dir < 0)
		return dir;
	if (unlinkat(dir, name, flags) == 0)
		return 0;
	/* A read-only file system refuses before it looks whether the name is there. */
	if (errno == EROFS && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return -EROFS;
	return -errno;
}

int root_unlink(const struct root *root, const char *path)
{
	return remove_name(root, path, 0);
}

int root_rmdir(const struct root *root, const char *path)
{
	return remove_name(root, path, AT_REMOVEDIR);
}

int root_touch(const struct root *root, const char *path)
{
	_cleanup_close_ int fd = root_open(root, path, O_WRONLY | O_CREAT);

	return fd < 0 ? fd : 0;
}

/* Where a write to @path has to go: follows symbolic links at the last name only, link by
 * link. */
static int follow_links(const struct root *root, const char *path, char **ret_path)
{
	_cleanup_free_ char *at = strdup(path);

	for (int depth = 0; at && depth < LINK_DEPTH; depth++) {
		_cleanup_close_ int dir = -1;
		char target[4096];
		const char *name;
		char *next;
		ssize_t n;

		dir = open_parent(root, at, &name);
		if (dir < 0)
			return dir;
		n = readlinkat(dir, name, target, sizeof(target) - 1);
		if (n < 0 && errno != EINVAL && errno != ENOENT)
			return -errno;
		if (n < 0) {
			*ret_path = TAKE_PTR(at);
			return 0;
		}
		target[n] = '\0';
		next = *target == '/' ? strdup(target)
				      : strf("%.*s%s", (int)(name - at), at, target);
		free(at);
		at = next;
	}
	return at ? -ELOOP : -ENOMEM;
}

/* What is worth keeping of the file that was there: owner, mode and every extended
 * attribute. */
static int keep_attributes(int from, int to)
{
	_cleanup_free_ char *names = malloc(NAMES_MAX), *value = malloc(VALUE_MAX);
	struct stat st;
	ssize_t n;

	if (!names || !value)
		return -ENOMEM;
	if (fstat(from, &st) < 0 || fchown(to, st.st_uid, st.st_gid) < 0 ||
	    fchmod(to, st.st_mode & 07777) < 0)
		return -errno;
	n = flistxattr(from, names, NAMES_MAX);
	if (n < 0)
		return errno == ENOTSUP ? 0 : -errno;
	for (char *name = names; name < names + n; name += strlen(name) + 1) {
		ssize_t size = fgetxattr(from, name, value, VALUE_MAX);

		if (size < 0 || fsetxattr(to, name, value, (size_t)size, 0) < 0)
			return -errno;
	}
	return 0;
}

static int fill_temporary(int dir, const char *name, const char *temporary,
			  const char *text, size_t len)
{
	_cleanup_close_ int old =
		openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	_cleanup_close_ int fd = -1;
	int r;

	fd = openat(dir, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -errno;
	r = write_full(fd, text, len);
	if (r == 0)
		r = old >= 0 ? keep_attributes(old, fd)
			     : (fchmod(fd, 0644) < 0 ? -errno : 0);
	if (r == 0 && fsync(fd) < 0)
		r = -errno;
	return r;
}

int root_write(const struct root *root, const char *path, const char *text, size_t len)
{
	_cleanup_free_ char *target = NULL, *temporary = NULL;
	_cleanup_close_ int dir = -1;
	const char *name;
	int r;

	r = follow_links(root, path, &target);
	if (r < 0)
		return r;
	dir = open_parent(root, target, &name);
	if (dir < 0)
		return dir;
	/* One name, not a random one: what a power cut left behind is replaced by the
	 * next write. */
	temporary = strf(".%s" ROOT_TEMPORARY_SUFFIX, name);
	if (!temporary)
		return -ENOMEM;
	(void)unlinkat(dir, temporary, 0);
	r = fill_temporary(dir, name, temporary, text, len);
	if (r == 0 && renameat(dir, temporary, dir, name) < 0)
		r = -errno;
	if (r < 0) {
		(void)unlinkat(dir, temporary, 0);
		return r;
	}
	return fsync(dir) < 0 && errno != EINVAL ? -errno : 0;
}
