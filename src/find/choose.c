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

/* The end of every choice: an entry that cannot be used is not replaced by another.
 * Takes @reason. */
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
	const struct contender *found, *tie;

	if (!pin || !*pin)
		return choose_none(choice,
				   strf("choose = \"pinned\", but pin names no version"));
	found = contenders_named(&choice->all, pin, &tie);
	if (!found)
		return choose_none(choice,
				   strf("the pinned version %s was not found", pin));
	if (tie)
		return choose_none(choice,
				   strf("two kernels are the pinned %s: %s and %s", pin,
					found->entry->kernel, tie->entry->kernel));
	return take(choice, found, strf("the configuration pins it"));
}

static const struct entry *find_default(const struct entry_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].is_default)
			return &list->items[i];
	return NULL;
}

/* Why the default may not be taken; NULL: it may. @contender: its own, or NULL. */
static const char *default_problem(const struct entry *next,
				   const struct contender *contender)
{
	if (!next->usable)
		return str_or(next->why, "it cannot be used");
	if (entry_is_rescue(next))
		return "it is a rescue boot";
	return contender ? NULL : "it is no kernel";
}

/* What the boot loader boots next, whatever its age or flavour. */
static int choose_default(struct choice *choice)
{
	const struct entry_list *list = choice->list;
	const struct entry *next = find_default(list);
	const struct contender *contender = contenders_default(&choice->all);
	const char *loader = boot_loader_name(list->loader), *why;
	const char *because = str_or(list->default_reason, "?");

	if (!next)
		return choose_none(choice, strf("what %s boots next is not known: %s "
						"names no entry of its menu",
						loader, list->loader_file));
	why = default_problem(next, contender);
	if (why)
		return choose_none(
			choice,
			strf("%s boots '%s'%s%s next (%s): %s%s", loader,
			     str_or(next->title, next->id), contender ? ", " : "",
			     contender ? contender->release : "", because, why,
			     next->is_broken ? "; an ordinary reboot will fail too: "
					       "repair it, or choose another entry"
					     : ""));
	return take(choice, contender, strf("%s boots it next (%s)", loader, because));
}

/* Is the guard that tells of the request overridden? Then it waits for the next boot
 * through the firmware. */
static bool request_is_passed_over(const struct choice *choice)
{
	static const char *const guards[] = { [LOADER_GRUB] = "grub-once",
					      [LOADER_BLS] = "loader-once",
					      [LOADER_FIRMWARE] = "boot-next" };
	const char *guard = guards[choice->list->loader];

	return choice->ctx->options->force ||
	       (guard && strv_has(&choice->ctx->config->guards_warn, guard));
}

static int decide(struct choice *choice)
{
	enum choose_policy policy = choice->ctx->config->choose;
	const struct entry_list *list = choice->list;

	/* It asks for something that only an ordinary reboot does, and undoes. */
	if (list->one_shot && !request_is_passed_over(choice))
		return choose_none(choice, strdup(list->one_shot));
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
	if (list->loader == LOADER_NONE)
		return choose_newest(choice, "there is no boot loader configuration");
	return choose_default(choice);
}

/* Was it the boot loader that chose? */
static bool by_default(const struct choice *choice)
{
	return choice->ctx->config->choose == CHOOSE_DEFAULT &&
	       choice->list->loader != LOADER_NONE;
}

static const char *why_not(const struct choice *choice, const struct contender *this)
{
	const struct contender *chosen = choice->chosen;
	int age = version_compare(this->release, chosen->release);

	if (by_default(choice))
		return "it is not the default";
	if (!streq(this->flavour, chosen->flavour))
		return "it is of another flavour";
	if (age == 0)
		return "it is the same release";
	return age < 0 ? "it is older than the chosen one"
		       : "it is not the one asked for";
}

/* Says of every other entry why it was not chosen. */
static int explain_others(const struct choice *choice)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < choice->all.count; i++) {
		const struct contender *this = &choice->all.items[i];

		if (this != choice->chosen && !this->entry->why)
			r = str_set(&this->entry->why, why_not(choice, this));
	}
	for (size_t i = 0; r == 0 && i < choice->list->count; i++) {
		struct entry *entry = &choice->list->items[i];

		if (entry != choice->chosen->entry && !entry->why)
			r = str_set(&entry->why, by_default(choice)
							 ? "it is not the default"
							 : "it is a rescue boot");
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

/* Whose override let the chosen one through should not look as if nobody had asked. */
static int mention_request(struct choice *choice)
{
	char *longer;

	if (!choice->list->one_shot)
		return 0;
	longer = strf("%s; passed over: %s", choice->reason, choice->list->one_shot);
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
			r = mention_request(&choice);
		if (r == 0)
			r = str_set(&choice.chosen->entry->why, choice.reason);
		if (r < 0)
			return r;
		*ret = choice.chosen->entry;
	}
	*ret_reason = TAKE_PTR(choice.reason);
	return choice.chosen ? 1 : 0;
}
