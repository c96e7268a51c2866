/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The entries that could be chosen by their release: kernels that are ours. A broken
 * kernel is one of them, so that it is seen to be the newest and nothing older is taken
 * in its place; a leftover and a rescue boot are not, unless the boot loader boots it
 * next.
 */
#ifndef FIND_CONTENDER_H
#define FIND_CONTENDER_H

#include <stdbool.h>

#include "ctx.h"
#include "find/entry.h"

struct contender {
	struct entry *entry; /* points into the list */
	char *release; /* what it is or, if it is broken, claims to be by its name */
	char *flavour; /* of that release: only like is compared with like */
	bool excluded; /* by the configuration, or because it is being removed */
	bool in_menu;  /* of the boot loader */
};

struct contenders {
	struct contender *items;
	size_t count;
};
#define CONTENDERS_EMPTY \
	{                \
		NULL, 0  \
	}

/*
 * All of @list. Those that @ctx->config excludes, and the release @removed (or NULL), get
 * usable = false and the reason. Returns 0 or -ENOMEM.
 */
_must_check_ int contenders_init(struct contenders *all, const struct ctx *ctx,
				 struct entry_list *list, const char *removed);
void contenders_done(struct contenders *all);

/* The flavour of a release; text that is too long to have one is its own flavour.
 * Replaces *@ret, which the caller frees. Returns 0 or -ENOMEM. */
_must_check_ int contender_flavour(const char *release, char **ret);

/*
 * The newest one of @flavour that is not excluded, or the one of that very @release; or
 * NULL. Where several have that release: the default, else the first of the boot loader's
 * menu that can be used, else the first there, else one that is in no menu. *@ret_tie is
 * then another file that could be meant as well, or NULL.
 */
const struct contender *contenders_newest(const struct contenders *all,
					  const char *flavour,
					  const struct contender **ret_tie);
const struct contender *contenders_named(const struct contenders *all,
					 const char *release,
					 const struct contender **ret_tie);

/* The one that the boot loader boots next, or NULL. */
const struct contender *contenders_default(const struct contenders *all);

/* Does it boot its kernel, but not the way an ordinary boot does? */
bool entry_is_rescue(const struct entry *entry);

#endif
