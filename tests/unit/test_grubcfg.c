// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "find/grubcfg.h"

#define UUID "1f0c6a8e-3b52-4d0e-9d8b-6b1f7a2c9e11"

static char *read_data(const char *name, size_t *ret_len)
{
	_cleanup_free_ char *path =
		strf("%.*sdata/%s", (int)(strrchr(__FILE__, '/') - __FILE__ + 1),
		     __FILE__, name);
	_cleanup_fclose_ FILE *f = fopen(path, "re");
	char *text = calloc(1, 65536);

	ck_assert_msg(f != NULL, "%s: run the tests from the top of the tree", path);
	*ret_len = fread(text, 1, 65535, f);
	return text;
}

/* ---- a whole file, as Debian 12 writes it ---- */

static const struct {
	const char *title, *id, *position, *kernel, *options, *initrd;
	bool has_other, is_conditional;
} debian[] = {
	{ "Debian GNU/Linux", "gnulinux-simple-" UUID, "0",
	  "/boot/vmlinuz-6.1.0-56-amd64", "root=UUID=" UUID " ro quiet",
	  "/boot/initrd.img-6.1.0-56-amd64", false, false },
	{ "Debian GNU/Linux, with Linux 6.1.0-56-amd64",
	  "gnulinux-6.1.0-56-amd64-advanced-" UUID, "1>0", "/boot/vmlinuz-6.1.0-56-amd64",
	  "root=UUID=" UUID " ro quiet", "/boot/initrd.img-6.1.0-56-amd64", false,
	  false },
	{ "Debian GNU/Linux, with Linux 6.1.0-56-amd64 (recovery mode)",
	  "gnulinux-6.1.0-56-amd64-recovery-" UUID, "1>1", "/boot/vmlinuz-6.1.0-56-amd64",
	  "root=UUID=" UUID " ro single dis_ucode_ldr", "/boot/initrd.img-6.1.0-56-amd64",
	  false, false },
	{ "Debian GNU/Linux, with Linux 6.1.0-55-amd64",
	  "gnulinux-6.1.0-55-amd64-advanced-" UUID, "1>2", "/boot/vmlinuz-6.1.0-55-amd64",
	  "root=UUID=" UUID " ro quiet", "/boot/initrd.img-6.1.0-55-amd64", false,
	  false },
	{ "Debian GNU/Linux, with Linux 6.1.0-55-amd64 (recovery mode)",
	  "gnulinux-6.1.0-55-amd64-recovery-" UUID, "1>3", "/boot/vmlinuz-6.1.0-55-amd64",
	  "root=UUID=" UUID " ro single dis_ucode_ldr", "/boot/initrd.img-6.1.0-55-amd64",
	  false, false },
	{ "Windows Boot Manager (on /dev/nvme0n1p1)", "osprober-efi-0C1D-2E3F", "2", NULL,
	  NULL, NULL, true, false },
	{ "Fedora Linux 40 (on /dev/sdb3)", "osprober-gnulinux-simple-77aa", "3",
	  "/vmlinuz-6.9.7",
	  "root=/dev/sdb3 ro rootflags=subvol=root rd.luks.options=timeout=0",
	  "/intel-ucode.img /initramfs-6.9.7.img", false, false },
	{ "UEFI Firmware Settings", "uefi-firmware", NULL, NULL, NULL, NULL, false,
	  true },
};

static void check_debian(const struct grubcfg *cfg)
{
	ck_assert_pstr_eq(cfg->doubt, NULL);
	ck_assert_str_eq(cfg->default_entry, "0");
	ck_assert(cfg->default_standard);
	ck_assert(cfg->loads_grubenv);
	ck_assert(cfg->sources_custom);
	ck_assert_uint_eq(cfg->count, ARRAY_SIZE(debian));
	for (size_t i = 0; i < cfg->count; i++) {
		const struct grubcfg_entry *entry = &cfg->entries[i];
		_cleanup_free_ char *initrds =
			entry->initrds.count > 0 ? strv_join(&entry->initrds, " ") : NULL;

		ck_assert_str_eq(entry->title, debian[i].title);
		ck_assert_str_eq(entry->id, debian[i].id);
		ck_assert_pstr_eq(entry->position, debian[i].position);
		ck_assert_pstr_eq(entry->kernel, debian[i].kernel);
		ck_assert_pstr_eq(entry->options, debian[i].options);
		ck_assert_pstr_eq(initrds, debian[i].initrd);
		ck_assert_int_eq(entry->has_other, debian[i].has_other);
		ck_assert_int_eq(entry->is_conditional, debian[i].is_conditional);
		ck_assert_uint_eq(entry->depth,
				  debian[i].position && debian[i].position[1] ? 1 : 0);
		ck_assert(!entry->has_variable && !entry->has_condition &&
			  !entry->is_repeated);
	}
	ck_assert_str_eq(cfg->entries[1].path, "gnulinux-advanced-" UUID
					       ">gnulinux-6.1.0-56-amd64-advanced-" UUID);
	ck_assert_str_eq(cfg->entries[0].path, "gnulinux-simple-" UUID);
}

START_TEST(test_debian)
{
	size_t len;
	_cleanup_free_ char *text = read_data("grub-debian12.cfg", &len);
	_cleanup_(grubcfg_done) struct grubcfg cfg;

	ck_assert_int_eq(grubcfg_parse(text, len, &cfg), 0);
	check_debian(&cfg);
	ck_assert_uint_eq(cfg.entries[0].line, 120);
}
END_TEST

/* The same file with CR LF means the same. */
START_TEST(test_debian_crlf)
{
	size_t len, used = 0;
	_cleanup_free_ char *text = read_data("grub-debian12.cfg", &len);
	_cleanup_free_ char *crlf = malloc(2 * len);
	_cleanup_(grubcfg_done) struct grubcfg cfg;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\n')
			crlf[used++] = '\r';
		crlf[used++] = text[i];
	}
	ck_assert_int_eq(grubcfg_parse(crlf, used, &cfg), 0);
	check_debian(&cfg);
}
END_TEST

/* Cut off anywhere, the file is refused, or says no more than the whole one. */
START_TEST(test_debian_cut)
{
	size_t len;
	_cleanup_free_ char *text = read_data("grub-debian12.cfg", &len);

	for (size_t n = 0; n < len; n++) {
		_cleanup_(grubcfg_done) struct grubcfg cfg;
		int r = grubcfg_parse(text, n, &cfg);

		ck_assert(r == 0 || r == -EBADMSG);
		ck_assert_uint_le(cfg.count, r == 0 ? ARRAY_SIZE(debian) : 0);
		for (size_t i = 0; i < cfg.count; i++) {
			ck_assert_str_eq(cfg.entries[i].title, debian[i].title);
			ck_assert_pstr_eq(cfg.entries[i].options, debian[i].options);
		}
	}
}
END_TEST

/* ---- single entries ---- */

enum { VARIABLE = 1, CONDITION = 2, REPEATED = 4, OTHER = 8 };

static const struct {
	const char *body, *kernel, *options, *initrds;
	unsigned flags;
} bodies[] = {
	{ "linux /k a b", "/k", "a b", NULL, 0 },
	{ "linux\t/k\ta\n\tinitrd /i /j\n", "/k", "a", "/i /j", 0 },
	{ "linux16 /k\ninitrd16 /i", "/k", "", "/i", 0 },
	{ "linuxefi /k\ninitrdefi /i", "/k", "", "/i", 0 },
	{ "linux /k; initrd /i", "/k", "", "/i", 0 },
	{ "linux ($root)/k ro", "($root)/k", "ro", NULL, VARIABLE },
	{ "linux (hd0,gpt2)/k ro", "(hd0,gpt2)/k", "ro", NULL, 0 },
	/* quoting: taken off, and put on again in GRUB's way */
	{ "linux '/k 1' 'a b' c", "/k 1", "\"a b\" c", NULL, 0 },
	{ "linux \"/k\" \"a b\" c", "/k", "\"a b\" c", NULL, 0 },
	{ "linux /k dyndbg=\"file a +p\"", "/k", "\"dyndbg=file a +p\"", NULL, 0 },
	{ "linux /k a\\ b c\\\\d", "/k", "\"a b\" c\\\\d", NULL, 0 },
	{ "linux /k a=\\\"b c\\\"", "/k", "a=\\\"b c\\\"", NULL, 0 },
	{ "linux /k a=\"it's\"", "/k", "a=it\\'s", NULL, 0 },
	{ "linux /k 'a\\x20b' 'a\\x2'", "/k", "a\\x20b a\\\\x2", NULL, 0 },
	{ "linux /k a'b'\"c\"d", "/k", "abcd", NULL, 0 },
	{ "linux /k \"a\\\"b\" \"a\\b\" 'a\\'", "/k", "a\\\"b a\\\\b a\\\\", NULL, 0 },
	{ "linux /k '' b", "/k", " b", NULL, 0 },
	{ "linux /k a \\\n  b\\\nc", "/k", "a bc", NULL, 0 },
	{ "linux /k \"a\\\nb\" 'c\nd'", "/k", "ab c\nd", NULL, 0 },
	{ "linux /k a # b", "/k", "a", NULL, 0 },
	{ "linux /k a#b", "/k", "a#b", NULL, 0 },
	{ "# linux /x\nlinux /k", "/k", "", NULL, 0 },
	{ "linux /k if then fi do", "/k", "if then fi do", NULL, 0 },
	{ "'linux' /k", "/k", "", NULL, 0 },
	/* what GRUB would decide */
	{ "linux /k root=$r ro", "/k", "root=$r ro", NULL, VARIABLE },
	{ "linux /k \"${opts}\"", "/k", "${opts}", NULL, VARIABLE },
	{ "linux /k '$5' \\$6", "/k", "$5 $6", NULL, 0 },
	{ "linux /k \"\\$7\"", "/k", "$7", NULL, 0 },
	{ "linux /k\ninitrd /i-$v", "/k", "", "/i-$v", VARIABLE },
	{ "linux /vmlinuz-* a", "/vmlinuz-*", "a", NULL, VARIABLE },
	{ "linux /k a=*", "/k", "a=*", NULL, 0 },
	{ "if [ $a = b ]; then linux /k x; else linux /j y; fi", "/j", "y", NULL,
	  CONDITION | REPEATED },
	{ "linux /k\nif true; then initrd /i; fi", "/k", "", "/i", CONDITION },
	{ "while true; do linux /k; done", "/k", "", NULL, CONDITION },
	{ "for i in a b; do linux /k; done", "/k", "", NULL, CONDITION },
	{ "if [ x$a = xxen ]; then insmod b; insmod c; fi; linux /k", "/k", "", NULL, 0 },
	{ "linux /k a\nlinux /k b", "/k", "b", NULL, REPEATED },
	{ "linux /k\ninitrd /i\ninitrd /j", "/k", "", "/i /j", REPEATED },
	{ "initrd /i\nlinux /k", "/k", "", "/i", OTHER },
	{ "linux", "", "", NULL, OTHER },
	{ "linux /k\ninitrd newc:a:/i", "/k", "", "newc:a:/i", OTHER },
	{ "linux /k\ndevicetree /d", "/k", "", NULL, OTHER },
	{ "chainloader +1", NULL, NULL, NULL, OTHER },
	{ "configfile /g", NULL, NULL, NULL, OTHER },
	{ "$loader /k", NULL, NULL, NULL, OTHER },
	{ "multiboot2 /xen.gz\nmodule2 /k a\nmodule2 /i", NULL, NULL, NULL, OTHER },
	{ "fwsetup", NULL, NULL, NULL, 0 },
};

START_TEST(test_body)
{
	_cleanup_free_ char *text = strf("menuentry x {\n%s\n}\n", bodies[_i].body);
	_cleanup_(grubcfg_done) struct grubcfg cfg;
	_cleanup_free_ char *initrds = NULL;
	const struct grubcfg_entry *entry;

	ck_assert_int_eq(grubcfg_parse(text, strlen(text), &cfg), 0);
	ck_assert_uint_eq(cfg.count, 1);
	ck_assert_pstr_eq(cfg.doubt, NULL);
	entry = cfg.entries;
	initrds = entry->initrds.count > 0 ? strv_join(&entry->initrds, " ") : NULL;
	ck_assert_pstr_eq(entry->kernel, bodies[_i].kernel);
	ck_assert_pstr_eq(entry->options, bodies[_i].options);
	ck_assert_pstr_eq(initrds, bodies[_i].initrds);
	ck_assert_int_eq(entry->has_variable, (bodies[_i].flags & VARIABLE) != 0);
	ck_assert_int_eq(entry->has_condition, (bodies[_i].flags & CONDITION) != 0);
	ck_assert_int_eq(entry->is_repeated, (bodies[_i].flags & REPEATED) != 0);
	ck_assert_int_eq(entry->has_other, (bodies[_i].flags & OTHER) != 0);
}
END_TEST

/* ---- menus ---- */

static const struct {
	const char *text, *paths; /* of all entries: path@position */
} menus[] = {
	{ "menuentry a { x }\nmenuentry b --id c {\n}\n", "a@0 c@1" },
	{ "menuentry --class x --id=c 'a b' --unrestricted { x; }", "c@0" },
	{ "submenu s { menuentry a { x }; submenu t { menuentry b { y }\n} }\nmenuentry c { }",
	  "s>a@0>0 s>t>b@0>1>0 c@1" },
	{ "submenu 'x>y' { menuentry 'a>>b' { z } }", "x>>y>a>>>>b@0>0" },
	{ "if a; then menuentry b { x }; fi; menuentry c { y }", "b@? c@?" },
	{ "menuentry a { x }; if a; then submenu s { menuentry b { y } }; fi",
	  "a@0 s>b@?" },
	{ "submenu s { if a; then menuentry b { y }; fi }; menuentry c { y }",
	  "s>b@? c@1" },
	{ "'menuentry' a { x }", "a@0" },
	{ "menuentry \"a\"{ x }", "a@0" },
};

START_TEST(test_menu)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg;
	_cleanup_strv_ struct strv paths = STRV_EMPTY;
	_cleanup_free_ char *joined = NULL;

	ck_assert_int_eq(grubcfg_parse(menus[_i].text, strlen(menus[_i].text), &cfg), 0);
	ck_assert_pstr_eq(cfg.doubt, NULL);
	for (size_t i = 0; i < cfg.count; i++)
		ck_assert_int_eq(
			strv_take(&paths, strf("%s@%s", cfg.entries[i].path,
					       str_or(cfg.entries[i].position, "?"))),
			0);
	joined = strv_join(&paths, " ");
	ck_assert_str_eq(joined, menus[_i].paths);
}
END_TEST

static const struct {
	const char *text, *entry;
	bool standard;
} defaults[] = {
	{ "", NULL, false },
	{ "set default=2\n", "2", true },
	{ "default=\"a b\"\n", "a b", true },
	{ "set default=\"${saved_entry}\"\n", "${saved_entry}", true },
	{ "if [ \"${next_entry}\" ] ; then set default=\"${next_entry}\"; set next_entry=; else "
	  "set default=\"${saved_entry}\"; fi",
	  "${saved_entry}", true },
	{ "if [ \"${next_entry}\" ] ; then set default=\"${next_entry}\"; fi", NULL,
	  false },
	{ "if [ \"${next_entry}\" ] ; then set default=3; else set default=0; fi", "0",
	  true },
	{ "if [ \"${other}\" ] ; then set default=\"${next_entry}\"; else set default=0; fi",
	  "0", false },
	{ "if cmostest 1 ; then set default=1; elif [ \"${next_entry}\" ] ; then set "
	  "default=\"${next_entry}\"; else set default=0; fi",
	  "0", false },
	{ "set default=0\nif [ \"x$default\" = 'a' ]; then default='b'; fi", "b", false },
	{ "if a; then set default=1; fi; set default=2", "2", true },
	{ "function f { set default=1; }", NULL, false },
	{ "menuentry a { set default=1 }", NULL, false },
	{ "set default_x=1; set xdefault=2", NULL, false },
};

START_TEST(test_default)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg;

	ck_assert_int_eq(
		grubcfg_parse(defaults[_i].text, strlen(defaults[_i].text), &cfg), 0);
	ck_assert_pstr_eq(cfg.default_entry, defaults[_i].entry);
	ck_assert_int_eq(cfg.default_standard, defaults[_i].standard);
}
END_TEST

static const struct {
	const char *text, *doubt; /* how it starts; NULL: none */
	unsigned line;
} doubts[] = {
	{ "set a=b\ninsmod c\nexport d", NULL, 0 },
	{ "function f { insmod x; }", NULL, 0 },
	{ "function f { return; }", NULL, 0 },
	{ "if [ -f $prefix/custom.cfg ]; then source $prefix/custom.cfg; fi", NULL, 0 },
	{ "\nblscfg\n", "'blscfg'", 2 },
	{ "insmod blscfg\nif true; then\n blscfg\nfi", "'blscfg'", 3 },
	{ "configfile /x", "'configfile'", 1 },
	{ "source $prefix/custom.cfg", "'source'", 1 },
	{ ". /x", "'.'", 1 },
	{ "if [ ! -f $prefix/custom.cfg ]; then source $prefix/custom.cfg; fi",
	  "'source'", 1 },
	{ "if [ -f $prefix/custom.cfg ]; then source /other.cfg; fi", "'source'", 1 },
	{ "if [ -f $prefix/custom.cfg ]; then a; else source $prefix/custom.cfg; fi",
	  "'source'", 1 },
	{ "if [ -f /other ]; then source $prefix/custom.cfg; fi", "'source'", 1 },
	{ "function f { blscfg; }", "'blscfg'", 1 },
	{ "function boot { linux $1; }", "'linux'", 1 },
	{ "function linux { x; }", "'linux'", 1 },
	{ "function menuentry { x; }", "'menuentry'", 1 },
	{ "linux /k\nboot", "'linux'", 1 },
	{ "if x; then return; fi", "'return'", 1 },
	{ "$cmd x", "'$cmd'", 1 },
	{ "eval x", "'eval'", 1 },
	{ "set saved_entry=3", "'saved_entry'", 1 },
	{ "set saved_entry=\"${prev_saved_entry}\"", NULL, 0 },
	{ "menuentry \"$title\" { linux /k }", "'menuentry'", 1 },
	{ "menuentry { linux /k }", "'menuentry'", 1 },
	{ "menuentry a --id", NULL, 0 },
	{ "menuentry a --id { linux /k }", "'menuentry'", 1 },
	{ "for i in a b; do menuentry $i { linux /k }; done", "'menuentry'", 1 },
	{ "function f { menuentry a { linux /k }; }", "'menuentry'", 1 },
	{ "hiddenentry a { linux /k }", "'hiddenentry'", 1 },
	{ "#don't\n", "'#'", 1 },
	{ "# don't\n", NULL, 0 },
};

START_TEST(test_doubt)
{
	_cleanup_(grubcfg_done) struct grubcfg cfg;

	ck_assert_int_eq(grubcfg_parse(doubts[_i].text, strlen(doubts[_i].text), &cfg),
			 0);
	ck_assert_int_eq(cfg.doubt != NULL, doubts[_i].doubt != NULL);
	ck_assert_uint_eq(cfg.doubt_line, doubts[_i].line);
	if (cfg.doubt)
		ck_assert_msg(starts_with(cfg.doubt, doubts[_i].doubt), "%s", cfg.doubt);
}
END_TEST

static const char *const malformed[] = {
	"menuentry a {",
	"}",
	"menuentry a { x } y",
	"'",
	"\"",
	"set a='b\n",
	"if a; then b",
	"fi",
	"then",
	"else",
	"if a; fi",
	"if a; then b; else c; else d; fi",
	"if a; then b; elif c; fi",
	"do",
	"done",
	"while a; do b",
	"a | b",
	"a && b",
	"a > b",
	"{ a; }",
	"if a; then }",
	"menuentry a { if b; then }",
	"case a in",
	"function f g { a; }",
	"${a",
	"fi; fi",
	"if a; then b; fi c",
};

START_TEST(test_malformed)
{
	struct grubcfg cfg;

	ck_assert_int_eq(grubcfg_parse(malformed[_i], strlen(malformed[_i]), &cfg),
			 -EBADMSG);
	ck_assert_uint_eq(cfg.count, 0);
	ck_assert_ptr_null(cfg.entries);
}
END_TEST

/* @count times @piece, parsed. */
static int parse_repeated(const char *piece, size_t count, size_t *ret_count)
{
	size_t n = strlen(piece);
	_cleanup_free_ char *text = malloc(n * count);
	_cleanup_(grubcfg_done) struct grubcfg cfg;
	int r;

	for (size_t i = 0; i < count; i++)
		memcpy(text + i * n, piece, n);
	r = grubcfg_parse(text, n * count, &cfg);
	*ret_count = cfg.count;
	return r;
}

START_TEST(test_limits)
{
	size_t count;
	struct grubcfg cfg;

	ck_assert_int_eq(parse_repeated("menuentry a { x }\n", 2000, &count), 0);
	ck_assert_uint_eq(count, 2000);
	ck_assert_int_eq(
		parse_repeated("menuentry a{}\n", GRUBCFG_MAX_ENTRIES + 1, &count),
		-E2BIG);
	ck_assert_int_eq(parse_repeated("submenu a {\n", GRUBCFG_MAX_DEPTH - 1, &count),
			 -EBADMSG);
	ck_assert_int_eq(parse_repeated("submenu a {\n", GRUBCFG_MAX_DEPTH, &count),
			 -E2BIG);
	ck_assert_int_eq(parse_repeated("if ", GRUBCFG_MAX_DEPTH, &count), -E2BIG);
	ck_assert_int_eq(parse_repeated("\n", GRUBCFG_MAX_SIZE + 1, &count), -E2BIG);
	ck_assert_int_eq(grubcfg_parse("a\0b", 3, &cfg), -EBADMSG);
	ck_assert_int_eq(grubcfg_parse(NULL, 0, &cfg), 0);
}
END_TEST

Suite *grubcfg_suite(void);
Suite *grubcfg_suite(void)
{
	Suite *suite = suite_create("grubcfg");
	TCase *tc = tcase_create("grubcfg");

	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_debian);
	tcase_add_test(tc, test_debian_crlf);
	tcase_add_test(tc, test_debian_cut);
	tcase_add_loop_test(tc, test_body, 0, (int)ARRAY_SIZE(bodies));
	tcase_add_loop_test(tc, test_menu, 0, (int)ARRAY_SIZE(menus));
	tcase_add_loop_test(tc, test_default, 0, (int)ARRAY_SIZE(defaults));
	tcase_add_loop_test(tc, test_doubt, 0, (int)ARRAY_SIZE(doubts));
	tcase_add_loop_test(tc, test_malformed, 0, (int)ARRAY_SIZE(malformed));
	tcase_add_test(tc, test_limits);
	suite_add_tcase(suite, tc);
	return suite;
}
