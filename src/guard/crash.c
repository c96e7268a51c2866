// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The memory for a crash kernel (kdump) is set aside while a kernel boots, so it depends
 * on the command line that it is given. What is loaded for a crash now is not touched.
 */
#include <errno.h>

#include "guard/rows.h"
#include "guard/words.h"

int cmdline_value(const char *text, const char *name, char **ret)
{
	struct cmdline_word word;

	*ret = NULL;
	while (cmdline_next(&text, &word)) {
		if (!cmdline_word_is(&word, name) || !word.value)
			continue;
		free(*ret);
		*ret = strndup(word.value, word.value_len);
		if (!*ret)
			return -ENOMEM;
	}
	return 0;
}

void guard_crashkernel(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *line = NULL, *now = NULL, *next = NULL;
	int r;

	if (!in->facts->cmdline) {
		finding_set(f, VERDICT_OK, "nothing is to be loaded");
		return;
	}
	r = root_read_line(in->ctx->root, "/proc/cmdline", &line);
	if (r == 0)
		r = cmdline_value(line, "crashkernel", &now);
	if (r == 0)
		r = cmdline_value(in->facts->cmdline, "crashkernel", &next);
	if (r < 0 && r != -ENOENT)
		finding_unknown(f, r, "/proc/cmdline");
	else if (now && !next)
		finding_set(
			f, VERDICT_WARN,
			"the next kernel gets no crashkernel=, the running one has %s: "
			"kdump will not work",
			now);
	else
		finding_set(f, VERDICT_OK, "nothing changes for kdump");
}
