// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Texts and tables of the largest size that their parsers take (of a MiB, where that is
 * more), made of what would cost most if a parser looked at the rest again at each step,
 * or kept much of little. Within bounds of memory and processor time, whatever comes out
 * of it.
 */
#include <check.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"
#include "base/envfile.h"
#include "base/fdt.h"
#include "base/util.h"
#include "bounds.h"
#include "find/blsentry.h"
#include "find/blsname.h"
#include "find/bootorder.h"
#include "find/extlinuxconf.h"
#include "find/grubenv.h"
#include "find/grubmounts.h"
#include "find/loaderconf.h"
#include "find/mounttab.h"
#include "find/version.h"
#include "guard/luks2.h"
#include "guard/snapshot.h"
#include "guard/sqlite.h"
#include "keep/shellscan.h"
#include "keep/shellvar.h"
#include "plan/rpmlist.h"
#include "verify/cmdline.h"
#include "verify/report.h"

Suite *hostile_text_suite(void);

#define MEMORY_MIB 192
#define MIB ((size_t)1024 * 1024)

/* --- The parsers -------------------------------------------------------------- */

/* Each returns -ENOMEM if memory was all that ended it. */

static int no_memory(int a, int b)
{
	return a == -ENOMEM || b == -ENOMEM ? -ENOMEM : 0;
}

static int read_envfile(char *text, size_t len)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	int r = envfile_parse(text, len, &file);

	if (r == 0)
		(void)envfile_get(&file, "none");
	return r;
}

static int read_shell(char *text, size_t len)
{
	_cleanup_free_ char *value = NULL, *out = NULL;
	int r = shellvar_get(text, "K", &value);

	(void)len;
	return no_memory(r, shellvar_set(text, "K", "value", &out));
}

static int read_mount_tables(char *text, size_t len)
{
	_cleanup_(mounttab_done) struct mounttab wanted = MOUNTTAB_EMPTY,
						 mounted = MOUNTTAB_EMPTY;
	int a = mounttab_parse_fstab(text, len, &wanted),
	    b = mounttab_parse_mountinfo(text, len, &mounted);

	if (a == 0)
		(void)mounttab_find(&wanted, "/boot", NULL);
	if (b == 0)
		(void)mounttab_below(&mounted, "/boot");
	return no_memory(a, b);
}

static int read_mount_options(char *text, size_t len)
{
	_cleanup_free_ char *data = NULL;

	(void)len;
	return mounttab_data(text, &data);
}

static int read_grub_mounts(char *text, size_t len)
{
	_cleanup_(grubmounts_done) struct grubmounts mounts = { .count = 0 };
	struct grubmount mount = { .uuid = NULL };
	int r = no_memory(grubmounts_read_mountinfo(&mounts, text),
			  grubmounts_read_fstab(&mounts, text));

	(void)len;
	r = no_memory(r, grubmount_read_udev(&mount, text));
	free(mount.uuid);
	free(mount.label);
	/* More mounts than it has room for are no memory, too. */
	return mounts.count == GRUBMOUNTS_MAX ? 0 : r;
}

static int read_snapshots(char *text, size_t len)
{
	uint64_t id;

	(void)len;
	(void)snapshot_mounted(text, &id);
	(void)snapshot_default(text, &id);
	return 0;
}

static int read_extlinux(char *text, size_t len)
{
	struct extlinuxconf conf = EXTLINUXCONF_EMPTY;
	const char *why;
	unsigned number = 0;
	int r = 0;

	for (size_t at = 0, n; r >= 0 && at < len; at += n + 1) {
		_cleanup_free_ char *include = NULL;

		n = strcspn(text + at, "\n");
		r = extlinuxconf_line(&conf, text + at, n, 0, ++number, &include);
	}
	(void)extlinuxconf_default(&conf, &why);
	extlinuxconf_done(&conf);
	return r;
}

static int read_entry(char *text, size_t len)
{
	struct blsentry entry;
	int r = blsentry_parse(text, len, &entry);

	if (r == 0) {
		(void)blsentry_unquote(&entry);
		blsentry_done(&entry);
	}
	return r;
}

static int read_loader(char *text, size_t len)
{
	struct loaderconf conf;
	int r = loaderconf_parse(text, len, &conf);

	if (r == 0)
		loaderconf_done(&conf);
	return r;
}

/* As a pattern, for names of the longest that a file can have. */
static int match_name(char *text, size_t len)
{
	char name[256];

	(void)len;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < 1000; i++)
		(void)blsname_matches(text, name);
	return 0;
}

static int read_grubenv(char *text, size_t len)
{
	struct grubenv env;
	int r = grubenv_parse(text, len, &env);

	if (r == 0)
		grubenv_done(&env);
	return r;
}

static int read_variable(char *text, size_t len)
{
	struct boot_option option;
	char *value = NULL;
	size_t used;
	int r = efivar_text((const uint8_t *)text, len, &value, &used),
	    other = boot_option_parse((const uint8_t *)text, len, &option);

	free(value);
	if (other == 0)
		boot_option_done(&option);
	return no_memory(r, other);
}

static int read_versions(char *text, size_t len)
{
	_cleanup_free_ char *other = strdup(text), *flavour = malloc(len + 1);

	other[len - 1] ^= 1;
	for (int i = 0; i < 20; i++)
		(void)version_compare(text, other);
	return version_flavour(text, flavour, len + 1);
}

static int edit_cmdline(char *text, size_t len)
{
	char *items[] = { (char[]){ "*a*a*a*a*a*a*a*a*b" }, (char[]){ "x=" }, NULL };
	struct strv remove = { items, 2 };
	struct cmdline_edit edit = { &remove, "panic=10 a b c" };
	_cleanup_free_ char *out = NULL;
	struct cmdline_word word;

	(void)len;
	(void)cmdline_find_rescue(text, &word);
	return cmdline_edit(text, &edit, &out);
}

static int read_report(char *text, size_t len)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;

	return report_parse(text, len, &report);
}

static int read_rpm(char *text, size_t len)
{
	char digest[SHA256_TEXT];

	(void)len;
	(void)rpmlist_sha256(text, "/lib/modules/6.1/vmlinuz", digest);
	return 0;
}

static int read_tokens(char *text, size_t len)
{
	struct tpm_binding binding = { 0 };

	return luks2_tokens(text, len, &binding);
}

/* --- The texts ---------------------------------------------------------------- */

static const struct {
	const char *name;
	int (*read)(char *text, size_t len);
	size_t size;
} parsers[] = {
	{ "state, os-release, default/kexec", read_envfile, ENVFILE_MAX_SIZE },
	{ "conf.d/kexec", read_shell, SHELLSCAN_MAX_SIZE },
	{ "fstab, mountinfo", read_mount_tables, MIB },
	{ "options of fstab", read_mount_options, MIB },
	{ "fstab, mountinfo, udev", read_grub_mounts, MIB },
	{ "mountinfo and snapshots", read_snapshots, MIB },
	{ "extlinux.conf", read_extlinux, EXTLINUX_MAX_SIZE },
	{ "entry", read_entry, BLSENTRY_MAX_SIZE },
	{ "loader.conf", read_loader, LOADERCONF_MAX_SIZE },
	{ "pattern of loader.conf", match_name, LOADERCONF_MAX_SIZE },
	{ "grubenv", read_grubenv, 64 * 1024 },
	{ "variables of the firmware", read_variable, EFIVAR_TEXT_MAX },
	{ "versions", read_versions, 64 * 1024 },
	{ "command line", edit_cmdline, CMDLINE_MAX },
	{ "report of the reader", read_report, REPORT_BYTES_MAX },
	{ "list of rpm's", read_rpm, MIB },
	{ "tokens of LUKS2", read_tokens, LUKS2_AREA_MAX - LUKS2_HEADER_LEN },
};

/* What is repeated, behind what, up to the whole size. */
static const struct {
	const char *before, *unit;
} units[] = {
	{ "", "a" },
	{ "", "\n" },
	{ "", " " },
	{ "", "a " },
	{ "", "a\n" },
	{ "", "a=b\n" },
	{ "", "K=b\n" },
	{ "K=", "$(" },
	{ "K=\"", "${a:-\"" },
	{ "K=", "\"'" },
	{ "", "K=\\\n" },
	{ "", "#K=" },
	{ "", "if true; then\n" },
	{ "", "{ ( " },
	{ "", "a," },
	{ "", "\"," },
	{ "", "*a" },
	{ "", "[a" },
	{ "", "?" },
	{ "", "\\" },
	{ "", "\\040" },
	{ "", "/" },
	{ "", "../" },
	{ "", "x x x x\n" },
	{ "", "1 1 8:1 / /boot rw - ext4 /dev/sda1 rw\n" },
	{ "", "1 1 8:1 / /boot rw shared:1 - btrfs /dev/sda1 rw,subvolid=1\n" },
	{ "", "UUID=1 /boot ext4 subvol=a,subvol=b 0 0\n" },
	{ "", "E:ID_FS_UUID=1\n" },
	{ "", "LABEL a\n" },
	{ "", "LABEL a\nINITRD a,b\nAPPEND a\n" },
	{ "LABEL a\nINITRD ", "a," },
	{ "", "options a\n" },
	{ "", "initrd /a\n" },
	{ "", "linux /a\n" },
	{ "", "default *\n" },
	{ "", "1." },
	{ "", "0" },
	{ "", "9" },
	{ "", "~" },
	{ "", "-a" },
	{ "",
	  "8 0 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef a\n" },
	{ "", "PROBLEM=a\n" },
	{ "{\"tokens\":", "[" },
	{ "{\"tokens\":{\"0\":{\"a\":[", "{}," },
	{ "{\"tokens\":{\"0\":{\"a\":[", "0," },
	{ "{\"tokens\":{\"0\":{\"a\":\"", "\\u0041" },
	{ "{\"tokens\":", "{\"a\":" },
	{ "{\"tokens\":{\"0\":{\"type\":\"clevis\",\"jwe\":\"", "W1tb" },
};

START_TEST(test_text)
{
	size_t size = parsers[_i].size;
	_cleanup_free_ char *text = malloc(size + 1);

	if (!bounds_begin(MEMORY_MIB))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		size_t at = strlen(units[i].before), n = strlen(units[i].unit);

		memcpy(text, units[i].before, at);
		for (; at < size; at++)
			text[at] = units[i].unit[(at - strlen(units[i].before)) % n];
		text[size] = '\0';
		ck_assert_msg(parsers[_i].read(text, size) != -ENOMEM, "%s: '%s%s...'",
			      parsers[_i].name, units[i].before, units[i].unit);
	}
}
END_TEST

/* --- Tables ------------------------------------------------------------------- */

static void put_be(uint8_t *at, uint32_t value, size_t n)
{
	for (size_t i = 0; i < n; i++)
		at[i] = (uint8_t)(value >> (8 * (n - 1 - i)));
}

/*
 * 8 MiB in pages of 64 KiB. Page 1 is a leaf of 4,000 cells, which are all the same
 * record of almost a MiB; its end is in the same pages 2, 3, ... each time (the file
 * format of SQLite, sections 1.5 and 1.6).
 */
START_TEST(test_same_record)
{
	enum { PAGE = 65536, START = 100, CELLS = 4000, CELL = 16384 };
	enum { LOCAL = (PAGE - 12) * 32 / 255 - 23 };
	static const uint8_t record[] = { 0xbf, 0xff, 0x7f, 1 }; /* length, row */
	size_t len = 8 * MIB;
	_cleanup_free_ uint8_t *db = calloc(1, len);
	_cleanup_(sqlite_table_done) struct sqlite_table table = SQLITE_TABLE_EMPTY;

	memcpy(db, "SQLite format 3", 16);
	put_be(db + 16, 1, 2);
	put_be(db + 56, 1, 4);
	db[START] = 0x0d;
	put_be(db + START + 3, CELLS, 2);
	for (size_t i = 0; i < CELLS; i++)
		put_be(db + START + 8 + 2 * i, CELL, 2);
	memcpy(db + CELL, record, sizeof(record));
	put_be(db + CELL + sizeof(record) + LOCAL, 2, 4);
	for (uint32_t page = 2; page <= len / PAGE; page++)
		put_be(db + (page - 1) * PAGE, page + 1, 4);
	if (!bounds_begin(MEMORY_MIB))
		return;
	ck_assert_int_eq(sqlite_read(db, len, "history", &table), -EBADMSG);
}
END_TEST

/* A hundred thousand properties in /chosen, all but the last with the same name, which is
 * half a MiB long. */
START_TEST(test_same_name)
{
	enum { HEADER = 40, NAMES = 512 * 1024, NODES = FDT_MAX - HEADER - NAMES };
	static const uint32_t header[] = { 0xd00dfeed, FDT_MAX, HEADER, HEADER + NODES,
					   0,	       17,	16,	0,
					   NAMES,      NODES };
	static const uint8_t start[] = "\0\0\0\1\0\0\0\0\0\0\0\1chosen\0";
	_cleanup_free_ uint8_t *tree = malloc(FDT_MAX);
	uint8_t *at = tree + HEADER, *end = at + NODES;

	memset(tree, 'a', FDT_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(header); i++)
		put_be(tree + 4 * i, header[i], 4);
	memcpy(tree + FDT_MAX - 3, "\0b", 3);
	memcpy(at, start, sizeof(start) - 1);
	for (at += sizeof(start); at + 12 <= end; at += 12) {
		put_be(at, 3, 4); /* a property, of no length */
		put_be(at + 4, 0, 4);
		put_be(at + 8, at + 24 <= end ? 0 : NAMES - 2, 4);
	}
	if (!bounds_begin(MEMORY_MIB))
		return;
	ck_assert_int_eq(fdt_has_property(tree, FDT_MAX, "chosen", "b"), 1);
}
END_TEST

Suite *hostile_text_suite(void)
{
	Suite *s = suite_create("hostile_text");
	TCase *t = tcase_create("hostile_text");

	tcase_set_timeout(t, BOUNDS_TIMEOUT);
	tcase_add_loop_test(t, test_text, 0, ARRAY_SIZE(parsers));
	tcase_add_test(t, test_same_record);
	tcase_add_test(t, test_same_name);
	suite_add_tcase(s, t);
	return s;
}
