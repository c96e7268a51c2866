// SPDX-License-Identifier: GPL-2.0-or-later
/* From what could boot to what will: find, choose, open, command line. Reads no contents.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/log.h"
#include "find/find.h"
#include "plan/plan.h"
#include "verify/cmdline.h"
#include "verify/kernel_header.h"

/* struct boot_params, Documentation/arch/x86/zero-page.rst and boot.rst: the setup
 * header's ramdisk_size */
#define BOOT_PARAMS_PATH "/sys/kernel/boot_params/data"
#define RAMDISK_SIZE_OFFSET 0x21c
/* COMMAND_LINE_SIZE of arm64, powerpc and riscv, which do not check it for a normal image
 */
#define CMDLINE_LIMIT_OTHERS 2048
/* arch/x86/kernel/kexec-bzimage64.c: MAX_ELFCOREHDR_STR_LEN is taken off for every image
 */
#define CMDLINE_RESERVED_X86 30

/* A refusal is no error: the reason goes into the plan. */
static int refuse(struct plan *plan, char *reason)
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

/* design: accepted only if the entry says so, or this machine already runs so, or it is
 * configured. */
static int may_lack_initramfs(const struct ctx *ctx, const struct entry *entry)
{
	_cleanup_free_ char *modules = strf("/usr/lib/modules/%s", entry->version);

	if (!modules)
		return -ENOMEM;
	if (ctx->config->allow_no_initramfs)
		return 1;
	if (entry->initrds.count == 0 && entry->says_no_initramfs)
		return 1;
	return !root_exists(ctx->root, modules) && running_without_initramfs(ctx);
}

static int open_initrds(const struct ctx *ctx, const struct entry *entry,
			struct plan *plan)
{
	int r = may_lack_initramfs(ctx, entry);

	if (r < 0)
		return r;
	plan->modules_optional = r;
	if (entry->initrds.count == 0 && !plan->modules_optional)
		return refuse(plan, strf("the initramfs of %s is not built yet",
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
			return refuse(plan, strf("cannot read the initramfs '%s': %s",
						 path, strerror(-r)));
	}
	return 1;
}

static int open_kernel(const struct ctx *ctx, const struct entry *entry,
		       struct plan *plan)
{
	struct kernel_header header;
	int r = open_file(ctx, entry->kernel, &plan->kernel);

	if (r == -ENOMEM)
		return r;
	if (r == 0)
		r = kernel_header_read(plan->kernel.fd, &header);
	if (r < 0)
		return refuse(plan,
			      strf("cannot read the kernel '%s': %s", entry->kernel,
				   r == -ENOEXEC || r == -EBADMSG ? "not a kernel image"
								  : strerror(-r)));
	if (!*header.version || !streq(header.version, entry->version))
		return refuse(plan, strf("'%s' is version '%s' now, not '%s'",
					 entry->kernel, header.version, entry->version));
	plan->init_size = header.init_size;
	plan->cmdline_max = header.cmdline_max > CMDLINE_RESERVED_X86
				    ? header.cmdline_max - CMDLINE_RESERVED_X86
				    : CMDLINE_LIMIT_OTHERS;
	return str_set(&plan->build, header.build) < 0 ? -ENOMEM : 1;
}

/* The running kernel's own, last and only where no boot loader's configuration has one.
 */
static int running_cmdline(const struct ctx *ctx, struct plan *plan, char **ret)
{
	struct cmdline_word rescue;
	int r = root_read_line(ctx->root, "/proc/cmdline", ret);

	if (r < 0)
		return refuse(plan, strf("no command line: cannot read /proc/cmdline: %s",
					 strerror(-r)));
	if (cmdline_find_rescue(*ret, &rescue))
		return refuse(
			plan,
			strf("the running command line holds '%.*s': not one to inherit",
			     (int)rescue.len, rescue.text));
	return 1;
}

static int resolve_cmdline(const struct ctx *ctx, const struct entry_list *list,
			   const struct entry *entry, struct plan *plan)
{
	_cleanup_free_ char *text = NULL,
			    *add = strv_join(&ctx->config->cmdline_add, " ");
	struct cmdline_edit edit = { .remove = &ctx->config->cmdline_remove, .add = add };
	int r = 1;

	if (!add)
		return -ENOMEM;
	if (ctx->options->cmdline)
		return str_set(&plan->cmdline, ctx->options->cmdline) < 0 ? -ENOMEM : 1;
	if (entry->cmdline)
		text = strdup(entry->cmdline);
	else if (list->loader == LOADER_NONE || ctx->options->kernel)
		r = running_cmdline(ctx, plan, &text);
	else
		r = refuse(plan,
			   strf("the command line of %s is not known: %s has none for it",
				entry->version, str_or(list->loader_file, "no menu")));
	if (r <= 0)
		return r;
	if (!text)
		return -ENOMEM;
	r = cmdline_edit(text, &edit, &plan->cmdline);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? refuse(plan, strf("the command line of %s cannot be used: %s",
					 entry->id, strerror(-r)))
		     : 1;
}

static int check_cmdline(struct plan *plan)
{
	int r = cmdline_check(plan->cmdline, strlen(plan->cmdline));

	if (r == 0)
		r = cmdline_check_length(plan->cmdline, plan->cmdline_max);
	if (r == -E2BIG)
		return refuse(
			plan,
			strf("the command line has %zu bytes; %s takes %u with kexec",
			     strlen(plan->cmdline), plan->version,
			     plan->cmdline_max - 1));
	return r < 0 ? refuse(plan, strf("the command line is empty or not plain text"))
		     : 1;
}

/* -k FILE -i FILE…: an entry that no menu has. Its version is what the image says. */
static int entry_by_hand(const struct ctx *ctx, struct entry *entry, struct plan *plan)
{
	const struct options *options = ctx->options;
	_cleanup_close_ int fd = root_open_file(ctx->root, options->kernel, NULL);
	struct kernel_header header;
	int r = fd < 0 ? fd : kernel_header_read(fd, &header);

	if (r < 0)
		return refuse(plan,
			      strf("cannot use '%s' as a kernel: %s", options->kernel,
				   r == -ENOEXEC || r == -EBADMSG ? "not a kernel image"
								  : strerror(-r)));
	if (!*header.version)
		return refuse(plan,
			      strf("'%s' does not tell its version", options->kernel));
	entry->source = SOURCE_HAND;
	entry->says_no_initramfs = options->initrds.count == 0;
	if (str_set(&entry->id, "by-hand") < 0 ||
	    str_set(&entry->version, header.version) < 0 ||
	    str_set(&entry->kernel, options->kernel) < 0)
		return -ENOMEM;
	return strv_copy(&entry->initrds, &options->initrds) < 0 ? -ENOMEM : 1;
}

static const char *id_of(const struct entry *entry)
{
	return entry->id;
}

static const char *position_of(const struct entry *entry)
{
	return entry->position;
}

static const char *title_of(const struct entry *entry)
{
	return entry->title;
}

/* The only one that is called so, in one way of calling it. Returns 1 and *@ret, 0 if
 * none is, -EEXIST if several are, or -ENOMEM. */
static int look_up(struct entry_list *list, const char *name,
		   const char *(*name_of)(const struct entry *), struct entry **ret)
{
	struct entry *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		struct entry *entry = &list->items[i];

		if (!streq(name_of(entry), name))
			continue;
		if (found)
			return -EEXIST;
		found = entry;
	}
	*ret = found;
	return found ? 1 : 0;
}

/* What the user calls it: an id before a position, and that before a title. */
static int named_entry(const struct ctx *ctx, struct entry_list *list, struct plan *plan,
		       struct entry **ret)
{
	static const char *(*const names[])(const struct entry *) = { id_of, position_of,
								      title_of };
	const char *name = ctx->options->entry;
	struct entry *entry = NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(names); i++)
		r = look_up(list, name, names[i], &entry);
	if (r == -EEXIST)
		return refuse(
			plan,
			strf("more than one entry is called '%s': take an id of " NAME
			     " --list",
			     name));
	if (r == 0)
		return refuse(plan,
			      strf("there is no entry '%s': see " NAME " --list", name));
	/* All that it lacks is a command line. */
	if (entry->unlisted && ctx->options->cmdline)
		entry->usable = true;
	if (!entry->usable || !entry->kernel || !entry->version)
		return refuse(plan, strf("entry '%s' cannot be booted: %s", name,
					 str_or(entry->why, "no kernel")));
	*ret = entry;
	plan->reason = strf("entry '%s' was asked for", name);
	return plan->reason ? 1 : -ENOMEM;
}

int plan_derive(const struct ctx *ctx, const char *exclude, struct plan *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	_cleanup_(entry_done) struct entry hand = ENTRY_EMPTY;
	const struct options *options = ctx->options;
	struct entry *entry = &hand;
	int r;

	*ret = (struct plan)PLAN_EMPTY;
	ret->by_hand = options->kernel || options->initrds.count || options->cmdline ||
		       options->entry;

	r = find_entries(ctx, &list);
	if (r < 0)
		return r;

	if (options->kernel)
		r = entry_by_hand(ctx, &hand, ret);
	else if (options->entry)
		r = named_entry(ctx, &list, ret, &entry);
	else
		r = choose_entry(ctx, &list, exclude, &entry, &ret->reason);
	if (r <= 0)
		return r;

	if (!ret->reason && str_set(&ret->reason, "asked for by hand") < 0)
		return -ENOMEM;
	if (str_set(&ret->entry_id, entry->id) < 0 ||
	    str_set(&ret->version, entry->version) < 0)
		return -ENOMEM;

	r = open_kernel(ctx, entry, ret);
	if (r <= 0)
		return r;

	r = open_initrds(ctx, entry, ret);
	if (r <= 0)
		return r;

	r = resolve_cmdline(ctx, &list, entry, ret);
	if (r <= 0)
		return r;

	return check_cmdline(ret);
}
