// SPDX-License-Identifier: GPL-2.0-or-later
/* Which entry boots next: src/find/choose.c, on lists made by hand. */
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fake_root.h"
#include "find/find.h"

Suite *choose_suite(void);

/* Where an entry of the list below comes from, and what is the matter with it. */
enum {
	MENU = 1 << 0,	  /* it is in GRUB's menu */
	NEXT = 1 << 1,	  /* … as the default */
	BROKEN = 1 << 2,  /* it cannot be used */
	MODULES = 1 << 3, /* it is in a module directory only */
	UNREAD = 1 << 4,  /* the image does not tell a version */
	RESCUE = 1 << 5,  /* its command line is that of a rescue boot */
	ALIEN = 1 << 6,	  /* it boots no kernel at all */
	INIT = 1 << 7,	  /* its command line names an init, as some systems always do */
};

struct offer {
	const char *release; /* a name in /boot: "vmlinuz-" and this */
	unsigned flags;
	const char *image; /* the version in the image, where it is another one */
};

static const struct choice {
	const char *running; /* 6.1.0-55-amd64 if NULL */
	enum boot_loader loader;
	const char *not_understood, *one_shot;
	enum choose_policy policy;
	const char *pin, *excluded, *removed;
	struct offer offers[6];
	const char *chosen; /* its release, or NULL */
	const char *reason; /* what it has to say, among other things */
	bool defaulted;	    /* it has to be the default one */
} choices[] = {
	/* GRUB's default, whatever its age, place or flavour */
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL },
		      { "6.1.0-55-amd64", MENU, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "GRUB boots it next (the saved entry)" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT | BROKEN, NULL },
		      { "6.1.0-55-amd64", MENU, NULL } },
	  .reason =
		  "GRUB boots 'a title', 6.1.0-56-amd64 next (the saved entry): broken" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", MENU, NULL },
		      { "6.1.0-55-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "6.1.0-56-amd64 is newer, but it is not the default" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", BROKEN, NULL },
		      { "6.1.0-55-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "6.1.0-56-amd64 is newer, but broken" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", BROKEN | UNREAD, NULL },
		      { "6.1.0-55-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "6.1.0-56-amd64 is newer, but broken" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.5.0-1-rt-amd64", MODULES | BROKEN, NULL },
		      { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "6.5.0-1-rt-amd64 sorts higher, but broken" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", MENU, NULL },
		      { "6.1.0-56-cloud-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-56-cloud-amd64",
	  .reason = "GRUB boots it next" },
	{ .loader = LOADER_EXTLINUX,
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "extlinux boots it next" },
	{ .loader = LOADER_BLS,
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT | INIT, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "systemd-boot boots it next" },
	/* a backup copy, if that is what it boots */
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-55-amd64.old", MENU | NEXT, "6.1.0-55-amd64" },
		      { "6.1.0-56-amd64", MENU, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "6.1.0-56-amd64 is newer, but it is not the default" },
	/* not what an ordinary boot is */
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT | RESCUE, NULL },
		      { "6.1.0-56-amd64", MENU, NULL } },
	  .reason = "GRUB boots 'a title' next (the saved entry): it is a rescue boot" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "0-rescue-0123", MENU | NEXT, "6.1.0-56-amd64" } },
	  .reason = "it is a rescue boot" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "windows", ALIEN | NEXT, NULL },
		      { "6.1.0-56-amd64", MENU, NULL } },
	  .reason = "GRUB boots 'a title' next (the saved entry): another system's" },
	/* a request for one boot: nothing is armed, whatever the policy */
	{ .loader = LOADER_GRUB,
	  .one_shot = "next_entry asks once for 'x'",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .reason = "next_entry asks once for 'x'" },
	{ .loader = LOADER_GRUB,
	  .one_shot = "next_entry asks once for 'x'",
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .reason = "next_entry asks once for 'x'" },
	/* leftovers are no kernels, whatever their version */
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-57-amd64.old", BROKEN, "6.1.0-57-amd64" },
		      { "6.1.0-57-amd64.dpkg-new", BROKEN, "6.1.0-57-rt-amd64" },
		      { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "GRUB boots it next (the saved entry)" },
	/* what its name claims counts as well as what it is */
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-57-amd64", BROKEN, "6.1.0-50-amd64" },
		      { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "6.1.0-57-amd64 is newer, but broken" },
	/* removed, excluded */
	{ .loader = LOADER_GRUB,
	  .removed = "6.1.0-56-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL },
		      { "6.1.0-55-amd64", MENU, NULL } },
	  .reason =
		  "GRUB boots 'a title', 6.1.0-56-amd64 next (the saved entry): it is being removed" },
	{ .loader = LOADER_GRUB,
	  .removed = "6.1.0-55-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL },
		      { "6.1.0-55-amd64", MENU, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "GRUB boots it next" },
	{ .loader = LOADER_GRUB,
	  .excluded = "6.1.0-5?-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL },
		      { "6.1.0-9-amd64", MENU, NULL } },
	  .reason = "the configuration excludes it" },
	{ .loader = LOADER_GRUB,
	  .excluded = "*-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .reason = "the configuration excludes it" },
	/* not known is not known */
	{ .loader = LOADER_GRUB,
	  .not_understood = "grubenv cannot be read",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .reason = "grubenv cannot be read" },
	{ .loader = LOADER_OTHER,
	  .not_understood = "refind.conf belongs to rEFInd",
	  .offers = { { "6.1.0-56-amd64", 0, NULL } },
	  .reason = "refind.conf belongs to rEFInd" },
	{ .loader = LOADER_GRUB,
	  .offers = { { "6.1.0-56-amd64", MENU, NULL } },
	  .reason = "what GRUB boots next is not known: the menu names no entry" },
	{ .loader = LOADER_NONE, .reason = "no kernel was found" },
	/* without a boot loader's configuration: the newest of the running flavour */
	{ .loader = LOADER_NONE,
	  .offers = { { "6.5.0-1-cloud-amd64", 0, NULL },
		      { "6.1.0-9-amd64", 0, NULL },
		      { "6.1.0-56-amd64", 0, NULL },
		      { "6.1.0-55-amd64", 0, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason =
		  "the newest of the running flavour (amd64); 6.5.0-1-cloud-amd64 sorts higher, but it is "
		  "of another flavour" },
	{ .loader = LOADER_NONE,
	  .offers = { { "6.1.0-56-amd64", BROKEN, NULL }, { "6.1.0-55-amd64", 0, NULL } },
	  .reason = "6.1.0-56-amd64 is to boot next, but cannot be used: broken" },
	{ .loader = LOADER_NONE,
	  .offers = { { "6.1.0-56-amd64", BROKEN | UNREAD, NULL },
		      { "6.1.0-55-amd64", 0, NULL } },
	  .reason = "6.1.0-56-amd64 is to boot next, but cannot be used: broken" },
	{ .loader = LOADER_NONE,
	  .excluded = "6.1.0-56-*",
	  .offers = { { "6.1.0-56-amd64", 0, NULL }, { "6.1.0-55-amd64", 0, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "6.1.0-56-amd64 is newer, but the configuration excludes it" },
	{ .loader = LOADER_NONE,
	  .removed = "6.1.0-56-amd64",
	  .offers = { { "6.1.0-56-amd64", 0, NULL }, { "6.1.0-55-amd64", 0, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "6.1.0-56-amd64 is newer, but it is being removed" },
	{ .loader = LOADER_NONE,
	  .running = "6.6.9-0-lts",
	  .offers = { { "6.1.0-56-amd64", 0, NULL } },
	  .reason = "no kernel of the running flavour (lts) was found" },
	{ .loader = LOADER_NONE,
	  .running = "6.12.9_1",
	  .offers = { { "6.12.10_1", 0, NULL }, { "6.12.9_1", 0, NULL } },
	  .chosen = "6.12.10_1",
	  .reason = "the newest of the running flavour (none)" },
	{ .loader = LOADER_NONE,
	  .offers = { { "6.1.0-56-amd64", 0, NULL },
		      { "6.1.0-56-amd64", MODULES, NULL } },
	  .reason = "two kernels are the newest" },
	{ .loader = LOADER_NONE,
	  .not_understood = "/boot holds more than 20000 names",
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-56-amd64", MODULES, NULL } },
	  .reason = "/boot holds more than" },
	/* choose = "newest": whatever the boot loader says */
	{ .loader = LOADER_GRUB,
	  .not_understood = "grubenv cannot be read",
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-56-amd64", MENU, NULL },
		      { "6.1.0-55-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "choose = \"newest\"" },
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_NEWEST,
	  .running = "6.1.0-55-cloud-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL },
		      { "6.1.0-55-cloud-amd64", MENU, NULL } },
	  .chosen = "6.1.0-55-cloud-amd64",
	  .reason = "6.1.0-56-amd64 sorts higher, but it is of another flavour" },
	/* … but never one whose command line is not known */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-55-amd64", MENU | NEXT, NULL },
		      { "6.1.0-56-amd64", BROKEN, NULL } },
	  .reason = "6.1.0-56-amd64 is to boot next, but cannot be used: broken" },
	/* … nor a rescue boot, nor what is no kernel */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "windows", ALIEN | NEXT, NULL },
		      { "6.1.0-56-amd64", MENU | RESCUE, NULL },
		      { "6.1.0-55-amd64", MENU, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason = "choose = \"newest\"" },
	/* several entries of one release: the first that can be used */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-55-amd64", MENU | NEXT, NULL },
		      { "6.1.0-56-amd64", MENU | BROKEN, NULL },
		      { "6.1.0-56-amd64", MENU, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "choose = \"newest\"" },
	/* … but not in the place of a default that cannot */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-56-amd64", MENU, NULL },
		      { "6.1.0-56-amd64", MENU | NEXT | BROKEN, NULL } },
	  .reason = "cannot be used: broken" },
	/* two files of one release: the one that the menu names */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_NEWEST,
	  .offers = { { "6.1.0-56-amd64", MODULES, NULL },
		      { "6.1.0-56-amd64", MENU, NULL } },
	  .chosen = "6.1.0-56-amd64",
	  .reason = "choose = \"newest\"" },
	/* choose = "pinned": that one, or nothing */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_PINNED,
	  .pin = "6.1.0-55-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL },
		      { "6.1.0-55-amd64", MENU, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .reason =
		  "the configuration pins it; 6.1.0-56-amd64 is newer, but it is not the one asked for" },
	/* … of two entries for it, the default */
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_PINNED,
	  .pin = "6.1.0-55-amd64",
	  .offers = { { "6.1.0-55-amd64", MENU | INIT, NULL },
		      { "6.1.0-55-amd64", MENU | NEXT, NULL } },
	  .chosen = "6.1.0-55-amd64",
	  .defaulted = true,
	  .reason = "the configuration pins it" },
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_PINNED,
	  .pin = "6.1.0-54-amd64",
	  .offers = { { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .reason = "the pinned version 6.1.0-54-amd64 was not found" },
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_PINNED,
	  .pin = "6.1.0-55-amd64",
	  .offers = { { "6.1.0-55-amd64", MENU | BROKEN, NULL },
		      { "6.1.0-56-amd64", MENU | NEXT, NULL } },
	  .reason = "cannot be used: broken" },
	{ .loader = LOADER_GRUB,
	  .policy = CHOOSE_PINNED,
	  .pin = "6.1.0-55-amd64",
	  .removed = "6.1.0-55-amd64",
	  .offers = { { "6.1.0-55-amd64", MENU, NULL } },
	  .reason = "cannot be used: it is being removed" },
	{ .loader = LOADER_NONE,
	  .policy = CHOOSE_PINNED,
	  .pin = "",
	  .offers = { { "6.1.0-55-amd64", 0, NULL } },
	  .reason = "pin names no version" },
};

static const char *running;
static struct config config;
static struct entry_list list = ENTRY_LIST_EMPTY;

static int fake_uname(struct utsname *ret)
{
	memset(ret, 0, sizeof(*ret));
	snprintf(ret->release, sizeof(ret->release), "%s",
		 str_or(running, "6.1.0-55-amd64"));
	return 0;
}

static const struct sys sys = { .uname = fake_uname };
static const struct options options = { .verb = VERB_LIST };

static void offer(const struct offer *offer)
{
	struct entry entry = ENTRY_EMPTY;

	entry.source = offer->flags & (MENU | ALIEN) ? SOURCE_GRUB
		       : offer->flags & MODULES	     ? SOURCE_MODULES
						     : SOURCE_BOOTDIR;
	entry.title = strdup("a title");
	entry.kernel = offer->flags & ALIEN ? NULL
		       : offer->flags & MODULES
			       ? strf("/usr/lib/modules/%s/vmlinuz", offer->release)
			       : strf("/boot/vmlinuz-%s", offer->release);
	entry.id = strdup(str_or(entry.kernel, "alien"));
	if (offer->flags & (MENU | ALIEN))
		entry.cmdline = strdup(offer->flags & RESCUE ? "root=/dev/vda1 single"
				       : offer->flags & INIT ? "init=/nix/store/x/init"
							     : "root=/dev/vda1");
	entry.is_default = offer->flags & NEXT;
	entry.usable = !(offer->flags & (BROKEN | ALIEN));
	entry.why = offer->flags & BROKEN  ? strdup("broken")
		    : offer->flags & ALIEN ? strdup("another system's")
					   : NULL;
	if (!(offer->flags & (UNREAD | ALIEN)))
		entry.version = strdup(str_or(offer->image, offer->release));
	ck_assert_int_eq(entry_list_take(&list, &entry), 0);
}

static void set_up_choice(const struct choice *choice)
{
	running = choice->running;
	config = (struct config){ .choose = choice->policy };
	ck_assert_int_eq(str_set(&config.pin, choice->pin), 0);
	if (choice->excluded)
		ck_assert_int_eq(strv_add(&config.exclude, choice->excluded), 0);
	list.loader = choice->loader;
	ck_assert_int_eq(str_set(&list.loader_file, "the menu"), 0);
	ck_assert_int_eq(str_set(&list.default_reason, "the saved entry"), 0);
	ck_assert_int_eq(str_set(&list.not_understood, choice->not_understood), 0);
	ck_assert_int_eq(str_set(&list.one_shot, choice->one_shot), 0);
	for (size_t i = 0; i < ARRAY_SIZE(choice->offers) && choice->offers[i].release;
	     i++)
		offer(&choice->offers[i]);
}

static void tear_down(void)
{
	entry_list_done(&list);
	strv_done(&config.exclude);
	free(config.pin);
}

START_TEST(test_choice)
{
	const struct choice *choice = &choices[_i];
	const struct ctx ctx = {
		.options = &options, .config = &config, .sys = &sys, .by = "manual"
	};
	_cleanup_free_ char *reason = NULL;
	struct entry *chosen = NULL;
	int r;

	set_up_choice(choice);
	r = choose_entry(&ctx, &list, choice->removed, &chosen, &reason);
	ck_assert_ptr_nonnull(reason);
	ck_assert_msg(strstr(reason, choice->reason), "'%s' says nothing about '%s'",
		      reason, choice->reason);
	ck_assert_int_eq(r, choice->chosen ? 1 : 0);
	ck_assert_pstr_eq(chosen ? chosen->version : NULL, choice->chosen);
	if (!chosen)
		return;
	ck_assert(chosen->usable);
	ck_assert(chosen->is_default || !choice->defaulted);
	ck_assert_str_eq(chosen->why, reason);
	ck_assert(chosen >= list.items && chosen < list.items + list.count);
	/* The others say why not. */
	for (size_t i = 0; i < list.count; i++)
		ck_assert_ptr_nonnull(list.items[i].why);
}
END_TEST

/* What is excluded can no longer be taken for usable. */
START_TEST(test_excluded_is_marked)
{
	const struct choice choice = {
		.loader = LOADER_NONE,
		.offers = { { "6.1.0-56-amd64", 0, NULL },
			    { "6.1.0-55-amd64", 0, NULL } },
	};
	const struct ctx ctx = {
		.options = &options, .config = &config, .sys = &sys, .by = "manual"
	};
	_cleanup_free_ char *reason = NULL;
	struct entry *chosen = NULL;

	set_up_choice(&choice);
	ck_assert_int_eq(choose_entry(&ctx, &list, "6.1.0-56-amd64", &chosen, &reason),
			 1);
	ck_assert(!list.items[0].usable);
	ck_assert_str_eq(list.items[0].why, "it is being removed");
	ck_assert_ptr_eq(chosen, &list.items[1]);
}
END_TEST

Suite *choose_suite(void)
{
	Suite *suite = suite_create("choose");
	TCase *tcase = tcase_create("choose");

	tcase_add_checked_fixture(tcase, NULL, tear_down);
	tcase_add_loop_test(tcase, test_choice, 0, ARRAY_SIZE(choices));
	tcase_add_test(tcase, test_excluded_is_marked);
	suite_add_tcase(suite, tcase);
	return suite;
}
