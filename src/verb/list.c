// SPDX-License-Identifier: GPL-2.0-or-later
/* --list: every boot entry found, the chosen one, and why the others were not. Looks
 * only; needs no privileges. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "find/find.h"
#include "verb/verb.h"

#define LIST_FORMAT 1

/* The text of files and menus may hold anything: what could drive a terminal does not get
 * there. */
static void put_text(FILE *f, const char *s)
{
	for (; *s; s++)
		fputc((unsigned char)*s < 0x20 || *s == 0x7f ? '?' : *s, f);
}

static void put_field(FILE *f, const char *name, const char *value)
{
	if (!value)
		return;
	fprintf(f, "      %-9s ", name);
	put_text(f, value);
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
	put_text(f, entry->kernel);
	fputc('\n', f);
	put_field(f, "id", entry->id);
	for (size_t i = 0; i < entry->initrds.count; i++)
		put_field(f, "initrd", entry->initrds.items[i]);
	if (entry->initrds.count == 0 && entry->usable)
		put_field(f, "initrd",
			  entry->says_no_initramfs ? "none, by the boot loader's entry"
						   : "none found");
	put_field(f, "options", entry->cmdline);
	put_field(f, entry == chosen ? "chosen" : "why not", entry->why);
}

static int print_text(const struct entry_list *list, const struct entry *chosen,
		      const char *reason)
{
	int width = version_width(list);

	for (size_t i = 0; i < list->count; i++)
		print_entry(stdout, &list->items[i], chosen, width);
	if (!chosen) {
		printf("%sNothing is chosen: ", list->count > 0 ? "\n" : "");
		put_text(stdout, str_or(reason, "unknown"));
		printf("\n");
	}
	return fflush(stdout) == 0 && !ferror(stdout) ? 0 : -EIO;
}

static json_t *entry_json(const struct entry *entry)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o}", "id",
			 json_text(entry->id), "title", json_text(entry->title),
			 "version", json_text(entry->version), "source",
			 json_text(entry_source_name(entry->source)), "kernel",
			 json_text(entry->kernel), "initrds", json_strv(&entry->initrds),
			 "cmdline", json_text(entry->cmdline), "default",
			 entry->is_default, "usable", entry->usable, "why",
			 json_text(entry->why));
}

static int print_json(const struct entry_list *list, const struct entry *chosen,
		      const char *reason)
{
	_cleanup_json_ json_t *entries = json_array(), *all = NULL;

	for (size_t i = 0; i < list->count; i++)
		if (json_array_append_new(entries, entry_json(&list->items[i])) < 0)
			return -ENOMEM;
	all = json_pack("{s:i, s:O, s:o, s:o}", "format", LIST_FORMAT, "entries", entries,
			"chosen", json_text(chosen ? chosen->id : NULL), "reason",
			json_text(reason));
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
				       : print_text(&list, chosen, reason);
	if (r < 0) {
		log_error_errno(r, "cannot list what could boot");
		return STATUS_FAILED;
	}
	return STATUS_DONE;
}
