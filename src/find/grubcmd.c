// SPDX-License-Identifier: GPL-2.0-or-later
/* What single commands of a grub.cfg mean to us. */
#include "find/grubparse.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const linux_commands[] = { "linux", "linux16", "linuxefi", NULL };
static const char *const initrd_commands[] = { "initrd", "initrd16", "initrdefi", NULL };

/* Read other files or menus, or run text: what they do is not in the file that we look
 * at. */
static const char *const include_commands[] = { "source",
						".",
						"configfile",
						"normal",
						"blscfg",
						"eval",
						"legacy_source",
						"legacy_configfile",
						"syslinux_source",
						"syslinux_configfile",
						"extract_entries_source",
						"extract_entries_configfile",
						"extract_legacy_entries_source",
						"uki",
						"blsuki",
						NULL };

/* Load something that is not Linux, or hand it something that we do not. */
static const char *const loader_commands[] = {
	"multiboot",   "multiboot2",	 "module",	  "module2",
	"chainloader", "xen_hypervisor", "xen_module",	  "xen_linux",
	"xen_initrd",  "xen_xsm",	 "kfreebsd",	  "knetbsd",
	"kopenbsd",    "ntldr",		 "plan9",	  "freedos",
	"appleloader", "legacy_kernel",	 "legacy_initrd", "devicetree",
	NULL
};

/* End the reading of the file, or boot at once. */
static const char *const final_commands[] = { "return", "exit",	  "boot",
					      "halt",	"reboot", NULL };

static const char *const other_names[] = { "menuentry", "submenu", "set", "load_env",
					   "search",	"test",	   "[",	  NULL };

bool grubcmd_is_redefined(const char *name)
{
	return grubparse_is_one_of(name, linux_commands) ||
	       grubparse_is_one_of(name, initrd_commands) ||
	       grubparse_is_one_of(name, include_commands) ||
	       grubparse_is_one_of(name, loader_commands) ||
	       grubparse_is_one_of(name, other_names);
}

/* ---- in an entry ---- */

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/*
 * Writes one argument as GRUB hands it to the kernel (grub_create_loader_cmdline() in its
 * lib/cmdline.c): in double quotes if it holds a blank, with a backslash before quotes
 * and backslashes, except before \xHH. The kernel knows no backslash, so this can come
 * out wrong; but it is what an ordinary boot gives.
 */
static char *put_argument(char *p, const char *s)
{
	bool quote = strchr(s, ' ');

	if (quote)
		*p++ = '"';
	for (; *s; s++) {
		bool hex = s[0] == '\\' && s[1] == 'x' && is_hex(s[2]) && is_hex(s[3]);

		if (!hex && strchr("\\'\"", *s))
			*p++ = '\\';
		*p++ = *s;
	}
	if (quote)
		*p++ = '"';
	return p;
}

/* The words from @first on as one text. */
static char *join_arguments(const struct grub_parser *p, size_t first)
{
	size_t size = 1;
	char *text, *out;

	for (size_t i = first; i < p->count; i++)
		size += 2 * strlen(grubparse_word(p, i)) + 3;
	out = text = malloc(size);
	if (!text)
		return NULL;
	for (size_t i = first; i < p->count; i++) {
		if (i > first)
			*out++ = ' ';
		out = put_argument(out, grubparse_word(p, i));
	}
	*out = '\0';
	return text;
}

static void note_words(struct grub_parser *p, size_t paths)
{
	for (size_t i = 1; i < p->count; i++)
		if (p->words[i].variable || (i <= paths && p->words[i].wild))
			p->entry->has_variable = true;
	if (grubparse_in_condition(p))
		p->entry->has_condition = true;
}

static int run_linux(struct grub_parser *p)
{
	_cleanup_free_ char *options = join_arguments(p, 2);
	struct grubcfg_entry *entry = p->entry;

	note_words(p, 1);
	if (entry->kernel)
		entry->is_repeated = true;
	if (p->count < 2)
		entry->has_other = true;
	if (!options || str_set(&entry->kernel, grubparse_word(p, 1)) < 0)
		return -ENOMEM;
	return str_set(&entry->options, options);
}

static int run_initrd(struct grub_parser *p)
{
	struct grubcfg_entry *entry = p->entry;
	int r = 0;

	note_words(p, p->count);
	if (entry->initrds.count > 0)
		entry->is_repeated = true;
	if (p->count < 2 || !entry->kernel)
		entry->has_other = true;
	for (size_t i = 1; i < p->count && r == 0; i++) {
		if (starts_with(grubparse_word(p, i), "newc:"))
			entry->has_other =
				true; /* puts the file into a cpio archive of its own */
		r = strv_add(&entry->initrds, grubparse_word(p, i));
	}
	return r;
}

/* GRUB would expand the command's name; a variable behind "NAME=" is only an assignment.
 */
static bool is_variable(const char *command)
{
	return strcspn(command, "$") < strcspn(command, "=");
}

static int run_in_entry(struct grub_parser *p)
{
	const char *command = grubparse_word(p, 0);

	if (grubparse_is_one_of(command, linux_commands))
		return run_linux(p);
	if (grubparse_is_one_of(command, initrd_commands))
		return run_initrd(p);
	if ((p->words[0].variable && is_variable(command)) ||
	    grubparse_is_one_of(command, loader_commands) ||
	    grubparse_is_one_of(command, include_commands))
		p->entry->has_other = true;
	return 0;
}

/* ---- outside entries ---- */

/* Is this `NAME=…` or `set NAME=…`? Returns the value, or NULL. */
static const char *find_assignment(const struct grub_parser *p, const char *name)
{
	size_t i = streq(grubparse_word(p, 0), "set") ? 1 : 0, n = strlen(name);
	const char *text = grubparse_word(p, i);

	return starts_with(text, name) && text[n] == '=' ? text + n + 1 : NULL;
}

/*
 * The default counts as understood if it is set without a condition, or in the two
 * branches of what grub-mkconfig writes: if [ "${next_entry}" ]; then set
 * default="${next_entry}" …; else set default="…"; fi
 */
static int run_default(struct grub_parser *p, const char *value)
{
	const struct frame *frame = grubparse_frame(p);
	bool usual = p->depth == 2 && frame->kind == FRAME_IF && frame->conditions == 1 &&
		     frame->asks_next_entry;

	if (usual && !frame->in_else && streq(value, "${next_entry}"))
		return 0;
	p->cfg.default_standard = p->depth == 1 || (usual && frame->in_else);
	return str_set(&p->cfg.default_entry, value);
}

/* [ "${next_entry}" ], and tests for custom.cfg. */
static void run_test(struct grub_parser *p)
{
	struct frame *frame = grubparse_frame(p);
	bool is_file = false, custom = false, negated = false;

	if (frame->kind != FRAME_IF || !frame->in_condition)
		return;
	for (size_t i = 1; i < p->count; i++) {
		is_file = is_file || streq(grubparse_word(p, i), "-f");
		custom = custom || ends_with(grubparse_word(p, i), "/custom.cfg");
		negated = negated || streq(grubparse_word(p, i), "!");
	}
	frame->asks_custom = is_file && custom && !negated;
	frame->asks_next_entry =
		p->count == 3 && streq(grubparse_word(p, 1), "${next_entry}");
}

static int run_include(struct grub_parser *p)
{
	const struct frame *frame = grubparse_frame(p);
	const char *command = grubparse_word(p, 0);

	if (streq(command, "source") && p->count == 2 && frame->kind == FRAME_IF &&
	    !frame->in_condition && frame->asks_custom &&
	    ends_with(grubparse_word(p, 1), "/custom.cfg")) {
		p->cfg.sources_custom = true;
		return 0;
	}
	return grubparse_doubt(p, command, "reads other files or menus");
}

static int run_outside(struct grub_parser *p)
{
	const char *command = grubparse_word(p, 0), *value;

	if (grubparse_is_one_of(command, include_commands))
		return run_include(p);
	if (grubparse_is_one_of(command, linux_commands) ||
	    grubparse_is_one_of(command, initrd_commands) ||
	    grubparse_is_one_of(command, loader_commands))
		return grubparse_doubt(p, command, "stands outside of a menu entry");
	if (p->words[0].variable && is_variable(command))
		return grubparse_doubt(p, command,
				       "is a variable in the place of a command");
	if (grubparse_in_function(p))
		return 0;
	if (grubparse_is_one_of(command, final_commands))
		return grubparse_doubt(p, command, "ends the menu early");
	if (streq(command, "[") || streq(command, "test"))
		run_test(p);
	if (streq(command, "load_env"))
		p->cfg.loads_grubenv = true;

	value = find_assignment(p, "saved_entry");
	if (value && !streq(value, "${prev_saved_entry}"))
		return grubparse_doubt(p, "saved_entry", "is set by the menu itself");
	value = find_assignment(p, "default");
	return value && p->frames[p->depth - 1].kind != FRAME_SUBMENU
		       ? run_default(p, value)
		       : 0;
}

int grubcmd_run(struct grub_parser *p)
{
	if (p->count == 0)
		return 0;
	return p->entry && !grubparse_in_function(p) ? run_in_entry(p) : run_outside(p);
}
