/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The calls that change or identify the machine, as one table, so that a test can pass
 * its own. Everything else that is read or written is a file, and is reached through
 * root.h.
 */
#ifndef BASE_SYS_H
#define BASE_SYS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <sys/utsname.h>
#include <time.h>

#include "base/ipmi.h"

/* A program to run: no shell, a fixed environment, stdin from @stdin_fd or /dev/null. */
struct sys_command {
	const char *const
		*argv; /* argv[0] is a path; "warmboot-read" stands for our own reader */
	int stdin_fd;  /* -1: /dev/null */
	int pass_fd;   /* becomes descriptor 3 of the program; -1: none */
	char **ret_output;   /* its stdout, NUL-terminated, the caller frees; NULL:
				/dev/null */
	size_t output_max;   /* bytes; more is -E2BIG */
	unsigned timeout_ms; /* then it is killed and -ETIMEDOUT returned; 0: never */
};
#define SYS_COMMAND(...)                                                            \
	{                                                                           \
		.argv = (const char *const[]){ __VA_ARGS__, NULL }, .stdin_fd = -1, \
		.pass_fd = -1                                                       \
	}
#define SYS_READER NAME "-read"

struct sys {
	/* kexec_file_load(2). 0 or a negative errno. @cmdline may be NULL to unload. */
	int (*kexec_file_load)(int kernel_fd, int initrd_fd, const char *cmdline,
			       unsigned long flags);
	/* Runs @work in a child that the OOM killer takes first (oom_score_adj 1000).
	 * Returns what it returned, or -ENOMEM if it was killed, or a negative errno. */
	int (*in_child)(int (*work)(void *arg), void *arg);
	/* Returns the exit status (0..255), or a negative errno (-EPROTO: killed by a
	 * signal). */
	int (*run)(const struct sys_command *command);
	int (*uname)(struct utsname *ret);
	uid_t (*geteuid)(void);
	const char *(*getenv)(const char *name);
	struct timespec (*now)(void);	 /* CLOCK_REALTIME: for people and file times */
	struct timespec (*uptime)(void); /* CLOCK_BOOTTIME */
	void (*sleep_ms)(unsigned ms);
	/* Is our "/" the one of PID 1? 1 yes, 0 no, negative errno: cannot tell. */
	int (*in_root_of_init)(void);
	/* One message, ready made (base/journal.h), to systemd's journal. 0, or a
	 * negative errno: there is none. */
	int (*journal)(const char *datagram, size_t len);
	void (*to_syslog)(int level, const char *text); /* syslog(3) */
	/* The inode of /proc/self/ns/@name. 0 or a negative errno. */
	int (*namespace_inode)(const char *name, uint64_t *ret);
	/* A mount namespace for this process alone: what it mounts nobody else sees, and
	 * it goes with the process; what others unmount is unmounted here too. Every
	 * descriptor that was open before still looks at the old one. 0 or a negative
	 * errno. */
	int (*own_mounts)(void);
	/* mount(2). 0 or a negative errno. */
	int (*mount)(const char *source, const char *target, const char *type,
		     unsigned long flags, const char *data);
	/* ipmi_ask(): base/ipmi.h. */
	int (*ipmi_ask)(int fd, const struct ipmi_request *request, uint8_t *answer);
	/* reboot(2) with RB_KEXEC or RB_AUTOBOOT, at once; what is still dirty is written
	 * before. Comes back only when it failed: a negative errno. */
	int (*reboot)(int how);
};

extern const struct sys sys_host;

#endif
