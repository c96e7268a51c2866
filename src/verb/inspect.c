// SPDX-License-Identifier: GPL-2.0-or-later
/* --inspect FILE…: what a file is, and whether it is whole. All reading is
 * warmboot-read's. */
#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/print.h"
#include "plan/reader.h"
#include "verb/verb.h"

static int ask(const struct ctx *ctx, const char *path, struct report *ret)
{
	_cleanup_close_ int fd = root_open_file(ctx->root, path, NULL);
	const char *slash = strrchr(path, '/');
	const char *args[] = { "inspect", "--name", slash ? slash + 1 : path, NULL };

	*ret = (struct report)REPORT_EMPTY;
	if (fd < 0)
		return log_error_errno(fd, "cannot open '%s'", path);
	return reader_ask(ctx, fd, -1, args, ret);
}

static void print_list(const char *label, const struct strv *list)
{
	for (size_t i = 0; i < list->count; i++)
		print_line(stdout, "  %-10s %s", i ? "" : label, list->items[i]);
}

static void print_report(const char *path, const struct report *report)
{
	char size[24];

	print_line(stdout, "%s: %s%s%s, %s, %s", path, str_or(report->type, "unknown"),
		   report->inner ? " with " : "", str_or(report->inner, ""),
		   human_size(report->size, size), report->ok ? "whole" : "NOT whole");
	if (report->version)
		print_line(stdout, "  version    %s %s", report->version,
			   str_or(report->build, ""));
	if (report->arch)
		print_line(stdout, "  for        %s", report->arch);
	if (report->authenticode && !streq(report->authenticode, "none"))
		print_line(stdout, "  signature  its digest is a %s",
			   report->authenticode);
	if (report->unpacked)
		print_line(stdout, "  unpacks to %s", human_size(report->unpacked, size));
	if (report->inner)
		print_line(stdout, "  inside     the kernel is %ssigned itself",
			   report->is_inner_signed ? "" : "not ");
	if (report->os)
		print_line(stdout, "  system     %s", report->os);
	if (report->cmdline)
		print_line(stdout, "  cmdline    %s", report->cmdline);
	print_list("profiles", &report->profiles);
	print_list("kernels", &report->kernels);
	print_list("modules", &report->modules);
	print_list("segments", &report->segments);
	print_list("sections", &report->sections);
	print_list("problems", &report->problems);
	print_list("warnings", &report->warnings);
	print_list("notes", &report->notes);
	if (report->sha256)
		print_line(stdout, "  sha256     %s", report->sha256);
}

static json_t *to_json(const char *path, const struct report *report)
{
	json_t *out = json_object();

	if (!out)
		return NULL;
	json_object_set_new(out, "file", json_text(path));
	json_object_set_new(out, "type", json_text(str_or(report->type, "unknown")));
	json_object_set_new(out, "version", json_text(report->version));
	json_object_set_new(out, "build", json_text(report->build));
	json_object_set_new(out, "arch", json_text(report->arch));
	json_object_set_new(out, "ok", json_boolean(report->ok));
	json_object_set_new(out, "problems", json_strv(&report->problems));
	json_object_set_new(out, "warnings", json_strv(&report->warnings));
	json_object_set_new(out, "notes", json_strv(&report->notes));
	json_object_set_new(out, "size", json_integer((json_int_t)report->size));
	json_object_set_new(out, "sha256", json_text(report->sha256));
	json_object_set_new(out, "signed", json_boolean(report->is_signed));
	json_object_set_new(out, "modules", json_strv(&report->modules));
	json_object_set_new(out, "segments", json_strv(&report->segments));
	json_object_set_new(out, "sections", json_strv(&report->sections));
	json_object_set_new(out, "kernels", json_strv(&report->kernels));
	json_object_set_new(out, "inner", json_text(report->inner));
	json_object_set_new(out, "inner_signed", json_boolean(report->is_inner_signed));
	json_object_set_new(out, "cmdline", json_text(report->cmdline));
	json_object_set_new(out, "os", json_text(report->os));
	json_object_set_new(out, "profiles", json_strv(&report->profiles));
	json_object_set_new(out, "unpacked", json_integer((json_int_t)report->unpacked));
	return out;
}

int verb_inspect(const struct ctx *ctx)
{
	_cleanup_json_ json_t *list = ctx->options->json ? json_array() : NULL;
	int status = STATUS_DONE, r = 0;

	for (size_t i = 0; i < ctx->options->n_args; i++) {
		_cleanup_(report_done) struct report report = REPORT_EMPTY;
		const char *path = ctx->options->args[i];

		if (ask(ctx, path, &report) < 0) {
			status = STATUS_FAILED;
			continue;
		}
		if (!report.ok)
			status = STATUS_FAILED;
		if (list)
			json_array_append_new(list, to_json(path, &report));
		else
			print_report(path, &report);
	}
	if (list)
		r = json_print(list, stdout);
	return r < 0 ? STATUS_FAILED : status;
}
