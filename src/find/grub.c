// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grub.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/efivar.h"
#include "base/envfile.h"
#include "find/doubt.h"
#include "find/grubparse.h"

#define NAMES_MAX 32768 /* of a directory */
#define PCI "/sys/bus/pci/devices"
#define TREE_MAX (128 << 20)

static const char *const menus[] = { "/boot/grub/grub.cfg", "/boot/grub2/grub.cfg" };

/* ---- the machine as GRUB's scripts see it ---- */

static int to_ours(void *data, const char *device, const char *path, char **ret)
{
	return grubmap_to_ours(data, device, path, NULL, ret);
}

static int host_read(void *data, const char *device, const char *path, size_t max,
		     char **ret_text, size_t *ret_len)
{
	const struct grubmap *map = data;
	_cleanup_free_ char *ours = NULL;
	int r = to_ours(data, device, path, &ours);

	return r < 0 ? r : root_read(map->root, ours, max, ret_text, ret_len);
}

static int host_stat(void *data, const char *device, const char *path,
		     struct grubstat *ret)
{
	const struct grubmap *map = data;
	_cleanup_free_ char *ours = NULL;
	struct stat st;
	int r = to_ours(data, device, path, &ours);

	if (r == 0)
		r = root_stat(map->root, ours, &st);
	if (r < 0)
		return r;
	*ret = (struct grubstat){ .is_dir = S_ISDIR(st.st_mode),
				  .size = (uint64_t)st.st_size,
				  .mtime = st.st_mtim.tv_sec };
	return 0;
}

static int host_read_device(void *data, const char *device, uint64_t offset, size_t size,
			    char **ret)
{
	return grubmap_read_device(data, device, offset, size, ret);
}

static int host_list(void *data, const char *device, const char *path, struct strv *ret)
{
	const struct grubmap *map = data;
	_cleanup_free_ char *ours = NULL;
	int r = to_ours(data, device, path, &ours);

	return r < 0 ? r : root_list(map->root, ours, NAMES_MAX, ret);
}

static int host_search(void *data, enum grubsearch kind, const char *key, char **ret)
{
	return grubmap_search(data, kind, key, ret);
}

/* One value of a PCI device, "0x8086"; 0 if it has none. */
static int read_pci(const struct root *root, const char *device, const char *file,
		    unsigned long *ret)
{
	_cleanup_free_ char *path = strf(PCI "/%s/%s", device, file), *line = NULL;
	int r = path ? root_read_line(root, path, &line) : -ENOMEM;

	*ret = r == 0 ? strtoul(line, NULL, 16) : 0;
	return r == -ENOMEM ? r : 0;
}

static int host_pci(void *data, struct strv *ret)
{
	static const char *const files[] = { "vendor", "device", "subsystem_vendor",
					     "subsystem_device", "class" };
	const struct grubmap *map = data;
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(map->root, PCI, NAMES_MAX, &names);

	for (size_t i = 0; r == 0 && i < names.count; i++) {
		unsigned long v[ARRAY_SIZE(files)];

		for (size_t k = 0; r == 0 && k < ARRAY_SIZE(files); k++)
			r = read_pci(map->root, names.items[i], files[k], &v[k]);
		if (r == 0)
			r = strv_take(ret,
				      strf("v%04lxd%04lxsv%04lxsd%04lxbc%02lxsc%02lx",
					   v[0], v[1], v[2], v[3], v[4] >> 16 & 0xff,
					   v[4] >> 8 & 0xff));
	}
	return r;
}

static int host_name(void *data, const char *device, const char *path, char **ret)
{
	int r = to_ours(data, device, path, ret);

	if (r == 0 || r == -ENOMEM)
		return r;
	*ret = strf("(%s)%s", device, path);
	return *ret ? 0 : -ENOMEM;
}

/* The one that GRUB is built for is the firmware's: a BIOS has 32 bits, and so has the
 * UEFI of some PCs under a kernel of 64. */
static const char *find_cpu(const struct ctx *ctx, bool is_efi)
{
	struct utsname running = { .machine = "x86_64" };

	if (ctx->sys && ctx->sys->uname && ctx->sys->uname(&running) < 0)
		snprintf(running.machine, sizeof(running.machine), "x86_64");
	if (streq(running.machine, "aarch64"))
		return "arm64";
	if (!is_efi || !streq(running.machine, "x86_64"))
		return "i386";
	return efivar_has_32_bits(ctx->root) ? "i386" : "x86_64";
}

/* Fedora's GRUB names entries in another way than everybody else's. */
static int find_family(const struct root *root, bool *ret)
{
	static const char *const kin[] = { "fedora", "rhel", "centos" };
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = root_read(root, "/etc/os-release", ENVFILE_MAX_SIZE, &text, &len);

	*ret = false;
	if (r == 0)
		r = envfile_parse(text, len, &file);
	if (r < 0)
		return r == -ENOMEM ? r : 0;
	for (size_t i = 0; i < ARRAY_SIZE(kin); i++) {
		const struct envfile_item *id = envfile_find(&file, "ID");
		const struct envfile_item *like = envfile_find(&file, "ID_LIKE");

		*ret = *ret || (id && streq(id->value, kin[i])) ||
		       (like && strstr(like->value, kin[i]));
	}
	return 0;
}

/* ---- its entries as ours ---- */

/* "(device)/path" of an entry as a path in our root; -EINVAL: what GRUB reads there is no
 * file. */
static int map_path(struct grubmap *map, const char *named, struct grubmap_rule *rule,
		    char **ret)
{
	const char *close = *named == '(' ? strchr(named, ')') : NULL;
	_cleanup_free_ char *device = NULL;

	if (!close || close[1] != '/')
		return -EINVAL;
	device = strndup(named + 1, (size_t)(close - named - 1));
	return device ? grubmap_to_ours(map, device, close + 1, rule, ret) : -ENOMEM;
}

/* What to say of a file that is not to be had. Returns 0 or -ENOMEM. */
static int refuse_file(struct entry *entry, const char *what, const char *named, int r)
{
	const char *path = strchr(named, ')');

	if (r == -ENOMEM)
		return r;
	path = path ? path + 1 : named;
	if (r == -ENODEV)
		return entry_refuse(entry, strf("%s %s is on a file system that is not "
						"this system's / or /boot",
						what, path));
	return entry_refuse(entry, strf("%s %s is nowhere that we can see", what, path));
}

static int take_kernel(struct grubmap *map, const struct grubmenu_entry *item,
		       struct grubmap_rule *rule, struct entry *entry)
{
	int r = map_path(map, item->kernel, rule, &entry->kernel);

	return r < 0 ? refuse_file(entry, "its kernel", item->kernel, r) : 0;
}

static int take_initrds(struct grubmap *map, const struct grubmenu_entry *item,
			struct grubmap_rule *rule, struct entry *entry)
{
	int r = 0;

	entry->says_no_initramfs = item->initrds.count == 0;
	for (size_t i = 0; r == 0 && i < item->initrds.count; i++) {
		const char *named = item->initrds.items[i];
		char *path;

		r = map_path(map, named, rule, &path);
		if (r < 0) {
			r = refuse_file(entry, "its initrd", named, r);
			continue;
		}
		r = strv_take(&entry->initrds, path);
	}
	return r;
}

/* os-prober's entries are other systems, which may well have files of the same names. */
static bool is_foreign(const struct grubmenu_entry *item)
{
	return starts_with(item->id, "osprober-");
}

static int fill_entry(struct grubmap *map, const struct grubmenu_entry *item,
		      struct entry *entry)
{
	struct grubmap_rule rule = { .is_set = false };
	int r;

	entry->source = SOURCE_GRUB;
	entry->usable = true;
	entry->line = item->line;
	entry->is_default = item->is_default;
	if (str_set(&entry->title, item->title) < 0 ||
	    str_set(&entry->id, item->id) < 0 ||
	    str_set(&entry->position, item->position) < 0 ||
	    str_set(&entry->file, item->file) < 0)
		return -ENOMEM;
	if (item->why)
		r = entry_refuse(entry, strdup(item->why));
	else if (is_foreign(item))
		r = entry_refuse(entry,
				 strf("it is another system (os-prober found it)"));
	else
		r = 0;
	if (r < 0 || !item->kernel || is_foreign(item))
		return r;
	if (str_set(&entry->cmdline, item->cmdline) < 0)
		return -ENOMEM;
	r = take_kernel(map, item, &rule, entry);
	return r < 0 ? r : take_initrds(map, item, &rule, entry);
}

static int take_menu(struct grubmap *map, struct grubmenu *menu, struct entry_list *list)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < menu->count; i++) {
		struct entry entry = ENTRY_EMPTY;

		r = fill_entry(map, &menu->entries[i], &entry);
		if (r == 0)
			r = entry_list_take(list, &entry);
		else
			entry_done(&entry);
	}
	list->default_reason = TAKE_PTR(menu->default_reason);
	list->one_shot = TAKE_PTR(menu->one_shot);
	if (r == 0 && menu->doubt)
		r = list_doubt(list, TAKE_PTR(menu->doubt));
	if (r == 0 && menu->waits)
		r = list_doubt(list, TAKE_PTR(menu->waits));
	return r;
}

/* ---- the file ---- */

/* Returns 1 if a menu was found, 0 if not, or -ENOMEM. */
static int find_menu(const struct ctx *ctx, struct entry_list *list)
{
	struct stat st, other;

	for (size_t i = 0; i < ARRAY_SIZE(menus); i++) {
		int r = root_stat(ctx->root, menus[i], &st);

		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		list->loader = LOADER_GRUB;
		if (str_set(&list->loader_file, menus[i]) < 0)
			return -ENOMEM;
		if (r < 0)
			return list_doubt_file(list, menus[i], r) < 0 ? -ENOMEM : 1;
		if (i == 0 && root_stat(ctx->root, menus[1], &other) == 0 &&
		    (st.st_dev != other.st_dev || st.st_ino != other.st_ino) &&
		    list_doubt(list, strf("there are two menus, %s and %s", menus[0],
					  menus[1])) < 0)
			return -ENOMEM;
		return 1;
	}
	return 0;
}

static int read_menu(const struct ctx *ctx, struct grubmap *map, struct entry_list *list)
{
	struct grubhost host = { .data = map,
				 .read = host_read,
				 .stat = host_stat,
				 .read_device = host_read_device,
				 .list = host_list,
				 .search = host_search,
				 .pci = host_pci,
				 .name = host_name };
	_cleanup_(grubmenu_done) struct grubmenu menu = GRUBMENU_EMPTY;
	_cleanup_free_ char *device = NULL, *path = NULL;
	bool is_efi = root_exists(ctx->root, "/sys/firmware/efi");
	int r = find_family(ctx->root, &host.fedora);

	host.platform = is_efi ? "efi" : "pc";
	host.cpu = find_cpu(ctx, is_efi);
	if (r == 0)
		r = grubmap_to_grub(map, list->loader_file, &device, &path);
	if (r == 0)
		r = grubmenu_read(&host, device, path, &menu);
	return r < 0 ? r : take_menu(map, &menu, list);
}

/* Reads the menu that @list names, and hands it over. Returns 1 or -ENOMEM. */
static int hand_over(const struct ctx *ctx, struct grubmap *map, struct entry_list *list,
		     struct entry_list *ret)
{
	int r = grubmap_init(map, ctx->root);

	if (r == 0)
		r = read_menu(ctx, map, list);
	if (r < 0)
		return r;
	*ret = *list;
	*list = (struct entry_list)ENTRY_LIST_EMPTY;
	return 1;
}

int grub_menu(const struct ctx *ctx, struct grubmap *map, struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	int r = find_menu(ctx, &list);

	return r <= 0 ? r : hand_over(ctx, map, &list, ret);
}

int grub_menu_at(const struct ctx *ctx, struct grubmap *map, const char *path,
		 struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;

	list.loader = LOADER_GRUB;
	if (str_set(&list.loader_file, path) < 0)
		return -ENOMEM;
	return hand_over(ctx, map, &list, ret);
}

/* Does a list of commands add to a menu? */
static bool adds_entries(const struct grubnode *list)
{
	static const char *const commands[] = { "menuentry", "submenu", "blscfg", "uki",
						"bls_import" };

	for (; list; list = list->next) {
		const char *command = list->words ? list->words->plain : NULL;

		for (size_t i = 0; command && i < ARRAY_SIZE(commands); i++)
			if (streq(command, commands[i]))
				return true;
		if (adds_entries(list->condition) || adds_entries(list->body) ||
		    adds_entries(list->otherwise))
			return true;
	}
	return false;
}

int grub_holds_menu(const struct root *root, const char *path)
{
	struct grubpool pool = { .limit = TREE_MAX, .only_grows = true };
	_cleanup_free_ char *text = NULL;
	struct grubnode *list;
	unsigned line;
	size_t len;
	bool holds;
	int r = root_read(root, path, GRUBPARSE_MAX_SIZE, &text, &len);

	if (r < 0)
		return r == -ENOENT || r == -ENOTDIR ? -ENOENT : 1;
	holds = grubparse(text, len, &pool, &list, &line) < 0 || adds_entries(list);
	grubpool_done(&pool);
	return holds;
}
