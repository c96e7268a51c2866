/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the firmware boots: the UEFI variables BootOrder, BootCurrent, BootNext and
 * Boot#### (UEFI specification 2.10, sections 3.1.3 "Load Options", 3.3, and 10.3 "Device
 * Path Nodes").
 */
#ifndef FIND_BOOTORDER_H
#define FIND_BOOTORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/root.h"

#define BOOT_OPTION_MAX ((size_t)64 * 1024)
#define BOOT_NONE (-1)

/* Strings are owned; NULL where there is none. */
struct boot_option {
	unsigned number;
	bool is_active, is_application;
	char *title;
	char *partition; /* its UUID in a GPT, lower case */
	char *path;	 /* of a file on it, with slashes: "/EFI/debian/shimx64.efi" */
	char *arguments; /* "" if there are none; NULL if they are no text */
};
#define BOOT_OPTION_EMPTY     \
	{                     \
		.title = NULL \
	}

/*
 * Reads an EFI_LOAD_OPTION. Pure. Returns 0, -EBADMSG if it is none, -E2BIG above the
 * limit, or -ENOMEM. On failure *@ret is empty.
 */
_must_check_ int boot_option_parse(const uint8_t *data, size_t len,
				   struct boot_option *ret);
void boot_option_done(struct boot_option *option);

/* What is started, as far as the name of the file tells. */
enum boot_program {
	PROGRAM_UNKNOWN,
	PROGRAM_GRUB, /* also shim, which starts it */
	PROGRAM_SYSTEMD_BOOT,
	PROGRAM_REFIND,
	PROGRAM_LIMINE,
	PROGRAM_WINDOWS,
};
enum boot_program boot_option_program(const struct boot_option *option);
const char *boot_program_name(enum boot_program program);

struct bootorder {
	int current; /* BootCurrent: what booted; BOOT_NONE if not known */
	int once;    /* BootNext, which the firmware takes once; or BOOT_NONE */
	bool found;  /* there is a first one: */
	struct boot_option first; /* active, and no application, of BootOrder */
};
#define BOOTORDER_EMPTY                                 \
	{                                               \
		.current = BOOT_NONE, .once = BOOT_NONE \
	}

/*
 * Returns 0; -ENOENT without UEFI or BootOrder; -EBADMSG if one of them is damaged; or
 * another negative errno. On failure *@ret is empty.
 */
_must_check_ int bootorder_read(const struct root *root, struct bootorder *ret);
void bootorder_done(struct bootorder *order);

#endif
