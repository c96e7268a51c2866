// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "guard/snapshot.h"

static bool take_id(const char *text, const char *ends, uint64_t *ret)
{
	char *end;

	if (*text < '0' || *text > '9')
		return false;
	errno = 0;
	*ret = strtoull(text, &end, 10);
	return errno == 0 && (*end == '\0' || strchr(ends, *end));
}

/* The @n th of the words that single spaces part, or NULL when the line has fewer. */
static const char *word(const char *line, unsigned n)
{
	while (n-- > 0) {
		line += strcspn(line, " \n");
		if (*line != ' ')
			return NULL;
		line++;
	}
	return line;
}

/* The mount's number of a subvolume; false for other file systems. */
static bool take_line(const char *line, uint64_t *ret)
{
	size_t len = strcspn(line, "\n");
	const char *options, *at = memmem(line, len, " - btrfs ", strlen(" - btrfs "));

	if (!at)
		return false;
	options = word(at + 1, 3);
	if (!options)
		return false;
	len -= (size_t)(options - line);
	for (at = options; at < options + len; at++) {
		if (starts_with(at, "subvolid="))
			return take_id(at + strlen("subvolid="), ",\n", ret);
		at += strcspn(at, ",\n");
	}
	return false;
}

bool snapshot_mounted(const char *mountinfo, uint64_t *ret)
{
	uint64_t id;
	bool found = false;

	for (const char *line = mountinfo; *line;) {
		const char *point = word(line, 4);

		/* The last one is on top. */
		if (point && starts_with(point, "/ ")) {
			found = take_line(line, &id);
			if (found)
				*ret = id;
		}
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
	return found;
}

bool snapshot_default(const char *text, uint64_t *ret)
{
	uint64_t id;

	if (!starts_with(text, "ID ") || !take_id(text + strlen("ID "), " \n", &id))
		return false;
	*ret = id;
	return true;
}
