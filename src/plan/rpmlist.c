// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan/rpmlist.h"

#define ALGORITHM_SHA256 8
/* RPMFILE_CONFIG, RPMFILE_GHOST (rpmfiles.h): what may differ, or was not packed. */
#define FLAG_CONFIG (1UL << 0)
#define FLAG_GHOST (1UL << 6)

/* Packages of a merged /usr still say /lib, as Fedora's kernels do. */
static const char *without_usr(const char *path)
{
	return starts_with(path, "/usr/lib/") ? path + strlen("/usr") : path;
}

/* A number and the space behind it; moves *@at on. */
static bool take_number(const char **at, unsigned long *ret)
{
	char *end;

	if (**at < '0' || **at > '9')
		return false;
	errno = 0;
	*ret = strtoul(*at, &end, 10);
	if (errno != 0 || *end != ' ')
		return false;
	*at = end + 1;
	return true;
}

/* The line from @at to @end, without its end. */
static bool take_line(const char *at, const char *end, const char *path,
		      char ret[SHA256_TEXT])
{
	unsigned long algorithm, flags;
	const char *name;

	if (!take_number(&at, &algorithm) || !take_number(&at, &flags) ||
	    algorithm != ALGORITHM_SHA256 || (flags & (FLAG_CONFIG | FLAG_GHOST)))
		return false;
	if (end - at <= SHA256_TEXT || at[SHA256_TEXT - 1] != ' ' ||
	    strspn(at, "0123456789abcdef") != SHA256_TEXT - 1)
		return false;
	name = at + SHA256_TEXT;
	if (end - name >= (ptrdiff_t)strlen("/usr/lib/"))
		name = without_usr(name);
	path = without_usr(path);
	if ((size_t)(end - name) != strlen(path) ||
	    strncmp(name, path, strlen(path)) != 0)
		return false;
	memcpy(ret, at, SHA256_TEXT - 1);
	ret[SHA256_TEXT - 1] = '\0';
	return true;
}

bool rpmlist_sha256(const char *listing, const char *path, char ret[SHA256_TEXT])
{
	for (const char *line = listing; *line;) {
		const char *end = line + strcspn(line, "\n");

		if (take_line(line, end, path, ret))
			return true;
		line = *end ? end + 1 : end;
	}
	return false;
}
