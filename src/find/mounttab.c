// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/mounttab.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

#define BLANKS " \t"
#define FIELDS_MAX 64 /* mountinfo has ten, and optional ones in between */

/* mount(8), FILESYSTEM-INDEPENDENT MOUNT OPTIONS: flags, and words for other programs.
 * What is mounted here is read-only, nosuid, nodev and noexec whatever they say. */
static const char *const general[] = {
	"defaults",	 "ro",	      "rw",	    "auto",	  "noauto",
	"user",		 "nouser",    "users",	    "owner",	  "group",
	"suid",		 "nosuid",    "dev",	    "nodev",	  "exec",
	"noexec",	 "sync",      "async",	    "dirsync",	  "atime",
	"noatime",	 "diratime",  "nodiratime", "relatime",	  "norelatime",
	"lazytime",	 "mand",      "nomand",	    "nolazytime", "strictatime",
	"iversion",	 "symfollow", "silent",	    "loud",	  "nofail",
	"nostrictatime", "_netdev",   "nosuser",    "_rnetdev",	  "nosymfollow",
};
static const char *const for_others[] = { "x-", "X-", "comment=", "pri=" };

/* With these it is not simply the device that is mounted. */
static const char *const other_kinds[] = {
	"bind",	   "rbind",	 "move",       "remount",	  "loop",
	"loop=",   "offset=",	 "sizelimit=", "X-mount.subdir=", "X-mount.idmap=",
	"verity.", "encryption="
};

void mounttab_done(struct mounttab *tab)
{
	for (size_t i = 0; i < tab->count; i++) {
		free(tab->items[i].source);
		free(tab->items[i].target);
		free(tab->items[i].type);
		free(tab->items[i].options);
	}
	free(tab->items);
	*tab = (struct mounttab)MOUNTTAB_EMPTY;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

/* "\040" and the like, as getmntent(3) undoes them. */
static char *unescape(const char *s)
{
	char *copy = strdup(str_or(s, "")), *to = copy;

	for (const char *from = copy; copy && *from; to++) {
		if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' &&
		    is_octal(from[2]) && is_octal(from[3]) &&
		    (from[1] != '0' || from[2] != '0' || from[3] != '0')) {
			*to = (char)((from[1] - '0') << 6 | (from[2] - '0') << 3 |
				     (from[3] - '0'));
			from += 4;
		} else {
			*to = *from++;
		}
	}
	if (copy)
		*to = '\0';
	return copy;
}

static void cut_slashes(char *path)
{
	for (size_t n = strlen(path); n > 1 && path[n - 1] == '/'; n--)
		path[n - 1] = '\0';
}

static int add(struct mounttab *tab, const char *source, const char *target,
	       const char *type, const char *options)
{
	struct mounttab_line *bigger, *line;

	if (tab->count >= MOUNTTAB_LINES_MAX)
		return -E2BIG;
	/* Room for twice as many each time it is full. */
	if ((tab->count & (tab->count - 1)) == 0) {
		size_t room = tab->count ? tab->count * 2 : 1;

		bigger = reallocarray(tab->items, room, sizeof(*bigger));
		if (!bigger)
			return -ENOMEM;
		tab->items = bigger;
	}
	line = &tab->items[tab->count++];
	line->source = unescape(source);
	line->target = unescape(target);
	line->type = unescape(type);
	line->options = unescape(options);
	if (!line->source || !line->target || !line->type || !line->options)
		return -ENOMEM;
	cut_slashes(line->target);
	return 0;
}

/* Cuts @line into words, in place; those beyond FIELDS_MAX are lost. */
static size_t cut(char *line, char *fields[FIELDS_MAX])
{
	size_t n = 0;
	char *save = NULL;

	for (char *word = strtok_r(line, BLANKS, &save); word && n < FIELDS_MAX;
	     word = strtok_r(NULL, BLANKS, &save))
		fields[n++] = word;
	return n;
}

/* fstab(5): source target type options dump pass */
static int take_fstab(struct mounttab *tab, char **fields, size_t n)
{
	if (n < 2 || *fields[0] == '#')
		return 0;
	return add(tab, fields[0], fields[1], n > 2 ? fields[2] : NULL,
		   n > 3 ? fields[3] : NULL);
}

/* id parent major:minor root target options [optional]... - type source options */
static int take_mountinfo(struct mounttab *tab, char **fields, size_t n)
{
	size_t dash = 6;

	while (dash < n && !streq(fields[dash], "-"))
		dash++;
	/* A kernel thread's file system may have no name for its source. */
	if (dash + 1 >= n)
		return 0;
	return add(tab, dash + 2 < n ? fields[dash + 2] : NULL, fields[4],
		   fields[dash + 1], fields[5]);
}

static int parse(const char *text, size_t len,
		 int (*take)(struct mounttab *tab, char **fields, size_t n),
		 struct mounttab *ret)
{
	_cleanup_(mounttab_done) struct mounttab tab = MOUNTTAB_EMPTY;

	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t n = end ? (size_t)(end - text) - at : len - at;
		_cleanup_free_ char *line = strndup(text + at, n);
		char *fields[FIELDS_MAX];
		int r;

		if (!line)
			return -ENOMEM;
		r = take(&tab, fields, cut(line, fields));
		if (r < 0)
			return r;
		at += n + 1;
	}
	*ret = tab;
	tab = (struct mounttab)MOUNTTAB_EMPTY;
	return 0;
}

int mounttab_parse_fstab(const char *text, size_t len, struct mounttab *ret)
{
	return parse(text, len, take_fstab, ret);
}

int mounttab_parse_mountinfo(const char *text, size_t len, struct mounttab *ret)
{
	return parse(text, len, take_mountinfo, ret);
}

const struct mounttab_line *mounttab_find(const struct mounttab *tab, const char *target,
					  size_t *ret_count)
{
	const struct mounttab_line *found = NULL;
	size_t count = 0;

	for (size_t i = 0; i < tab->count; i++)
		if (streq(tab->items[i].target, target)) {
			found = &tab->items[i];
			count++;
		}
	if (ret_count)
		*ret_count = count;
	return found;
}

const struct mounttab_line *mounttab_below(const struct mounttab *tab, const char *target)
{
	size_t n = strlen(target);

	for (size_t i = 0; i < tab->count; i++)
		if (starts_with(tab->items[i].target, target) &&
		    tab->items[i].target[n] == '/')
			return &tab->items[i];
	return NULL;
}

static bool is_one_of(const char *const *names, size_t n, const char *option)
{
	for (size_t i = 0; i < n; i++) {
		char last = names[i][strlen(names[i]) - 1];
		bool is_prefix = last == '=' || last == '-' || last == '.';

		if (is_prefix ? starts_with(option, names[i]) : streq(option, names[i]))
			return true;
	}
	return false;
}

/* Up to the next comma that no quotes hold: context="a,b" is one option (mount(8)). */
static size_t option_len(const char *s)
{
	bool quoted = false;
	size_t n;

	for (n = 0; s[n] && (quoted || s[n] != ','); n++)
		if (s[n] == '"')
			quoted = !quoted;
	return n;
}

int mounttab_data(const char *options, char **ret_data)
{
	_cleanup_strv_ struct strv own = STRV_EMPTY;
	size_t n;

	for (const char *s = options; *s; s += n + (s[n] == ',')) {
		_cleanup_free_ char *option = strndup(s, n = option_len(s));

		if (!option)
			return -ENOMEM;
		if (is_one_of(other_kinds, ARRAY_SIZE(other_kinds), option)) {
			*ret_data = TAKE_PTR(option);
			return -EOPNOTSUPP;
		}
		if (!*option || is_one_of(general, ARRAY_SIZE(general), option) ||
		    is_one_of(for_others, ARRAY_SIZE(for_others), option))
			continue;
		if (strv_take(&own, TAKE_PTR(option)) < 0)
			return -ENOMEM;
	}
	*ret_data = strv_join(&own, ",");
	return *ret_data ? 0 : -ENOMEM;
}
