// SPDX-License-Identifier: GPL-2.0-or-later
/* Three lines: a command line, words to add, a pattern to remove. An edit done twice is
 * done once. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "verify/cmdline.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Words lie in the text, in order, and their names and values in them. */
static void check_words(const char *text)
{
	const char *cursor = text, *end = text + strlen(text), *last = text;
	struct cmdline_word word;

	while (cmdline_next(&cursor, &word)) {
		const char *word_end = word.text + word.len;

		if (word.text < last || word_end > end || word.len == 0)
			abort();
		if (word.name < word.text || word.name + word.name_len > word_end)
			abort();
		if (word.value &&
		    (word.value < word.name || word.value + word.value_len > word_end))
			abort();
		if (word.open && word_end != end)
			abort();
		last = word_end;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = strndup((const char *)data, size);
	_cleanup_free_ char *once = NULL, *twice = NULL;
	char *rest = text, *in = strsep(&rest, "\n"), *add = strsep(&rest, "\n");
	char *patterns[] = { rest, NULL };
	struct strv remove = { patterns, rest && strlen(rest) < 32 ? 1 : 0 };
	struct cmdline_edit edit = { &remove, add };
	struct cmdline_word word;

	check_words(in);
	(void)cmdline_find_rescue(in, &word);
	(void)!cmdline_check_length(in, 2048);
	if (cmdline_edit(in, &edit, &once) < 0)
		return 0;
	check_words(once);
	if (cmdline_check(once, strlen(once)) < 0 && strlen(once) <= CMDLINE_MAX)
		abort();
	if (cmdline_edit(once, &edit, &twice) < 0 || strcmp(once, twice) != 0)
		abort();
	return 0;
}
