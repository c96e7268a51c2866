// SPDX-License-Identifier: GPL-2.0-or-later
/* What --entry takes: src/find/lookup.c. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/entry.h"

Suite *lookup_suite(void);

static const struct offer {
	enum entry_source source;
	const char *id, *position, *title;
} offers[] = {
	{ SOURCE_GRUB, "simple", "0", "Debian" },
	{ SOURCE_GRUB, "1", "1>0", "Debian, with Linux 6.1" },
	{ SOURCE_GRUB, "Debian", "1>1", "Two of this title" },
	{ SOURCE_GRUB, "four", "2", "Two of this title" },
	{ SOURCE_BLS, "Arch-6.10.conf", NULL, "Arch Linux" },
	{ SOURCE_UKI, "arch-6.10.efi", NULL, "Arch Linux (unified)" },
	{ SOURCE_UKI, "fedora.efi@factory", NULL, NULL },
	{ SOURCE_BLS, "nixos.conf", NULL, "NixOS" },
	{ SOURCE_BOOTDIR, "vmlinuz-6.1.conf", NULL, NULL },
};

static const struct question {
	const char *name;
	int result;
	size_t index;
} questions[] = {
	/* an id before a position, and that before a title */
	{ "simple", 1, 0 },
	{ "1", 1, 1 },
	{ "Debian", 1, 2 },
	{ "0", 1, 0 },
	{ "1>0", 1, 1 },
	{ "2", 1, 3 },
	{ "Debian, with Linux 6.1", 1, 1 },
	{ "Two of this title", -EEXIST, 0 },
	/* case counts, but for names of files that systemd-boot reads */
	{ "SIMPLE", 0, 0 },
	{ "Arch-6.10.conf", 1, 4 },
	{ "arch-6.10.CONF", 1, 4 },
	{ "arch-6.10.efi", 1, 5 },
	{ "arch-6.10", -EEXIST, 0 },
	{ "NixOS", 1, 7 },
	{ "nixos", 1, 7 },
	{ "fedora.efi@factory", 1, 6 },
	{ "fedora", 0, 0 },
	{ "vmlinuz-6.1", 0, 0 },
	/* no prefixes, nothing empty */
	{ "nix", 0, 0 },
	{ "", 0, 0 },
	{ "3", 0, 0 },
};

static struct entry_list list = ENTRY_LIST_EMPTY;

static void set_up(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(offers); i++) {
		struct entry entry = ENTRY_EMPTY;

		entry.source = offers[i].source;
		ck_assert_int_eq(str_set(&entry.id, offers[i].id), 0);
		ck_assert_int_eq(str_set(&entry.position, offers[i].position), 0);
		ck_assert_int_eq(str_set(&entry.title, offers[i].title), 0);
		ck_assert_int_eq(entry_list_take(&list, &entry), 0);
	}
}

static void tear_down(void)
{
	entry_list_done(&list);
}

START_TEST(test_question)
{
	const struct question *question = &questions[_i];
	struct entry *found = NULL;
	int r = entry_list_find(&list, question->name, &found);

	ck_assert_msg(r == question->result, "'%s': %d", question->name, r);
	if (r == 1)
		ck_assert_msg(found == &list.items[question->index], "'%s' is '%s'",
			      question->name, found->id);
}
END_TEST

Suite *lookup_suite(void)
{
	Suite *suite = suite_create("lookup");
	TCase *tcase = tcase_create("lookup");

	tcase_add_checked_fixture(tcase, set_up, tear_down);
	tcase_add_loop_test(tcase, test_question, 0, ARRAY_SIZE(questions));
	suite_add_tcase(suite, tcase);
	return suite;
}
