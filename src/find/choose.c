// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which entry boots next. Every doubt ends in "none": a reboot through the firmware boots
 * the right kernel whatever we think. Nothing here ever falls back from a kernel that
 * cannot be used to an older one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/contender.h"
#include "find/find.h"
#include "find/version.h"

/* What is being asked, and the answer. */
struct choice {
	const struct ctx *ctx;
	const struct entry_list *list;
	struct contenders all;
	const struct contender *chosen; /* NULL: none */
	char *reason;
};

static void choice_done(struct choice *choice)
{
	contenders_done(&choice->all);
	free(choice->reason);
}

/* Takes @reason. */
static int choose_none(struct choice *choice, char *reason)
{
	choice->reason = reason;
	return reason ? 0 : -ENOMEM;
}

/* The end of every choice: an entry that cannot be used is not replaced by another. */
static int take(struct choice *choice, const struct contender *chosen, char *reason)
{
	if (!reason)
		return -ENOMEM;
	choice->reason = reason;
	if (chosen->entry->usable) {
		choice->chosen = chosen;
		return 1;
	}
	choice->reason = strf("%s is to boot next, but cannot be used: %s",
			      chosen->release, str_or(chosen->entry->why, "unknown"));
	free(reason);
	return choice->reason ? 0 : -ENOMEM;
}

/* For messages: kernels of self-made or small distributions may have none. */
static const char *flavour_text(const char *flavour)
{
	return *flavour ? flavour : "none";
}

/* @like: a release of the flavour that is wanted. */
static int choose_newest_like(struct choice *choice, const char *like,
			      const char *because)
{
	_cleanup_free_ char *flavour = NULL;
	const struct contender *best, *tie;

	if (contender_flavour(like, &flavour) < 0)
		return -ENOMEM;
	best = contenders_newest(&choice->all, flavour, &tie);
	if (!best)
		return choose_none(choice,
				   strf("no kernel of the running flavour (%s) was found",
					flavour_text(flavour)));
	if (tie)
		return choose_none(choice, strf("two kernels are the newest: %s and %s",
						best->entry->kernel, tie->entry->kernel));
	return take(choice, best,
		    strf("%s: the newest of the running flavour (%s)", because,
			 flavour_text(flavour)));
}

static int choose_newest(struct choice *choice, const char *because)
{
	struct utsname running;
	int r = choice->ctx->sys->uname(&running);

	if (r < 0)
		return choose_none(choice,
				   strf("the running kernel's flavour is not known: %s",
					strerror(-r)));
	return choose_newest_like(choice, running.release, because);
}

static int choose_pinned(struct choice *choice)
{
	const char *pin = choice->ctx->config->pin;
	const struct contender *found = NULL;

	if (!pin || !*pin)
		return choose_none(choice,
				   strf("choose = \"pinned\", but pin names no version"));
	for (size_t i = 0; i < choice->all.count; i++) {
		const struct contender *this = &choice->all.items[i];

		if (!streq(this->release, pin))
			continue;
		if (found && (found->entry->source == SOURCE_GRUB) ==
				     (this->entry->source == SOURCE_GRUB))
			return choose_none(
				choice,
				strf("two kernels are the pinned %s: %s and %s", pin,
				     found->entry->kernel, this->entry->kernel));
		if (!found || this->entry->source == SOURCE_GRUB)
			found = this;
	}
	if (!found)
		return choose_none(choice,
				   strf("the pinned version %s was not found", pin));
	return take(choice, found, strf("the configuration pins it"));
}

/* @next: what GRUB boots; @best: what is newer than that. */
static int refuse_stale(struct choice *choice, const struct contender *next,
			const struct contender *best)
{
	if (!best->entry->usable)
		return choose_none(
			choice,
			strf("GRUB's menu starts with %s, and the newer %s cannot be "
			     "used: %s",
			     next->release, best->release,
			     str_or(best->entry->why, "unknown")));
	if (best->entry->source == SOURCE_MODULES)
		return choose_none(
			choice,
			strf("GRUB's menu starts with %s, and the newer %s is not in "
			     "/boot",
			     next->release, best->release));
	if (best->entry->source == SOURCE_GRUB)
		return choose_none(choice,
				   strf("GRUB's menu starts with %s, though %s is newer",
					next->release, best->release));
	return choose_none(
		choice,
		strf("GRUB's menu still starts with %s (%s is older than %s?): run "
		     "update-grub",
		     next->release, choice->list->loader_file, best->release));
}

static int choose_grub(struct choice *choice)
{
	const struct contender *next, *best, *a, *b;

	if (contenders_mixed(&choice->all, &a, &b))
		return choose_none(
			choice,
			strf("/boot holds kernels of more than one flavour: %s and %s",
			     flavour_text(a->flavour), flavour_text(b->flavour)));
	next = contenders_default(&choice->all);
	if (!next)
		return choose_none(
			choice,
			strf("the first entry of GRUB's menu is no kernel to choose"));
	if (next->excluded)
		return choose_none(choice, strf("GRUB's menu starts with %s, but %s",
						next->release, next->entry->why));
	best = contenders_newest(&choice->all, next->flavour, &a);
	if (version_compare(best->release, next->release) > 0)
		return refuse_stale(choice, next, best);
	return take(choice, next,
		    strf("the first entry of GRUB's menu, and the newest kernel"));
}

static int choose_default(struct choice *choice)
{
	const struct entry_list *list = choice->list;

	switch (list->loader) {
	case LOADER_NONE:
		return choose_newest(choice, "there is no boot loader configuration");
	case LOADER_GRUB:
		return choose_grub(choice);
	case LOADER_BLS:
	case LOADER_EXTLINUX:
	case LOADER_OTHER:
		break;
	}
	return choose_none(choice, strf("the boot loader's next entry is not known"));
}

static int decide(struct choice *choice)
{
	enum choose_policy policy = choice->ctx->config->choose;
	const struct entry_list *list = choice->list;

	/* What nobody could look at is in doubt whatever the policy. */
	if (list->not_understood &&
	    (policy == CHOOSE_DEFAULT || list->loader == LOADER_NONE))
		return choose_none(choice, strdup(list->not_understood));
	if (list->count == 0)
		return choose_none(choice, strf("no kernel was found"));
	switch (policy) {
	case CHOOSE_NEWEST:
		return choose_newest(choice, "choose = \"newest\"");
	case CHOOSE_PINNED:
		return choose_pinned(choice);
	case CHOOSE_DEFAULT:
		break;
	}
	return choose_default(choice);
}

/* Says of every other entry why it was not chosen. */
static int explain_others(const struct choice *choice)
{
	const struct contender *chosen = choice->chosen;
	int r = 0;

	for (size_t i = 0; r == 0 && i < choice->all.count; i++) {
		const struct contender *this = &choice->all.items[i];
		int age = version_compare(this->release, chosen->release);

		if (this == chosen || this->entry->why)
			continue;
		if (!streq(this->flavour, chosen->flavour))
			r = str_set(&this->entry->why, "it is of another flavour");
		else
			r = str_set(&this->entry->why,
				    age < 0   ? "it is older than the chosen one"
				    : age > 0 ? "it is not the one asked for"
					      : "it is the same release");
	}
	return r;
}

/* An older kernel is the plan: the reader wants to know about the newer one. */
static int mention_newer(struct choice *choice)
{
	const struct contender *newer = choice->chosen;
	char *longer;

	for (size_t i = 0; i < choice->all.count; i++)
		if (version_compare(choice->all.items[i].release, newer->release) > 0)
			newer = &choice->all.items[i];
	if (newer == choice->chosen)
		return 0;
	/* Of two flavours, none is older: it only looks so in a list. */
	longer = strf("%s; %s %s, but %s", choice->reason, newer->release,
		      streq(newer->flavour, choice->chosen->flavour) ? "is newer"
								     : "sorts higher",
		      str_or(newer->entry->why, "was not asked for"));
	if (!longer)
		return -ENOMEM;
	free(choice->reason);
	choice->reason = longer;
	return 0;
}

int choose_entry(const struct ctx *ctx, struct entry_list *list, const char *exclude,
		 struct entry **ret, char **ret_reason)
{
	_cleanup_(choice_done) struct choice choice = { .ctx = ctx, .list = list };
	int r;

	r = contenders_init(&choice.all, ctx, list, exclude);
	if (r < 0)
		return r;
	r = decide(&choice);
	if (r < 0)
		return r;
	if (choice.chosen) {
		r = explain_others(&choice);
		if (r == 0)
			r = mention_newer(&choice);
		if (r == 0)
			r = str_set(&choice.chosen->entry->why, choice.reason);
		if (r < 0)
			return r;
		*ret = choice.chosen->entry;
	}
	*ret_reason = TAKE_PTR(choice.reason);
	return choice.chosen ? 1 : 0;
}
