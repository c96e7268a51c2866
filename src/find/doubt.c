// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/doubt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int set_once(char **to, char *why)
{
	if (!why)
		return -ENOMEM;
	if (*to)
		free(why);
	else
		*to = why;
	return 0;
}

int entry_refuse(struct entry *entry, char *why)
{
	entry->usable = false;
	return set_once(&entry->why, why);
}

int list_doubt(struct entry_list *list, char *why)
{
	return set_once(&list->not_understood, why);
}

int list_doubt_file(struct entry_list *list, const char *path, int r)
{
	if (r == -ENOMEM)
		return r;
	if (r == -EBADMSG)
		return list_doubt(list, strf("%s is not understood", path));
	return list_doubt(list, strf("%s cannot be read: %s%s", path, strerror(-r),
				     r == -EACCES ? " (run as root)" : ""));
}
