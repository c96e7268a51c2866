// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Unified kernel images of EFI/Linux, type 2 of the boot loader specification, and what
 * systemd-stub adds to them (systemd-stub(7)): the command lines of addons, and companion
 * files, which it alone can pass.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "find/blsmenu.h"
#include "find/doubt.h"
#include "verify/uki.h"

#define STUB_WITH_ADDONS 254

static bool ends_in(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && strcasecmp(s + n - m, suffix) == 0;
}

/* The value of @key among the lines KEY=value, the last one, as systemd-boot reads them:
 * quotes around it are taken off, and nothing else is special. Returns 1, 0 or -ENOMEM.
 */
static int osrel_get(const char *text, const char *key, char **ret)
{
	size_t key_len = strlen(key);
	int r = 0;

	for (size_t len; *text; text += len) {
		const char *p, *end;

		text += strspn(text, "\r\n");
		len = strcspn(text, "\r\n");
		p = text + strspn(text, " \t");
		end = text + len;
		while (end > p && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		if (end - p <= (ptrdiff_t)key_len || strncmp(p, key, key_len) != 0 ||
		    p[key_len] != '=')
			continue;
		p += key_len;
		while (p < end && *p == '=')
			p++;
		if (end - p >= 2 && (*p == '"' || *p == '\'') && end[-1] == *p) {
			p++;
			end--;
		}
		free(*ret);
		*ret = strndup(p, (size_t)(end - p));
		if (!*ret)
			return -ENOMEM;
		r = 1;
	}
	return r;
}

/* The first of the keys that is there. Returns 1, 0 or -ENOMEM. */
static int osrel_first(const char *text, const char *const keys[], char **ret)
{
	int r = 0;

	for (size_t i = 0; r == 0 && keys[i]; i++)
		r = osrel_get(text, keys[i], ret);
	return r;
}

/* Title, version and sort key, as UAPI.1 takes them from os-release. Returns 1; 0 if
 * there is no name, and so no entry; or -ENOMEM. */
static int set_order(struct bls_item *item, const struct uki_profile *profile)
{
	static const char *const names[] = { "PRETTY_NAME", "IMAGE_ID", "NAME", "ID",
					     NULL };
	static const char *const versions[] = { "IMAGE_VERSION", "VERSION", "VERSION_ID",
						"BUILD_ID", NULL };
	static const char *const sort_keys[] = { "IMAGE_ID", "ID", NULL };
	_cleanup_free_ char *name = NULL;
	const char *what = profile->title ? profile->title : profile->id;
	int r = profile->osrel ? osrel_first(profile->osrel, names, &name) : 0;

	if (r <= 0)
		return r;
	if (!what && item->entry.profile == 0)
		item->entry.title = strdup(name);
	else if (what)
		item->entry.title = strf("%s (%s)", name, what);
	else
		item->entry.title =
			strf("%s (Profile #%u)", name, item->entry.profile + 1);
	if (!item->entry.title)
		return -ENOMEM;
	r = osrel_first(profile->osrel, versions, &item->version);
	if (r >= 0)
		r = osrel_first(profile->osrel, sort_keys, &item->sort_key);
	return r < 0 ? r : 1;
}

/* Adds the command line of one addon. */
static int take_addon(struct bls_menu *menu, struct entry *entry, const struct uki *uki,
		      const char *path)
{
	const struct uki_profile *boots = &uki->profiles[entry->profile], *adds;
	_cleanup_close_ int fd = root_open_file(menu->ctx->root, path, NULL);
	_cleanup_uki_ struct uki addon = UKI_EMPTY;
	char *longer;
	int r = fd < 0 ? fd : uki_read_addon(fd, &addon);

	if (r == -ENOMEM)
		return r;
	if (r < 0)
		return entry_refuse(entry, strf("the addon %s cannot be read: %s", path,
						strerror(-r)));
	adds = &addon.profiles[0];
	if (uki->stub_version < STUB_WITH_ADDONS)
		return entry_refuse(entry,
				    strf("the addon %s is there, and whether its stub "
					 "reads it is not known",
					 path));
	if (menu->secure_boot)
		return entry_refuse(entry,
				    strf("the addon %s is there, and only the firmware "
					 "can tell whether it trusts it",
					 path));
	if (adds->uname && boots->uname && !streq(adds->uname, boots->uname))
		return 0; /* for another kernel: systemd-stub passes it over */
	if (adds->initrd.length > 0 || adds->ucode.length > 0 || adds->has_devicetree)
		return entry_refuse(entry,
				    strf("the addon %s has an initramfs, microcode or a "
					 "device tree, which kexec would not pass",
					 path));
	if (!adds->cmdline || !*adds->cmdline)
		return 0;
	longer = *entry->cmdline ? strf("%s %s", entry->cmdline, adds->cmdline)
				 : strdup(adds->cmdline);
	if (!longer)
		return -ENOMEM;
	free(entry->cmdline);
	entry->cmdline = longer;
	return 0;
}

static int take_addons(struct bls_menu *menu, struct entry *entry, const struct uki *uki,
		       const char *dir)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = bls_menu_list(menu, dir, &names);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		_cleanup_free_ char *path = strf("%s/%s", dir, names.items[i]);

		if (!path)
			return -ENOMEM;
		if (ends_in(names.items[i], ".addon.efi") && *names.items[i] != '.')
			r = take_addon(menu, entry, uki, path);
	}
	return r;
}

/* Files that systemd-stub packs into an initramfs of its own making. */
static int refuse_companions(struct bls_menu *menu, struct entry *entry, const char *dir)
{
	static const char *const suffixes[] = { ".cred", ".raw" };
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = bls_menu_list(menu, dir, &names);

	for (size_t i = 0; r == 0 && i < names.count; i++)
		for (size_t k = 0; r == 0 && k < ARRAY_SIZE(suffixes); k++)
			if (*names.items[i] != '.' &&
			    ends_in(names.items[i], suffixes[k]))
				r = entry_refuse(
					entry,
					strf("systemd-stub would pass %s/%s, which kexec "
					     "does not",
					     dir, names.items[i]));
	return r;
}

/* @own: the directory of this image's companions. */
static int take_companions(struct bls_menu *menu, struct entry *entry,
			   const struct uki *uki, const char *partition, const char *own)
{
	_cleanup_free_ char *addons = strf("%s/loader/addons", partition);
	_cleanup_free_ char *credentials = strf("%s/loader/credentials", partition);
	int r;

	if (!addons || !credentials)
		return -ENOMEM;
	r = refuse_companions(menu, entry, credentials);
	if (r == 0)
		r = refuse_companions(menu, entry, own);
	if (r == 0)
		r = take_addons(menu, entry, uki, addons);
	if (r == 0)
		r = take_addons(menu, entry, uki, own);
	return r;
}

static int name_profile(struct bls_item *item, const struct uki_profile *profile)
{
	char *id;

	if (item->entry.profile == 0)
		return 0;
	id = profile->id ? strf("%s@%s", item->name.id, profile->id)
			 : strf("%s@%u", item->name.id, item->entry.profile);
	if (!id)
		return -ENOMEM;
	free(item->entry.id);
	item->entry.id = id;
	return 0;
}

static int fill(struct bls_menu *menu, struct bls_item *item, const struct uki *uki,
		const char *partition, const char *dir)
{
	const struct uki_profile *profile = &uki->profiles[item->entry.profile];
	_cleanup_free_ char *own = strf("%s/%s.extra.d", dir, item->name.id);
	struct entry *entry = &item->entry;
	int r = own ? str_set(&entry->kernel, entry->file) : -ENOMEM;

	entry->source = SOURCE_UKI;
	entry->says_no_initramfs = profile->initrd.length == 0;
	if (r == 0)
		r = str_set(&entry->cmdline, str_or(profile->cmdline, ""));
	if (r == 0)
		r = name_profile(item, profile);
	if (r == 0)
		r = set_order(item, profile);
	if (r == 0) {
		item->hidden = true;
		if (str_set(&entry->title, item->name.id) < 0)
			return -ENOMEM;
		r = entry_refuse(entry, strdup("it does not tell its name (.osrel), so "
					       "systemd-boot does not show it"));
	}
	if (r >= 0 && profile->has_devicetree)
		r = entry_refuse(
			entry,
			strdup("it has a device tree, which kexec would not load"));
	if (r >= 0 && menu->smbios_words)
		r = entry_refuse(entry,
				 strdup("the firmware adds words to the command line "
					"(SMBIOS strings io.systemd.*)"));
	return r < 0 ? r : take_companions(menu, entry, uki, partition, own);
}

static int add_profiles(struct bls_menu *menu, const struct uki *uki,
			const char *partition, const char *dir, const char *file,
			struct blsname *name)
{
	int r = 0;

	/* systemd-boot 257 names and sorts profiles of a file with counters by mistake
	 * as something else. */
	if (name->counts && uki->n_profiles > 1)
		r = list_doubt(menu->list,
			       strf("%s/%s has profiles and boot counters: how "
				    "systemd-boot sorts it is not known",
				    dir, file));
	for (size_t i = 0; r == 0 && i < uki->n_profiles; i++) {
		struct bls_item *item = bls_menu_add(menu, dir, file, name);

		if (!item)
			return -ENOMEM;
		item->entry.profile = (unsigned)i;
		r = fill(menu, item, uki, partition, dir);
	}
	return r;
}

static int read_file(struct bls_menu *menu, const char *partition, const char *dir,
		     const char *file, struct blsname *name)
{
	_cleanup_free_ char *path = strf("%s/%s", dir, file);
	_cleanup_uki_ struct uki uki = UKI_EMPTY;
	_cleanup_close_ int fd = -1;
	struct bls_item *item;
	int r;

	if (!path)
		return -ENOMEM;
	fd = root_open_file(menu->ctx->root, path, NULL);
	if (fd == -EISDIR || fd == -ENOENT)
		return 0;
	r = fd < 0 ? fd : uki_read(fd, &uki);
	if (r == 0)
		return add_profiles(menu, &uki, partition, dir, file, name);
	if (r != -ENOEXEC)
		return list_doubt_file(menu->list, path, r);
	item = bls_menu_add(menu, dir, file, name);
	if (!item || str_set(&item->entry.title, name->id) < 0)
		return -ENOMEM;
	item->entry.source = SOURCE_UKI;
	item->hidden = true;
	return entry_refuse(&item->entry, strdup("not a unified kernel image, so "
						 "systemd-boot does not show it"));
}

int blstype2_read_one(struct bls_menu *menu, const char *partition, const char *dir,
		      const char *file)
{
	struct blsname name;
	int r = blsname_read(file, ".efi", &name);

	if (r == 1)
		r = read_file(menu, partition, dir, file, &name);
	free(name.id);
	return r;
}

int blstype2_read(struct bls_menu *menu, const char *partition)
{
	_cleanup_free_ char *dir = strf("%s/EFI/Linux", partition);
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = dir ? bls_menu_list(menu, dir, &names) : -ENOMEM;

	for (size_t i = 0; r == 0 && i < names.count; i++)
		r = blstype2_read_one(menu, partition, dir, names.items[i]);
	return r;
}
