// SPDX-License-Identifier: GPL-2.0-or-later
#include "keep/machine.h"

#include <errno.h>
#include <inttypes.h>

#include "keep/history.h"
#include "keep/runfiles.h"

#define STATE_CHAIN STATE_DIR "/chain" /* BOOT_ID, COUNT of warm reboots in a row */
#define STATE_TRIAL STATE_DIR "/trial" /* MACHINE on which a trial by hand was good */

int machine_count_boot(const struct ctx *ctx, const char *boot_id)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_free_ char *count_text = NULL;
	uint64_t count = 0;
	int r = record_read(ctx, STATE_CHAIN, &file);

	if (r < 0)
		return r;
	if (r > 0 && streq(envfile_get(&file, "BOOT_ID"), boot_id))
		return 0; /* this boot is counted */
	if (r > 0 && parse_u64(str_or(envfile_get(&file, "COUNT"), ""), &count) < 0)
		count = 0;
	count = history_booted_by(ctx) == BOOTED_KEXEC ? count + 1 : 0;
	count_text = strf("%" PRIu64, count);
	r = count_text ? record_begin(ctx, &record, true) : -ENOMEM;
	if (r < 0)
		return r;
	envfile_put(record.f, "COUNT", count_text);
	return record_commit(ctx, &record, STATE_CHAIN);
}

int machine_chain(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	uint64_t count;
	int r = record_read_of_boot(ctx, STATE_CHAIN, &file);

	/* Not counted: after the firmware there were none. */
	if (r == 0 && history_booted_by(ctx) == BOOTED_KEXEC)
		return -ENODATA;
	if (r <= 0)
		return r;
	return parse_u64(str_or(envfile_get(&file, "COUNT"), ""), &count) < 0 ||
			       count > INT32_MAX
		       ? 0
		       : (int)count;
}

/* DMI product and firmware version, or whatever of it the machine tells. The caller
 * frees. */
static char *machine_name(const struct ctx *ctx)
{
	_cleanup_free_ char *product = NULL, *firmware = NULL;

	if (root_read_line(ctx->root, "/sys/class/dmi/id/product_name", &product) < 0)
		product = NULL;
	if (root_read_line(ctx->root, "/sys/class/dmi/id/bios_version", &firmware) < 0)
		firmware = NULL;
	return strf("%s / %s", str_or(product, "?"), str_or(firmware, "?"));
}

int machine_trial_was_good(const struct ctx *ctx)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_free_ char *machine = machine_name(ctx);
	int r = machine ? record_begin(ctx, &record, false) : -ENOMEM;

	if (r < 0)
		return r;
	envfile_put(record.f, "MACHINE", machine);
	return record_commit(ctx, &record, STATE_TRIAL);
}

int machine_trial_good(const struct ctx *ctx)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *machine = machine_name(ctx);
	int r = machine ? record_read(ctx, STATE_TRIAL, &file) : -ENOMEM;

	return r <= 0 ? r : streq(envfile_get(&file, "MACHINE"), machine);
}
