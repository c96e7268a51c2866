// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/bootorder.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/efivar.h"

#define ACTIVE 0x00000001u
#define CATEGORY 0x00001f00u
#define CATEGORY_BOOT 0x00000000u

#define NODE_MEDIA 0x04
#define MEDIA_HARD_DRIVE 0x01
#define MEDIA_FILE 0x04
#define NODE_END 0x7f
#define HARD_DRIVE_BYTES 42
#define SIGNATURE_GPT 0x02

#define ORDER_MAX 4096 /* bytes: two an entry */

static unsigned le16(const uint8_t *p)
{
	return p[0] | (unsigned)p[1] << 8;
}

static uint32_t le32(const uint8_t *p)
{
	return le16(p) | (uint32_t)le16(p + 2) << 16;
}

/* A GUID as UEFI stores it: the first three fields are little endian. */
static char *guid_text(const uint8_t *g)
{
	return strf("%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x", le32(g),
		    le16(g + 4), le16(g + 6), g[8], g[9], g[10], g[11], g[12], g[13],
		    g[14], g[15]);
}

/* Appends a part of the file's path: "\EFI\x" and "y" are "/EFI/x/y". */
static int add_path(struct boot_option *option, const uint8_t *data, size_t len)
{
	_cleanup_free_ char *part = NULL;
	char *whole, *to;
	int r = efivar_text(data, len, &part, NULL);

	if (r < 0)
		return r;
	whole = malloc((option->path ? strlen(option->path) : 0) + strlen(part) + 2);
	if (!whole)
		return -ENOMEM;
	to = option->path ? stpcpy(whole, option->path) : whole;
	for (const char *p = part; *p;) {
		size_t n;

		p += strspn(p, "\\/");
		n = strcspn(p, "\\/");
		if (n > 0) {
			*to++ = '/';
			memcpy(to, p, n);
			to += n;
		}
		p += n;
	}
	*to = '\0';
	free(option->path);
	option->path = whole;
	return 0;
}

static int read_node(struct boot_option *option, const uint8_t *node, size_t len)
{
	if (node[0] != NODE_MEDIA)
		return 0;
	if (node[1] == MEDIA_FILE)
		return add_path(option, node + 4, len - 4);
	if (node[1] == MEDIA_HARD_DRIVE && len >= HARD_DRIVE_BYTES &&
	    node[41] == SIGNATURE_GPT && !option->partition) {
		option->partition = guid_text(node + 24);
		return option->partition ? 0 : -ENOMEM;
	}
	return 0;
}

/* The first path of the list; others are for who knows them. */
static int read_path(struct boot_option *option, const uint8_t *data, size_t len)
{
	int r = 0;

	while (r == 0) {
		size_t n;

		if (len < 4)
			return -EBADMSG;
		n = le16(data + 2);
		if (n < 4 || n > len)
			return -EBADMSG;
		if (data[0] == NODE_END)
			return 0;
		r = read_node(option, data, n);
		data += n;
		len -= n;
	}
	return r;
}

/* Optional data: for a Linux kernel its command line in UTF-16. */
static int read_arguments(struct boot_option *option, const uint8_t *data, size_t len)
{
	size_t used = 0;
	int r = efivar_text(data, len, &option->arguments, &used);

	if (r == -EBADMSG)
		return 0;
	if (r < 0)
		return r;
	/* Something behind the end of the text: then it is none. */
	for (; used < len; used++)
		if (data[used] != 0) {
			free(option->arguments);
			option->arguments = NULL;
			return 0;
		}
	return 0;
}

static int parse(const uint8_t *data, size_t len, struct boot_option *option)
{
	size_t path_len, used;
	uint32_t attributes;
	int r;

	if (len < 6)
		return -EBADMSG;
	attributes = le32(data);
	path_len = le16(data + 4);
	option->is_active = attributes & ACTIVE;
	option->is_application = (attributes & CATEGORY) != CATEGORY_BOOT;
	data += 6;
	len -= 6;
	r = efivar_text(data, len, &option->title, &used);
	if (r < 0)
		return r;
	data += used;
	len -= used;
	if (path_len > len)
		return -EBADMSG;
	r = read_path(option, data, path_len);
	return r < 0 ? r : read_arguments(option, data + path_len, len - path_len);
}

int boot_option_parse(const uint8_t *data, size_t len, struct boot_option *ret)
{
	int r;

	*ret = (struct boot_option)BOOT_OPTION_EMPTY;
	if (len > BOOT_OPTION_MAX)
		return -E2BIG;
	r = parse(data, len, ret);
	if (r < 0)
		boot_option_done(ret);
	return r;
}

void boot_option_done(struct boot_option *option)
{
	free(option->title);
	free(option->partition);
	free(option->path);
	free(option->arguments);
	*option = (struct boot_option)BOOT_OPTION_EMPTY;
}

enum boot_program boot_option_program(const struct boot_option *option)
{
	static const struct {
		const char *pattern;
		enum boot_program program;
	} names[] = {
		{ "grub*.efi", PROGRAM_GRUB },
		{ "shim*.efi", PROGRAM_GRUB },
		{ "systemd-boot*.efi", PROGRAM_SYSTEMD_BOOT },
		{ "refind*.efi", PROGRAM_REFIND },
		{ "limine*.efi", PROGRAM_LIMINE },
		{ "bootmgfw.efi", PROGRAM_WINDOWS },
	};
	const char *slash = option->path ? strrchr(option->path, '/') : NULL;

	for (size_t i = 0; slash && i < ARRAY_SIZE(names); i++)
		if (fnmatch(names[i].pattern, slash + 1, FNM_CASEFOLD) == 0)
			return names[i].program;
	return PROGRAM_UNKNOWN;
}

const char *boot_program_name(enum boot_program program)
{
	static const char *const names[] = {
		[PROGRAM_UNKNOWN] = "another program",
		[PROGRAM_GRUB] = "GRUB",
		[PROGRAM_SYSTEMD_BOOT] = "systemd-boot",
		[PROGRAM_REFIND] = "rEFInd",
		[PROGRAM_LIMINE] = "Limine",
		[PROGRAM_WINDOWS] = "Windows",
	};

	return names[program];
}

/* Returns 0 or a negative errno; *@ret is BOOT_NONE if the variable is not set. */
static int read_number(const struct root *root, const char *name, int *ret)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;
	int r = efivar_read(root, name, EFIVAR_GLOBAL, 2, &data, &len, NULL);

	*ret = BOOT_NONE;
	if (r == -ENOENT)
		return 0;
	if (r < 0 || len != 2)
		return r < 0 ? r : -EBADMSG;
	*ret = (int)le16(data);
	return 0;
}

static int read_option(const struct root *root, unsigned number, struct boot_option *ret)
{
	_cleanup_free_ uint8_t *data = NULL;
	char name[16];
	size_t len;
	int r;

	snprintf(name, sizeof(name), "Boot%04X", number & 0xffff);
	r = efivar_read(root, name, EFIVAR_GLOBAL, BOOT_OPTION_MAX, &data, &len, NULL);
	if (r == 0)
		r = boot_option_parse(data, len, ret);
	ret->number = number;
	return r;
}

static int find_first(const struct root *root, struct bootorder *order)
{
	_cleanup_free_ uint8_t *data = NULL;
	size_t len;
	int r = efivar_read(root, "BootOrder", EFIVAR_GLOBAL, ORDER_MAX, &data, &len,
			    NULL);

	if (r < 0)
		return r;
	if (len % 2 != 0)
		return -EBADMSG;
	for (size_t i = 0; i < len && !order->found; i += 2) {
		struct boot_option option = BOOT_OPTION_EMPTY;

		r = read_option(root, le16(data + i), &option);
		if (r == -ENOENT)
			continue; /* of one that was removed; the firmware skips it */
		if (r < 0)
			return r;
		if (option.is_active && !option.is_application) {
			order->first = option;
			order->found = true;
		} else {
			boot_option_done(&option);
		}
	}
	return 0;
}

int bootorder_read(const struct root *root, struct bootorder *ret)
{
	int r;

	*ret = (struct bootorder)BOOTORDER_EMPTY;
	r = find_first(root, ret);
	if (r == 0)
		r = read_number(root, "BootCurrent", &ret->current);
	if (r == 0)
		r = read_number(root, "BootNext", &ret->once);
	if (r < 0)
		bootorder_done(ret);
	return r;
}

void bootorder_done(struct bootorder *order)
{
	boot_option_done(&order->first);
	*order = (struct bootorder)BOOTORDER_EMPTY;
}
