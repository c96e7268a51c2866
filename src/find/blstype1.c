// SPDX-License-Identifier: GPL-2.0-or-later
/* Entries of loader/entries, type 1 of the boot loader specification. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "find/blsentry.h"
#include "find/blsmenu.h"
#include "find/doubt.h"
#include "verify/kernel_header.h"

static int hide(struct bls_item *item, char *why)
{
	item->hidden = true;
	return entry_refuse(&item->entry, why);
}

/* The reasons that stand in the entry itself. */
static const char *own_doubt(const struct bls_menu *menu, const struct blsentry *e,
			     bool quotes_matter)
{
	if ((e->kernel != NULL) + (e->efi != NULL) + (e->uki != NULL) +
		    (e->uki_url != NULL) >
	    1)
		return "it names more than one thing to start";
	if (e->uki_url)
		return "it is fetched from the network";
	if (e->uki)
		return "a unified kernel image that a type 1 entry starts is not read by this "
		       "version";
	if (e->efi)
		return "it starts an EFI program, which kexec cannot";
	if (e->devicetree || e->devicetree_overlay)
		return "it names a device tree, which kexec would not load";
	if (e->extras.count > 0)
		return "it names companion files (key 'extra'), which kexec would not pass";
	if (e->profile)
		return "it picks a profile, which only a unified kernel image has";
	if (!e->is_utf8)
		return "it is not written in UTF-8";
	if (quotes_matter)
		return "it has a value in single quotes, which versions of systemd-boot "
		       "read differently";
	if (menu->smbios_words)
		return "the firmware adds words to the command line (SMBIOS strings "
		       "io.systemd.*)";
	return NULL;
}

/* An initrd= among the options is read by the kernel itself, besides or instead of the
 * files that the loader passes: which of the two depends on the kernel's version. */
static bool has_initrd_word(const char *options)
{
	for (size_t len; *options; options += len) {
		options += strspn(options, " \t");
		len = strcspn(options, " \t");
		if (len >= 7 && strncmp(options, "initrd=", 7) == 0)
			return true;
	}
	return false;
}

/* Returns 1 if systemd-boot finds the file, 0 if not (or we cannot tell), or -ENOMEM. */
static int take_kernel(const struct root *root, struct bls_item *item,
		       const char *partition, const char *named)
{
	struct entry *entry = &item->entry;
	struct stat st;
	int r = bls_path(partition, named, &entry->kernel);

	if (r == -EINVAL)
		return entry_refuse(
			entry, strf("it names %s, which leaves its partition", named));
	if (r < 0)
		return r;
	r = root_stat(root, entry->kernel, &st);
	if (r == -ENOENT || r == -ENOTDIR)
		return hide(item,
			    strf("%s is not there, so systemd-boot does not show it",
				 entry->kernel));
	if (r < 0)
		return entry_refuse(entry, strf("%s cannot be read: %s", entry->kernel,
						strerror(-r)));
	return 1;
}

/* A unified image that is started with a command line and an initramfs of its own. */
static int refuse_uki(const struct root *root, struct entry *entry)
{
	_cleanup_close_ int fd = -1;
	struct kernel_header header;
	size_t len = strlen(entry->kernel);

	if (len < 4 || strcasecmp(entry->kernel + len - 4, ".efi") != 0)
		return 0;
	fd = root_open_file(root, entry->kernel, NULL);
	if (fd < 0 || kernel_header_read(fd, &header) < 0 || header.type != KERNEL_UKI)
		return 0;
	return entry_refuse(entry,
			    strf("%s is a unified kernel image, and would not "
				 "take this entry's initrd and options as they are",
				 entry->kernel));
}

static int take_initrds(const struct root *root, struct entry *entry,
			const char *partition, const struct strv *named)
{
	int r = 0;

	entry->says_no_initramfs = named->count == 0;
	for (size_t i = 0; r == 0 && i < named->count; i++) {
		char *path;

		r = bls_path(partition, named->items[i], &path);
		if (r == -EINVAL)
			return entry_refuse(entry,
					    strf("it names initrd %s, which leaves its "
						 "partition",
						 named->items[i]));
		if (r == 0)
			r = strv_take(&entry->initrds, path);
		if (r == 0 && !root_exists(root, entry->initrds.items[i]))
			r = entry_refuse(entry, strf("it names initrd %s, which is not "
						     "there",
						     entry->initrds.items[i]));
	}
	return r;
}

static int take_cmdline(struct entry *entry, const struct strv *options)
{
	entry->cmdline = strv_join(options, " ");
	if (!entry->cmdline)
		return -ENOMEM;
	if (has_initrd_word(entry->cmdline))
		return entry_refuse(entry, strdup("it has initrd= among its options, "
						  "which the kernel may read itself"));
	return 0;
}

static int set_order(struct bls_item *item, const struct blsentry *e)
{
	int r = str_set(&item->sort_key, e->sort_key);

	if (r == 0)
		r = str_set(&item->machine_id, e->machine_id);
	if (r == 0)
		r = str_set(&item->version, e->version);
	if (r == 0)
		r = str_set(&item->entry.title, e->title ? e->title : item->name.id);
	return r;
}

static int fill(struct bls_menu *menu, struct bls_item *item, const char *partition,
		const struct blsentry *e, bool quotes_matter)
{
	const struct root *root = menu->ctx->root;
	struct entry *entry = &item->entry;
	const char *doubt = own_doubt(menu, e, quotes_matter);
	const char *file = e->kernel ? e->kernel : e->uki ? e->uki : e->efi;
	int r = set_order(item, e);

	if (r == 0 && e->architecture && menu->efi_arch &&
	    strcasecmp(e->architecture, menu->efi_arch) != 0)
		return hide(item, strf("it is for architecture '%s', and this is '%s'",
				       e->architecture, menu->efi_arch));
	if (r == 0 && e->machine_id && menu->machine_id &&
	    strcasecmp(e->machine_id, menu->machine_id) != 0)
		r = entry_refuse(entry,
				 strf("it belongs to another system (machine-id %s)",
				      e->machine_id));
	if (r == 0 && doubt)
		r = entry_refuse(entry, strdup(doubt));
	if (r == 0 && file)
		r = take_kernel(root, item, partition, file);
	if (r <= 0)
		return r;
	r = take_cmdline(entry, &e->options);
	if (r == 0 && e->kernel)
		r = take_initrds(root, entry, partition, &e->initrds);
	return r < 0 ? r : refuse_uki(root, entry);
}

static int read_file(struct bls_menu *menu, const char *partition, const char *dir,
		     const char *file, struct blsname *name)
{
	_cleanup_free_ char *path = strf("%s/%s", dir, file), *text = NULL;
	_cleanup_blsentry_ struct blsentry e = BLSENTRY_EMPTY;
	struct bls_item *item;
	bool quotes_matter;
	size_t len;
	int r;

	if (!path)
		return -ENOMEM;
	r = root_read(menu->ctx->root, path, BLSENTRY_MAX_SIZE, &text, &len);
	if (r == -EISDIR || r == -ENOENT)
		return 0;
	if (r == 0)
		r = blsentry_parse(text, len, &e);
	if (r < 0)
		return list_doubt_file(menu->list, path, r);
	/* Where none of these stands, it is no entry; "uki" is one since 258. */
	if (!e.kernel && !e.efi && !e.uki && !e.uki_url)
		return 0;
	quotes_matter = blsentry_unquote(&e);
	item = bls_menu_add(menu, dir, file, name);
	if (!item)
		return -ENOMEM;
	item->entry.source = SOURCE_BLS;
	r = fill(menu, item, partition, &e, quotes_matter);
	if (r >= 0 && !e.kernel && !e.efi && menu->version > 0 && menu->version < 258)
		r = hide(item, strf("systemd-boot %u does not know it", menu->version));
	return r < 0 ? r : 0;
}

int blstype1_read(struct bls_menu *menu, const char *partition)
{
	_cleanup_free_ char *dir = strf("%s/loader/entries", partition);
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = dir ? bls_menu_list(menu, dir, &names) : -ENOMEM;

	for (size_t i = 0; r >= 0 && i < names.count; i++) {
		struct blsname name;

		r = blsname_read(names.items[i], ".conf", &name);
		if (r == 1)
			r = read_file(menu, partition, dir, names.items[i], &name);
		free(name.id);
	}
	return r < 0 ? r : 0;
}
