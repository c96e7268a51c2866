// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>
#include <sys/stat.h>

#include "base/util.h"
#include "read/contents.h"

void contents_init(struct contents *c, const char *version, int modules_fd,
		   struct timespec built_at, struct findings *findings)
{
	*c = (struct contents){ .version = version, .findings = findings };
	modules_init(&c->modules, modules_fd, built_at, findings);
}

/* The part of @path below lib/modules/, usr/lib/modules/ or, of NixOS,
 * nix/store/NAME/lib/modules/; or NULL. */
static const char *below_modules(const char *path)
{
	if (starts_with(path, "nix/store/")) {
		path = strchr(path + strlen("nix/store/"), '/');
		if (!path++)
			return NULL;
	}
	if (starts_with(path, "usr/"))
		path += strlen("usr/");
	return starts_with(path, "lib/modules/") ? path + strlen("lib/modules/") : NULL;
}

/* Sorts an entry into early or main. The directories on the way to the early ones are
 * neither. */
static void note_kind(struct content_kinds *kinds, const struct cpio_entry *entry)
{
	static const char *const on_the_way[] = {
		"", ".", "kernel", "kernel/x86", "kernel/firmware", "early_cpio",
	};

	if (starts_with(entry->name, "kernel/x86/microcode")) {
		kinds->microcode = true;
		return;
	}
	if (starts_with(entry->name, "kernel/firmware/acpi")) {
		kinds->acpi = true;
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(on_the_way); i++)
		if (streq(entry->name, on_the_way[i]))
			return;
	kinds->main = true;
}

static void note_module(struct contents *c, const char *rest,
			const struct cpio_entry *entry, bool checked)
{
	size_t n = strcspn(rest, "/");
	char version[256];

	/* A plain file or link beside the versions names none. */
	if (n == 0 || n >= sizeof(version) || (rest[n] == '\0' && !S_ISDIR(entry->mode)))
		return;
	memcpy(version, rest, n);
	version[n] = '\0';
	/* Without memory the version is missing later, which is a problem and not an
	 * oversight. */
	if (!strv_has(&c->versions, version) &&
	    c->versions.count < CONTENTS_VERSIONS_MAX &&
	    strv_add(&c->versions, version) < 0)
		return;
	if (!streq(c->version, version) || rest[n] == '\0')
		return;
	rest += n + 1;
	if (streq(rest, "modules.dep") || streq(rest, "modules.dep.bin"))
		c->has_modules_dep = true;
	if (!checked)
		modules_begin(&c->modules, rest, entry);
}

void contents_entry(struct contents *c, const struct cpio_entry *entry, bool checked,
		    struct content_kinds *kinds)
{
	static const char *const inits[] = { "init", "sbin/init", "usr/sbin/init" };
	const char *rest = below_modules(entry->name);

	if (!kinds->main)
		note_kind(kinds, entry);
	if (S_ISREG(entry->mode) || S_ISLNK(entry->mode))
		for (size_t i = 0; !c->has_init && i < ARRAY_SIZE(inits); i++)
			c->has_init = streq(entry->name, inits[i]);
	modules_done(&c->modules);
	if (rest)
		note_module(c, rest, entry, checked);
}

static void check_version(struct contents *c)
{
	_cleanup_free_ char *found = NULL;

	if (!c->version)
		return;
	if (strv_has(&c->versions, c->version)) {
		if (!c->has_modules_dep)
			finding_warning(c->findings, "no modules.dep for %s in it",
					c->version);
		return;
	}
	found = strv_join(&c->versions, ", ");
	if (c->versions.count == 0)
		finding_problem(c->findings, "no kernel modules in it, and none for %s",
				c->version);
	else
		finding_problem(c->findings,
				"made for another kernel: its modules are for %s, not %s",
				str_or(found, "others"), c->version);
}

void contents_check(struct contents *c)
{
	if (!c->has_init)
		finding_problem(c->findings, "neither init nor sbin/init in it");
	check_version(c);
}

void contents_done(struct contents *c)
{
	modules_done(&c->modules);
	strv_done(&c->versions);
}
