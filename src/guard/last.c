// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "guard/last.h"
#include "keep/runfiles.h"
#include "keep/state.h"

#define KEY_MAX 40

static void make_key(const char *name, char key[KEY_MAX])
{
	size_t i = 0;

	for (; name[i] && i + 1 < KEY_MAX; i++)
		key[i] = name[i] == '-'			    ? '_'
			 : name[i] >= 'a' && name[i] <= 'z' ? (char)(name[i] - 'a' + 'A')
							    : name[i];
	key[i] = '\0';
}

int last_write(const struct ctx *ctx, const struct findings *findings)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	char at[32];
	int r = record_begin(ctx, &record, true);

	if (r < 0)
		return r;
	time_text(ctx, at);
	envfile_put(record.f, "AT", at);
	envfile_put(record.f, "BY", ctx->by);
	for (size_t i = 0; i < findings->count; i++) {
		const struct finding *f = &findings->items[i];
		_cleanup_free_ char *value =
			strf("%s %s", verdict_name(f->verdict), f->found);
		char key[KEY_MAX];

		if (!value)
			return -ENOMEM;
		make_key(f->name, key);
		envfile_put(record.f, key, value);
	}
	return record_commit(ctx, &record, RUN_GUARDS);
}

int last_read(const struct ctx *ctx, struct envfile *ret)
{
	return record_read_of_boot(ctx, RUN_GUARDS, ret);
}

int last_answer(const struct envfile *last, struct finding *finding)
{
	char key[KEY_MAX];
	const char *value;

	make_key(finding->name, key);
	value = envfile_get(last, key);
	for (enum verdict v = VERDICT_OK; value && v <= VERDICT_UNKNOWN; v++) {
		size_t len = strlen(verdict_name(v));
		char *found;

		if (strncmp(value, verdict_name(v), len) != 0 || value[len] != ' ')
			continue;
		found = strf("%s (seen by %s as root at %s)", value + len + 1,
			     str_or(envfile_get(last, "BY"), "?"),
			     str_or(envfile_get(last, "AT"), "?"));
		if (!found)
			return -ENOMEM;
		free(finding->found);
		finding->found = found;
		finding->verdict = v;
		break;
	}
	return 0;
}
