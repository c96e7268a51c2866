/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Machines for the tests of systemd-boot's menu: files in a temporary root, and what
 * bls_menu() tells of them. */
#ifndef BLS_MACHINE_H
#define BLS_MACHINE_H

#include "find/bls.h"

#define ID "0123456789abcdef0123456789abcdef"
#define DIR "/efi/loader/entries/"
#define CONF "/efi/loader/loader.conf"
#define KERNELS                                 \
	{ "/efi/l1", "x" }, { "/efi/l2", "x" }, \
	{                                       \
		"/efi/i", "x"                   \
	}
#define ONE "linux /l1\ninitrd /i\noptions root=1\n"
#define TWO "linux /l2\ninitrd /i\noptions root=2\n"
/* Two entries, of which "b" stands first. */
#define BOTH                            \
	KERNELS, { DIR "a.conf", ONE }, \
	{                               \
		DIR "b.conf", TWO       \
	}
#define LINE_A "a.conf [root=1] /efi/l1 /efi/i\n"
#define LINE_B "b.conf [root=2] /efi/l2 /efi/i\n"
#define DEFAULT_A "a.conf default [root=1] /efi/l1 /efi/i\n"
#define DEFAULT_B "b.conf default [root=2] /efi/l2 /efi/i\n"
#define SDBOOT(version)                                   \
	{                                                 \
		"var:LoaderInfo", "systemd-boot " version \
	}

#define OSREL ".osrel=ID=debian\nPRETTY_NAME=\"Debian\"\nVERSION_ID=12\n"
#define UKI OSREL "|.cmdline=root=1 quiet\n|.linux=x|.initrd=y|.uname=6.1"
#define STUB "|.sdmagic=#### LoaderInfo: systemd-stub 257.13 ####"
#define LINUX "uki:/efi/EFI/Linux/"

/* Paths: "/…" a text; "var:NAME" a variable of the boot loader; "uki:/…" a PE file, its
 * sections with "|" between them. No text: a kernel. */
struct bls_file {
	const char *path, *text;
};

struct bls_machine {
	const char *name;
	struct bls_file files[9];
	const char
		*expected;  /* NULL: there is no menu; else as bls_describe() tells it */
	const char *doubt;  /* something that not_understood says; NULL: it is NULL */
	const char *reason; /* the same of default_reason; NULL: anything */
};

extern struct entry_list bls_list; /* what was found */
extern const struct ctx bls_ctx;

/* Fixture functions: an empty root for an x86-64 machine; and away with it. */
void bls_set_up(void);
void bls_tear_down(void);

void bls_put(const struct bls_file *file);
void bls_put_bytes(const char *path, const void *data, size_t len);

/* [once: WORDS] then a line each: ID [default] [OPTIONS] KERNEL INITRD… [! WHY]. The
 * caller frees it. */
char *bls_describe(void);

/* Makes the machine, reads its menu and compares. */
void bls_check(const struct bls_machine *machine);

#endif
