// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootdir.h"
#include "find/bootmount.h"
#include "find/doubt.h"
#include "find/grub.h"
#include "find/loaders.h"
#include "find/version.h"

/* Newest first; what tells no release comes last. */
static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int r = 0;

	if (!x->version || !y->version)
		r = (x->version ? 0 : 1) - (y->version ? 0 : 1);
	else
		r = version_compare(y->version, x->version);
	return r != 0 ? r : strcmp(x->kernel, y->kernel);
}

static int compare_ids(const void *a, const void *b)
{
	const struct entry *x = *(struct entry *const *)a, *y = *(struct entry *const *)b;
	int r = strcmp(x->id, y->id);

	return r != 0 ? r : strcmp(x->kernel, y->kernel);
}

/* Where two have one id, the later ones are called by their kernel's path: that is
 * unique. */
static int make_ids_unique(struct entry_list *list)
{
	struct entry **sorted = calloc(list->count + 1, sizeof(struct entry *));
	int r = sorted ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < list->count; i++)
		sorted[i] = &list->items[i];
	if (r == 0)
		qsort(sorted, list->count, sizeof(*sorted), compare_ids);
	for (size_t i = 0, first = 0; r == 0 && i < list->count; i++) {
		if (i > first && streq(sorted[i]->id, sorted[first]->id))
			r = str_set(&sorted[i]->id, sorted[i]->kernel);
		else
			first = i;
	}
	free(sorted);
	return r;
}

/* Names alone cannot say which of two files a boot loader would load. */
static int refuse_ambiguous(struct entry_list *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->count; i++) {
		struct entry *entry = &list->items[i];

		if (entry->source != SOURCE_GRUB && entry->initrds.count > 1)
			r = entry_refuse(
				entry,
				strf("more than one initramfs could be meant: %s, %s",
				     entry->initrds.items[0], entry->initrds.items[1]));
	}
	return r;
}

int find_entries(const struct ctx *ctx, struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	int r;

	r = bootmount_doubt(ctx, &list);
	if (r == 0)
		r = bootdir_find(ctx->root, &list);
	if (r == 0)
		r = grub_find(ctx, &list);
	if (r == 0)
		r = loaders_find(ctx, &list);
	if (r == 0)
		r = refuse_ambiguous(&list);
	if (r == 0)
		r = make_ids_unique(&list);
	if (r < 0)
		return r;

	if (list.count > 0)
		qsort(list.items, list.count, sizeof(*list.items), compare_entries);
	*ret = list;
	list = (struct entry_list)ENTRY_LIST_EMPTY;
	return 0;
}
