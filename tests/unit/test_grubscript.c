// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * GRUB's script language: what is refused, and properties of scripts that a generator
 * makes. Seeds are fixed, so that a failure can be repeated.
 */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubdefault.h"
#include "find/grubparse.h"
#include "grub_scene.h"

Suite *grubscript_suite(void);

/* grub-script-check says the same of each of these. */
static const struct {
	const char *text;
	bool accepted;
} texts[] = {
	{ "", true },
	{ "# c", true },
	{ "a b c", true },
	{ "a; b\nc;\n", true },
	{ "if a; then b; fi", true },
	{ "if a\nthen\nb\nelif c; then d; else e\nfi\n", true },
	{ "for i in; do a; done", true },
	{ "for i in a b\ndo\nc\ndone", true },
	{ "while a; do b; done; until c; do d; done", true },
	{ "function f { a; }", true },
	{ "function f\n{\na\n}\n", true },
	{ "menuentry a { b }", true },
	{ "menuentry a { b; }", true },
	{ "menuentry a {\nb\n}\n", true },
	{ "menuentry a { menuentry b { c } }", true },
	{ "echo if then fi do done case esac", true },
	{ "echo '${' \"$a ${b}\" $1 ${?} $# $* $@", true },
	{ "echo a\\\nb", true },
	{ "echo 'a\nb'", true },
	{ "a # 'x", true },
	{ "  #don't\na\n", true },
	{ "a b#c", true },
	{ ";", false },
	{ "a;;b", false },
	{ "a; ;b", false },
	{ "if a then b; fi", false },
	{ "if a; then fi", false },
	{ "if a; then b fi", false },
	{ "if a; then b;", false },
	{ "fi", false },
	{ "then", false },
	{ "for 1 in a; do b; done", false },
	{ "for i in a do b; done", false },
	{ "while a; do done", false },
	{ "function f { }", false },
	{ "function f { a }", false },
	{ "function 'f' { a; }", false },
	{ "if a; then function f { b; }; fi", false },
	{ "menuentry a { }", false },
	{ "menuentry a { b } c", false },
	{ "menuentry a { b", false },
	{ "}", false },
	{ "{ a }", false },
	{ "echo 'a", false },
	{ "echo \"a", false },
	{ "echo $", false },
	{ "echo \"$\"", false },
	{ "echo ${a", false },
	{ "echo ${a-b}", false },
	{ "a | b", false },
	{ "a && b", false },
	{ "a > b", false },
	{ "[[ a ]]", false },
	{ "case a in b; esac", false },
};

static int parse(const char *text, size_t len)
{
	struct grubpool pool = { .limit = 64 << 20 };
	struct grubnode *list;
	unsigned line;
	int r = grubparse(text, len, &pool, &list, &line);

	grubpool_done(&pool);
	return r;
}

START_TEST(test_text)
{
	int r = parse(texts[_i].text, strlen(texts[_i].text));

	ck_assert_msg(r == (texts[_i].accepted ? 0 : -EBADMSG), "%s: %d", texts[_i].text,
		      r);
}
END_TEST

/* A script cut anywhere is read or refused, and nothing else happens. */
START_TEST(test_cut)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		for (size_t len = strlen(texts[i].text); len > 0; len--) {
			_cleanup_free_ char *copy = strndup(texts[i].text, len);
			int r = parse(copy, len);

			ck_assert(r == 0 || r == -EBADMSG);
		}
}
END_TEST

START_TEST(test_depth)
{
	char text[4096] = "";

	for (int i = 0; i < GRUBPARSE_MAX_DEPTH + 1; i++)
		strcat(text, "if a; then ");
	ck_assert_int_eq(parse(text, strlen(text)), -E2BIG);
	memset(text, 'x', sizeof(text));
	text[10] = '\0';
	ck_assert_int_eq(parse(text, 20), -EBADMSG); /* a NUL */
}
END_TEST

/* ---- generated scripts ---- */

static unsigned next(unsigned *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 16;
}

struct expression {
	char text[2048];
	bool value;
};

/* A condition of true, false, "!" and tests, and what it must be. */
static void make_condition(unsigned *seed, struct expression *ret)
{
	static const struct {
		const char *text;
		bool value;
	} atoms[] = { { "true", true },	       { "false", false },
		      { "[ a ]", true },       { "[ -z a ]", false },
		      { "[ 2 -gt 1 ]", true }, { "[ a = b ]", false } };
	unsigned n = next(seed) % ARRAY_SIZE(atoms);
	bool invert = next(seed) % 2;

	snprintf(ret->text, sizeof(ret->text), "%s%s", invert ? "! " : "", atoms[n].text);
	ret->value = atoms[n].value != invert;
}

/* One `[` of several terms with -a and -o, which GRUB reads as "or" of "and"s. */
static void make_test(unsigned *seed, struct expression *ret)
{
	bool together = true, either = false;
	size_t used = (size_t)snprintf(ret->text, sizeof(ret->text), "[");

	for (unsigned i = next(seed) % 6 + 1; i > 0; i--) {
		bool value = next(seed) % 2, invert = next(seed) % 2;
		bool ends = i > 1 && next(seed) % 2;

		used += (size_t)snprintf(ret->text + used, sizeof(ret->text) - used,
					 " %sx = %s%s", invert ? "! " : "",
					 value ? "x" : "y",
					 i == 1 ? ""
					 : ends ? " -o"
						: " -a");
		together = together && value != invert;
		if (ends) {
			either = either || together;
			together = true;
		}
	}
	snprintf(ret->text + used, sizeof(ret->text) - used, " ]");
	ret->value = either || together;
}

/* if/elif/else over generated conditions: the branch that is taken is the first one whose
 * condition holds. */
START_TEST(test_conditions)
{
	const struct grub_scene scene = { NULL, "12-ab", false, false };
	unsigned seed = (unsigned)_i;
	int taken = -1;
	char *script = NULL;
	size_t size;
	FILE *out = open_memstream(&script, &size);
	_cleanup_(grubmenu_done) struct grubmenu menu;
	char expected[16];

	for (int i = 0; i < 4; i++) {
		struct expression e;

		if (next(&seed) % 2)
			make_condition(&seed, &e);
		else
			make_test(&seed, &e);
		fprintf(out, "%s %s; then x=%d\n", i == 0 ? "if" : "elif", e.text, i);
		if (e.value && taken < 0)
			taken = i;
	}
	fprintf(out, "else x=-1; fi\nmenuentry \"$x\" { linux /k }\n");
	fclose(out);
	snprintf(expected, sizeof(expected), "%d", taken);
	grub_scene_read(&scene, script, size, &menu);
	ck_assert_msg(menu.count == 1 && streq(menu.entries[0].title, expected), "%s: %s",
		      script, expected);
	free(script);
}
END_TEST

/* Any mixture of words and separators ends, is never the menu of two defaults, and says
 * why if it has none. */
START_TEST(test_mixtures)
{
	static const char *const pieces[] = {
		"if ",
		"then ",
		"elif ",
		"else ",
		"fi",
		"for i in a b",
		"while ",
		"do ",
		"done",
		"{ ",
		"}",
		"function f",
		"f ",
		"menuentry",
		" t",
		" --id i",
		"submenu",
		"true",
		"false",
		"[ a = b ]",
		"set x=1",
		"default=1",
		"$x",
		"\"$x $1\"",
		"'a b'",
		"linux /k",
		"initrd /i",
		"load_env",
		"save_env x",
		"source /a",
		"return",
		"break",
		"continue",
		"blscfg",
		"eval 'x=2'",
		"shift",
		"configfile /a",
		"search --set=root --fs-uuid 12-ab",
		"cmostest 1",
		"#",
	};
	static const struct grub_file some[] = {
		{ "/a", "x=3\nmenuentry a { linux /k }\n" },
		{ "/loader/entries/a-1-1.conf", "linux /k\noptions $x\n" },
		{ 0 }
	};
	const struct grub_scene scene = { some, "12-ab", _i % 2, false };
	unsigned seed = (unsigned)_i + 7;

	for (int round = 0; round < 200; round++) {
		_cleanup_(grubmenu_done) struct grubmenu menu;
		char text[1024] = "";
		size_t defaults = 0;

		for (unsigned i = next(&seed) % 24; i > 0; i--) {
			strcat(text, pieces[next(&seed) % ARRAY_SIZE(pieces)]);
			strcat(text, next(&seed) % 3 == 0 ? "\n"
				     : next(&seed) % 2	  ? "; "
							  : " ");
		}
		grub_scene_read(&scene, text, strlen(text), &menu);
		for (size_t i = 0; i < menu.count; i++)
			defaults += menu.entries[i].is_default;
		ck_assert_msg(defaults == 1 || (defaults == 0 && menu.doubt) ||
				      menu.count == 0,
			      "%s", text);
	}
}
END_TEST

/* By number, by id and by path, every entry of a menu of menus can be the default. */
START_TEST(test_every_entry)
{
	const struct grub_scene scene = { NULL, "12-ab", false, false };
	static const char menu_text[] =
		"menuentry a --id A { linux /0 }\nsubmenu b --id 'B>' {\nmenuentry c --id C "
		"{ linux /1 }\nsubmenu d --id D { menuentry e --id E { linux /2 } }\n}\n"
		"menuentry f --id F { linux /3 }\n";
	static const struct {
		const char *by_number, *by_id, *by_title;
	} paths[] = { { "0", "A", "a" },
		      { "1>0", "B>>>C", "b>c" },
		      { "1>1>0", "B>>>D>E", "b>d>e" },
		      { "2", "F", "f" } };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		for (int by = 0; by < 3; by++) {
			_cleanup_free_ char *script = strf("%sdefault='%s'\n", menu_text,
							   by == 0   ? paths[i].by_number
							   : by == 1 ? paths[i].by_id
								     : paths[i].by_title);
			_cleanup_(grubmenu_done) struct grubmenu menu;

			grub_scene_read(&scene, script, strlen(script), &menu);
			ck_assert_uint_eq(menu.count, ARRAY_SIZE(paths));
			for (size_t k = 0; k < menu.count; k++)
				ck_assert_msg(menu.entries[k].is_default == (k == i),
					      "%s", script);
			ck_assert_str_eq(menu.entries[i].position, paths[i].by_number);
			ck_assert_str_eq(menu.entries[i].path, paths[i].by_id);
		}
}
END_TEST

Suite *grubscript_suite(void)
{
	Suite *s = suite_create("grubscript");
	TCase *t = tcase_create("language");

	tcase_set_timeout(t, 60);
	tcase_add_loop_test(t, test_text, 0, ARRAY_SIZE(texts));
	tcase_add_test(t, test_cut);
	tcase_add_test(t, test_depth);
	tcase_add_loop_test(t, test_conditions, 0, 100);
	tcase_add_loop_test(t, test_mixtures, 0, 10);
	tcase_add_test(t, test_every_entry);
	suite_add_tcase(s, t);
	return s;
}
