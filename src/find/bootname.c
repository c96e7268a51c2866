// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bootname.h"

#include <string.h>

#include "base/util.h"

#define GENKERNEL "genkernel-"

static const char *const kernels[] = { "vmlinuz", "vmlinux", "kernel", "Image",
				       "bzImage" };

/* Signatures and checksums that lie beside a kernel: not worth a line in a list. */
static const char *const companions[] = { ".sig", ".asc",    ".hmac",
					  ".p7s", ".sha256", ".md5" };

/* Names that no boot loader would take by itself, or that nobody wants to boot unasked.
 */
static const struct {
	const char *text, *why;
	bool anywhere; /* else at the end */
} leftovers[] = {
	{ ".old", "a backup copy (.old)", false },
	{ ".bak", "a backup copy (.bak)", false },
	{ ".orig", "a backup copy (.orig)", false },
	{ ".save", "a backup copy (.save)", false },
	{ "~", "a backup copy (~)", false },
	{ ".dpkg-", "a leftover of dpkg", true },
	{ ".rpm", "a leftover of rpm", true },
	{ ".pac", "a leftover of pacman", true },
	{ ".apk-new", "a leftover of apk", false },
	{ ".new", "a file that is being made (.new)", false },
	{ ".tmp", "a temporary file", true },
	{ ".part", "a temporary file", false },
	{ "-fallback", "a fallback image", true },
	{ "rescue", "a rescue image", true },
	{ ".efi", "a copy for the firmware (.efi)", false },
	{ ".efi.signed", "a copy for the firmware (.efi.signed)", false },
};

/* Files beside the kernels that a menu boots, and that are none. */
static const struct {
	const char *prefix, *why;
} others[] = {
	{ "memtest", "a memory test, no kernel" },
	{ "xen-", "the Xen hypervisor, no kernel" },
};

/* Debug files, which are of no use to a boot loader. */
static const char *const packed[] = { ".gz", ".xz", ".bz2", ".zst" };

/* %s: what the kernel's own name ends in, or its release. In the order of preference. */
static const char *const initrds[] = {
	"initrd.img-%s",    /* Debian, Ubuntu */
	"initramfs-%s.img", /* dracut, mkinitcpio, Gentoo */
	"initrd-%s",	    /* openSUSE */
	"initrd-%s.img",    /* Mageia, Slackware */
	"initramfs-%s",	    /* Alpine, genkernel */
	"booster-%s.img",   /* booster */
};

/* … of a kernel without any ending. */
static const char *const bare_initrds[] = { "initrd.img", "initramfs.img", "initrd" };

static bool ends_with_one_of(const char *name, const char *const *endings, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ends_with(name, endings[i]))
			return true;
	return false;
}

/* Why a file of this name is no kernel at all, but worth telling; or NULL. */
static const char *find_other(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (starts_with(name, others[i].prefix))
			return others[i].why;
	if (starts_with(name, "vmlinux-") &&
	    ends_with_one_of(name, packed, ARRAY_SIZE(packed)))
		return "a compressed ELF image, for debuggers";
	return NULL;
}

static const char *find_leftover(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(leftovers); i++)
		if (leftovers[i].anywhere ? strstr(name, leftovers[i].text) != NULL
					  : ends_with(name, leftovers[i].text))
			return leftovers[i].why;
	return NULL;
}

/* The end of the name behind "vmlinuz-", "" for "vmlinuz" alone, NULL for other names. */
static const char *after_prefix(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		size_t n = strlen(kernels[i]);

		if (strncmp(name, kernels[i], n) != 0)
			continue;
		if (name[n] == '-')
			return name + n + 1;
		if (name[n] == '\0' || name[n] == '.')
			return name + n;
	}
	return NULL;
}

/* Releases start with a digit; what does not, is a name of a package or a user's own. */
static const char *find_version(const char *rest)
{
	if (starts_with(rest, GENKERNEL)) {
		const char *dash = strchr(rest + strlen(GENKERNEL), '-');

		rest = dash ? dash + 1 : "";
	}
	return *rest >= '0' && *rest <= '9' ? rest : "";
}

static void copy(char to[NAME_MAX + 1], const char *from)
{
	size_t len = strnlen(from, NAME_MAX);

	memcpy(to, from, len);
	to[len] = '\0';
}

bool bootname_read(const char *name, struct bootname *ret)
{
	const char *rest = after_prefix(name), *other = find_other(name);

	if (strlen(name) > NAME_MAX || (!rest && !other) ||
	    ends_with_one_of(name, companions, ARRAY_SIZE(companions)))
		return false;
	copy(ret->rest, str_or(rest, ""));
	copy(ret->version, find_version(ret->rest));
	ret->leftover = other ? other : find_leftover(name);
	return true;
}

/* The last folder of @path above @name, if it claims a release. */
static bool read_folder(const char *path, const char *name, struct bootname *ret)
{
	const char *start = name;
	size_t n;

	while (start > path && start[-1] != '/')
		start--;
	n = (size_t)(name - start);
	if (n == 0 || n > NAME_MAX)
		return false;
	*ret = (struct bootname){ .leftover = NULL };
	memcpy(ret->version, start, n);
	return true;
}

bool bootname_read_path(const char *path, struct bootname *ret)
{
	const char *name = strrchr(path, '/'), *modules = strstr(path, "/lib/modules/");

	if (!name)
		return false;
	if (modules)
		return strchr(modules + strlen("/lib/modules/"), '/') == name &&
		       read_folder(path, name, ret);
	/* As kernel-install lays it out: /efi/TOKEN/RELEASE/linux. */
	if (streq(name, "/linux"))
		return read_folder(path, name, ret) && *find_version(ret->version);
	return bootname_read(name + 1, ret);
}

bool bootname_agrees(const struct bootname *name, const char *version)
{
	size_t n = strlen(version);
	char behind;

	if (!*name->version || streq(name->version, version))
		return true;
	if (strncmp(name->version, version, n) != 0 || name->version[n] != '.')
		return false;
	behind = name->version[n + 1];
	return behind < '0' || behind > '9';
}

bool bootname_initrd(const struct bootname *kernel, size_t i, char buf[NAME_MAX + 1])
{
	const char *stem = kernel->rest, *mark;
	size_t before, len, behind;

	if (!*stem) {
		if (i >= ARRAY_SIZE(bare_initrds))
			return false;
		copy(buf, bare_initrds[i]);
		return true;
	}
	if (i >= ARRAY_SIZE(initrds) && !streq(stem, kernel->version)) {
		stem = kernel->version;
		i -= ARRAY_SIZE(initrds);
	}
	if (i >= ARRAY_SIZE(initrds) || !*stem)
		return false;
	mark = strchr(initrds[i], '%');
	before = (size_t)(mark - initrds[i]);
	len = strlen(stem);
	behind = strlen(mark + 2);
	if (before + len + behind > NAME_MAX)
		return false;
	memcpy(buf, initrds[i], before);
	memcpy(buf + before, stem, len);
	memcpy(buf + before + len, mark + 2, behind + 1);
	return true;
}
