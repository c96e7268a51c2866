// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdarg.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>

#include "base/macro.h"
#include "base/util.h"
#include "fake_sys.h"

/* Set once, before the program under test runs. */
static const char *fake_dir;

void fake_sys_use(const char *dir)
{
	fake_dir = dir;
}

static char *read_file(const char *name)
{
	_cleanup_free_ char *path = strf("%s/%s", fake_dir, name);
	_cleanup_fclose_ FILE *f = path ? fopen(path, "re") : NULL;
	char *text = NULL;
	size_t size = 0;

	if (!f || getdelim(&text, &size, '\0', f) < 0) {
		free(text);
		return NULL;
	}
	return text;
}

static long read_number(const char *name, long otherwise)
{
	_cleanup_free_ char *text = read_file(name);

	return text ? strtol(text, NULL, 10) : otherwise;
}

static void write_file(const char *name, const char *mode, const char *fmt, ...)
	_printf_(3, 4);
static void write_file(const char *name, const char *mode, const char *fmt, ...)
{
	_cleanup_free_ char *path = strf("%s/%s", fake_dir, name);
	_cleanup_fclose_ FILE *f = path ? fopen(path, mode) : NULL;
	va_list ap;

	if (!f)
		return;
	va_start(ap, fmt);
	vfprintf(f, fmt, ap);
	va_end(ap);
}

/* The first line of the file is this call's result; it is used up. */
static int next_result(const char *name)
{
	_cleanup_free_ char *text = read_file(name);
	char *rest;
	long r;

	if (!text || !*str_strip(text))
		return 0;
	r = strtol(text, &rest, 10);
	write_file(name, "we", "%s", rest + strspn(rest, "\n"));
	return (int)r;
}

/* What would have been loaded, to be looked at. */
static void keep_copy(int fd, const char *name, off_t size)
{
	_cleanup_free_ char *path = strf("%s/%s", fake_dir, name);
	_cleanup_fclose_ FILE *f = path ? fopen(path, "we") : NULL;
	char block[4096];

	for (off_t at = 0; f && at < size;) {
		ssize_t n = pread(fd, block, sizeof(block), at);

		if (n <= 0)
			break;
		fwrite(block, 1, (size_t)n, f);
		at += n;
	}
}

static int fake_kexec_file_load(int kernel_fd, int initrd_fd, const char *cmdline,
				unsigned long flags)
{
	struct stat kernel = { 0 }, initrd = { 0 };
	int r = next_result("load");

	if (flags & KEXEC_FILE_UNLOAD) {
		write_file("calls", "ae", "unload = %d\n", r);
	} else {
		if (fstat(kernel_fd, &kernel) < 0)
			return -EBADF;
		if (!(flags & KEXEC_FILE_NO_INITRAMFS) && fstat(initrd_fd, &initrd) < 0)
			return -EBADF;
		keep_copy(kernel_fd, "loaded-kernel", kernel.st_size);
		keep_copy(initrd_fd, "loaded-initrd", initrd.st_size);
		write_file("calls", "ae",
			   "load kernel=%ld initrd=%ld flags=%lu cmdline=%s = %d\n",
			   (long)kernel.st_size, (long)initrd.st_size, flags, cmdline, r);
	}
	if (r == 0)
		write_file("root/sys/kernel/kexec_loaded", "we", "%d\n",
			   (flags & KEXEC_FILE_UNLOAD) ? 0 : 1);
	return r;
}

static int fake_in_child(int (*work)(void *arg), void *arg)
{
	return sys_host.in_child(work, arg);
}

static int run_reader(const struct sys_command *command)
{
	_cleanup_free_ char *path = strf("%s/" SYS_READER, str_or(getenv("B"), "build"));
	const char *argv[32] = { path };
	struct sys_command real = *command;

	for (size_t i = 1; i + 1 < ARRAY_SIZE(argv) && command->argv[i]; i++)
		argv[i] = command->argv[i];
	real.argv = argv;
	return sys_host.run(&real);
}

static int fake_run(const struct sys_command *command)
{
	_cleanup_free_ char *output = NULL, *name = NULL, *status = NULL,
			    *line = strdup("");
	const char *base;

	if (streq(command->argv[0], SYS_READER))
		return run_reader(command);
	for (size_t i = 0; command->argv[i]; i++) {
		char *longer = strf("%s %s", line, command->argv[i]);

		free(line);
		line = longer;
	}
	write_file("calls", "ae", "run%s\n", line);
	base = strrchr(command->argv[0], '/');
	base = base ? base + 1 : command->argv[0];
	name = strf("run/%s", base);
	status = strf("run/%s.status", base);
	output = read_file(name);
	if (command->ret_output) {
		*command->ret_output = strdup(str_or(output, ""));
		if (!*command->ret_output)
			return -ENOMEM;
	}
	return (int)read_number(status, 0);
}

static int fake_uname(struct utsname *ret)
{
	_cleanup_free_ char *text = read_file("uname"), *machine = read_file("machine");
	char *release = text ? str_strip(text) : NULL, *version = NULL;

	memset(ret, 0, sizeof(*ret));
	if (release && (version = strchr(release, ' ')))
		*version++ = '\0';
	snprintf(ret->sysname, sizeof(ret->sysname), "Linux");
	snprintf(ret->machine, sizeof(ret->machine), "%s", str_or(machine, "x86_64"));
	snprintf(ret->release, sizeof(ret->release), "%s",
		 str_or(release, "6.1.0-55-amd64"));
	snprintf(ret->version, sizeof(ret->version), "%s",
		 str_or(version, "#1 SMP Debian 6.1.1-1"));
	return 0;
}

static uid_t fake_geteuid(void)
{
	return (uid_t)read_number("euid", 0);
}

static const char *fake_getenv(const char *name)
{
	/* One value is asked for at a time; it lives until the next question. */
	static char *value;
	_cleanup_free_ char *text = read_file("env");
	size_t len = strlen(name);
	char *save = NULL;

	free(value);
	value = NULL;
	for (char *line = text ? strtok_r(text, "\n", &save) : NULL; line;
	     line = strtok_r(NULL, "\n", &save))
		if (strncmp(line, name, len) == 0 && line[len] == '=')
			value = strdup(line + len + 1);
	return value;
}

static struct timespec fake_now(void)
{
	return (struct timespec){ .tv_sec = read_number("now", 1700000000) };
}

static struct timespec fake_uptime(void)
{
	return (struct timespec){ .tv_sec = read_number("uptime", 100) };
}

static void fake_sleep_ms(unsigned ms)
{
	write_file("calls", "ae", "sleep %u\n", ms);
}

static int fake_in_root_of_init(void)
{
	return (int)read_number("init_root", 1);
}

/* As one line: fields separated by "|". */
static int fake_journal(const char *datagram, size_t len)
{
	_cleanup_free_ char *line = strndup(datagram, len);
	int r = (int)read_number("journal_result", 0);

	if (!line || r < 0)
		return line ? r : -ENOMEM;
	for (char *at = line; (at = strchr(at, '\n'));)
		*at = at[1] ? '|' : '\0';
	write_file("journal", "ae", "%s\n", line);
	return 0;
}

static void fake_syslog(int level, const char *text)
{
	write_file("syslog", "ae", "<%d>%s\n", level, text);
}

static int fake_namespace_inode(const char *name, uint64_t *ret)
{
	_cleanup_free_ char *file = strf("ns_%s", name);

	/* include/linux/proc_ns.h: PROC_PID_INIT_INO, PROC_USER_INIT_INO */
	*ret = (uint64_t)read_number(file,
				     streq(name, "user") ? 0xEFFFFFFDL : 0xEFFFFFFCL);
	return 0;
}

static int fake_own_mounts(void)
{
	int r = next_result("own_mounts");

	write_file("calls", "ae", "own_mounts = %d\n", r);
	return r;
}

/* The folder of the same name in `mounted` takes the place of an empty target. */
static int fake_mount(const char *source, const char *target, const char *type,
		      unsigned long flags, const char *data)
{
	_cleanup_free_ char *from = strf("%s/mounted%s", fake_dir, target),
			    *to = strf("%s/root%s", fake_dir, target);
	int r = next_result("mount");

	if (r == 0 && rename(from, to) < 0)
		r = -errno;
	write_file("calls", "ae", "mount %s %s %s %lu '%s' = %d\n", source, target, type,
		   flags, data, r);
	if (r == 0)
		write_file("root/proc/self/mountinfo", "ae",
			   "90 20 8:1 / %s ro - %s %s ro\n", target, type, source);
	return r;
}

static int fake_ipmi_ask(int fd, const struct ipmi_request *request, uint8_t *answer)
{
	_cleanup_free_ char *text = read_file("ipmi");
	char *at = text, *end;
	int n = 0;

	(void)fd;
	write_file("calls", "ae", "ipmi %02x %02x %02x\n", request->netfn,
		   request->command, request->data[0]);
	if (!text || *text == '-')
		return text ? (int)strtol(text, NULL, 10) : -ENODEV;
	for (; n < IPMI_ANSWER_MAX; n++, at = end) {
		answer[n] = (uint8_t)strtoul(at, &end, 16);
		if (end == at)
			break;
	}
	return n;
}

/* Comes back even where the real one does not: by default as if it had failed. */
static int fake_reboot(int how)
{
	int r = next_result("reboot");

	r = r == 0 ? -ENOSYS : r;
	write_file("calls", "ae", "reboot %s = %d\n",
		   how == RB_KEXEC	? "kexec"
		   : how == RB_AUTOBOOT ? "firmware"
					: "?",
		   r);
	return r;
}

const struct sys sys_fake = {
	.kexec_file_load = fake_kexec_file_load,
	.in_child = fake_in_child,
	.run = fake_run,
	.uname = fake_uname,
	.geteuid = fake_geteuid,
	.getenv = fake_getenv,
	.now = fake_now,
	.uptime = fake_uptime,
	.sleep_ms = fake_sleep_ms,
	.in_root_of_init = fake_in_root_of_init,
	.journal = fake_journal,
	.to_syslog = fake_syslog,
	.namespace_inode = fake_namespace_inode,
	.own_mounts = fake_own_mounts,
	.mount = fake_mount,
	.ipmi_ask = fake_ipmi_ask,
	.reboot = fake_reboot,
};
