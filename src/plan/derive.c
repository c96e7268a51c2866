// SPDX-License-Identifier: GPL-2.0-or-later
/* From what could boot to what will: find, choose, open, command line. Reads no contents.
 */
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "find/find.h"
#include "plan/open.h"
#include "verify/cmdline.h"

/* The running kernel's own, last and only where no boot loader's configuration has one.
 */
static int running_cmdline(const struct ctx *ctx, struct plan *plan, char **ret)
{
	struct cmdline_word rescue;
	int r = root_read_line(ctx->root, "/proc/cmdline", ret);

	if (r < 0)
		return plan_refuse(plan,
				   strf("no command line: cannot read /proc/cmdline: %s",
					strerror(-r)));
	if (cmdline_find_rescue(*ret, &rescue))
		return plan_refuse(
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
		r = plan_refuse(
			plan,
			strf("the command line of %s is not known: %s has none for it",
			     entry->version, str_or(list->loader_file, "no menu")));
	if (r <= 0)
		return r;
	if (!text)
		return -ENOMEM;
	r = cmdline_edit(text, &edit, &plan->cmdline);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? plan_refuse(plan, strf("the command line of %s cannot be used: %s",
					      entry->id, strerror(-r)))
		     : 1;
}

static int check_cmdline(struct plan *plan)
{
	int r = cmdline_check(plan->cmdline, strlen(plan->cmdline));

	if (r == 0)
		r = cmdline_check_length(plan->cmdline, plan->cmdline_max);
	if (r == -E2BIG)
		return plan_refuse(
			plan,
			strf("the command line has %zu bytes; %s takes %u with kexec",
			     strlen(plan->cmdline), plan->version,
			     plan->cmdline_max - 1));
	return r < 0 ? plan_refuse(plan,
				   strf("the command line is empty or not plain text"))
		     : 1;
}

/* -k FILE -i FILE…: an entry that no menu has. Its version is what the image says. */
static int entry_by_hand(const struct ctx *ctx, struct entry *entry, struct plan *plan)
{
	const struct options *options = ctx->options;
	int r = plan_describe_image(ctx, options->kernel, entry, plan);

	if (r <= 0)
		return r;
	entry->source = SOURCE_HAND;
	entry->says_no_initramfs = options->initrds.count == 0;
	if (str_set(&entry->id, "by-hand") < 0 ||
	    str_set(&entry->kernel, options->kernel) < 0)
		return -ENOMEM;
	return strv_copy(&entry->initrds, &options->initrds) < 0 ? -ENOMEM : 1;
}

static int named_entry(const struct ctx *ctx, struct entry_list *list, struct plan *plan,
		       struct entry **ret)
{
	const char *name = ctx->options->entry;
	struct entry *entry = NULL;
	int r = entry_list_find(list, name, &entry);

	if (r == -EEXIST)
		return plan_refuse(plan, strf("more than one entry is called '%s': take "
					      "an id of " NAME " --list",
					      name));
	if (r == 0)
		return plan_refuse(
			plan, strf("there is no entry '%s': see " NAME " --list", name));
	/* All that it lacks is a command line. */
	if (entry->unlisted && ctx->options->cmdline)
		entry->usable = true;
	if (!entry->usable || !entry->kernel || !entry->version)
		return plan_refuse(plan, strf("entry '%s' cannot be booted: %s", name,
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

	r = plan_open_kernel(ctx, entry, ret);
	if (r <= 0)
		return r;

	r = plan_open_initrds(ctx, entry, ret);
	if (r <= 0)
		return r;

	r = resolve_cmdline(ctx, &list, entry, ret);
	if (r <= 0)
		return r;

	return check_cmdline(ret);
}
