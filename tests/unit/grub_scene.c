// SPDX-License-Identifier: GPL-2.0-or-later
#include "grub_scene.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct machine {
	const struct grub_scene *scene;
	const char *script;
	size_t len;
};

#define SCRIPT "/grub/grub.cfg"

static const struct grub_file *find_file(const struct machine *m, const char *path)
{
	for (const struct grub_file *f = m->scene->files; f && f->path; f++)
		if (streq(f->path, path))
			return f;
	return NULL;
}

static int read_file(void *data, const char *device, const char *path, size_t max,
		     char **ret_text, size_t *ret_len)
{
	const struct machine *m = data;
	const struct grub_file *file = find_file(m, path);
	const char *text = file ? file->text : NULL;
	size_t len = text ? strlen(text) : 0;

	if (!streq(device, "boot"))
		return -ENODEV;
	if (streq(path, SCRIPT)) {
		text = m->script;
		len = m->len;
	}
	if (!text)
		return -ENOENT;
	if (streq(text, "-EACCES"))
		return -EACCES;
	if (len > max)
		return -E2BIG;
	*ret_text = calloc(1, len + 1);
	if (!*ret_text)
		return -ENOMEM;
	memcpy(*ret_text, text, len);
	*ret_len = len;
	return 0;
}

static int stat_file(void *data, const char *device, const char *path,
		     struct grubstat *ret)
{
	const struct machine *m = data;
	const struct grub_file *file = find_file(m, path);
	_cleanup_free_ char *folder = strf("%s/", path);

	if (!streq(device, "boot"))
		return -ENODEV;
	if (!file) {
		file = folder ? find_file(m, folder) : NULL;
		*ret = (struct grubstat){ .is_dir = true };
		return file ? 0 : -ENOENT;
	}
	/* The length of the path: newer files have longer names. */
	*ret = (struct grubstat){ .size = strlen(file->text),
				  .mtime = (int64_t)strlen(path) };
	return 0;
}

static int read_device(void *data, const char *device, uint64_t offset, size_t size,
		       char **ret)
{
	_cleanup_free_ char *sectors =
		strf("%llu+%zu", (unsigned long long)offset / 512, size / 512);
	const struct grub_file *file = sectors ? find_file(data, sectors) : NULL;

	if (!streq(device, "boot"))
		return -ENODEV;
	if (!file || streq(file->text, "-EACCES"))
		return file ? -EACCES : -EIO;
	*ret = strndup(file->text, size);
	return *ret ? 0 : -ENOMEM;
}

static int list_files(void *data, const char *device, const char *path, struct strv *ret)
{
	const struct machine *m = data;
	size_t len = strlen(path);
	int r = 0;

	len -= len > 0 && path[len - 1] == '/';
	if (!streq(device, "boot"))
		return -ENODEV;
	for (const struct grub_file *f = m->scene->files; r == 0 && f && f->path; f++)
		if (strncmp(f->path, path, len) == 0 && f->path[len] == '/' &&
		    f->path[len + 1] && !strchr(f->path + len + 1, '/'))
			r = strv_add(ret, f->path + len + 1);
	strv_sort(ret);
	return r == 0 && ret->count == 0 ? -ENOENT : r;
}

static int search(void *data, enum grubsearch kind, const char *key, char **ret)
{
	const struct machine *m = data;

	if (kind != GRUBSEARCH_UUID || strcasecmp(key, m->scene->uuid) != 0)
		return -ENODEV;
	*ret = strdup("boot");
	return *ret ? 0 : -ENOMEM;
}

static int list_pci(void *data, struct strv *ret)
{
	const struct machine *m = data;

	if (!m->scene->is_bios)
		return -ENODEV;
	return strv_add(ret, "v1234d1111sv1af4sd1100bc03sc00");
}

static int name_file(_unused_ void *data, _unused_ const char *device, const char *path,
		     char **ret)
{
	*ret = strdup(path);
	return *ret ? 0 : -ENOMEM;
}

void grub_scene_read(const struct grub_scene *scene, const char *script, size_t len,
		     struct grubmenu *ret)
{
	struct machine m = { scene, script, len };
	struct grubhost host = { .data = &m,
				 .read = read_file,
				 .stat = stat_file,
				 .read_device = read_device,
				 .list = list_files,
				 .search = search,
				 .pci = list_pci,
				 .name = name_file,
				 .platform = scene->is_bios ? "pc" : "efi",
				 .cpu = "x86_64",
				 .fedora = scene->fedora };

	if (grubmenu_read(&host, "boot", SCRIPT, ret) < 0)
		abort();
}

static void describe_entry(FILE *out, const struct grubmenu_entry *entry)
{
	_cleanup_free_ char *initrds = strv_join(&entry->initrds, " ");

	fprintf(out, "%s%s %s", entry->is_default ? "*" : "", entry->position, entry->id);
	if (!streq(entry->id, entry->title))
		fprintf(out, " '%s'", entry->title);
	if (entry->kernel)
		fprintf(out, " %s [%s]", entry->kernel, entry->cmdline);
	if (entry->initrds.count > 0)
		fprintf(out, " %s", initrds);
	if (entry->why)
		fprintf(out, " ! %s", entry->why);
	fprintf(out, "\n");
}

char *grub_scene_menu(const struct grub_scene *scene, const char *script, size_t len)
{
	_cleanup_(grubmenu_done) struct grubmenu menu;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	grub_scene_read(scene, script, len, &menu);
	if (menu.doubt)
		fprintf(out, "doubt: %s\n", menu.doubt);
	if (menu.one_shot)
		fprintf(out, "once: %s\n", menu.one_shot);
	if (menu.default_reason && !streq(menu.default_reason, "the first entry"))
		fprintf(out, "reason: %s\n", menu.default_reason);
	for (size_t i = 0; i < menu.count; i++)
		describe_entry(out, &menu.entries[i]);
	fclose(out);
	return text;
}

const char *grub_scene_env(const char *lines, char buf[1025])
{
	int n = snprintf(buf, 1025, "# GRUB Environment Block\n%s", lines);

	memset(buf + n, '#', (size_t)(1024 - n));
	buf[1024] = '\0';
	return buf;
}
