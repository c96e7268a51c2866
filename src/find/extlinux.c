// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/extlinux.h"

#include <errno.h>
#include <string.h>

#include "find/devicetree.h"
#include "find/doubt.h"
#include "find/extlinuxadv.h"
#include "find/extlinuxconf.h"
#include "find/extlinuxpath.h"

#define INCLUDE_DEPTH 16 /* as SYSLINUX and U-Boot have it */
#define INCLUDE_FILES 64
#define TEXT_MAX (4 * EXTLINUX_MAX_SIZE) /* of all files */
#define INITRDS_MAX 256			 /* of a label; each is looked for */

/* Where SYSLINUX and U-Boot look, in their order. */
static const char *const places[] = {
	"/boot/extlinux/extlinux.conf", "/boot/syslinux/extlinux.conf",
	"/boot/syslinux/syslinux.cfg",	"/boot/extlinux.conf",
	"/boot/syslinux.cfg",
};

struct menu {
	const struct ctx *ctx;
	struct entry_list *list;
	struct extlinuxconf conf;
	struct strv files; /* that were read; labels tell them by number */
	size_t size;	   /* of them all */
	struct extlinuxpath paths;
	char release[65]; /* of the running kernel */
};

static void menu_done(struct menu *menu)
{
	extlinuxconf_done(&menu->conf);
	strv_done(&menu->files);
	extlinuxpath_done(&menu->paths);
}

/* --- The files ------------------------------------------------------------- */

static int read_file(struct menu *menu, const char *path, int depth);

static int include(struct menu *menu, const char *named, int depth)
{
	_cleanup_free_ char *path = NULL;
	int r = extlinuxpath_map(&menu->paths, named, &path);

	if (r == -EINVAL || depth >= INCLUDE_DEPTH || menu->files.count >= INCLUDE_FILES)
		return list_doubt(menu->list,
				  strf("%s includes %s, which is not read",
				       menu->files.items[menu->files.count - 1], named));
	return r < 0 ? r : read_file(menu, path, depth + 1);
}

static int read_lines(struct menu *menu, const char *text, size_t len, int depth)
{
	const char *end = text + len;
	unsigned file = (unsigned)menu->files.count - 1, number = 1;
	int r = 0;

	for (; r == 0 && text < end; text++, number++) {
		_cleanup_free_ char *named = NULL;
		const char *line = text;

		while (text < end && *text != '\n')
			text++;
		r = extlinuxconf_line(&menu->conf, line, (size_t)(text - line), file,
				      number, &named);
		if (r == 1)
			r = include(menu, named, depth);
	}
	return r;
}

static int read_file(struct menu *menu, const char *path, int depth)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = root_read(menu->ctx->root, path, EXTLINUX_MAX_SIZE, &text, &len);

	if (r == 0) {
		menu->size += len;
		r = menu->size > TEXT_MAX ? -E2BIG : strv_add(&menu->files, path);
	}
	if (r == 0)
		r = read_lines(menu, text, len, depth);
	return r < 0 ? list_doubt_file(menu->list, path, r) : 0;
}

/* --- One label ------------------------------------------------------------- */

static int refuse(struct entry *entry, const char *why)
{
	return entry_refuse(entry, strdup(why));
}

static int take_path(const struct menu *menu, struct entry *entry, const char *named,
		     char **ret)
{
	struct stat st;
	int r = extlinuxpath_map(&menu->paths, named, ret);

	if (r == -EINVAL)
		return entry_refuse(entry, strf("it names %s, which is not a file of "
						"this file system",
						named));
	if (r < 0)
		return r;
	r = root_stat(menu->ctx->root, *ret, &st);
	if (r < 0)
		r = entry_refuse(entry, strf("it names %s: %s", *ret,
					     r == -ENOENT ? "not there" : strerror(-r)));
	return r;
}

/* The files behind an initrd, which SYSLINUX divides by commas. */
static int take_initrds(const struct menu *menu, struct entry *entry, const char *named)
{
	const char *divider = menu->conf.by_uboot ? "" : ",";
	int r = 0;

	while (r == 0 && *named) {
		size_t len = *divider ? strcspn(named, divider) : strlen(named);
		_cleanup_free_ char *one = strndup(named, len), *path = NULL;

		if (entry->initrds.count >= INITRDS_MAX)
			return refuse(entry, "it names too many initrds");
		r = one ? take_path(menu, entry, one, &path) : -ENOMEM;
		if (r == 0 && path)
			r = strv_take(&entry->initrds, TAKE_PTR(path));
		named += len;
		named += strspn(named, divider);
	}
	return r;
}

/* The value of the word initrd= among @append. Returns how many there are, or -ENOMEM. */
static int find_initrd_word(const char *append, char **ret)
{
	int count = 0;

	for (size_t len; *append; append += len) {
		append += strspn(append, " \t");
		len = strcspn(append, " \t");
		if (len < 7 || strncmp(append, "initrd=", 7) != 0)
			continue;
		free(*ret);
		*ret = strndup(append + 7, len - 7);
		if (!*ret)
			return -ENOMEM;
		count++;
	}
	return count;
}

static int take_cmdline(const struct menu *menu, const struct extlinux_label *label,
			struct entry *entry)
{
	_cleanup_free_ char *word = NULL;
	const char *append = label->append, *initrd = label->initrd;
	int n;

	if (menu->conf.by_uboot && !append)
		return refuse(entry,
			      "it has no APPEND: its command line is U-Boot's own");
	if (menu->conf.by_uboot && strchr(append, '$'))
		return refuse(entry, "its command line has variables of U-Boot");
	/* As in its shell, which takes the command line apart (cli_simple.c there). */
	if (menu->conf.by_uboot && strpbrk(append, "'\\"))
		return refuse(entry,
			      "U-Boot takes quotes or backslashes out of its command "
			      "line");
	if (!append)
		append = str_or(menu->conf.append, "");
	if (streq(append, "-"))
		append = "";
	if (str_set(&entry->cmdline, append) < 0)
		return -ENOMEM;

	n = find_initrd_word(append, &word);
	if (n < 0)
		return n;
	if (n > 1 || (n == 1 && initrd && !streq(initrd, word)))
		return refuse(entry, "it names an initrd more than once");
	initrd = n == 1 ? word : initrd;
	entry->says_no_initramfs = !initrd;
	return initrd ? take_initrds(menu, entry, initrd) : 0;
}

/* The label of the kernel that runs: what device tree it came with, its lines say. */
static const struct extlinux_label *find_running(const struct menu *menu)
{
	for (size_t i = 0; i < menu->conf.count; i++) {
		const struct extlinux_label *label = &menu->conf.labels[i];
		const char *name = label->kernel ? strrchr(label->kernel, '/') : NULL;

		if (label->kernel &&
		    ends_with(name ? name : label->kernel, menu->release))
			return label;
	}
	return NULL;
}

/* Is what @path names what U-Boot loaded for this boot? 1, 0 or -ENOMEM. */
static int is_as_booted(const struct menu *menu, const char *named)
{
	_cleanup_free_ char *path = NULL;
	int r = extlinuxpath_map(&menu->paths, named, &path);

	if (r < 0)
		return r == -EINVAL ? 0 : r;
	return devicetree_is_older(menu->ctx, path);
}

static int check_devicetree(const struct menu *menu, const struct extlinux_label *label,
			    struct entry *entry)
{
	const struct extlinux_label *running = find_running(menu);
	const char *const wants[] = { label->fdt, label->fdtdir, label->fdtoverlays };
	bool wants_none = !wants[0] && !wants[1] && !wants[2];
	int r = 1;

	/* Where none is named, it is U-Boot's own that both get. */
	if (!menu->conf.by_uboot || (!running && wants_none))
		return 0;
	if (!running || !streq(label->fdt, running->fdt) ||
	    !streq(label->fdtdir, running->fdtdir) ||
	    !streq(label->fdtoverlays, running->fdtoverlays))
		return refuse(entry,
			      "it names another device tree than the running kernel's, "
			      "which kexec would not load");
	if (label->fdtoverlays && strchr(label->fdtoverlays, ' '))
		return refuse(entry, "it names several device tree overlays");
	for (size_t i = 0; r == 1 && i < ARRAY_SIZE(wants); i++)
		if (wants[i])
			r = is_as_booted(menu, wants[i]);
	return r == 0 ? refuse(entry, "its device tree files were changed since this "
				      "boot, and kexec would not load them")
		      : r;
}

static int fill(const struct menu *menu, const struct extlinux_label *label,
		struct entry *entry)
{
	int r = 0;

	if (label->doubt)
		return refuse(entry, label->doubt);
	if (!label->kernel)
		return refuse(entry, "it names no kernel");
	if (ends_with(label->kernel, ".c32"))
		return refuse(entry, "it starts something else than a Linux kernel");
	if (menu->conf.by_uboot && strchr(label->kernel, '#'))
		return refuse(entry, "it picks a configuration of a FIT image");
	r = take_path(menu, entry, label->kernel, &entry->kernel);
	if (r == 0)
		r = take_cmdline(menu, label, entry);
	return r < 0 ? r : check_devicetree(menu, label, entry);
}

static int add_label(struct menu *menu, const struct extlinux_label *label,
		     bool is_default)
{
	struct entry entry = { .source = SOURCE_EXTLINUX,
			       .line = label->line,
			       .usable = true,
			       .is_default = is_default };
	int r = str_set(&entry.id, label->name);

	if (r == 0)
		r = str_set(&entry.title, label->title ? label->title : label->name);
	if (r == 0)
		r = str_set(&entry.file, menu->files.items[label->file]);
	if (r == 0)
		r = fill(menu, label, &entry);
	if (r < 0) {
		entry_done(&entry);
		return r;
	}
	return entry_list_take(menu->list, &entry);
}

static int add_labels(struct menu *menu)
{
	const struct extlinux_label *wanted;
	const char *why;
	int r = 0;

	wanted = extlinuxconf_default(&menu->conf, &why);
	for (size_t i = 0; r == 0 && i < menu->conf.count; i++)
		r = add_label(menu, &menu->conf.labels[i],
			      &menu->conf.labels[i] == wanted);
	if (r < 0)
		return r;
	if (!wanted)
		return list_doubt(menu->list,
				  strf("which label of %s boots is not known: %s",
				       menu->list->loader_file, why));
	menu->list->default_reason = strf("%s, in %s", why, menu->list->loader_file);
	return menu->list->default_reason ? 0 : -ENOMEM;
}

/* --- The menu -------------------------------------------------------------- */

/* `extlinux --once`, and what MENU SAVE wrote. */
static int read_adv(struct menu *menu)
{
	_cleanup_free_ char *path = strf("%s/ldlinux.sys", menu->paths.dir), *once = NULL;
	uint8_t adv[EXTLINUX_ADV_BYTES];
	_cleanup_close_ int fd = -1;
	struct stat st;
	int r;

	if (!path)
		return -ENOMEM;
	fd = root_open_file(menu->ctx->root, path, &st);
	if (fd < 0 || st.st_size < (off_t)sizeof(adv))
		return fd == -ENOENT || fd >= 0 ? 0
						: list_doubt_file(menu->list, path, fd);
	r = read_full_at(fd, adv, sizeof(adv), (uint64_t)st.st_size - sizeof(adv));
	if (r == 0)
		r = extlinuxadv_get(adv, ADV_BOOT_ONCE, &once);
	if (r == -EBADMSG)
		return 0; /* none was ever written */
	if (r < 0)
		return list_doubt_file(menu->list, path, r);
	if (r == 1)
		menu->list->one_shot = strf("extlinux asks once for '%s' (extlinux "
					    "--once)",
					    once);
	return r == 1 && !menu->list->one_shot ? -ENOMEM : 0;
}

/* Returns 1 if there is one, 0 or -ENOMEM. Two that both might be read are a doubt. */
static int find_file(struct menu *menu)
{
	struct stat first = { .st_dev = 0 }, st;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		if (root_stat(menu->ctx->root, places[i], &st) < 0)
			continue;
		if (!menu->list->loader_file) {
			first = st;
			menu->list->loader_file = strdup(places[i]);
			if (!menu->list->loader_file ||
			    extlinuxpath_init(&menu->paths, menu->ctx->root, places[i]) <
				    0)
				return -ENOMEM;
		} else if ((st.st_dev != first.st_dev || st.st_ino != first.st_ino) &&
			   list_doubt(menu->list,
				      strf("there are two menus, %s and %s",
					   menu->list->loader_file, places[i])) < 0) {
			return -ENOMEM;
		}
	}
	return menu->list->loader_file != NULL;
}

static void look_around(struct menu *menu)
{
	struct utsname system;
	if (menu->ctx->sys->uname(&system) < 0)
		return;
	menu->conf.by_uboot =
		system.machine[0] != 'i' && !streq(system.machine, "x86_64");
	snprintf(menu->release, sizeof(menu->release), "%s", system.release);
}

int extlinux_menu(const struct ctx *ctx, struct entry_list *ret)
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	_cleanup_(menu_done) struct menu menu = { .ctx = ctx, .list = &list };
	int r = find_file(&menu);

	*ret = (struct entry_list)ENTRY_LIST_EMPTY;
	if (r <= 0)
		return r;
	list.loader = LOADER_EXTLINUX;
	look_around(&menu);
	r = read_file(&menu, list.loader_file, 0);
	if (r == 0)
		r = add_labels(&menu);
	if (r == 0 && !menu.conf.by_uboot)
		r = read_adv(&menu);
	if (r < 0)
		return r;
	*ret = list;
	list = (struct entry_list)ENTRY_LIST_EMPTY;
	return 1;
}
