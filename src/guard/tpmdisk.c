// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks that the TPM unlocks when its registers hold what they held when the key was
 * sealed. A kexec resets no register, and the next boot extends some of them once more:
 * then the disk stays locked, and a machine without a keyboard is lost.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "guard/blockdev.h"
#include "guard/luks2.h"
#include "guard/rows.h"
#include "guard/words.h"

#define TPM_CLASS "/sys/class/tpm"
#define BLOCK_DIR "/sys/block"
#define CRYPTTAB_MAX (1024 * 1024)

/*
 * What becomes of the registers (TCG PC Client Platform Firmware Profile 1.06, section
 * 3.3.4; the UAPI group's TPM PCR registry). Those not named are not known to stay right.
 */
static const struct {
	uint32_t number;
	bool stays; /* as a boot through the firmware would leave it */
} registers[] = {
	{ 0, true },   /* the firmware's code */
	{ 1, true },   /* its configuration */
	{ 2, true },   /* code of cards */
	{ 3, true },   /* their configuration */
	{ 4, false },  /* boot loader and kernel image: still the old kernel's */
	{ 5, true },   /* partition table and the loader's configuration */
	{ 6, true },   /* the manufacturer's */
	{ 7, true },   /* Secure Boot */
	{ 8, false },  /* GRUB's commands, command line: still the old kernel's */
	{ 9, false },  /* files that GRUB or the stub read: likewise */
	{ 10, false }, /* IMA: goes on growing */
	{ 11, false }, /* unified kernel image and boot phases: extended once more */
	{ 12, false }, /* its command line and credentials: the old kernel's */
	{ 13, false }, /* its extensions: likewise */
	{ 14, true },  /* shim's keys */
	{ 15, false }, /* machine id, volume keys, file systems: extended once more */
};

static bool stays(uint32_t number)
{
	for (size_t i = 0; i < ARRAY_SIZE(registers); i++)
		if (registers[i].number == number)
			return registers[i].stays;
	return false;
}

/* All that is known of the machine's disks. */
struct disks {
	/* Below open volumes; and what a configuration says the TPM unlocks. */
	struct strv open, from_tpm;
	/* One of the former has its header still further below. */
	bool integrity;
	/* What a configuration says so of without naming a device. */
	const char *vague;
	/* One of the former whose tokens do not tell by what. */
	const char *unexplained;
	/* crypttab names a key script that asks a TPM. */
	bool script;
	/* A token asks the TPM; registers of tokens that stay right. */
	bool any;
	uint32_t right;
	/* clevis can bind LUKS1 volumes, too, in a place that is not read here. */
	bool luks1;
};

/* The devices below the device-mapper device @name. */
static int add_below(const struct ctx *ctx, const char *name, struct disks *disks)
{
	_cleanup_free_ char *path = strf(BLOCK_DIR "/%s/slaves", name);
	_cleanup_strv_ struct strv slaves = STRV_EMPTY;
	int r = path ? root_list(ctx->root, path, 64, &slaves) : -ENOMEM;

	for (size_t i = 0; i < slaves.count && r == 0; i++) {
		for (char *p = slaves.items[i]; *p; p++)
			if (*p == '!') /* how sysfs writes a slash */
				*p = '/';
		r = strv_take(&disks->open, strf("/dev/%s", slaves.items[i]));
	}
	return r;
}

/*
 * Volumes that are open. dm/uuid is "CRYPT-LUKS2-…" for them; with integrity there is one
 * more device in between, "CRYPT-SUBDEV-…" or "CRYPT-INTEGRITY-…", and the header is on
 * what is below that (cryptsetup).
 */
static int add_open_volume(const struct ctx *ctx, const char *name, struct disks *disks)
{
	_cleanup_free_ char *path = strf(BLOCK_DIR "/%s/dm/uuid", name), *uuid = NULL;
	int r = path ? root_read_line(ctx->root, path, &uuid) : -ENOMEM;

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	if (r < 0)
		return r;
	disks->luks1 |= starts_with(uuid, "CRYPT-LUKS1-");
	disks->integrity |= starts_with(uuid, "CRYPT-SUBDEV-") ||
			    starts_with(uuid, "CRYPT-INTEGRITY-");
	if (!starts_with(uuid, "CRYPT-LUKS2-") && !starts_with(uuid, "CRYPT-SUBDEV-") &&
	    !starts_with(uuid, "CRYPT-INTEGRITY-"))
		return 0;
	return add_below(ctx, name, disks);
}

static int add_open_volumes(const struct ctx *ctx, struct disks *disks)
{
	_cleanup_strv_ struct strv names = STRV_EMPTY;
	int r = root_list(ctx->root, BLOCK_DIR, 8192, &names);

	for (size_t i = 0; i < names.count && r == 0; i++)
		if (starts_with(names.items[i], "dm-"))
			r = add_open_volume(ctx, names.items[i], disks);
	return r == -ENOENT || r == -ENOTDIR ? 0 : r;
}

/* The next word of @p, cut off with a NUL; NULL at the end of the line. */
static char *next_word(char **p)
{
	char *word = *p + strspn(*p, " \t");

	if (!*word)
		return NULL;
	*p = word + strcspn(word, " \t");
	if (**p)
		*(*p)++ = '\0';
	return word;
}

/* crypttab(5): NAME DEVICE [KEY [OPTIONS]]. */
static int add_crypttab_line(char *line, struct disks *disks)
{
	char *p = line + strspn(line, " \t"), *device, *options = NULL;
	char *path;

	if (!*p || *p == '#' || !next_word(&p))
		return 0;
	device = next_word(&p);
	if (next_word(&p))
		options = next_word(&p);
	if (!device || !options || !strstr(options, "tpm"))
		return 0;
	if (!strstr(options, "tpm2-device=")) {
		disks->script |= strstr(options, "keyscript=") != NULL;
		return 0;
	}
	path = blockdev_path(device);
	if (!path) {
		disks->vague = "a volume of /etc/crypttab";
		return 0;
	}
	return strv_take(&disks->from_tpm, path);
}

static int add_crypttab(const struct ctx *ctx, const char *file, struct disks *disks)
{
	_cleanup_free_ char *text = NULL;
	char *save = NULL;
	int r = root_read(ctx->root, file, CRYPTTAB_MAX, &text, NULL);

	if (r == -ENOENT || r == -ENOTDIR)
		return 0;
	for (char *line = r == 0 ? strtok_r(text, "\n", &save) : NULL; line && r == 0;
	     line = strtok_r(NULL, "\n", &save))
		r = add_crypttab_line(line, disks);
	return r;
}

/* systemd-cryptsetup-generator(8): options there are for every volume, or for one that is
 * open now, too. */
static int check_cmdline(const struct ctx *ctx, struct disks *disks)
{
	_cleanup_free_ char *line = NULL;
	struct cmdline_word word;
	const char *cursor;
	int r = root_read_line(ctx->root, "/proc/cmdline", &line);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	cursor = line;
	while (cmdline_next(&cursor, &word)) {
		_cleanup_free_ char *value = NULL;

		if (!word.value || (!cmdline_word_is(&word, "rd.luks.options") &&
				    !cmdline_word_is(&word, "luks.options")))
			continue;
		value = strndup(word.value, word.value_len);
		if (!value)
			return -ENOMEM;
		if (strstr(value, "tpm2-device="))
			disks->vague = "a volume (rd.luks.options=)";
	}
	return 0;
}

/* 1 if it is a LUKS2 volume, whose tokens are added; 0 if not; or a negative errno. */
static int read_tokens(const struct ctx *ctx, const char *device,
		       struct tpm_binding *binding)
{
	_cleanup_free_ char *area = malloc(LUKS2_HEADER_LEN);
	size_t len;
	int r = area ? blockdev_read(ctx, device, 0, area, LUKS2_HEADER_LEN) : -ENOMEM;

	if (r == 0)
		r = luks2_area_length((const uint8_t *)area, LUKS2_HEADER_LEN, &len);
	if (r <= 0)
		return r;
	free(area);
	len -= LUKS2_HEADER_LEN;
	area = malloc(len);
	r = area ? blockdev_read(ctx, device, LUKS2_HEADER_LEN, area, len) : -ENOMEM;
	if (r == 0)
		r = luks2_tokens(area, len, binding);
	return r < 0 ? r : 1;
}

/* "7, 11" of those bits. */
static char *list_registers(uint32_t bits)
{
	char *text = strdup("");

	for (uint32_t i = 0; i < 32 && text; i++) {
		char *longer;

		if (!(bits & (1U << i)))
			continue;
		longer = strf("%s%s%" PRIu32, text, *text ? ", " : "", i);
		free(text);
		text = longer;
	}
	return text;
}

/* Does it veto? Then the finding is set. Registers that stay are added to *@right. */
static bool judge(const char *device, const struct tpm_binding *binding, uint32_t *right,
		  struct finding *f)
{
	_cleanup_free_ char *text = NULL;
	uint32_t wrong = 0;

	for (uint32_t i = 0; i < 32; i++)
		if ((binding->registers & (1U << i)) && !stays(i))
			wrong |= 1U << i;
	*right |= binding->registers & ~wrong;
	if (!wrong && !binding->pcrlock && !binding->opaque)
		return false;
	text = list_registers(wrong);
	if (!text)
		return true; /* out of memory: the finding has no words */
	finding_set(
		f, VERDICT_VETO,
		"the key of %s is bound to the TPM's %s%s, which a warm reboot does not "
		"leave as a boot through the firmware would",
		device, wrong ? "registers " : "",
		wrong		   ? text
		: binding->pcrlock ? "state by systemd-pcrlock"
				   : "state in a way that is not understood");
	return true;
}

static int gather(const struct ctx *ctx, struct disks *disks)
{
	int r = add_open_volumes(ctx, disks);

	if (r == 0)
		r = add_crypttab(ctx, "/etc/crypttab", disks);
	if (r == 0)
		r = add_crypttab(ctx, "/etc/crypttab.initramfs", disks);
	return r < 0 ? r : check_cmdline(ctx, disks);
}

/* What is left to say when no token objects. */
static void conclude(const struct guard_input *in, const struct disks *disks,
		     struct finding *f)
{
	_cleanup_free_ char *text = list_registers(disks->right);

	if (disks->script)
		finding_set(f, VERDICT_UNKNOWN,
			    "a key script of /etc/crypttab asks the TPM: what its key is "
			    "bound to is not known");
	else if (disks->luks1 &&
		 root_exists(in->ctx->root, "/usr/bin/clevis-luks-unlock"))
		finding_set(f, VERDICT_UNKNOWN,
			    "clevis is installed, and its data in a LUKS1 volume is not "
			    "read");
	else if (disks->unexplained)
		finding_set(
			f, VERDICT_UNKNOWN,
			"what unlocks %s cannot be told: the TPM is to, or its header "
			"is kept elsewhere, and no token tells by which registers",
			disks->unexplained);
	else if (disks->any && text)
		finding_set(f, VERDICT_OK,
			    "the TPM unlocks disks by registers that stay right: %s",
			    *text ? text : "none");
	else if (text)
		finding_set(f, VERDICT_OK, "no disk is unlocked by the TPM");
}

static void disks_done(struct disks *disks)
{
	strv_done(&disks->open);
	strv_done(&disks->from_tpm);
}

/* What the tokens of one device say. True: the finding is set, and nothing more is to be
 * looked at. */
static bool look_at(const struct guard_input *in, const char *device, bool by_tpm,
		    struct disks *disks, struct finding *f)
{
	struct tpm_binding binding = { .any = false };
	int r = read_tokens(in->ctx, device, &binding);

	if (r == -ENOENT && by_tpm)
		return false; /* not there: it will not be unlocked either */
	if (r < 0) {
		finding_unknown(f, r, device);
		return true;
	}
	if (judge(device, &binding, &disks->right, f))
		return true;
	disks->any |= binding.any;
	/* Without a token; or the header of an open volume is kept elsewhere. */
	if (by_tpm ? !binding.any : r == 0 && !disks->integrity)
		disks->unexplained = device;
	return false;
}

void guard_tpm_disk(const struct guard_input *in, struct finding *f)
{
	_cleanup_(disks_done) struct disks disks = { .script = false };
	_cleanup_strv_ struct strv tpms = STRV_EMPTY;
	int r = root_list(in->ctx->root, TPM_CLASS, 64, &tpms);

	if (r == -ENOENT || r == -ENOTDIR || (r == 0 && tpms.count == 0)) {
		finding_set(f, VERDICT_OK, "there is no TPM");
		return;
	}
	if (r == 0)
		r = gather(in->ctx, &disks);
	if (r < 0) {
		finding_unknown(f, r, "what the TPM unlocks");
		return;
	}
	for (size_t i = 0; i < disks.open.count; i++)
		if (look_at(in, disks.open.items[i], false, &disks, f))
			return;
	for (size_t i = 0; i < disks.from_tpm.count; i++)
		if (look_at(in, disks.from_tpm.items[i], true, &disks, f))
			return;
	if (!disks.any && !disks.unexplained)
		disks.unexplained = disks.vague;
	conclude(in, &disks, f);
}
