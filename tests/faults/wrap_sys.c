// SPDX-License-Identifier: GPL-2.0-or-later
/* tests/fake_sys.c behind the counting, with what a kernel would hold written down. */
#include <errno.h>
#include <inttypes.h>
#include <linux/kexec.h>
#include <string.h>
#include <sys/stat.h>

#include "base/macro.h"
#include "base/util.h"
#include "fake_sys.h"
#include "image.h"
#include "wrap.h"

/* The result, or the errno with which the call fails. */
static int fails(enum wrap_class class)
{
	int e = wrap_enter(class);

	wrap_pause(1);
	return e > 0 ? -e : 0;
}

static int wrapped_load(int kernel_fd, int initrd_fd, const char *cmdline,
			unsigned long flags)
{
	bool unload = flags & KEXEC_FILE_UNLOAD;
	int r = fails(unload ? WRAP_UNLOAD : WRAP_LOAD);

	if (r == 0)
		r = sys_fake.kexec_file_load(kernel_fd, initrd_fd, cmdline, flags);
	if (r == 0)
		image_loaded(unload ? -1 : kernel_fd, initrd_fd, cmdline);
	wrap_pause(-1);
	return r;
}

static int wrapped_run(const struct sys_command *command)
{
	int r = fails(WRAP_RUN);

	if (r == 0)
		r = sys_fake.run(command);
	wrap_pause(-1);
	return r;
}

/* The machine does not go on: neither do those who ask for it. */
static int wrapped_reboot(int how)
{
	int r = fails(WRAP_RUN);

	if (r == 0)
		r = sys_fake.reboot(how);
	wrap_pause(-1);
	return r;
}

static int wrapped_uname(struct utsname *ret)
{
	int r = fails(WRAP_UNAME);

	if (r == 0)
		r = sys_fake.uname(ret);
	wrap_pause(-1);
	return r;
}

/* Counted inside: the forks are those of the program. */
static int wrapped_in_child(int (*work)(void *arg), void *arg)
{
	return sys_host.in_child(work, arg);
}

/* The others cannot fail, or their failure is a value that fixtures test. */
#define UNCOUNTED(type, name, params, ...)      \
	static type wrapped_##name params       \
	{                                       \
		type r;                         \
                                                \
		wrap_pause(1);                  \
		r = sys_fake.name(__VA_ARGS__); \
		wrap_pause(-1);                 \
		return r;                       \
	}
UNCOUNTED(uid_t, geteuid, (void))
UNCOUNTED(const char *, getenv, (const char *name), name)
UNCOUNTED(struct timespec, now, (void))
UNCOUNTED(struct timespec, uptime, (void))
UNCOUNTED(int, in_root_of_init, (void))
UNCOUNTED(int, journal, (const char *datagram, size_t len), datagram, len)
UNCOUNTED(int, namespace_inode, (const char *name, uint64_t *ret), name, ret)
UNCOUNTED(int, own_mounts, (void))
UNCOUNTED(int, mount,
	  (const char *source, const char *target, const char *type, unsigned long flags,
	   const char *data),
	  source, target, type, flags, data)

static void wrapped_sleep_ms(unsigned ms)
{
	wrap_pause(1);
	sys_fake.sleep_ms(ms);
	wrap_pause(-1);
}

static void wrapped_to_syslog(int level, const char *text)
{
	wrap_pause(1);
	sys_fake.to_syslog(level, text);
	wrap_pause(-1);
}

const struct sys sys_wrapped = {
	.kexec_file_load = wrapped_load,
	.in_child = wrapped_in_child,
	.run = wrapped_run,
	.uname = wrapped_uname,
	.geteuid = wrapped_geteuid,
	.getenv = wrapped_getenv,
	.now = wrapped_now,
	.uptime = wrapped_uptime,
	.sleep_ms = wrapped_sleep_ms,
	.in_root_of_init = wrapped_in_root_of_init,
	.journal = wrapped_journal,
	.to_syslog = wrapped_to_syslog,
	.namespace_inode = wrapped_namespace_inode,
	.own_mounts = wrapped_own_mounts,
	.mount = wrapped_mount,
	.reboot = wrapped_reboot,
};
