// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "verify/cmdline.h"

/* What next_arg() of the kernel makes of a text: "name" or "name=value" in angle
 * brackets. */
static const struct {
	const char *text, *words;
} splits[] = {
	{ "", "" },
	{ "   ", "" },
	{ "ro", "<ro>" },
	{ "ro  quiet\tsplash ", "<ro><quiet><splash>" },
	{ "root=UUID=1-2 ro", "<root=UUID=1-2><ro>" },
	{ "a=", "<a=>" },
	{ "=a", "<=a>" },
	{ "=a=b", "<=a=b>" },
	{ "a=\"b c\" d", "<a=b c><d>" },
	{ "\"a=b c\" d", "<a=b c><d>" },
	{ "\"a b\"", "<a b>" },
	{ "a\"b c\"d e", "<a\"b c\"d><e>" },
	{ "a=b\"c d\" e", "<a=b\"c d\"><e>" },
	{ "a=\"b\"c", "<a=b\"c>" },
	{ "a=\"b c", "<a=b c>" },
	{ "\"", "<>" },
	{ "\"\"", "<>" },
	{ "a=\"", "<a=>" },
	{ "a=\"\"", "<a=>" },
	{ "x\vy\fz", "<x><y><z>" },
	{ "x\xa0y", "<x><y>" },
	{ "a=b\\ c", "<a=b\\><c>" },
	{ "a -- 1", "<a><--><1>" },
};

START_TEST(test_split)
{
	const char *cursor = splits[_i].text;
	struct cmdline_word word;
	char out[256] = "";

	while (cmdline_next(&cursor, &word)) {
		char *end = out + strlen(out);

		ck_assert_uint_gt(word.len, 0);
		snprintf(end, sizeof(out) - (size_t)(end - out), "<%.*s%s%.*s>",
			 (int)word.name_len, word.name, word.value ? "=" : "",
			 (int)word.value_len, word.value ? word.value : "");
	}
	ck_assert_str_eq(out, splits[_i].words);
	ck_assert_int_eq(*cursor, '\0');
}
END_TEST

static const struct {
	const char *in, *remove[4], *add, *out;
} edits[] = {
	{ "root=/dev/sda1 ro quiet", { NULL }, NULL, "root=/dev/sda1 ro quiet" },
	{ "  ro \t quiet  ", { NULL }, NULL, "ro quiet" },
	{ "", { NULL }, NULL, "" },
	{ "", { NULL }, "quiet", "quiet" },
	/* only what the old boot loader meant */
	{ "BOOT_IMAGE=/vmlinuz root=/dev/sda1 ro", { NULL }, NULL, "root=/dev/sda1 ro" },
	{ "initrd=\\a.img ro initrd=\\b.img", { NULL }, NULL, "ro" },
	{ "xBOOT_IMAGE=1 BOOT_IMAGE=/vmlinuz", { NULL }, NULL, "xBOOT_IMAGE=1" },
	{ "BOOT_IMAGE_X=keep initrdmem=1 noinitrd",
	  { NULL },
	  NULL,
	  "BOOT_IMAGE_X=keep initrdmem=1 noinitrd" },
	{ "BOOT_IMAGE=\"a b\" ro", { NULL }, NULL, "ro" },
	{ "\"BOOT_IMAGE=a b\" ro", { NULL }, NULL, "ro" },
	{ "BOOT_IMAGE=x\tquiet", { NULL }, NULL, "quiet" },
	{ "BOOT_IMAGE ro", { NULL }, NULL, "BOOT_IMAGE ro" },
	{ "ro -- initrd=x", { NULL }, NULL, "ro -- initrd=x" },
	/* quoting stays */
	{ "dyndbg=\"file a.c +p\"  ro", { NULL }, NULL, "dyndbg=\"file a.c +p\" ro" },
	{ "a=\"b \tc\"", { NULL }, NULL, "a=\"b \tc\"" },
	{ "ro a=\"b  c ", { NULL }, NULL, "ro a=\"b  c " },
	/* patterns */
	{ "quiet quiet=1 xquiet ro", { "quiet" }, NULL, "quiet=1 xquiet ro" },
	{ "console=tty0 console=ttyS0 console ro", { "console=" }, NULL, "console ro" },
	{ "console=tty0 console=ttyS0 ro", { "console=ttyS0" }, NULL, "console=tty0 ro" },
	{ "rd.luks.uuid=1 rd.luks.name=2 rd.lvm=1", { "rd.luks.*" }, NULL, "rd.lvm=1" },
	{ "a=\"b c\" d", { "a=b c" }, NULL, "d" },
	{ "a=\"b c\" d", { "a=\"b c\"" }, NULL, "d" },
	{ "\"a=b c\" d", { "a=" }, NULL, "d" },
	{ "a b c d", { "a", "c", "nothing" }, NULL, "b d" },
	{ "a b", { "" }, NULL, "a b" },
	{ "a b", { "*" }, NULL, "" },
	{ "a -- a b", { "a" }, NULL, "-- b" },
	/* words to add */
	{ "ro", { NULL }, "quiet splash", "ro quiet splash" },
	{ "ro quiet", { NULL }, "quiet splash", "ro quiet splash" },
	{ "ro", { NULL }, "a a  a", "ro a" },
	{ "ro", { NULL }, "a=\"b c\"", "ro a=\"b c\"" },
	{ "ro console=tty0", { "console=" }, "console=ttyS0", "ro console=ttyS0" },
	{ "console=ttyS0 ro console=tty0",
	  { "console=" },
	  "console=ttyS0",
	  "console=ttyS0 ro" },
	{ "ro", { NULL }, "initrd=x ro quiet", "ro initrd=x quiet" },
	{ "quiet x", { "quiet" }, "quiet foo", "quiet x foo" },
	{ "ro -- single", { NULL }, "quiet", "ro quiet -- single" },
	{ "-- quiet", { NULL }, "quiet", "quiet -- quiet" },
	{ "ro a=\"b", { NULL }, "quiet", "ro quiet a=\"b" },
	{ "a=\"b", { NULL }, "quiet", "quiet a=\"b" },
};

/* Applies row @row of the table to @in. */
static char *edit_text(int row, const char *in)
{
	_cleanup_strv_ struct strv remove = STRV_EMPTY;
	struct cmdline_edit edit = { &remove, edits[row].add };
	char *out = NULL;

	for (size_t i = 0; i < 4 && edits[row].remove[i]; i++)
		ck_assert_int_eq(strv_add(&remove, edits[row].remove[i]), 0);
	ck_assert_int_eq(cmdline_edit(in, &edit, &out), 0);
	return out;
}

/* Ten warm reboots hand the text through ten times. */
START_TEST(test_edit)
{
	_cleanup_free_ char *out = edit_text(_i, edits[_i].in);

	ck_assert_str_eq(out, edits[_i].out);
	for (int i = 0; i < 10; i++) {
		_cleanup_free_ char *again = edit_text(_i, out);

		ck_assert_str_eq(again, out);
	}
}
END_TEST

/* Each edit on each text, its own or not: applied twice is as good as once. */
START_TEST(test_edit_is_idempotent)
{
	for (size_t i = 0; i < ARRAY_SIZE(edits); i++) {
		_cleanup_free_ char *once = edit_text(_i, edits[i].in);
		_cleanup_free_ char *twice = edit_text(_i, once);

		ck_assert_str_eq(once, twice);
	}
}
END_TEST

/* Without an edit the words come out as they went in, one by one and byte by byte. */
START_TEST(test_words_survive)
{
	struct cmdline_edit nothing = { NULL, NULL };
	const char *a = edits[_i].in, *b;
	_cleanup_free_ char *out = NULL;
	struct cmdline_word x, y;

	ck_assert_int_eq(cmdline_edit(a, &nothing, &out), 0);
	b = out;
	while (cmdline_next(&a, &x)) {
		if (x.value && x.value > x.name &&
		    (strncmp(x.name, "BOOT_IMAGE=", 11) == 0 ||
		     strncmp(x.name, "initrd=", 7) == 0) &&
		    !strstr(edits[_i].in, "-- "))
			continue;
		ck_assert(cmdline_next(&b, &y));
		ck_assert_uint_eq(x.len, y.len);
		ck_assert_mem_eq(x.text, y.text, x.len);
		ck_assert_int_eq(x.open, y.open);
	}
	ck_assert(!cmdline_next(&b, &y));
}
END_TEST

static const struct {
	const char *in, *add;
	int result;
} refused[] = {
	{ "ro\nquiet", NULL, -EBADMSG },  { "ro\n", NULL, -EBADMSG },
	{ "ro \x1b[0m", NULL, -EBADMSG }, { "ro \x7f", NULL, -EBADMSG },
	{ "a=\"x\ny\"", NULL, -EBADMSG }, { "caf\xc3\xa0 init=/x", NULL, -EBADMSG },
	{ "ro", "a=\"b", -EINVAL },	  { "ro", "a -- b", -EINVAL },
	{ "ro", "a\nb", -EINVAL },	  { "ro", "\"--\"", -EINVAL },
};

START_TEST(test_refused)
{
	struct cmdline_edit edit = { NULL, refused[_i].add };
	char *out = NULL;

	ck_assert_int_eq(cmdline_edit(refused[_i].in, &edit, &out), refused[_i].result);
	ck_assert_ptr_null(out);
}
END_TEST

START_TEST(test_check)
{
	_cleanup_free_ char *longest = malloc(CMDLINE_MAX + 1);

	memset(longest, 'a', CMDLINE_MAX + 1);
	ck_assert_int_eq(cmdline_check(longest, CMDLINE_MAX), 0);
	ck_assert_int_eq(cmdline_check(longest, CMDLINE_MAX + 1), -E2BIG);
	ck_assert_int_eq(cmdline_check("a\0b", 3), -EBADMSG);
	ck_assert_int_eq(cmdline_check("a b\tc=\"\xc3\xa0\"", 10), 0);
	ck_assert_int_eq(cmdline_check("", 0), 0);
}
END_TEST

START_TEST(test_length)
{
	ck_assert_int_eq(cmdline_check_length("ro", 3), 0);
	ck_assert_int_eq(cmdline_check_length("ro", 2), -E2BIG);
	ck_assert_int_eq(cmdline_check_length("", 10), -ENODATA);
	ck_assert_int_eq(cmdline_check_length(" \t", 10), -ENODATA);
}
END_TEST

static const struct {
	const char *text, *word; /* NULL: an ordinary boot */
} rescues[] = {
	{ "root=/dev/sda1 ro quiet", NULL },
	{ "ro single", "single" },
	{ "ro 1", "1" },
	{ "s ro", "s" },
	{ "ro S", "S" },
	{ "ro rescue quiet", "rescue" },
	{ "ro emergency", "emergency" },
	{ "ro recovery nomodeset", "recovery" },
	{ "ro init=/bin/sh", "init=/bin/sh" },
	{ "ro rdinit=/bin/sh", "rdinit=/bin/sh" },
	{ "ro systemd.unit=rescue.target", "systemd.unit=rescue.target" },
	{ "ro rd.break", "rd.break" },
	{ "ro rd.break=pre-mount", "rd.break=pre-mount" },
	{ "ro break=mount", "break=mount" },
	{ "ro \"single\"", "\"single\"" },
	{ "ro\tsingle", "single" },
	{ "ro \"init=/bin/sh -x\"", "\"init=/bin/sh -x\"" },
	{ "ro -- single", "single" },
	{ "ro 3", NULL },
	{ "ro 1=2 single=no", NULL },
	{ "singleton xsingle rescued", NULL },
	{ "xinit=/bin/sh init", NULL },
	{ "panic=1 loglevel=1 s=1", NULL },
	{ "a=\"b single c\"", NULL },
	{ "root=UUID=1 systemd.unified_cgroup_hierarchy=1", NULL },
};

START_TEST(test_rescue)
{
	struct cmdline_word word;
	bool found = cmdline_find_rescue(rescues[_i].text, &word);

	ck_assert_int_eq(found, rescues[_i].word != NULL);
	if (!found)
		return;
	ck_assert_uint_eq(word.len, strlen(rescues[_i].word));
	ck_assert_mem_eq(word.text, rescues[_i].word, word.len);
}
END_TEST

Suite *cmdline_suite(void);
Suite *cmdline_suite(void)
{
	Suite *suite = suite_create("cmdline");
	TCase *tc = tcase_create("cmdline");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_loop_test(tc, test_split, 0, (int)ARRAY_SIZE(splits));
	tcase_add_loop_test(tc, test_edit, 0, (int)ARRAY_SIZE(edits));
	tcase_add_loop_test(tc, test_edit_is_idempotent, 0, (int)ARRAY_SIZE(edits));
	tcase_add_loop_test(tc, test_words_survive, 0, (int)ARRAY_SIZE(edits));
	tcase_add_loop_test(tc, test_refused, 0, (int)ARRAY_SIZE(refused));
	tcase_add_test(tc, test_check);
	tcase_add_test(tc, test_length);
	tcase_add_loop_test(tc, test_rescue, 0, (int)ARRAY_SIZE(rescues));
	suite_add_tcase(suite, tc);
	return suite;
}
