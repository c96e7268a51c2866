// SPDX-License-Identifier: GPL-2.0-or-later
/* --list: every boot entry found, the chosen one, and why the others were not. Looks
 * only; needs no privileges. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/print.h"
#include "find/find.h"
#include "verb/verb.h"

#define LIST_FORMAT 1

static void put_field(FILE *f, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(f, "      %-9s ", name);
	print_text(f, value);
	fputc('\n', f);
}

/* The file, line and position that say where an entry comes from. */
static void put_place(FILE *f, const struct entry *entry)
{
	if (!entry->file)
		return;
	fprintf(f, "      %-9s ", "from");
	print_text(f, entry->file);
	if (entry->line > 0)
		fprintf(f, ":%u", entry->line);
	if (entry->position && !streq(entry->position, entry->id)) {
		fputs(", entry ", f);
		print_text(f, entry->position);
	}
	fputc('\n', f);
}

static int version_width(const struct entry_list *list)
{
	size_t width = 8;

	for (size_t i = 0; i < list->count; i++) {
		const char *version = list->items[i].version;

		if (version && strlen(version) > width && strlen(version) < 40)
			width = strlen(version);
	}
	return (int)width;
}

/* "*" the chosen one, ">" the one that the boot loader boots next, "-" not to be chosen
 */
static char mark_of(const struct entry *entry, const struct entry *chosen)
{
	if (entry == chosen)
		return '*';
	if (entry->is_default)
		return '>';
	return entry->usable ? ' ' : '-';
}

static void print_entry(FILE *f, const struct entry *entry, const struct entry *chosen,
			int width)
{
	fprintf(f, "%c %-*s  %-8s ", mark_of(entry, chosen), width,
		str_or(entry->version, "?"), entry_source_name(entry->source));
	print_text(f, str_or(entry->kernel, str_or(entry->title, "?")));
	fputc('\n', f);
	put_field(f, "id", entry->id);
	put_place(f, entry);
	for (size_t i = 0; i < entry->initrds.count; i++)
		put_field(f, "initrd", entry->initrds.items[i]);
	if (entry->initrds.count == 0 && entry->usable && entry->source != SOURCE_UKI)
		put_field(f, "initrd",
			  entry->says_no_initramfs ? "none, by the boot loader's entry"
						   : "none found");
	put_field(f, "options", entry->cmdline);
	put_field(f, entry == chosen ? "chosen" : "why not", entry->why);
}

static void put_line(FILE *f, const char *name, const char *text)
{
	if (!text)
		return;
	fprintf(f, "%-15s ", name);
	print_text(f, text);
	fputc('\n', f);
}

/* -v: how it was decided. */
static void explain(FILE *f, const struct entry_list *list, const char *reason)
{
	fputs(list->count > 0 ? "\n" : "", f);
	if (list->loader == LOADER_NONE) {
		put_line(f, "boot loader", "no configuration of one was found");
	} else {
		fprintf(f, "%-15s %s: ", "boot loader", boot_loader_name(list->loader));
		print_text(f, str_or(list->loader_file, "no file"));
		if (list->loader_reason) {
			fputs("; ", f);
			print_text(f, list->loader_reason);
		}
		fputc('\n', f);
	}
	for (size_t i = 0; i < list->others.count; i++)
		put_line(f, "also here", list->others.items[i]);
	put_line(f, "default", list->default_reason);
	put_line(f, "one boot only", list->one_shot);
	put_line(f, "not understood", list->not_understood);
	put_line(f, "chosen", reason);
}

static int print_list(const struct ctx *ctx, const struct entry_list *list,
		      const struct entry *chosen, const char *reason)
{
	int width = version_width(list);

	for (size_t i = 0; i < list->count; i++)
		print_entry(stdout, &list->items[i], chosen, width);
	if (ctx->options->verbosity > 0)
		explain(stdout, list, chosen ? reason : NULL);
	if (!chosen) {
		printf("%sNothing is chosen: ", list->count > 0 ? "\n" : "");
		print_text(stdout, str_or(reason, "unknown"));
		printf("\n");
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -EIO;
}

static json_t *entry_json(const struct entry *entry)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:b, s:b, s:o}",
			 "id", json_text(entry->id), "title", json_text(entry->title),
			 "version", json_text(entry->version), "source",
			 json_text(entry_source_name(entry->source)), "file",
			 json_text(entry->file), "line", (json_int_t)entry->line,
			 "kernel", json_text(entry->kernel), "initrds",
			 json_strv(&entry->initrds), "cmdline", json_text(entry->cmdline),
			 "default", entry->is_default, "usable", entry->usable, "why",
			 json_text(entry->why));
}

static int print_json(const struct entry_list *list, const struct entry *chosen,
		      const char *reason)
{
	_cleanup_json_ json_t *entries = json_array(), *all = NULL;
	const char *loader;

	for (size_t i = 0; i < list->count; i++)
		if (json_array_append_new(entries, entry_json(&list->items[i])) < 0)
			return -ENOMEM;
	loader = list->loader == LOADER_NONE ? NULL : boot_loader_name(list->loader);
	all = json_pack(
		"{s:i, s:O, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "format",
		LIST_FORMAT, "entries", entries, "chosen",
		json_text(chosen ? chosen->id : NULL), "reason", json_text(reason),
		"loader", json_text(loader), "loader_file", json_text(list->loader_file),
		"loader_reason", json_text(list->loader_reason), "others",
		json_strv(&list->others), "default_reason",
		json_text(list->default_reason), "one_shot", json_text(list->one_shot),
		"not_understood", json_text(list->not_understood));
	return json_print(all, stdout);
}

int verb_list(const struct ctx *ctx)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	_cleanup_free_ char *reason = NULL;
	struct entry *chosen = NULL;
	int r;

	r = find_entries(ctx, &list);
	if (r == 0)
		r = choose_entry(ctx, &list, NULL, &chosen, &reason);
	if (r >= 0)
		r = ctx->options->json ? print_json(&list, chosen, reason)
				       : print_list(ctx, &list, chosen, reason);
	if (r < 0) {
		log_error_errno(r, "cannot list what could boot");
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}
