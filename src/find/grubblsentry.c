// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Read as GRUB reads them, not as systemd-boot does: an empty line ends the file, only
 * the first "options" line counts, variables are expanded.
 */
#include "find/grubblsentry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void grubblsentry_done(struct grubblsentry *entry)
{
	free(entry->name);
	free(entry->id);
	free(entry->text);
	strv_done(&entry->keys);
	strv_done(&entry->values);
}

/* Cuts @line behind its key. Returns the value, or NULL if the file ends here for GRUB.
 */
static char *cut_line(enum grubbls_kind kind, char *line)
{
	bool tab = kind == GRUBBLS_UPSTREAM || !strchr(line, ' ');
	char *value = line + strcspn(line, tab ? " \t" : " ");

	if (!*value)
		return NULL;
	*value++ = '\0';
	if (kind == GRUBBLS_FEDORA && !*value)
		return NULL;
	value += strspn(value, " \t");
	return kind == GRUBBLS_FEDORA || *value ? value : NULL;
}

/* Returns 1 if the line was read, 0 if the file ends here. */
static int read_line(struct grubblsentry *entry, char *line)
{
	char *value;
	int r;

	line += strspn(line, " \t");
	if (*line == '#')
		return 1;
	value = cut_line(entry->kind, line);
	if (!value)
		return 0;
	r = strv_add(&entry->keys, line);
	if (r == 0)
		r = strv_add(&entry->values, value);
	return r < 0 ? r : 1;
}

int grubblsentry_read(struct grubblsentry *entry)
{
	char *save = entry->text;
	int r = 1;

	while (r > 0 && save && *save) {
		char *line = strsep(&save, "\n"), *out = line;

		for (const char *p = line; *p; p++)
			if (*p != '\r')
				*out++ = *p;
		*out = '\0';
		r = read_line(entry, line);
	}
	return r < 0 ? r : 0;
}

const char *grubblsentry_get(const struct grubblsentry *entry, const char *key, size_t n)
{
	for (size_t i = 0; i < entry->keys.count; i++)
		if (streq(entry->keys.items[i], key) && n-- == 0)
			return entry->values.items[i];
	return NULL;
}

/* ---- variables in values ---- */

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

/*
 * Appends what stands from @start to @end: text, or the value of a variable and a blank
 * behind it. *@any: something was appended, be it empty.
 */
static int put_field(struct grubrun *run, struct grubtext *text, bool is_variable,
		     const char *start, const char *end, bool *any)
{
	_cleanup_free_ char *field = strndup(start, (size_t)(end - start));
	const char *value;
	int r;

	if (!field)
		return -ENOMEM;
	value = is_variable ? grubvars_get(run->vars, field) : field;
	if (!value)
		return 0;
	*any = true;
	r = grubtext_add(text, value);
	return is_variable && r == 0 ? grubtext_put(text, ' ') : r;
}

/*
 * Expands $name, with Fedora's not behind a backslash. The blank behind a variable is
 * taken with it, a last field of one character is lost, and a variable that is not set
 * and has another one right behind it ends everything: that is what GRUB's loop does.
 * Returns 1, or 0 if nothing is left.
 */
static int expand(struct grubrun *run, enum grubbls_kind kind, const char *value,
		  struct grubtext *text)
{
	const char *start = value, *last = value, *p = value;
	bool is_variable = false, any = false;
	int r = 0;

	for (; *p; last = p++) {
		if (*p == '$' && (kind == GRUBBLS_UPSTREAM || *last != '\\')) {
			if (start < last)
				r = put_field(run, text, is_variable, start, last + 1,
					      &any);
			any = any || (start > last && !is_variable);
			if (r < 0 || (start != last && !any))
				return r;
			is_variable = true;
			start = p + 1;
		} else if (is_variable && !is_name_char(*p)) {
			r = put_field(run, text, true, start, p, &any);
			if (r < 0)
				return r;
			is_variable = false;
			start = p + (*p == ' ');
		}
	}
	if (start < last)
		r = put_field(run, text, is_variable, start, last + 1, &any);
	any = any || (start > last && !is_variable);
	return r < 0 ? r : any;
}

/* ---- the script of an entry ---- */

/* Fedora's names the device; the other one leaves that to $root. */
static int add_path(const struct grubblsentry *entry, struct grubtext *script,
		    const char *prefix, const char *path)
{
	int r = grubtext_add(script, entry->kind == GRUBBLS_FEDORA ? " ($root)" : " ");

	if (r == 0)
		r = grubtext_add(script, prefix);
	return r < 0 ? r : grubtext_add(script, path);
}

/* The files of Fedora's $early_initrd, which lie where the first other one is. */
static int add_early(struct grubrun *run, const struct grubblsentry *entry,
		     struct grubtext *script)
{
	const char *names = grubvars_get(run->vars, "early_initrd");
	const char *beside = str_or(grubblsentry_get(entry, "initrd", 0),
				    grubblsentry_get(entry, "linux", 0));
	const char *slash = strrchr(beside, '/');
	_cleanup_free_ char *dir = NULL, *copy = NULL;
	char *save;
	int r = 0;

	if (!names || entry->kind != GRUBBLS_FEDORA)
		return 0;
	dir = slash ? strndup(beside, (size_t)(slash - beside) + 1) : strdup("");
	save = copy = strdup(names);
	if (!dir || !copy)
		return -ENOMEM;
	while (r == 0 && save)
		r = add_path(entry, script, dir, strsep(&save, " "));
	return r;
}

static int add_linux(struct grubrun *run, const struct grubblsentry *entry,
		     struct grubtext *script)
{
	const char *options = grubblsentry_get(entry, "options", 0), *otherwise = NULL;
	int r = grubtext_add(script, "linux");

	if (entry->kind == GRUBBLS_FEDORA)
		otherwise = grubvars_get(run->vars, "default_kernelopts");
	if (r == 0)
		r = add_path(entry, script, "", grubblsentry_get(entry, "linux", 0));
	if (r == 0)
		r = grubtext_put(script, ' ');
	if (r == 0 && options)
		r = expand(run, entry->kind, options, script);
	if (r == 0 && otherwise)
		r = expand(run, entry->kind, otherwise, script);
	return r < 0 ? r : grubtext_put(script, '\n');
}

static int add_initrds(struct grubrun *run, const struct grubblsentry *entry,
		       struct grubtext *script)
{
	size_t before;
	int r = grubtext_add(script, "initrd");

	before = script->used;
	if (r == 0)
		r = add_early(run, entry, script);
	for (size_t i = 0; r == 0 && i < entry->keys.count; i++)
		if (streq(entry->keys.items[i], "initrd"))
			r = add_path(entry, script, "", entry->values.items[i]);
	if (r == 0 && script->used == before)
		script->used -= strlen("initrd");
	return r < 0 ? r : grubtext_put(script, '\n');
}

/* Which device tree does not matter: it cannot be loaded. */
static int add_devicetree(struct grubrun *run, const struct grubblsentry *entry,
			  struct grubtext *script)
{
	bool found = grubblsentry_get(entry, "devicetree", 0) != NULL;

	if (entry->kind == GRUBBLS_FEDORA && grubvars_get(run->vars, "devicetree"))
		found = true;
	return found ? grubtext_add(script, "devicetree x\n") : 0;
}

/* As grub_env_get_bool() of kern/env.c. */
static bool is_set(struct grubrun *run, const char *name)
{
	static const char *const no[] = { "", "0", "false", "disable", "no" };
	const char *value = grubvars_get(run->vars, name);

	for (size_t i = 0; value && i < ARRAY_SIZE(no); i++)
		if (streq(value, no[i]))
			value = NULL;
	return value;
}

/* The script that GRUB makes of an entry. */
static int write_script(struct grubrun *run, const struct grubblsentry *entry,
			struct grubtext *script)
{
	int r = 0;

	if (entry->kind == GRUBBLS_UPSTREAM && is_set(run, "blsuki_save_default"))
		r = grubtext_add(script, "savedefault\n");
	if (r == 0)
		r = add_linux(run, entry, script);
	if (r == 0)
		r = add_initrds(run, entry, script);
	return r < 0 ? r : add_devicetree(run, entry, script);
}

/* ---- its item ---- */

/* GRUB asks for a password if there are users after expansion. */
static int find_users(struct grubrun *run, const struct grubblsentry *entry, bool *ret)
{
	const char *users = grubblsentry_get(entry, "grub_users", 0);
	struct grubtext text = { .used = 0 };
	int r = users ? expand(run, entry->kind, users, &text) : 0;

	*ret = r > 0;
	grubtext_done(&text);
	return r < 0 ? r : 0;
}

static int parse_script(struct grubrun *run, const struct grubtext *script,
			struct grubitem *item)
{
	struct grubnode *body;
	unsigned line;
	int r = grubrun_charge(run, script->used);

	if (r < 0)
		return r;
	r = grubparse(script->text, script->used, &run->scripts, &body, &line);

	if (r == 0)
		item->body = body;
	else if (r == -EBADMSG)
		item->why = "GRUB would report a mistake in it";
	return r == -EBADMSG ? 0 : r;
}

int grubblsentry_add(struct grubrun *run, const struct grubblsentry *entry,
		     const char *device, const char *dir)
{
	struct grubtext script = { .used = 0 };
	struct grubitem item = { .id = grubrun_keep(run, entry->id) };
	const char *kernel = grubblsentry_get(entry, "linux", 0);
	const char *title = str_or(grubblsentry_get(entry, "title", 0), kernel);
	_cleanup_free_ char *file = strf("%s/%s", dir, entry->name);
	int r;

	/* GRUB leaves out what names no kernel. */
	if (!kernel)
		return 0;
	item.title = grubrun_keep(run, title);
	item.args.items = grubpool_get(&run->scripts, 3 * sizeof(char *));
	if (!file || !item.id || !item.title || !item.args.items)
		return -ENOMEM;
	item.args.items[0] = item.args.items[1] = grubrun_keep(run, title);
	item.args.count = 2;
	if (entry->is_double)
		item.why = "GRUB takes another file for the same version";
	r = grubrun_name(run, device, file, &item.file);
	if (r == 0)
		r = find_users(run, entry, &item.restricted);
	if (r == 0)
		r = write_script(run, entry, &script);
	if (r == 0)
		r = parse_script(run, &script, &item);
	grubtext_done(&script);
	return r < 0 ? r : grubitem_add(run, &item);
}
