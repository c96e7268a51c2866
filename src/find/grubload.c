// SPDX-License-Identifier: GPL-2.0-or-later
/* GRUB's commands that load what is to be booted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

#define BLOCK _unused_ const struct grubnode *block

/*
 * Writes one argument as GRUB hands it to the kernel (grub_create_loader_cmdline() in its
 * lib/cmdline.c): in double quotes if it holds a blank, with a backslash before quotes
 * and backslashes, except Fedora's before \xHH. The kernel knows no backslash, so this
 * can come out wrong; but it is what an ordinary boot gives.
 */
static char *put_argument(const struct grubrun *run, char *p, const char *s)
{
	bool quote = strchr(s, ' ');

	if (quote)
		*p++ = '"';
	while (*s) {
		size_t len = strcspn(s, "\\'\"");

		p = mempcpy(p, s, len);
		s += len;
		if (*s && !grubrun_is_hex_escape(run, s))
			*p++ = '\\';
		if (*s)
			*p++ = *s++;
	}
	if (quote)
		*p++ = '"';
	return p;
}

/* The arguments from @first on as one text. */
static char *join_arguments(const struct grubrun *run, const struct grubargs *args,
			    size_t first)
{
	size_t size = 1;
	char *text, *out;

	for (size_t i = first; i < args->count; i++)
		size += 2 * strlen(args->items[i]) + 3;
	out = text = malloc(size);
	if (!text)
		return NULL;
	for (size_t i = first; i < args->count; i++) {
		if (i > first)
			*out++ = ' ';
		out = put_argument(run, out, args->items[i]);
	}
	*out = '\0';
	return text;
}

static int refuse_outside(struct grubrun *run, const struct grubargs *args)
{
	int r = grubrun_doubt(run, strf("'%s' outside of a menu entry", args->items[0]));

	return r < 0 ? r : GRUB_FALSE;
}

/* "(device)/path" */
static int full_path(struct grubrun *run, const char *text, char **ret)
{
	struct grubpath path;
	int r = grubrun_path(run, text, &path);

	if (r < 0)
		return r;
	*ret = path.device ? strf("(%s)%s", path.device, path.path) : strdup(text);
	return *ret ? 0 : -ENOMEM;
}

/* Each one takes the place of what was loaded before. */
int grubcmd_linux(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	struct grubmenu_entry *entry = run->entry;
	_cleanup_free_ char *options = NULL;
	char *kernel;
	int r;

	if (!entry)
		return refuse_outside(run, args);
	if (args->count < 2)
		return grubrun_doubt(run, strf("'%s' names no kernel", args->items[0]));
	options = join_arguments(run, args, 2);
	if (!options)
		return -ENOMEM;
	r = full_path(run, args->items[1], &kernel);
	if (r < 0)
		return r;
	free(entry->kernel);
	entry->kernel = kernel;
	free(entry->cmdline);
	entry->cmdline = TAKE_PTR(options);
	strv_done(&entry->initrds);
	return 0;
}

int grubcmd_initrd(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	struct grubmenu_entry *entry = run->entry;
	int r = 0;

	if (!entry)
		return refuse_outside(run, args);
	if (!entry->kernel)
		return grubrun_doubt(run,
				     strf("'%s' comes before linux", args->items[0]));
	/* GRUB refuses an initrd without files, and keeps what it has. */
	if (args->count < 2)
		return grubrun_doubt(run, strf("'%s' names no file", args->items[0]));
	strv_done(&entry->initrds);
	for (size_t i = 1; r == 0 && i < args->count; i++) {
		char *path;

		/* GRUB puts such a file into a cpio archive that it makes. */
		if (starts_with(args->items[i], "newc:"))
			return grubrun_doubt(run, strf("'%s'", args->items[i]));
		r = full_path(run, args->items[i], &path);
		if (r == 0)
			r = strv_take(&entry->initrds, path);
	}
	return r;
}

/* Something that is not Linux, or that ends GRUB. */
int grubcmd_other(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	if (!run->entry) {
		int r = grubrun_doubt(
			run, strf("'%s' outside of a menu entry", args->items[0]));

		return r < 0 ? r : GRUB_FALSE;
	}
	if (run->entry->why)
		return 0;
	run->entry->why =
		strf("it is no Linux system that could be loaded: %s", args->items[0]);
	return run->entry->why ? 0 : -ENOMEM;
}

/* kexec_file_load(2) passes on the device tree of the running kernel. */
int grubcmd_devicetree(struct grubrun *run, const struct grubargs *args, BLOCK)
{
	if (!run->entry || run->entry->why)
		return run->entry ? 0 : refuse_outside(run, args);
	run->entry->why =
		strf("it brings a device tree, which a warm reboot cannot load");
	return run->entry->why ? 0 : -ENOMEM;
}
