// SPDX-License-Identifier: GPL-2.0-or-later
/* The journal's datagrams, byte by byte, and what a hook sends and says where there is no
 * journal. */
#include <check.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/event.h"
#include "base/journal.h"
#include "base/util.h"
#include "scene.h"

Suite *journal_suite(void);

static const struct {
	struct journal_field fields[4];
	const char *datagram;
	size_t len;
} datagrams[] = {
	{ { { NULL, NULL } }, "", 0 },
	{ { { "MESSAGE", "armed" }, { "PRIORITY", "5" } },
	  "MESSAGE=armed\nPRIORITY=5\n",
	  25 },
	{ { { "MESSAGE", "" }, { "LEFT_OUT", NULL }, { "A", "=b" } },
	  "MESSAGE=\nA==b\n",
	  14 },
	/* https://systemd.io/JOURNAL_NATIVE_PROTOCOL/: name, line end, 64 bit length,
	 * data, line end */
	{ { { "MESSAGE", "a\nPRIORITY=0" } },
	  "MESSAGE\n\x0c\0\0\0\0\0\0\0a\nPRIORITY=0\n",
	  29 },
};

START_TEST(datagram)
{
	size_t len;
	_cleanup_free_ char *text = journal_datagram(datagrams[_i].fields, &len);

	ck_assert_ptr_nonnull(text);
	ck_assert_uint_eq(len, datagrams[_i].len);
	ck_assert_mem_eq(text, datagrams[_i].datagram, len);
}
END_TEST

static bool told(const char *file, const char *what)
{
	_cleanup_free_ char *text = scene_fake_read(file, NULL);

	return text && strstr(text, what);
}

START_TEST(armed_is_an_event)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, NULL), 0);
	ck_assert(told("journal", "MESSAGE=armed " SCENE_NEW));
	ck_assert(told("journal",
		       "|PRIORITY=5|SYSLOG_IDENTIFIER=warmboot|MESSAGE_ID=" EVENT_ARMED
		       "|WARMBOOT_BY=dpkg-postinst|WARMBOOT_KERNEL=" SCENE_NEW "|"));
	ck_assert(!told("syslog", "armed"));
}
END_TEST

START_TEST(refused_is_an_event)
{
	scene_install(SCENE_NEW);
	scene_put("/nokexec", "");
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, NULL), 0);
	ck_assert(told("journal", "MESSAGE_ID=" EVENT_REFUSED));
	ck_assert(told("journal", "|WARMBOOT_GUARD=nokexec|"));
}
END_TEST

START_TEST(without_a_journal_syslog_gets_it)
{
	scene_install(SCENE_NEW);
	scene_fake("journal_result", "-2");
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, NULL), 0);
	ck_assert(!told("journal", "armed"));
	ck_assert(told("syslog", "<5>armed " SCENE_NEW));
}
END_TEST

/* As systemd starts a service: stderr is the journal. */
START_TEST(service_names_its_unit)
{
	_cleanup_free_ char *log = strf("%s/../log", scene_machine());
	char env[96];
	struct stat st;

	/* That is where stderr goes in a scene. */
	ck_assert_int_eq(stat(log, &st), 0);
	snprintf(env, sizeof(env), "JOURNAL_STREAM=%ju:%ju\n", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	scene_fake("env", env);
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--hook", "dpkg-postinst", SCENE_NEW, NULL), 0);
	ck_assert(told("journal", "|OBJECT_SYSTEMD_UNIT=warmboot.service|"));
	scene_fake("env", "JOURNAL_STREAM=1:1\n");
	scene_fake("journal", "");
	ck_assert_int_eq(scene_run("--hook", "dpkg-prerm", SCENE_NEW, NULL), 0);
	ck_assert(!told("journal", "OBJECT_SYSTEMD_UNIT"));
}
END_TEST

START_TEST(by_hand_only_stderr)
{
	scene_install(SCENE_NEW);
	ck_assert_int_eq(scene_run("--arm", NULL), 0);
	ck_assert(!told("journal", "armed"));
	ck_assert(!told("syslog", "armed"));
}
END_TEST

Suite *journal_suite(void)
{
	Suite *suite = suite_create("journal");
	TCase *pure = tcase_create("datagram"), *sent = tcase_create("sent");

	tcase_add_loop_test(pure, datagram, 0, ARRAY_SIZE(datagrams));
	suite_add_tcase(suite, pure);
	tcase_add_checked_fixture(sent, scene_begin, scene_end);
	tcase_add_test(sent, armed_is_an_event);
	tcase_add_test(sent, refused_is_an_event);
	tcase_add_test(sent, without_a_journal_syslog_gets_it);
	tcase_add_test(sent, service_names_its_unit);
	tcase_add_test(sent, by_hand_only_stderr);
	suite_add_tcase(suite, sent);
	return suite;
}
