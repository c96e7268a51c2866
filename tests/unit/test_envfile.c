// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/envfile.h"
#include "base/util.h"

/* One text with one assignment, and what becomes of it. */
static const struct {
	const char *text, *value; /* of A; NULL: there is none */
	bool plain;
	unsigned odd_line;
} lines[] = {
	{ "A=b", "b", true, 0 },
	{ "A=b\n", "b", true, 0 },
	{ "A=b\r\n", "b", true, 0 },
	{ "\r\nA='b'\r\n\r\n", "b", true, 0 },
	{ "A=", "", true, 0 },
	{ "A=\"\"\n", "", true, 0 },
	{ "A=\"b c\"\n", "b c", true, 0 },
	{ "A='b \"c\" $d'\n", "b \"c\" $d", true, 0 },
	{ "A=\"b \\\"c\\\" \\$d \\`e \\\\ \\f\"\n", "b \"c\" $d `e \\ \\f", true, 0 },
	{ "A=b\\ c\\\"\n", "b c\"", true, 0 },
	{ "A=\"b\"'c'd\\e\n", "bcde", true, 0 },
	{ "A=\"b\nc\"\n", "b\nc", true, 0 },
	{ "A='b\nc'\n", "b\nc", true, 0 },
	{ "A=b\\\nc\n", "bc", true, 0 },
	{ "A=\"b\\\nc\"\n", "bc", true, 0 },
	{ "  A=b  \n", "b", true, 0 },
	{ "export A=b\n", "b", true, 0 },
	{ "A=b # c\n", "b", true, 0 },
	{ "A=b#c\n", "b#c", true, 0 },
	{ "A=\"b\"#c\n", "b#c", true, 0 },
	{ "# A=b\n#A=c\n", NULL, false, 0 },
	{ "A=b\nA=c\n", "c", true, 0 },
	{ "B=\"\nA=no\"\nA=b\n", "b", true, 0 },
	/* a shell would expand these */
	{ "A=$b\n", "$b", false, 0 },
	{ "A=\"b $c\"\n", "\"b $c\"", false, 0 },
	{ "A=`lsb_release -i -s 2> /dev/null || echo Debian`\n",
	  "`lsb_release -i -s 2> /dev/null || echo Debian`", false, 0 },
	{ "A=$(echo \")\" ')' \\) $(x))\n", "$(echo \")\" ')' \\) $(x))", false, 0 },
	{ "A=${b:-\"}\"}\n", "${b:-\"}\"}", false, 0 },
	{ "A=\"$(b \"c d\")\" # e\n", "\"$(b \"c d\")\"", false, 0 },
	{ "A=$((1+(2)))\n", "$((1+(2)))", false, 0 },
	{ "A=~/b\n", "~/b", false, 0 },
	{ "A=b~c\n", "b~c", true, 0 },
	/* no assignments */
	{ "A\n", NULL, false, 1 },
	{ "\n\nA=b c\n", NULL, false, 3 },
	{ "A=b;C=d\n", NULL, false, 1 },
	{ "A=b & c\n", NULL, false, 1 },
	{ "A=(b c)\n", NULL, false, 1 },
	{ "A+=b\n", NULL, false, 1 },
	{ "A =b\n", NULL, false, 1 },
	{ "1A=b\n", NULL, false, 1 },
	{ "=b\n", NULL, false, 1 },
	{ "exportA=b\nif x; then\nA=c\nfi\n", "c", true, 2 },
	{ ". /etc/other\nA=b\n", "b", true, 1 },
};

START_TEST(test_line)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	const struct envfile_item *item;

	ck_assert_int_eq(envfile_parse(lines[_i].text, strlen(lines[_i].text), &file), 0);
	ck_assert_pstr_eq(envfile_get(&file, "A"), lines[_i].value);
	ck_assert_uint_eq(file.odd_line, lines[_i].odd_line);
	item = envfile_find(&file, "A");
	if (item)
		ck_assert_int_eq(item->plain, lines[_i].plain);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
} malformed[] = {
	{ "A=\"b\n", 5 },     { "A='b\n", 5 },
	{ "A=b\0c\n", 6 },    { "A=`b\n", 5 },
	{ "A=$(b\n", 6 },     { "A=${b\n", 6 },
	{ "A=b\\", 4 },	      { "A=\"b\\", 5 },
	{ "A=\"b\\\"\n", 7 }, { "A=$(((((((((((((((((((", 22 },
};

START_TEST(test_malformed)
{
	struct envfile file;

	ck_assert_int_eq(envfile_parse(malformed[_i].text, malformed[_i].len, &file),
			 -EBADMSG);
	ck_assert_uint_eq(file.count, 0);
}
END_TEST

START_TEST(test_limits)
{
	_cleanup_free_ char *text = calloc(1, ENVFILE_MAX_SIZE + 1);
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;

	memset(text, '\n', ENVFILE_MAX_SIZE + 1);
	ck_assert_int_eq(envfile_parse(text, ENVFILE_MAX_SIZE, &file), 0);
	ck_assert_int_eq(envfile_parse(text, ENVFILE_MAX_SIZE + 1, &file), -E2BIG);
	for (size_t i = 0; i <= ENVFILE_MAX_ITEMS; i++)
		memcpy(text + 4 * i, "A=1\n", 4);
	ck_assert_int_eq(envfile_parse(text, 4 * (ENVFILE_MAX_ITEMS + 1), &file), -E2BIG);
	ck_assert_int_eq(envfile_parse(text, 4 * ENVFILE_MAX_ITEMS, &file), 0);
	ck_assert_uint_eq(file.count, ENVFILE_MAX_ITEMS);
	ck_assert_uint_eq(file.items[ENVFILE_MAX_ITEMS - 1].line, ENVFILE_MAX_ITEMS);
}
END_TEST

START_TEST(test_repeated)
{
	static const char text[] = "INITRD=/a\nKERNEL=/k\nINITRD=\"/b c\"\nINITRD=/d\n";
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	size_t iter = 0;

	ck_assert_int_eq(envfile_parse(text, sizeof(text) - 1, &file), 0);
	ck_assert_str_eq(envfile_next(&file, "INITRD", &iter), "/a");
	ck_assert_str_eq(envfile_next(&file, "INITRD", &iter), "/b c");
	ck_assert_str_eq(envfile_next(&file, "INITRD", &iter), "/d");
	ck_assert_ptr_null(envfile_next(&file, "INITRD", &iter));
	ck_assert_ptr_null(envfile_next(&file, "INITRD", &iter));
	ck_assert_str_eq(envfile_get(&file, "INITRD"), "/d");
	ck_assert_ptr_null(envfile_get(&file, "INIT"));
}
END_TEST

/* What Debian ships as /etc/default/grub, in its essentials. */
START_TEST(test_default_grub)
{
	static const char text[] =
		"# If you change this file, run 'update-grub' afterwards.\n"
		"GRUB_DEFAULT=0\nGRUB_TIMEOUT=5\n"
		"GRUB_DISTRIBUTOR=`lsb_release -i -s 2> /dev/null || echo Debian`\n"
		"GRUB_CMDLINE_LINUX_DEFAULT=\"quiet\"\nGRUB_CMDLINE_LINUX=\"\"\n"
		"#GRUB_TERMINAL=console\n";
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;

	ck_assert_int_eq(envfile_parse(text, sizeof(text) - 1, &file), 0);
	ck_assert_uint_eq(file.odd_line, 0);
	ck_assert_str_eq(envfile_get(&file, "GRUB_DEFAULT"), "0");
	ck_assert(envfile_find(&file, "GRUB_DEFAULT")->plain);
	ck_assert(!envfile_find(&file, "GRUB_DISTRIBUTOR")->plain);
	ck_assert_uint_eq(envfile_find(&file, "GRUB_DISTRIBUTOR")->line, 4);
	ck_assert_str_eq(envfile_get(&file, "GRUB_CMDLINE_LINUX"), "");
	ck_assert_ptr_null(envfile_get(&file, "GRUB_TERMINAL"));
}
END_TEST

static const struct {
	const char *value, *line; /* as written */
} written[] = {
	{ NULL, "" },
	{ "", "K=\n" },
	{ "/boot/vmlinuz-6.1.0-56+deb12_1~x",
	  "K=\"/boot/vmlinuz-6.1.0-56+deb12_1~x\"\n" },
	{ "/boot/vmlinuz-6.1.0-56+deb12", "K=/boot/vmlinuz-6.1.0-56+deb12\n" },
	{ "root=/dev/sda1 ro", "K=\"root=/dev/sda1 ro\"\n" },
	{ "a\"b\\c$d`e'f", "K=\"a\\\"b\\\\c\\$d\\`e'f\"\n" },
	{ "a\nK=forged", "K=\"a\nK=forged\"\n" },
	{ "tr\xc3\xa4iling\\", "K=\"tr\xc3\xa4iling\\\\\"\n" },
	{ "\r", "K=\"\r\"\n" },
	{ "~root", "K=\"~root\"\n" },
	{ "#", "K=\"#\"\n" },
};

START_TEST(test_written)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	_cleanup_free_ char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	envfile_put(f, "K", written[_i].value);
	ck_assert_int_eq(fclose(f), 0);
	ck_assert_str_eq(text, written[_i].line);
	ck_assert_int_eq(envfile_parse(text, len, &file), 0);
	ck_assert_uint_eq(file.odd_line, 0);
	ck_assert_uint_eq(file.count, written[_i].value ? 1 : 0);
	ck_assert_pstr_eq(envfile_get(&file, "K"), written[_i].value);
}
END_TEST

static const struct {
	const char *text;
	size_t len;
	enum shell_quote quote;
	bool multiline;
} shell_words[] = {
	{ "a b", 1, SHELL_BARE, false },	 { "'a b' c", 5, SHELL_SINGLE, false },
	{ "\"a b\";c", 5, SHELL_DOUBLE, false }, { "a'b'", 4, SHELL_MIXED, false },
	{ "\"a\nb\"", 5, SHELL_DOUBLE, true },	 { "a\\\nb", 4, SHELL_BARE, true },
	{ " a", 0, SHELL_BARE, false },		 { "", 0, SHELL_BARE, false },
	{ "a\r\n", 1, SHELL_BARE, false },	 { "a\rb", 3, SHELL_BARE, false },
};

START_TEST(test_shell_word)
{
	struct shell_word word;

	ck_assert_int_eq(
		shell_word(shell_words[_i].text, strlen(shell_words[_i].text), &word), 0);
	ck_assert_uint_eq(word.len, shell_words[_i].len);
	ck_assert_int_eq(word.quote, shell_words[_i].quote);
	ck_assert_int_eq(word.multiline, shell_words[_i].multiline);
	ck_assert(word.plain);
	free(word.value);
}
END_TEST

Suite *envfile_suite(void);
Suite *envfile_suite(void)
{
	Suite *suite = suite_create("envfile");
	TCase *tc = tcase_create("envfile");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_loop_test(tc, test_line, 0, (int)ARRAY_SIZE(lines));
	tcase_add_loop_test(tc, test_malformed, 0, (int)ARRAY_SIZE(malformed));
	tcase_add_test(tc, test_limits);
	tcase_add_test(tc, test_repeated);
	tcase_add_test(tc, test_default_grub);
	tcase_add_loop_test(tc, test_written, 0, (int)ARRAY_SIZE(written));
	tcase_add_loop_test(tc, test_shell_word, 0, (int)ARRAY_SIZE(shell_words));
	suite_add_tcase(suite, tc);
	return suite;
}
