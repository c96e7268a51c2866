// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "read/modules.h"

#define COMPARE_STEP ((size_t)32 * 1024)

/* Each of these is one line of the report; the number of all is told at the end. */
#define DIFFERENCES_TOLD 8

void modules_init(struct modules *m, int dir_fd, struct timespec built_at,
		  struct findings *findings)
{
	*m = (struct modules){
		.dir_fd = dir_fd, .built_at = built_at, .findings = findings, .fd = -1
	};
}

static void close_current(struct modules *m)
{
	if (m->fd >= 0)
		close(m->fd);
	m->fd = -1;
}

static bool is_older(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

void modules_begin(struct modules *m, const char *path, const struct cpio_entry *entry)
{
	const struct open_how how = {
		.flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	const char *name = strrchr(path, '/');
	struct stat st;

	close_current(m);
	if (m->dir_fd < 0 || !S_ISREG(entry->mode) || entry->size == 0 ||
	    !ends_with(path, ".ko"))
		return;
	m->fd = (int)syscall(SYS_openat2, m->dir_fd, path, &how, sizeof(how));
	if (m->fd < 0)
		return;
	if (fstat(m->fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size != entry->size) {
		close_current(m);
		return;
	}
	m->at = 0;
	m->size = entry->size;
	m->older = is_older(&st.st_mtim, &m->built_at);
	snprintf(m->name, sizeof(m->name), "%s", name ? name + 1 : path);
}

static void differs(struct modules *m)
{
	m->differing++;
	if (m->older)
		finding_problem(
			m->findings,
			"the module %s in it differs from the older one on disk: damaged",
			m->name);
	else if (m->differing <= DIFFERENCES_TOLD)
		finding_note(m->findings, "the module %s on disk is newer and differs",
			     m->name);
	close_current(m);
}

void modules_data(struct modules *m, const uint8_t *data, size_t len)
{
	uint8_t disk[COMPARE_STEP];

	while (len > 0 && m->fd >= 0) {
		size_t n = len < sizeof(disk) ? len : sizeof(disk);

		if (read_full_at(m->fd, disk, n, m->at) < 0) {
			close_current(m);
			return;
		}
		if (memcmp(disk, data, n) != 0) {
			differs(m);
			return;
		}
		data += n;
		len -= n;
		m->at += n;
	}
	if (m->fd >= 0 && m->at == m->size) {
		m->compared++;
		close_current(m);
	}
}

void modules_done(struct modules *m)
{
	close_current(m);
}
