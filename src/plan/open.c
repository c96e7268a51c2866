// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "plan/reader.h"
#include "verify/loadable.h"

/* struct boot_params, Documentation/arch/x86/zero-page.rst and boot.rst: the setup
 * header's ramdisk_size */
#define BOOT_PARAMS_PATH "/sys/kernel/boot_params/data"
#define RAMDISK_SIZE_OFFSET 0x21c

int plan_refuse(struct plan *plan, char *reason)
{
	if (!reason)
		return -ENOMEM;
	free(plan->reason);
	plan->reason = reason;
	return 0;
}

static int open_file(const struct ctx *ctx, const char *path, struct plan_file *ret)
{
	int fd = root_open_file(ctx->root, path, &ret->st);

	if (fd < 0)
		return fd;
	ret->fd = fd;
	return str_set(&ret->path, path);
}

/* --- The kernel -------------------------------------------------------------- */

static const char *why_unreadable(int r)
{
	switch (r) {
	case -ENOEXEC:
		return "not a kernel image";
	case -EBADMSG:
		return "damaged, or not a kernel image";
	case -E2BIG:
		return "it has more sections, profiles or text than are read here";
	default:
		return strerror(-r);
	}
}

/* The header of the kernel that @entry boots out of a unified image. */
static int open_unified(const struct entry *entry, struct plan *plan,
			struct kernel_header *header)
{
	struct uki *uki = &plan->uki;
	int r = uki_read(plan->kernel.fd, uki);

	if (r < 0)
		return r;
	if (entry->profile >= uki->n_profiles)
		return -ENOEXEC;
	plan->profile = &uki->profiles[entry->profile];
	r = kernel_header_read_uki(plan->kernel.fd, plan->profile, header);
	plan->kernel_length = uki_kernel_length(header, plan->profile);
	return r;
}

/* Only the contents of most images tell the version; until they are read (plan_verify),
 * what is written elsewhere is taken for it. */
static int check_version(const struct entry *entry, const struct kernel_header *header,
			 struct plan *plan)
{
	if (header->type == KERNEL_UNKNOWN)
		return plan_refuse(plan,
				   strf("'%s' is not a kernel image", entry->kernel));
	plan->version_is_claim = !*header->version || header->version_is_claim;
	if (*header->version
		    ? streq(header->version, entry->version)
		    : header->type != KERNEL_BZIMAGE && header->type != KERNEL_S390)
		return 1;
	return plan_refuse(plan, strf("'%s' is version '%s' now, not '%s'", entry->kernel,
				      header->version, entry->version));
}

int plan_open_kernel(const struct ctx *ctx, const struct entry *entry, struct plan *plan)
{
	struct kernel_header header;
	int r = open_file(ctx, entry->kernel, &plan->kernel);

	if (r == -ENOMEM)
		return r;
	if (r == 0)
		r = kernel_header_read(plan->kernel.fd, &header);
	if (r == 0 && header.type == KERNEL_UKI)
		r = open_unified(entry, plan, &header);
	if (r < 0)
		return r == -ENOMEM ? r
				    : plan_refuse(plan,
						  strf("cannot read the kernel '%s': %s",
						       entry->kernel, why_unreadable(r)));
	r = check_version(entry, &header, plan);
	if (r <= 0)
		return r;
	plan->type = header.type;
	plan->is_signed = header.cert_size > 0;
	plan->init_size = header.init_size;
	plan->cmdline_max = kernel_cmdline_room(&header);
	return str_set(&plan->build, header.build) < 0 ? -ENOMEM : 1;
}

/* --- The initramfs ----------------------------------------------------------- */

/* Did the running kernel come up without an initramfs? Only x86 tells. */
static bool running_without_initramfs(const struct ctx *ctx)
{
	_cleanup_free_ char *data = NULL;
	size_t len;
	uint32_t size;

	if (root_read(ctx->root, BOOT_PARAMS_PATH, 65536, &data, &len) < 0 ||
	    len < RAMDISK_SIZE_OFFSET + sizeof(size))
		return false;
	memcpy(&size, data + RAMDISK_SIZE_OFFSET, sizeof(size));
	return size == 0;
}

int plan_open_modules(const struct ctx *ctx, const char *version)
{
	static const char *const folders[] = { "/usr/lib/modules", "/lib/modules" };
	int r = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(folders) && r == -ENOENT; i++) {
		_cleanup_free_ char *path = strf("%s/%s", folders[i], version);

		r = path ? root_open(ctx->root, path, O_RDONLY | O_DIRECTORY) : -ENOMEM;
	}
	return r;
}

/* design: accepted only if the entry says so, or this machine already runs so, or it is
 * configured. */
static int may_lack_initramfs(const struct ctx *ctx, const struct entry *entry,
			      bool has_initramfs)
{
	_cleanup_close_ int modules = -1;

	if (ctx->config->allow_no_initramfs)
		return 1;
	if (!has_initramfs && entry->says_no_initramfs)
		return 1;
	modules = plan_open_modules(ctx, entry->version);
	if (modules == -ENOMEM)
		return -ENOMEM;
	return modules < 0 && running_without_initramfs(ctx);
}

/* What a unified image holds is all of it: nothing beside it is still to be built. */
static int check_unified(const struct ctx *ctx, const struct entry *entry,
			 struct plan *plan)
{
	bool has_initramfs = plan->profile->initrd.length > 0;
	int r = may_lack_initramfs(ctx, entry, has_initramfs);

	if (r < 0)
		return r;
	plan->modules_optional = !has_initramfs || r > 0;
	if (entry->initrds.count > 0)
		return plan_refuse(
			plan, strf("'%s' is a unified image, and how it goes together "
				   "with another initramfs is not known",
				   entry->kernel));
	if (plan->profile->has_devicetree && !streq(plan->uki.pe.arch, "x86_64"))
		return plan_refuse(
			plan, strf("'%s' brings a device tree, which only the firmware "
				   "can give to the kernel",
				   entry->kernel));
	return 1;
}

int plan_open_initrds(const struct ctx *ctx, const struct entry *entry, struct plan *plan)
{
	int r;

	if (plan->profile)
		return check_unified(ctx, entry, plan);
	r = may_lack_initramfs(ctx, entry, entry->initrds.count > 0);
	if (r < 0)
		return r;
	plan->modules_optional = r;
	if (entry->initrds.count == 0 && !plan->modules_optional)
		return plan_refuse(plan, strf("the initramfs of %s is not built yet",
					      entry->version));
	plan->initrds = calloc(entry->initrds.count + 1, sizeof(*plan->initrds));
	if (!plan->initrds)
		return -ENOMEM;
	for (size_t i = 0; i < entry->initrds.count; i++) {
		const char *path = entry->initrds.items[i];

		plan->initrds[i].fd = -1;
		plan->n_initrds = i + 1;
		r = open_file(ctx, path, &plan->initrds[i]);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			return plan_refuse(plan,
					   strf("cannot read the initramfs '%s': %s",
						path, strerror(-r)));
	}
	return 1;
}

/* --- By hand ----------------------------------------------------------------- */

static int read_contents(const struct ctx *ctx, int fd, char **ret_version)
{
	static const char *const args[] = { "image", NULL };
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	int r = reader_ask(ctx, fd, -1, args, &report);

	return r < 0 ? r : str_set(ret_version, report.version);
}

static int own_cmdline(int fd, char **ret)
{
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	int r = uki_read(fd, &uki);

	return r < 0 ? r : str_set(ret, uki.profiles[0].cmdline);
}

int plan_describe_image(const struct ctx *ctx, const char *path, struct entry *entry,
			struct plan *plan)
{
	_cleanup_close_ int fd = root_open_file(ctx->root, path, NULL);
	struct kernel_header header;
	int r = fd < 0 ? fd : kernel_header_read(fd, &header);

	if (r == 0 && *header.version)
		r = str_set(&entry->version, header.version);
	else if (r == 0 && header.type != KERNEL_UNKNOWN)
		r = read_contents(ctx, fd, &entry->version);
	if (r == 0 && header.type == KERNEL_UKI)
		r = own_cmdline(fd, &entry->cmdline);
	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return plan_refuse(plan, strf("cannot use '%s' as a kernel: %s", path,
					      why_unreadable(r)));
	if (!entry->version)
		return plan_refuse(plan, strf(header.type == KERNEL_UNKNOWN
						      ? "'%s' is not a kernel image"
						      : "'%s' does not tell its version",
					      path));
	return 1;
}
