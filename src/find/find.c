// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/find.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/bootdir.h"
#include "find/bootmount.h"
#include "find/doubt.h"
#include "find/loaders.h"
#include "find/version.h"
#include "verify/kernel_header.h"

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

	return r != 0 ? r : (x < y ? -1 : x > y);
}

/* Of several with one id, the first keeps it: that is the one which a loader would take.
 */
static int make_ids_unique(struct entry_list *list)
{
	struct entry **sorted = calloc(list->count + 1, sizeof(struct entry *));
	int r = sorted ? 0 : -ENOMEM;

	for (size_t i = 0; r == 0 && i < list->count; i++)
		sorted[i] = &list->items[i];
	if (r == 0)
		qsort(sorted, list->count, sizeof(*sorted), compare_ids);
	for (size_t i = 1, first = 0; r == 0 && i < list->count; i++) {
		char *id;

		if (!streq(sorted[i]->id, sorted[first]->id)) {
			first = i;
			continue;
		}
		id = strf("%s#%zu", sorted[first]->id, i - first + 1);
		free(sorted[i]->id);
		sorted[i]->id = id;
		r = id ? 0 : -ENOMEM;
	}
	free(sorted);
	return r;
}

/* Profiles of a unified image may hold kernels of their own; the image was read for the
 * first. */
static int take_profile(const struct root *root, struct entry *entry)
{
	_cleanup_close_ int fd = root_open_file(root, entry->kernel, NULL);
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	struct kernel_header header;
	int r = fd < 0 ? fd : uki_read(fd, &uki);

	if (r == 0 && entry->profile >= uki.n_profiles)
		r = -ENOEXEC;
	if (r == 0)
		r = kernel_header_read_uki(fd, &uki.profiles[entry->profile], &header);
	if (r == -ENOMEM)
		return r;
	if (r < 0 || !*header.version)
		return entry_refuse(
			entry,
			strf("its profile %u does not tell its version", entry->profile));
	entry->version_is_claim = header.version_is_claim;
	if (str_set(&entry->version, header.version) < 0)
		return -ENOMEM;
	return str_set(&entry->build, *header.build ? header.build : NULL);
}

/* An entry of the menu, and the files that it names. */
static int check_files(struct images *images, const char *loader, struct entry *entry)
{
	const struct image_name *file;
	int r = images_get(images, entry->kernel, &file);

	if (r < 0)
		return r;
	file->image->is_named = true;
	if (file->error == -ENOENT || file->error == -ELOOP) {
		entry->is_broken = true;
		r = entry_refuse(entry,
				 strf("its kernel %s is not there", entry->kernel));
		free(TAKE_PTR(entry->kernel));
		return r;
	}
	r = entry_take_image(entry, file->image);
	if (r == 0 && entry->profile > 0)
		r = take_profile(images->root, entry);
	for (size_t i = 0; r == 0 && i < entry->initrds.count; i++) {
		if (images_exists(images, entry->initrds.items[i]))
			continue;
		entry->is_broken = true;
		r = entry_refuse(entry, strf("its initramfs %s is not there",
					     entry->initrds.items[i]));
	}
	/* Between the installation of a kernel and the update of the menu. */
	if (r == 0 && entry->says_no_initramfs && file->image->initrd)
		r = entry_refuse(entry, strf("%s's entry names no initramfs, but %s is "
					     "there: update the menu",
					     loader, file->image->initrd));
	return r;
}

static int check_menu(struct images *images, struct entry_list *list)
{
	const char *loader = boot_loader_name(list->loader);
	int r = 0;

	for (size_t i = 0; r == 0 && i < list->count; i++) {
		struct entry *entry = &list->items[i];

		if (!entry->id)
			r = str_set(&entry->id, str_or(entry->position, "?"));
		if (r == 0 && entry->kernel)
			r = check_files(images, loader, entry);
		if (r == 0 && !entry->kernel)
			r = entry_refuse(entry, strdup("it boots no kernel of ours"));
	}
	return r;
}

/* Names alone cannot say which of two files a boot loader would load. */
static int refuse_ambiguous(struct entry *entry)
{
	if (entry->initrds.count < 2)
		return 0;
	return entry_refuse(entry,
			    strf("more than one initramfs could be meant: %s, %s",
				 entry->initrds.items[0], entry->initrds.items[1]));
}

/* A whole kernel, but how it is booted is not known: what to do about it. */
static char *why_unlisted(const struct entry_list *list, const struct entry *entry)
{
	const char *file = str_or(list->loader_file, "?");

	switch (list->loader) {
	case LOADER_GRUB:
		return starts_with(file, "/boot/grub/")
			       ? strf("it is not in GRUB's menu: run update-grub "
				      "(or grub-mkconfig -o %s)",
				      file)
			       : strf("it is not in GRUB's menu: run grub2-mkconfig -o %s",
				      file);
	case LOADER_BLS:
		return strf("systemd-boot has no entry for it: run kernel-install add %s "
			    "%s",
			    entry->version, entry->kernel);
	case LOADER_EXTLINUX:
		return strf(
			"it is not in extlinux's menu, %s: update that (u-boot-update, "
			"update-extlinux)",
			file);
	case LOADER_FIRMWARE:
		return strdup("the firmware has no entry for it: see efibootmgr");
	case LOADER_NONE:
	case LOADER_OTHER:
		break;
	}
	return strf("its command line is not known: %s is not read", file);
}

/* Kernels of directories come behind the menu, where it does not name them. */
static int add_unlisted(struct images *images, struct entry_list *kernels,
			struct entry_list *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < kernels->count; i++) {
		struct entry *entry = &kernels->items[i];
		const struct image_name *file;

		r = images_get(images, entry->kernel, &file);
		if (r < 0 || file->image->is_named)
			continue;
		r = refuse_ambiguous(entry);
		if (r == 0 && entry->usable && list->loader != LOADER_NONE) {
			entry->unlisted = true;
			r = entry_refuse(entry, why_unlisted(list, entry));
		}
		if (r == 0)
			r = entry_list_take(list, entry);
	}
	return r;
}

/* A directory that cannot be looked at matters where nothing else says what boots next.
 */
static int take_doubt(struct entry_list *kernels, struct entry_list *list)
{
	if (!kernels->not_understood || list->loader != LOADER_NONE)
		return 0;
	return list_doubt(list, TAKE_PTR(kernels->not_understood));
}

/* What is not mounted explains all that is not understood for want of it. */
static void take_plainer_doubt(struct entry_list *mounts, struct entry_list *list)
{
	if (!mounts->not_understood)
		return;
	free(list->not_understood);
	list->not_understood = TAKE_PTR(mounts->not_understood);
}

int find_entries(const struct ctx *ctx, struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY,
						     kernels = ENTRY_LIST_EMPTY;
	_cleanup_(images_done) struct images images = IMAGES_EMPTY;
	int r;

	r = images_init(&images, ctx->root);
	if (r == 0)
		r = bootmount_doubt(ctx, &kernels);
	if (r == 0)
		r = loaders_menu(ctx, &images, &list);
	if (r == 0)
		take_plainer_doubt(&kernels, &list);
	if (r == 0)
		r = bootdir_find(&images, &kernels);
	if (r == 0)
		r = check_menu(&images, &list);
	if (r < 0)
		return r;

	if (kernels.count > 0)
		qsort(kernels.items, kernels.count, sizeof(*kernels.items),
		      compare_entries);
	r = add_unlisted(&images, &kernels, &list);
	if (r == 0)
		r = take_doubt(&kernels, &list);
	if (r == 0)
		r = make_ids_unique(&list);
	if (r < 0)
		return r;

	*ret = list;
	list = (struct entry_list)ENTRY_LIST_EMPTY;
	return 0;
}
