// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What a load takes (x86; measured on 6.1, 6.12 and 7.3): held while armed, about
 * init_size of the setup header plus the initramfs; while loading, the files themselves
 * on top (vmalloc), and the image that is replaced.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "load/load.h"

/* Page tables, purgatory, boot parameters. */
#define TABLES (1024 * 1024)
/* Of all memory; the kernel's own limit is 50, after the fact. */
#define HELD_PERCENT 40

static int meminfo(const char *text, const char *name, uint64_t *ret)
{
	const char *line = strstr(text, name);
	uint64_t kib;

	if (!line || sscanf(line + strlen(name), ": %" SCNu64 " kB", &kib) != 1)
		return -EBADMSG;
	return __builtin_mul_overflow(kib, 1024, ret) ? -ERANGE : 0;
}

int memory_suffices(const struct ctx *ctx, const struct plan *plan, bool loaded,
		    char **ret_problem)
{
	_cleanup_free_ char *text = NULL;
	uint64_t total, available, held, peak, reserve;
	uint64_t kernel = plan_kernel_size(plan), initrds = plan_initrds_size(plan);
	char need[24], have[24];
	int r = root_read(ctx->root, "/proc/meminfo", 65536, &text, NULL);

	if (r == 0)
		r = meminfo(text, "MemTotal", &total);
	if (r == 0)
		r = meminfo(text, "MemAvailable", &available);
	if (r < 0)
		return r;
	if (plan->unpacked > kernel)
		kernel = plan->unpacked;
	held = (plan->init_size ? plan->init_size : kernel) + initrds + TABLES;
	peak = held + (loaded ? held : 0) + kernel + initrds;
	/* Copies in memory, which are read from there. */
	if (plan_is_joined(plan))
		peak += initrds;
	if (plan->profile || plan->unpacked > 0)
		peak += kernel;
	reserve = (uint64_t)ctx->config->memory_reserve;
	if (reserve < total / 10)
		reserve = total / 10;
	if (held > total / 100 * HELD_PERCENT) {
		*ret_problem = strf(
			"not enough memory: the kernel and its initramfs would hold %s, more "
			"than %d %% of the machine's %s",
			human_size(held, need), HELD_PERCENT, human_size(total, have));
		return *ret_problem ? 0 : -ENOMEM;
	}
	if (available < peak || available - peak < reserve) {
		*ret_problem = strf(
			"not enough memory: loading takes %s for a moment, and %s are available",
			human_size(peak + reserve, need), human_size(available, have));
		return *ret_problem ? 0 : -ENOMEM;
	}
	return 1;
}
