/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The stages "find" and "choose": what could boot, and which of it boots next. */
#ifndef FIND_FIND_H
#define FIND_FIND_H

#include "ctx.h"
#include "find/entry.h"

/*
 * Everything that could boot: kernels in /boot and /usr/lib/modules with their initramfs
 * files, described further by the boot loader's menu. An image that cannot be read is in
 * the list with usable = false. Returns 0 or a negative errno; an empty list is no error.
 */
_must_check_ int find_entries(const struct ctx *ctx, struct entry_list *ret);

/*
 * Which of them the boot loader boots next (design.md section 9 "What is chosen").
 * @exclude: a version that is being removed, or NULL. Sets usable/why of the entries.
 * Returns 1 and *ret (points into @list) with the reason in words; 0 if nothing may be
 * chosen, with the reason; or a negative errno. The caller frees *ret_reason.
 */
_must_check_ int choose_entry(const struct ctx *ctx, struct entry_list *list,
			      const char *exclude, struct entry **ret, char **ret_reason);

#endif
