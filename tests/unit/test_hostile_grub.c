// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Scripts of GRUB's that are made to run for ever, or to fill the memory: each ends
 * within bounds, and says that nothing is known. The limits are those of find/grubrun.h.
 */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "grub_scene.h"

Suite *hostile_grub_suite(void);

#define MEMORY_MIB 512
#define KIB 1024U
#define MIB (1024U * KIB)
/* 27 of them: to the power of three they are 19,683. */
#define WORDS "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27"

/* A text of @before, as often as it fits into @size bytes @unit, and @after. "%" in @unit
 * stands for the number of the time. */
static char *repeat(const char *before, const char *unit, size_t size, const char *after)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	fputs(before, f);
	for (size_t n = 0, i = 0; n < size; i++)
		for (const char *p = unit; *p; p++, n++)
			if (*p == '%')
				n += (size_t)fprintf(f, "%zu", i) - 1;
			else
				fputc(*p, f);
	fputs(after, f);
	fclose(f);
	return text;
}

/* A menu that is not understood as a whole: what would boot is not known. */
static const char larger[] =
	"/grub/grub.cfg is larger, or runs longer, than is reasonable";

static const struct grub_file no_files[] = { { 0 } };

static const struct {
	const char *name;
	const char *before, *unit, *after;
	size_t size;
	const char *doubt; /* what it begins with; NULL: it is an ordinary menu */
} rows[] = {
	/* Loops. */
	{ "while true", "while true; do ", "x=1; ", "done\n", 1, larger },
	{ "until false", "until false; do ", "x=1; ", "done\n", 1, larger },
	{ "a function calls itself", "function f { f; f; }\n", "f\n", "", 1, larger },
	{ "two functions call each other", "function f { g; g; }\nfunction g { f; f; }\n",
	  "f\n", "", 1, larger },
	{ "eval of itself", "x='eval \"$x\"; eval \"$x\"'\n", "eval \"$x\"\n", "", 1,
	  larger },
	{ "for in for",
	  "x='" WORDS "'\n"
	  "for a in $x; do for b in $x; do for c in $x; do for d in $x; do "
	  "for e in $x; do for f in $x; do for g in $x; do ",
	  "y=$a; ", "done; done; done; done; done; done; done\n", 1, larger },
	{ "a value that doubles", "x=aaaaaaaa\nwhile true; do ", "x=$x$x; ", "done\n", 1,
	  larger },
	{ "a list that doubles", "x='a a a a'\nwhile true; do ",
	  "set -- $x $x; x=\"$x $x\"; ", "done\n", 1, larger },
	{ "an empty variable with a long name", "while true; do y", "$x", "; done\n",
	  256 * KIB, larger },
	{ "empty variables with long names", "while true; do y ${",
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "}; done\n", 512 * KIB, larger },
	/* Files. */
	{ "a file that reads itself", "source /grub/grub.cfg\n",
	  "source /grub/grub.cfg\n", "", 64, larger },
	{ "a menu that goes on with itself", "configfile /grub/grub.cfg\n",
	  "configfile /grub/grub.cfg\n", "", 64, larger },
	/* What is kept. */
	{ "saved over and over", "x=", "aaaaaaaaaaaaaaaa",
	  "\nwhile true; do save_env x; done\n", 60 * KIB, larger },
	{ "functions", "", "function f% { true; }\n", "", MIB, larger },
	{ "variables", "", "v%=1\n", "", MIB, larger },
	{ "nested blocks", "", "if true; then ", "", MIB, larger },
	{ "nested submenus", "", "submenu s { ", "", MIB, larger },
	{ "entries in a menu with a long name", "x=", "aaaaaaaaaaaaaaaa",
	  "\nl='" WORDS
	  "'\nexport l\nsubmenu \"$x\" { for i in $l; do for j in $l; do for k in $l; do "
	  "menuentry e { linux /k }; done; done; done; }\n",
	  60 * KIB, larger },
	{ "questions that are long", "x=", "aaaaaaaaaaaaaaaa",
	  "\nfor i in 1 2 3 4 5 6 7 8; do x=$x$x; done\n"
	  "if cpuid $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x $x; "
	  "then y=1; fi\nl='" WORDS "'\n"
	  "for i in $l; do for j in $l; do for k in 1 2; do "
	  "menuentry e { linux /k $y }; done; done; done\n",
	  128,
	  "/grub/grub.cfg, line 3 is not understood: too much is known at boot only" },
	/* Patterns. */
	{ "a pattern that doubles", "insmod regexp\nregexp 'a", "+", "' aaaa\n", 60,
	  "/grub/grub.cfg, line 2 is not understood: the pattern" },
	{ "a pattern that nests", "insmod regexp\nregexp '", "(", "' aaaa\n", 250, NULL },
	/* Size. */
	{ "one line", "menuentry a { linux /k", " a", " }\n", 15 * MIB, larger },
	{ "one word", "menuentry a { linux /k ", "aaaaaaaaaaaaaaaa", " }\n", 15 * MIB,
	  larger },
	{ "one quoted word", "menuentry '", "aaaaaaaaaaaaaaaa", "' { linux /k }\n",
	  15 * MIB, larger },
	{ "one comment", "menuentry a { linux /k }\n#", "aaaaaaaaaaaaaaaa", "\n",
	  15 * MIB, NULL },
	{ "empty lines", "menuentry a { linux /k }\n", "\n", "", 15 * MIB, NULL },
	{ "more than a script may have", "menuentry a { linux /k }\n", "\n", "", 17 * MIB,
	  "/grub/grub.cfg, line 0 is not understood: "
	  "(boot)/grub/grub.cfg cannot be read" },
	{ "open quotes", "menuentry a { linux /k }\n", "'\"", "", 15 * MIB, larger },
	{ "parentheses of a test", "if [ ", "( ", "]; then x=1; fi\n", MIB, larger },
	{ "entries", "", "menuentry % { linux /k }\n", "", 4 * MIB, larger },
};

START_TEST(test_row)
{
	static const struct grub_scene scene = { .files = no_files, .uuid = "none" };
	_cleanup_free_ char *script =
		repeat(rows[_i].before, rows[_i].unit, rows[_i].size, rows[_i].after);
	_cleanup_(grubmenu_done) struct grubmenu menu = GRUBMENU_EMPTY;

	if (!bounds_begin(MEMORY_MIB))
		return;
	grub_scene_read(&scene, script, strlen(script), &menu);
	if (rows[_i].doubt)
		ck_assert_msg(menu.doubt && starts_with(menu.doubt, rows[_i].doubt),
			      "%s: %.200s", rows[_i].name,
			      str_or(menu.doubt, "no doubt"));
	else
		ck_assert_msg(!menu.doubt ||
				      starts_with(menu.doubt, "/grub/grub.cfg makes"),
			      "%s: %.200s", rows[_i].name, menu.doubt);
}
END_TEST

/* Entries whose text is long and whose script is a comment, or has many lines of a kind.
 */
static const struct {
	const char *before, *unit;
	size_t size;
} entries[] = {
	{ "title a\nlinux /k\noptions #", "$xx", 45 },
	{ "title a\nlinux /k\n", "initrd /i\n", 60 * KIB },
};

START_TEST(test_bls)
{
	enum { FILES = 400 };
	struct grub_file files[FILES + 1] = { { 0 } };
	struct grub_scene scene = { .files = files, .uuid = "none", .fedora = true };
	_cleanup_free_ char *text =
		repeat(entries[_i].before, entries[_i].unit, entries[_i].size, "\n");
	_cleanup_free_ char *script =
		repeat("xx=", "aaaaaaaaaaaaaaaa", 60 * KIB, "\nblscfg\n");
	_cleanup_(grubmenu_done) struct grubmenu menu = GRUBMENU_EMPTY;
	char names[FILES][40];

	for (size_t i = 0; i < FILES; i++) {
		snprintf(names[i], sizeof(names[i]), "/loader/entries/%zu.conf", i);
		files[i] = (struct grub_file){ names[i], text };
	}
	if (!bounds_begin(MEMORY_MIB))
		return;
	grub_scene_read(&scene, script, strlen(script), &menu);
	ck_assert_msg(menu.doubt && starts_with(menu.doubt, larger), "%.200s",
		      str_or(menu.doubt, "no doubt"));
}
END_TEST

Suite *hostile_grub_suite(void)
{
	Suite *s = suite_create("hostile_grub");
	TCase *t = tcase_create("hostile_grub");

	tcase_set_timeout(t, BOUNDS_TIMEOUT);
	tcase_add_loop_test(t, test_row, 0, ARRAY_SIZE(rows));
	tcase_add_loop_test(t, test_bls, 0, ARRAY_SIZE(entries));
	suite_add_tcase(s, t);
	return s;
}
