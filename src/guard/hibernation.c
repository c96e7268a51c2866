// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A system that was suspended to disk and is waiting to be resumed: whatever boots next
 * will try to, and must not come from a system that has written to its file systems
 * since.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "guard/blockdev.h"
#include "guard/rows.h"
#include "guard/words.h"

/*
 * The signature is the last ten bytes of the first page of the swap area (kernel/power/
 * swap.c: HIBERNATE_SIG; uswsusp's suspend.h). Page sizes of the architectures that Linux
 * has.
 */
#define SIGNATURE_LEN 10
static const size_t page_sizes[] = { 4096, 8192, 16384, 65536 };
static const char *const signatures[] = { "S1SUSPEND", "ULSUSPEND", "S2SUSPEND",
					  "LINHIB0001" };

static bool is_image(const char *area)
{
	for (size_t i = 0; i < ARRAY_SIZE(signatures); i++)
		if (strncmp(area, signatures[i], SIGNATURE_LEN) == 0)
			return true;
	return false;
}

/* Is there an image in the swap area at @offset of @path? 1, 0, or a negative errno. */
static int has_image(const struct ctx *ctx, const char *path, uint64_t offset)
{
	for (size_t i = 0; i < ARRAY_SIZE(page_sizes); i++) {
		char area[SIGNATURE_LEN];
		int r = blockdev_read(ctx, path, offset + page_sizes[i] - SIGNATURE_LEN,
				      area, sizeof(area));

		if (r == -EIO && i > 0)
			break; /* too short for pages of this size */
		if (r < 0)
			return r;
		if (is_image(area))
			return 1;
	}
	return 0;
}

/* An area that is swapped to holds no image: the kernel would not have taken it. */
static bool is_swapped_to(const struct ctx *ctx, const char *path)
{
	_cleanup_free_ char *text = NULL;
	struct stat device, swap;

	if (root_read(ctx->root, "/proc/swaps", 1024 * 1024, &text, NULL) < 0 ||
	    root_stat(ctx->root, path, &device) < 0)
		return false;
	for (char *line = strchr(text, '\n'); line; line = strchr(line, '\n')) {
		size_t len = strcspn(++line, " \t\n");
		char saved = line[len];
		bool same;

		line[len] = '\0';
		same = *line == '/' && root_stat(ctx->root, line, &swap) == 0 &&
		       (S_ISBLK(swap.st_mode) ? swap.st_rdev == device.st_rdev
					      : swap.st_ino == device.st_ino &&
							swap.st_dev == device.st_dev);
		line[len] = saved;
		if (same)
			return true;
	}
	return false;
}

/* Pages from the start of the device to a swap file's header; NULL is none. */
static int offset_in_bytes(const char *pages, uint64_t *ret)
{
	long page = sysconf(_SC_PAGESIZE);

	*ret = 0;
	if (!pages || !*pages)
		return 0;
	if (parse_u64(pages, ret) < 0 ||
	    __builtin_mul_overflow(*ret, (uint64_t)page, ret) || *ret > INT64_MAX / 2)
		return -EINVAL;
	return 0;
}

/* The device that the kernel or else its command line names, and where in it. 1, 0 for
 * none, or a negative errno. */
static int resume_device(const struct ctx *ctx, char **ret_path, uint64_t *ret_offset)
{
	_cleanup_free_ char *device = NULL, *line = NULL, *spec = NULL, *pages = NULL;
	int r = root_read_line(ctx->root, "/sys/power/resume", &device);

	*ret_offset = 0;
	if (r == -ENOENT || r == -ENOTDIR)
		return 0; /* a kernel without hibernation */
	if (r < 0)
		return r;
	if (*device && !streq(device, "0:0")) {
		r = root_read_line(ctx->root, "/sys/power/resume_offset", &pages);
		*ret_path = strf("/dev/block/%s", device);
	} else {
		r = root_read_line(ctx->root, "/proc/cmdline", &line);
		if (r == 0)
			r = cmdline_value(line, "resume", &spec);
		if (r == 0)
			r = cmdline_value(line, "resume_offset", &pages);
		if (r == 0 && (!spec || !*spec))
			return 0;
		*ret_path = r == 0 ? blockdev_path(spec) : NULL;
	}
	if (r == 0 || r == -ENOENT)
		r = offset_in_bytes(pages, ret_offset);
	return r < 0 ? r : *ret_path ? 1 : -EINVAL;
}

void guard_hibernation(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *path = NULL;
	uint64_t offset;
	int r;

	if (firmware_has(in->firmware, "HibernateLocation", EFIVAR_SYSTEMD)) {
		finding_set(f, VERDICT_VETO,
			    "a hibernated system waits to be resumed (variable "
			    "HibernateLocation)");
		return;
	}
	r = resume_device(in->ctx, &path, &offset);
	if (r == 0 || (r > 0 && is_swapped_to(in->ctx, path))) {
		finding_set(f, VERDICT_OK, "no hibernated system waits");
		return;
	}
	if (r > 0)
		r = has_image(in->ctx, path, offset);
	/* A device that is not there will not be resumed from. */
	if (r == -ENOENT)
		finding_set(f, VERDICT_OK, "the device to resume from is not there");
	else if (r < 0)
		finding_unknown(f, r, str_or(path, "the device to resume from"));
	else if (r > 0)
		finding_set(f, VERDICT_VETO,
			    "a hibernated system waits to be resumed (%s)", path);
	else
		finding_set(f, VERDICT_OK, "no hibernated system waits");
}
