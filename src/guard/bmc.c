// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the board's management controller was asked to boot, usually from far away
 * ("ipmitool chassis bootdev pxe"): the firmware asks the controller, a warm reboot does
 * not.
 *
 * IPMI 2.0, section 28.13 "Get System Boot Options", table 28-14 "boot flags".
 */
#include <errno.h>
#include <fcntl.h>

#include "base/ipmi.h"
#include "guard/rows.h"

#define NETFN_CHASSIS 0x00
#define GET_BOOT_OPTIONS 0x09
#define BOOT_FLAGS 5
#define TIMEOUT_MS 3000

/* Completion codes of a controller that has no such options: section 5.2, and 0x80 is
 * this command's own "parameter not supported". */
#define IS_DONE 0x00
#define NO_SUCH_PARAMETER 0x80
#define NO_SUCH_COMMAND 0xc1
#define NO_SUCH_COMMAND_HERE 0xc2

/* The bytes behind the completion code: version, parameter, flags, device. */
enum { AT_CODE, AT_VERSION, AT_PARAMETER, AT_FLAGS, AT_DEVICE, ANSWER_LEN };
#define PARAMETER_INVALID 0x80 /* of AT_PARAMETER: locked, or its value does not hold */
#define FLAGS_VALID 0x80
#define FLAGS_STAY 0x40 /* for every boot, not only the next */
#define CLEAR_CMOS 0x80 /* of AT_DEVICE */
#define DEVICE(byte) (((byte) >> 2) & 0x0f)

/* 2, the default hard disk, is what boots anyhow. */
enum { NO_DEVICE = 0, DEFAULT_DISK = 2 };
static const char *const devices[16] = {
	[1] = "the network (PXE)",	  [3] = "the disk in safe mode",
	[4] = "the diagnostic partition", [5] = "a CD or DVD",
	[6] = "the firmware's setup",	  [7] = "a remote floppy",
	[8] = "a remote CD or DVD",	  [9] = "remote media",
	[11] = "a remote disk",		  [15] = "a floppy",
};

static void tell(const uint8_t *answer, const char *path, struct finding *f)
{
	uint8_t device = DEVICE(answer[AT_DEVICE]);

	if (!(answer[AT_FLAGS] & FLAGS_VALID) || answer[AT_PARAMETER] & PARAMETER_INVALID)
		finding_set(f, VERDICT_OK, "not asked for");
	else if (answer[AT_DEVICE] & CLEAR_CMOS)
		finding_set(f, VERDICT_VETO,
			    "the BMC is asked to reset the firmware's settings (%s)",
			    path);
	else if (device == NO_DEVICE || device == DEFAULT_DISK)
		finding_set(f, VERDICT_OK, "no other device is asked for");
	else
		finding_set(f, VERDICT_VETO, "the BMC is asked for %s at %s (%s)",
			    str_or(devices[device], "a device of its own"),
			    answer[AT_FLAGS] & FLAGS_STAY ? "every boot"
							  : "the next boot",
			    path);
}

static void ask(const struct ctx *ctx, int fd, const char *path, struct finding *f)
{
	const struct ipmi_request request = { .netfn = NETFN_CHASSIS,
					      .command = GET_BOOT_OPTIONS,
					      .data = { BOOT_FLAGS, 0, 0 },
					      .len = 3,
					      .timeout_ms = TIMEOUT_MS };
	uint8_t answer[IPMI_ANSWER_MAX] = { 0 };
	int n = ctx->sys->ipmi_ask(fd, &request, answer);

	if (n < 0) {
		finding_unknown(f, n, path);
		return;
	}
	switch (answer[AT_CODE]) {
	case IS_DONE:
		if (n >= ANSWER_LEN)
			tell(answer, path, f);
		else
			finding_unknown(f, -EBADMSG, path);
		return;
	case NO_SUCH_PARAMETER:
	case NO_SUCH_COMMAND:
	case NO_SUCH_COMMAND_HERE:
		finding_set(f, VERDICT_OK, "the BMC knows no boot options");
		return;
	default:
		finding_set(f, VERDICT_UNKNOWN,
			    "the BMC does not tell its boot options: completion code "
			    "0x%02x (%s)",
			    answer[AT_CODE], path);
	}
}

void guard_bmc_boot(const struct guard_input *in, struct finding *f)
{
	/* As ipmitool looks for it: of udev, devfs and older set-ups. */
	static const char *const paths[] = { "/dev/ipmi0", "/dev/ipmi/0",
					     "/dev/ipmidev/0" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		_cleanup_close_ int fd =
			root_open(in->ctx->root, paths[i], O_RDONLY | O_NONBLOCK);

		if (fd == -ENOENT || fd == -ENOTDIR || fd == -ENXIO || fd == -ENODEV)
			continue;
		if (fd < 0)
			finding_unknown(f, fd, paths[i]);
		else
			ask(in->ctx, fd, paths[i], f);
		return;
	}
	finding_set(f, VERDICT_OK, "no BMC is seen (/dev/ipmi0)");
}
