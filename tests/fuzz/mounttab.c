// SPDX-License-Identifier: GPL-2.0-or-later
/* Both tables from the same text; every line has all its fields, and its options either
 * name a reason or become data that holds none. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/mounttab.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct mounttab *tab)
{
	for (size_t i = 0; i < tab->count; i++) {
		const struct mounttab_line *line = &tab->items[i];
		_cleanup_free_ char *own = NULL, *again = NULL;
		size_t count, n = strlen(line->target);

		if (!line->source || !line->type ||
		    !mounttab_find(tab, line->target, &count) || count == 0 ||
		    (n > 1 && line->target[n - 1] == '/'))
			abort();
		(void)mounttab_below(tab, line->target);
		if (mounttab_data(line->options, &own) == 0 &&
		    (mounttab_data(own, &again) != 0 || strcmp(own, again) != 0))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(mounttab_done) struct mounttab wanted = MOUNTTAB_EMPTY,
						 mounted = MOUNTTAB_EMPTY;
	_cleanup_free_ char *text = malloc(size + 1);

	if (size > 4096 || !text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	if (mounttab_parse_fstab(text, size, &wanted) == 0)
		check(&wanted);
	if (mounttab_parse_mountinfo(text, size, &mounted) == 0)
		check(&mounted);
	return 0;
}
