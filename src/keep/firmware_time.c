// SPDX-License-Identifier: GPL-2.0-or-later
#include "keep/firmware_time.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "base/efivar.h"
#include "keep/history.h"
#include "keep/runfiles.h"

#define STATE_FIRMWARE STATE_DIR "/firmware" /* SECONDS, SOURCE, AT */

#define FPDT_KERNEL "/sys/firmware/acpi/fpdt/boot/exitbootservice_end_ns"
#define FPDT_LOADER "/sys/firmware/acpi/fpdt/boot/bootloader_launch_ns"

/* Tables are wrong in the field: what is less than a blink or more than an hour is one.
 */
#define SHORTEST_MS 50
#define LONGEST_MS (3600U * 1000)

static bool plausible(uint64_t ms)
{
	return ms >= SHORTEST_MS && ms <= LONGEST_MS;
}

static int read_ns(const struct ctx *ctx, const char *path, uint64_t *ret_ms)
{
	_cleanup_free_ char *line = NULL;
	uint64_t ns;
	int r = root_read_line(ctx->root, path, &line);

	if (r == 0)
		r = parse_u64(str_strip(line), &ns);
	if (r < 0)
		return r;
	*ret_ms = ns / 1000000;
	return plausible(*ret_ms) ? 0 : -ERANGE;
}

static int read_loader(const struct ctx *ctx, uint64_t *ret_ms)
{
	_cleanup_free_ char *text = NULL;
	uint64_t us;
	int r = efivar_read_text(ctx->root, "LoaderTimeExecUSec", EFIVAR_LOADER, &text);

	if (r == 0)
		r = parse_u64(text, &us);
	if (r < 0)
		return r;
	*ret_ms = us / 1000;
	return plausible(*ret_ms) ? 0 : -ERANGE;
}

/* The last boot through the firmware, as this boot still tells it. 1 or 0. */
static int measure(const struct ctx *ctx, uint64_t *ret_ms, const char **ret_source)
{
	*ret_source = "FPDT";
	if (read_ns(ctx, FPDT_KERNEL, ret_ms) == 0)
		return 1;
	*ret_source = "LoaderTimeExecUSec";
	if (read_loader(ctx, ret_ms) == 0)
		return 1;
	/* Without the boot loader: a BIOS that has the table. */
	*ret_source = "FPDT, without the boot loader";
	return read_ns(ctx, FPDT_LOADER, ret_ms) == 0;
}

int firmware_time_note(const struct ctx *ctx)
{
	_cleanup_(record_done) struct record record = RECORD_EMPTY;
	_cleanup_free_ char *seconds = NULL;
	const char *source;
	uint64_t ms;
	char at[32];
	int r;

	if (history_booted_by(ctx) != BOOTED_FIRMWARE || !measure(ctx, &ms, &source))
		return 0;
	seconds = strf("%" PRIu64 ".%03" PRIu64, ms / 1000, ms % 1000);
	r = seconds ? record_begin(ctx, &record, false) : -ENOMEM;
	if (r < 0)
		return r;
	time_text(ctx, at);
	envfile_put(record.f, "SECONDS", seconds);
	envfile_put(record.f, "SOURCE", source);
	envfile_put(record.f, "AT", at);
	return record_commit(ctx, &record, STATE_FIRMWARE);
}

int firmware_time_read(const struct ctx *ctx, double *ret)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	const char *source, *text;
	uint64_t ms;
	int r = record_read(ctx, STATE_FIRMWARE, &file);

	if (r < 0)
		return r;
	text = r > 0 ? envfile_get(&file, "SECONDS") : NULL;
	if (text) {
		*ret = strtod(text, NULL);
		if (*ret > 0 && *ret <= LONGEST_MS / 1000.0)
			return 1;
	}
	if (!measure(ctx, &ms, &source))
		return 0;
	*ret = (double)ms / 1000;
	return 1;
}
