// SPDX-License-Identifier: GPL-2.0-or-later
/* Machines on which a loaded kernel is not used, or is known not to come up. */
#include <errno.h>
#include <string.h>

#include "guard/rows.h"
#include "guard/words.h"

#define XEN_TYPE "/sys/hypervisor/type"
#define XEN_GUEST "/sys/hypervisor/guest_type"
#define XEN_CAPABILITIES "/proc/xen/capabilities"
#define CPUINFO_PART 16384 /* of /proc/cpuinfo: the first processor and some more */

/* The line of a file that may be missing: 1, 0, or a negative errno. */
static int line_if_there(const struct ctx *ctx, const char *path, char **ret)
{
	int r = root_read_line(ctx->root, path, ret);

	return r == -ENOENT || r == -ENOTDIR ? 0 : r < 0 ? r : 1;
}

/*
 * In Xen's first domain, and in paravirtual ones, the hypervisor is asked for a kexec and
 * takes another image than ours (drivers/xen; kexec-tools' and systemd's own code for
 * it). In a fully virtualized one, Linux does it as anywhere.
 */
void guard_xen(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *type = NULL, *guest = NULL, *capabilities = NULL;
	int r = line_if_there(in->ctx, XEN_TYPE, &type);

	if (r < 0) {
		finding_unknown(f, r, XEN_TYPE);
		return;
	}
	if (r == 0 || !streq(type, "xen")) {
		finding_set(f, VERDICT_OK, "not under Xen");
		return;
	}
	r = line_if_there(in->ctx, XEN_CAPABILITIES, &capabilities);
	if (r >= 0 && capabilities && strstr(capabilities, "control_d")) {
		finding_set(f, VERDICT_VETO,
			    "this is Xen's first domain: the hypervisor reboots the "
			    "machine, and not into our kernel");
		return;
	}
	r = line_if_there(in->ctx, XEN_GUEST, &guest);
	if (r < 0)
		finding_unknown(f, r, XEN_GUEST);
	else if (r > 0 && (streq(guest, "HVM") || streq(guest, "PVH")))
		finding_set(f, VERDICT_OK, "fully virtualized under Xen (%s)", guest);
	else
		finding_set(f, VERDICT_VETO,
			    "a domain of Xen that is not known to be "
			    "fully virtualized");
}

/* Azure, too. The host keeps pages that the guest has shared with it, and its network
 * and screen devices do not always survive the jump. */
void guard_hyper_v(const struct guard_input *in, struct finding *f)
{
	if (root_exists(in->ctx->root, "/sys/bus/vmbus"))
		finding_set(
			f, VERDICT_VETO,
			"a virtual machine of Hyper-V: warm reboots are known to fail "
			"on some of them");
	else
		finding_set(f, VERDICT_OK, "not under Hyper-V");
}

/* A word of the line @line ("flags : a b c"). */
static bool line_has_word(const char *line, const char *word)
{
	size_t len = strlen(word), end = strcspn(line, "\n");

	for (const char *p = line; (p = strstr(p, word)) && p < line + end; p += len)
		if (p[-1] == ' ' && (p[len] == ' ' || p[len] == '\n' || !p[len]))
			return true;
	return false;
}

/* The flags of the first processor. A machine that can start such guests has the same
 * flags as the guests, but no "hypervisor". */
static const char *flag_of_cpu(const char *text)
{
	static const char *const names[] = { "tdx_guest", "sev_snp", "sev_es", "sev" };
	const char *line = strstr(text, "\nflags");

	if (!line || !line_has_word(++line, "hypervisor"))
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (line_has_word(line, names[i]))
			return names[i];
	return NULL;
}

static int read_cpuinfo(const struct ctx *ctx, char **ret)
{
	_cleanup_close_ int fd = root_open_file(ctx->root, "/proc/cpuinfo", NULL);
	_cleanup_free_ char *text = NULL;
	ssize_t n;

	if (fd < 0)
		return fd;
	text = malloc(CPUINFO_PART + 1);
	if (!text)
		return -ENOMEM;
	n = read(fd, text, CPUINFO_PART);
	if (n < 0)
		return -errno;
	text[n] = '\0';
	*ret = TAKE_PTR(text);
	return 0;
}

/* Memory of such a guest belongs to the boot that its processor or firmware measured.
 * Devices: drivers/virt/coco; files: arch/s390/kernel/uv.c, arch/powerpc (Ultravisor). */
void guard_confidential_vm(const struct guard_input *in, struct finding *f)
{
	static const char *const devices[] = { "/dev/tdx_guest", "/dev/sev-guest",
					       "/sys/devices/virtual/misc/tdx_guest",
					       "/sys/devices/platform/sev-guest" };
	static const char *const files[] = { "/sys/firmware/uv/prot_virt_guest",
					     "/sys/devices/system/cpu/svm" };
	_cleanup_free_ char *cpuinfo = NULL;
	const char *found = NULL;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(devices) && !found; i++)
		if (root_exists(in->ctx->root, devices[i]))
			found = devices[i];
	for (size_t i = 0; i < ARRAY_SIZE(files) && !found; i++) {
		_cleanup_free_ char *line = NULL;

		r = line_if_there(in->ctx, files[i], &line);
		if (r < 0) {
			finding_unknown(f, r, files[i]);
			return;
		}
		if (r > 0 && !streq(line, "0"))
			found = files[i];
	}
	if (!found) {
		r = read_cpuinfo(in->ctx, &cpuinfo);
		if (r < 0 && r != -ENOENT) {
			finding_unknown(f, r, "/proc/cpuinfo");
			return;
		}
		found = cpuinfo ? flag_of_cpu(cpuinfo) : NULL;
	}
	if (found)
		finding_set(f, VERDICT_VETO,
			    "a confidential virtual machine (%s): it cannot hand its "
			    "memory to another kernel",
			    found);
	else
		finding_set(f, VERDICT_OK, "not a confidential virtual machine");
}

/* Documentation/admin-guide/kernel-parameters.txt: this mode disables kexec. */
void guard_protected_kvm(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *line = NULL, *mode = NULL;
	int r = line_if_there(in->ctx, "/proc/cmdline", &line);

	if (r >= 0)
		r = cmdline_value(str_or(line, ""), "kvm-arm.mode", &mode);
	if (r < 0)
		finding_unknown(f, r, "/proc/cmdline");
	else if (streq(mode, "protected"))
		finding_set(f, VERDICT_VETO,
			    "kvm-arm.mode=protected: the kernel gives kexec up for it");
	else
		finding_set(f, VERDICT_OK, "not in use");
}
