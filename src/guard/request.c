// SPDX-License-Identifier: GPL-2.0-or-later
/* Requests to the firmware or the boot loader that are files, not UEFI variables. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "find/grubenv.h"
#include "guard/fwupd.h"
#include "guard/rows.h"

#define FWUPD_DB "/var/lib/fwupd/pending.db"
#define FWUPD_DB_MAX (8 * 1024 * 1024)
#define STAT_MAX (4 * 1024 * 1024) /* of /proc/stat: a line for each processor */

/* When this boot began, in seconds since the epoch: what fwupd compares, too. */
static int boot_time(const struct ctx *ctx, uint64_t *ret)
{
	_cleanup_free_ char *text = NULL;
	int r = root_read(ctx->root, "/proc/stat", STAT_MAX, &text, NULL);
	char *line;

	if (r < 0)
		return r;
	line = strstr(text, "\nbtime ");
	if (!line)
		return -EBADMSG;
	line += strlen("\nbtime ");
	line[strcspn(line, "\n")] = '\0';
	return parse_u64(line, ret);
}

/* Changes that are not in the database itself: a journal to roll back, or a log. */
static bool has_journal(const struct ctx *ctx)
{
	static const char *const names[] = { FWUPD_DB "-journal", FWUPD_DB "-wal" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		struct stat st;

		if (root_stat(ctx->root, names[i], &st) == 0 && st.st_size > 0)
			return true;
	}
	return false;
}

void guard_fwupd(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *data = NULL, *device = NULL;
	uint64_t btime = 0;
	size_t len;
	int r = root_read(in->ctx->root, FWUPD_DB, FWUPD_DB_MAX, &data, &len);

	if (r == -ENOENT || r == -ENOTDIR || (r == 0 && len == 0)) {
		finding_set(f, VERDICT_OK, "fwupd has nothing pending");
		return;
	}
	if (r == 0 && has_journal(in->ctx)) {
		finding_set(f, VERDICT_UNKNOWN,
			    FWUPD_DB " is being written: a journal is beside it");
		return;
	}
	if (r == 0)
		r = boot_time(in->ctx, &btime);
	if (r == 0)
		r = fwupd_pending((const uint8_t *)data, len, btime, &device);
	if (r < 0)
		finding_unknown(f, r, FWUPD_DB);
	else if (r > 0)
		finding_set(f, VERDICT_VETO,
			    "a firmware update of fwupd waits for a reboot: %s", device);
	else
		finding_set(f, VERDICT_OK, "fwupd has nothing pending");
}

static bool is_link(const struct ctx *ctx, const char *path)
{
	_cleanup_close_ int fd = root_open(ctx->root, path, O_PATH | O_NOFOLLOW);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISLNK(st.st_mode);
}

int guard_grubenv(const struct ctx *ctx, struct grubenv *ret, const char **ret_path)
{
	static const char *const paths[] = { "/boot/grub/grubenv", "/boot/grub2/grubenv",
					     NULL };

	for (size_t i = 0; paths[i]; i++) {
		_cleanup_free_ char *block = NULL;
		size_t len;
		int r = root_read(ctx->root, paths[i], 65536, &block, &len);

		if (r == -ENOENT && is_link(ctx, paths[i]))
			r = -ENOLINK; /* to a file system that is not mounted */
		if (r == -ENOENT || r == -ENOTDIR || (r == 0 && len == 0))
			continue;
		*ret_path = paths[i];
		if (r == 0)
			r = grubenv_parse(block, len, ret);
		return r < 0 ? r : 1;
	}
	return 0;
}

/* prev_saved_entry: this boot is the exception, and GRUB's menu puts the earlier default
 * back at the next one. menu_show_once: Fedora's, for a menu at the next boot. */
void guard_grub_once(const struct guard_input *in, struct finding *f)
{
	static const char *const names[] = { "next_entry", "prev_saved_entry",
					     "menu_show_once", "menu_show_once_timeout" };
	struct grubenv env = GRUBENV_EMPTY;
	const char *path = NULL;
	int r = guard_grubenv(in->ctx, &env, &path);

	if (r < 0) {
		finding_unknown(f, r, path);
		return;
	}
	for (size_t i = 0; r > 0 && i < ARRAY_SIZE(names); i++) {
		const char *value = grubenv_get(&env, names[i]);

		if (!value || !*value)
			continue;
		finding_set(f, VERDICT_VETO,
			    "GRUB is asked for something at the next boot: %s=%s in %s",
			    names[i], value, path);
		return;
	}
	finding_set(f, VERDICT_OK, "not asked for");
}

/* The first line of a file in each folder of @class that is there, until one says more
 * than "0". Words of it go into *@ret, with the path. 1, 0, or a negative errno. */
static int first_request(const struct ctx *ctx, const char *class, const char *below,
			 char **ret_path, char **ret)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(ctx->root, class, 1024, &names);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	for (size_t i = 0; r == 0 && i < names.count; i++) {
		_cleanup_free_ char *line = NULL;

		free(*ret_path);
		*ret_path = strf("%s/%s/%s", class, names.items[i], below);
		if (!*ret_path)
			return -ENOMEM;
		r = root_read_line(ctx->root, *ret_path, &line);
		if (r == -ENOENT || r == -ENOTDIR) {
			r = 0;
			continue;
		}
		if (r == 0 && strtoul(line, NULL, 10) != 0) {
			*ret = TAKE_PTR(line);
			return 1;
		}
		/* Neither a number nor nothing. */
		if (r == 0 && *line && (*line < '0' || *line > '9'))
			r = -EBADMSG;
	}
	return r;
}

/* Documentation/ABI/testing/sysfs-class-firmware-attributes of the kernel. */
void guard_bios_settings(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *path = NULL, *value = NULL;
	int r = first_request(in->ctx, "/sys/class/firmware-attributes",
			      "attributes/pending_reboot", &path, &value);

	if (r < 0)
		finding_unknown(f, r, str_or(path, "/sys/class/firmware-attributes"));
	else if (r > 0)
		finding_set(f, VERDICT_VETO,
			    "changed firmware settings wait for a reboot (%s)", path);
	else
		finding_set(f, VERDICT_OK, "no changed setting waits for a reboot");
}

/*
 * Physical presence requests, such as "clear the TPM": "NUMBER[ PARAMETER]", 0 is none
 * (drivers/char/tpm/tpm_ppi.c; TCG PC Client Physical Presence Interface 1.3). A firmware
 * without the interface has no such file, or one that gives an error.
 */
void guard_tpm_request(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *path = NULL, *value = NULL;
	int r = first_request(in->ctx, "/sys/class/tpm", "ppi/request", &path, &value);

	if (r < 0)
		finding_unknown(f, r, str_or(path, "/sys/class/tpm"));
	else if (r > 0)
		finding_set(f, VERDICT_VETO,
			    "the TPM has a request to the firmware: %s (%s)", value,
			    path);
	else
		finding_set(f, VERDICT_OK, "no request waits");
}

/* systemctl reboot --reboot-argument=; what it means is the platform's (reboot(2)). */
#define REBOOT_PARAMETER "/run/systemd/reboot-param"

void guard_reboot_parameter(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *line = NULL;
	int r = root_read_line(in->ctx->root, REBOOT_PARAMETER, &line);

	if (r == -ENOENT || r == -ENOTDIR || (r == 0 && !*line))
		finding_set(f, VERDICT_OK, "none is given");
	else if (r < 0)
		finding_unknown(f, r, REBOOT_PARAMETER);
	else
		finding_set(f, VERDICT_VETO,
			    "the reboot is given a parameter for the firmware: '%s' "
			    "(" REBOOT_PARAMETER ")",
			    line);
}
