// SPDX-License-Identifier: GPL-2.0-or-later
/* Our small records: KEY=value, FORMAT=1 first, and those below RUN_DIR bound to one
 * boot. */
#include <errno.h>
#include <string.h>

#include "keep/runfiles.h"
#include "keep/state.h"

#define RECORD_MAX (256 * 1024)

int boot_id_read(const struct ctx *ctx, char **ret)
{
	return root_read_line(ctx->root, BOOT_ID_PATH, ret);
}

void time_text(const struct ctx *ctx, char ret[32])
{
	struct timespec now = ctx->sys->now();
	struct tm tm = { 0 }; /* stays so for a year that no int holds */

	gmtime_r(&now.tv_sec, &tm);
	strftime(ret, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

int record_read(const struct ctx *ctx, const char *path, struct envfile *ret)
{
	_cleanup_free_ char *text = NULL;
	size_t len;
	int r = root_read(ctx->root, path, RECORD_MAX, &text, &len);

	*ret = (struct envfile)ENVFILE_EMPTY;
	if (r == -ENOENT || r == -ENOTDIR || r == -E2BIG)
		return 0;
	if (r == 0)
		r = envfile_parse(text, len, ret);
	if (r < 0)
		return r == -EBADMSG || r == -E2BIG ? 0 : r;
	if (ret->count > 0 && streq(ret->items[0].key, "FORMAT") &&
	    streq(ret->items[0].value, "1"))
		return 1;
	envfile_done(ret);
	return 0;
}

int record_read_of_boot(const struct ctx *ctx, const char *path, struct envfile *ret)
{
	_cleanup_free_ char *boot_id = NULL;
	int r = record_read(ctx, path, ret);

	if (r <= 0)
		return r;
	r = boot_id_read(ctx, &boot_id);
	if (r == 0 && streq(envfile_get(ret, "BOOT_ID"), boot_id))
		return 1;
	envfile_done(ret);
	return r;
}

int record_begin(const struct ctx *ctx, struct record *record, bool of_boot)
{
	_cleanup_free_ char *boot_id = NULL;
	int r = of_boot ? boot_id_read(ctx, &boot_id) : 0;

	if (r < 0)
		return r;
	record->f = open_memstream(&record->text, &record->len);
	if (!record->f)
		return -ENOMEM;
	envfile_put(record->f, "FORMAT", "1");
	envfile_put(record->f, "BOOT_ID", boot_id);
	return 0;
}

int record_commit(const struct ctx *ctx, struct record *record, const char *path)
{
	_cleanup_free_ char *dir = strndup(path, (size_t)(strrchr(path, '/') - path));
	int r;

	if (!dir)
		return -ENOMEM;
	r = fclose(TAKE_PTR(record->f)) == 0 ? 0 : -ENOMEM;
	if (r == 0)
		r = root_write(ctx->root, path, record->text, record->len);
	if (r == -ENOENT) {
		r = root_mkdirs(ctx->root, dir);
		if (r == 0)
			r = root_write(ctx->root, path, record->text, record->len);
	}
	return r;
}

void record_done(struct record *record)
{
	if (record->f)
		fclose(record->f);
	free(record->text);
	*record = (struct record)RECORD_EMPTY;
}
