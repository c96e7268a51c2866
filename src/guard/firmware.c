// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Work that only the firmware or the boot loader can do, and that the UEFI variables tell
 * of. None of it is carried out by a warm reboot; all of it stays pending through one,
 * except for a staged update of fwupd, which fwupd takes for failed and throws away.
 */
#include "guard/firmware.h"

#include <errno.h>
#include <string.h>

#include "guard/rows.h"

#define NAMES_MAX 8192
#define FIRMWARE_DIR "/sys/firmware/efi"

/* OsIndications: UEFI Specification 2.10, section 8.5.4. Bits 0x08 and 0x10 tell what is
 * supported and ask for nothing. */
#define OS_BOOT_TO_FW_UI 0x01U
#define OS_TIMESTAMP_REVOCATION 0x02U
#define OS_FILE_CAPSULE_DELIVERY 0x04U
#define OS_START_OS_RECOVERY 0x20U
#define OS_START_PLATFORM_RECOVERY 0x40U
#define OS_JSON_CONFIG_DATA_REFRESH 0x80U

/*
 * fwupd-GUID-N: version u32, GUID, flags u32, hardware instance u64, the time of the
 * attempt (16 bytes), then the status, u32 (FuStructEfiUpdateInfo of fwupd). All little
 * endian.
 */
#define FWUPD_STATUS_AT 48
#define FWUPD_ATTEMPT_UPDATE 1U

const char *const firmware_esp_places[] = { "/efi", "/boot/efi", "/boot", NULL };

int firmware_look(const struct ctx *ctx, struct firmware *ret)
{
	int r;

	*ret = (struct firmware){ .names = STRV_EMPTY };
	r = root_list(ctx->root, EFIVAR_DIR, NAMES_MAX, &ret->names);
	if (r == -ENOMEM)
		return r;
	if (r == -ENOENT || r == -ENOTDIR) {
		ret->uefi = root_exists(ctx->root, FIRMWARE_DIR);
		ret->r = ret->uefi ? r : 0;
		return 0;
	}
	ret->uefi = true;
	/* The folder is there also without the file system that belongs into it, and no
	 * firmware is without any variable. */
	ret->r = r == 0 && ret->names.count == 0 ? -ENODEV : r;
	return 0;
}

void firmware_done(struct firmware *firmware)
{
	strv_done(&firmware->names);
}

bool firmware_has(const struct firmware *firmware, const char *name, const char *guid)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < firmware->names.count; i++) {
		const char *is = firmware->names.items[i];

		if (strncmp(is, name, len) == 0 && is[len] == '-' &&
		    streq(is + len + 1, guid))
			return true;
	}
	return false;
}

bool firmware_unreadable(const struct guard_input *in, struct finding *f)
{
	int r = in->firmware->r;

	if (r == 0)
		return false;
	finding_set(f, VERDICT_UNKNOWN, "the UEFI variables cannot be read: %s",
		    r == -ENODEV || r == -ENOENT
			    ? "efivarfs is not mounted, or the kernel runs without them"
			    : strerror(-r));
	f->remedy = "mount -t efivarfs efivarfs " EFIVAR_DIR
		    "; a kernel without them can be started with efi=runtime";
	return true;
}

/* What each row starts with: nothing is pending where there are no variables. */
static bool answered(const struct guard_input *in, struct finding *f)
{
	if (in->firmware->uefi)
		return firmware_unreadable(in, f);
	finding_set(f, VERDICT_OK, "the machine was not booted by UEFI");
	return true;
}

/* Is the variable there and set? 1; 0, also for one that was never written (0 bytes); or
 * a negative errno. */
static int is_set(const struct guard_input *in, const char *name, const char *guid)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;
	int r;

	if (!firmware_has(in->firmware, name, guid))
		return 0;
	r = efivar_read(in->ctx->root, name, guid, 65536, &data, &len, NULL);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}

static int os_indications(const struct guard_input *in, uint64_t *ret)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;
	int r = -ENOENT;

	*ret = 0;
	if (firmware_has(in->firmware, "OsIndications", EFIVAR_GLOBAL))
		r = efivar_read(in->ctx->root, "OsIndications", EFIVAR_GLOBAL, 8, &data,
				&len, NULL);
	if (r == -ENOENT)
		return 0;
	if (r == 0 && len != 8)
		r = -EBADMSG;
	for (size_t i = 0; r == 0 && i < len; i++)
		*ret |= (uint64_t)data[i] << (8 * i);
	return r;
}

/* Has fwupd left a variable that asks for an update? 1 with the name; 0; or a negative
 * errno. */
static int fwupd_variable(const struct guard_input *in, const char **ret_name)
{
	for (size_t i = 0; i < in->firmware->names.count; i++) {
		const char *full = in->firmware->names.items[i];
		_cleanup_free_ uint8_t *data = NULL;
		_cleanup_free_ char *name = NULL;
		size_t len;
		int r;

		if (!starts_with(full, "fwupd-") || !ends_with(full, "-" EFIVAR_FWUPD) ||
		    starts_with(full, "fwupd-ux-capsule-") ||
		    strlen(full) == strlen("fwupd-" EFIVAR_FWUPD))
			continue;
		name = strndup(full, strlen(full) - strlen("-" EFIVAR_FWUPD));
		if (!name)
			return -ENOMEM;
		r = efivar_read(in->ctx->root, name, EFIVAR_FWUPD, 65536, &data, &len,
				NULL);
		if (r == -ENOENT)
			continue;
		if (r == 0 && len < FWUPD_STATUS_AT + 4)
			r = -EBADMSG;
		*ret_name = full;
		if (r < 0)
			return r;
		if (data[FWUPD_STATUS_AT] == FWUPD_ATTEMPT_UPDATE &&
		    data[FWUPD_STATUS_AT + 1] == 0 && data[FWUPD_STATUS_AT + 2] == 0 &&
		    data[FWUPD_STATUS_AT + 3] == 0)
			return 1;
	}
	return 0;
}

/* Files for the firmware on the EFI system partition. Some firmware (U-Boot) takes them
 * without being asked for it in OsIndications. 1 with the file, 0, or a negative errno.
 */
static int capsule_file(const struct ctx *ctx, char **ret_path)
{
	for (size_t i = 0; firmware_esp_places[i]; i++) {
		_cleanup_free_ char *path =
			strf("%s/EFI/UpdateCapsule", firmware_esp_places[i]);
		_cleanup_strv_ struct strv names = STRV_EMPTY;
		int r = path ? root_list(ctx->root, path, NAMES_MAX, &names) : -ENOMEM;

		if (r == -ENOENT || r == -ENOTDIR)
			continue;
		if (r == 0 && names.count == 0)
			continue;
		*ret_path = r == 0 ? strf("%s/%s", path, names.items[0]) : NULL;
		return r < 0 ? r : *ret_path ? 1 : -ENOMEM;
	}
	return 0;
}

void guard_capsule(const struct guard_input *in, struct finding *f)
{
	_cleanup_free_ char *path = NULL;
	const char *name = NULL;
	uint64_t bits;
	int r;

	if (answered(in, f))
		return;
	r = os_indications(in, &bits);
	if (r < 0) {
		finding_unknown(f, r, "OsIndications");
		return;
	}
	if (bits & OS_FILE_CAPSULE_DELIVERY) {
		finding_set(
			f, VERDICT_VETO,
			"a firmware update is staged: OsIndications asks the firmware "
			"to take capsule files");
		return;
	}
	r = fwupd_variable(in, &name);
	if (r < 0)
		finding_unknown(f, r, str_or(name, "a variable of fwupd"));
	else if (r > 0)
		finding_set(f, VERDICT_VETO,
			    "a firmware update of fwupd is staged (variable %s)", name);
	if (r != 0)
		return;
	r = capsule_file(in->ctx, &path);
	if (r < 0)
		finding_unknown(f, r, "EFI/UpdateCapsule on the EFI system partition");
	else if (r > 0)
		finding_set(f, VERDICT_VETO,
			    "a firmware update is staged on the EFI system partition: %s",
			    path);
	else
		finding_set(f, VERDICT_OK, "no firmware update is staged");
}

/* logind's request where it does not write the variable itself
 * (org.freedesktop.login1(5), SetRebootToFirmwareSetup). */
#define SETUP_FLAG "/run/systemd/reboot-to-firmware-setup"

void guard_firmware_setup(const struct guard_input *in, struct finding *f)
{
	uint64_t bits;
	int r;

	if (root_exists(in->ctx->root, SETUP_FLAG)) {
		finding_set(f, VERDICT_VETO,
			    "a boot into the firmware's setup is asked "
			    "for (" SETUP_FLAG ")");
		return;
	}
	if (answered(in, f))
		return;
	r = os_indications(in, &bits);
	if (r < 0)
		finding_unknown(f, r, "OsIndications");
	else if (bits & OS_BOOT_TO_FW_UI)
		finding_set(f, VERDICT_VETO,
			    "a boot into the firmware's setup is asked for "
			    "(OsIndications)");
	else
		finding_set(f, VERDICT_OK, "not asked for");
}

void guard_firmware_recovery(const struct guard_input *in, struct finding *f)
{
	static const struct {
		uint64_t bit;
		const char *words;
	} requests[] = {
		{ OS_START_OS_RECOVERY, "a recovery of the system" },
		{ OS_START_PLATFORM_RECOVERY, "a recovery of the platform" },
		{ OS_JSON_CONFIG_DATA_REFRESH, "its configuration data anew" },
		{ OS_TIMESTAMP_REVOCATION, "a revocation by time" },
	};
	uint64_t bits;
	int r;

	if (answered(in, f))
		return;
	r = os_indications(in, &bits);
	if (r < 0) {
		finding_unknown(f, r, "OsIndications");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		if (bits & requests[i].bit) {
			finding_set(f, VERDICT_VETO,
				    "the firmware is asked for %s (OsIndications %#llx)",
				    requests[i].words, (unsigned long long)bits);
			return;
		}
	finding_set(f, VERDICT_OK, "not asked for");
}

/* The first of the variables that is set. */
static void look_for_any(const struct guard_input *in, struct finding *f,
			 const char *const names[], const char *guid, const char *words)
{
	if (answered(in, f))
		return;
	for (size_t i = 0; names[i]; i++) {
		int r = is_set(in, names[i], guid);

		if (r < 0)
			finding_unknown(f, r, names[i]);
		else if (r > 0)
			finding_set(f, VERDICT_VETO, "%s (variable %s)", words, names[i]);
		if (r != 0)
			return;
	}
	finding_set(f, VERDICT_OK, "not asked for");
}

void guard_boot_next(const struct guard_input *in, struct finding *f)
{
	static const char *const names[] = { "BootNext", NULL };

	look_for_any(in, f, names, EFIVAR_GLOBAL,
		     "another boot entry of the firmware is set for the next boot");
}

/* logind's requests where it does not write the variables (org.freedesktop.login1(5)). */
static const char *const loader_flags[] = { "/run/systemd/reboot-to-boot-loader-menu",
					    "/run/systemd/reboot-to-boot-loader-entry",
					    NULL };

void guard_loader_once(const struct guard_input *in, struct finding *f)
{
	static const char *const names[] = { "LoaderEntryOneShot",
					     "LoaderConfigTimeoutOneShot", NULL };

	for (size_t i = 0; loader_flags[i]; i++)
		if (root_exists(in->ctx->root, loader_flags[i])) {
			finding_set(f, VERDICT_VETO,
				    "the boot loader is asked for something at the next "
				    "boot (%s)",
				    loader_flags[i]);
			return;
		}
	look_for_any(in, f, names, EFIVAR_LOADER,
		     "the boot loader is asked for something at the next boot");
}

/*
 * What makes shim start MokManager (check_mok_request() in its mok.c), and the two
 * policies that it carries out and deletes (SbatPolicy, SSPPolicy). MokDelAuth and
 * MokXDelAuth alone ask for nothing.
 */
void guard_mok(const struct guard_input *in, struct finding *f)
{
	static const char *const names[] = {
		"MokNew",     "MokSB",	   "MokPW",   "MokAuth",  "MokDel",
		"MokDB",      "MokXNew",   "MokXDel", "MokXAuth", "MokListTrustedNew",
		"SbatPolicy", "SSPPolicy", NULL
	};

	look_for_any(in, f, names, EFIVAR_SHIM,
		     "shim is asked to change keys or policies at the next boot");
}
