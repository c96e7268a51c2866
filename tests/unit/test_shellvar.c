// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "keep/shellvar.h"

static const struct {
	const char *text;
	int result;
	const char *value; /* of K */
} gets[] = {
	{ "K=a\n", 0, "a" },
	{ "K=a", 0, "a" },
	{ "K=\"a b\"\r\n", 0, "a b" },
	{ "\tK='a'\n", 0, "a" },
	{ "K=a\nK=b\n#K=c\n", 0, "b" },
	{ "export K=a\n", 0, "a" },
	{ "K=a; export K\n", 0, "a" },
	{ "K=a J=b\n", 0, "a" },
	{ "J=b K=a # c\n", 0, "a" },
	{ "K=\n", 0, "" },
	{ "# don't\nK=a\n", 0, "a" },
	{ "J=\"\nK=no\n\"\nK=a\n", 0, "a" },
	{ "if x; then\n\tJ=1\nfi\nK=a\n", 0, "a" },
	{ "case x in\na) J=1;;\n(b) J=2;;\nesac\nK=a\n", 0, "a" },
	{ "f() {\n\tJ=1\n}\nK=a\n", 0, "a" },
	{ "[ -f x ] && J=1\nK=a\n", 0, "a" },
	{ "J=$K\nK=a\n", 0, "a" },
	{ "echo \"$K\" >&2; K=a\n", 0, "a" },
	{ "for i in a b; do J=$i; done\nK=a\n", 0, "a" },
	{ "", -ENOENT, NULL },
	{ "#K=a\n # K=b\n", -ENOENT, NULL },
	{ "KK=a\nXK=b\n", -ENOENT, NULL },
	{ "K=a cmd\n", -ENOENT, NULL }, /* for cmd only */
	{ "J='\nK=a\n'\n", -ENOENT, NULL },
	/* shell code that is not for us */
	{ "K=$J\n", -EOPNOTSUPP, NULL },
	{ "K=\"`x`\"\n", -EOPNOTSUPP, NULL },
	{ "K=$(a)\n", -EOPNOTSUPP, NULL },
	{ "K=~/x\n", -EOPNOTSUPP, NULL },
	{ "K=\"a\nb\"\n", -EOPNOTSUPP, NULL },
	{ "K=a\\\nb\n", -EOPNOTSUPP, NULL },
	{ "K=(a b)\n", -EOPNOTSUPP, NULL },
	{ "K=a\nK+=b\n", -EOPNOTSUPP, NULL },
	{ "K=a\nunset K\n", -EOPNOTSUPP, NULL },
	{ "K=a\nread K\n", -EOPNOTSUPP, NULL },
	{ "readonly K=a\n", -EOPNOTSUPP, NULL },
	{ "K=a\nif x; then\n\tK=b\nfi\n", -EOPNOTSUPP, NULL },
	{ "if x\nthen K=b\nfi\n", -EOPNOTSUPP, NULL },
	{ "case x in\na) J=1;;\nb) K=2;;\nesac\n", -EOPNOTSUPP, NULL },
	{ "f() {\nK=b\n}\n", -EOPNOTSUPP, NULL },
	{ "(K=b)\n", -EOPNOTSUPP, NULL },
	{ "[ -f x ] && K=b\n", -EOPNOTSUPP, NULL },
	{ "[ -f x ] ||\n\nK=b\n", -EOPNOTSUPP, NULL },
	{ "x | K=b\n", -EOPNOTSUPP, NULL },
	{ "while x; do K=b; done\n", -EOPNOTSUPP, NULL },
	{ "for K in a b; do x; done\n", -EOPNOTSUPP, NULL },
	{ "cat <<E\nK=a\nE\n", -EOPNOTSUPP, NULL },
	{ "K=\"a\n", -EBADMSG, NULL },
	{ "J='a\nK=b\n", -EBADMSG, NULL },
};

START_TEST(test_get)
{
	_cleanup_free_ char *value = NULL;

	ck_assert_int_eq(shellvar_get(gets[_i].text, "K", &value), gets[_i].result);
	ck_assert_pstr_eq(value, gets[_i].value);
}
END_TEST

static const struct {
	const char *text, *value, *out;
} sets[] = {
	/* in place, in the style that is there */
	{ "K=a\n", "b", "K=b\n" },
	{ "K=a", "b", "K=b" },
	{ "K=\"a\"\n", "b", "K=\"b\"\n" },
	{ "K='a'\n", "b", "K='b'\n" },
	{ "K='a'\n", "it's", "K=\"it's\"\n" },
	{ "K='a'\n", "a\\b", "K=\"a\\\\b\"\n" },
	{ "K=a\n", "b c", "K=\"b c\"\n" },
	{ "K=a\n", "", "K=\"\"\n" },
	{ "K=a'b'\n", "c", "K=\"c\"\n" },
	{ "K=\n", "b", "K=b\n" },
	{ "K=\"a\"\n", "$x `y` \"z\" \\", "K=\"\\$x \\`y\\` \\\"z\\\" \\\\\"\n" },
	{ "K=a\nK=b\nJ=c\n", "d", "K=a\nK=d\nJ=c\n" },
	{ "# c\r\n  K=\"a\"  # d\r\n\r\nJ=1\r\n", "b",
	  "# c\r\n  K=\"b\"  # d\r\n\r\nJ=1\r\n" },
	{ "\texport K=a;J=2", "b", "\texport K=b;J=2" },
	/* already so: not a byte differs */
	{ "K='a b' # x", "a b", "K='a b' # x" },
	{ "K=a\\ b\n", "a b", "K=a\\ b\n" },
	/* after the last example */
	{ "#K=a\n", "b", "#K=a\nK=\"b\"\n" },
	{ "# x\n# K=\"a\"\n\nJ=1\n", "b", "# x\n# K=\"a\"\nK=\"b\"\n\nJ=1\n" },
	{ "#K=a\n#K=c\nJ=1", "b", "#K=a\n#K=c\nK=\"b\"\nJ=1" },
	{ "J=1\n#K=a", "b", "J=1\n#K=a\nK=\"b\"" },
	{ "#K=a\r\nJ=1\r\n", "b", "#K=a\r\nK=\"b\"\r\nJ=1\r\n" },
	{ "if x; then\n#K=a\ny\nfi\n", "b", "if x; then\n#K=a\ny\nfi\nK=\"b\"\n" },
	{ "J='\n#K=a\n'\n", "b", "J='\n#K=a\n'\nK=\"b\"\n" },
	/* at the end */
	{ "", "b", "K=\"b\"\n" },
	{ "J=1\n", "b", "J=1\nK=\"b\"\n" },
	{ "J=1", "b", "J=1\nK=\"b\"" },
	{ "J=1\r\n", "b", "J=1\r\nK=\"b\"\r\n" },
};

START_TEST(test_set)
{
	_cleanup_free_ char *out = NULL, *again = NULL, *value = NULL;

	ck_assert_int_eq(shellvar_set(sets[_i].text, "K", sets[_i].value, &out), 0);
	ck_assert_str_eq(out, sets[_i].out);
	ck_assert_int_eq(shellvar_get(out, "K", &value), 0);
	ck_assert_str_eq(value, sets[_i].value);
	ck_assert_int_eq(shellvar_set(out, "K", sets[_i].value, &again), 0);
	ck_assert_str_eq(again, out);
}
END_TEST

static const struct {
	const char *text, *name, *value;
	int result;
} refused[] = {
	{ "K=$J\n", "K", "b", -EOPNOTSUPP },
	{ "K=\"a\nb\"\n", "K", "b", -EOPNOTSUPP },
	{ "if x; then K=a; fi\n", "K", "b", -EOPNOTSUPP },
	{ "if x; then\n", "K", "b", -EOPNOTSUPP }, /* would land in the condition */
	{ "x &&\n", "K", "b", -EOPNOTSUPP },
	{ "x \\", "K", "b", -EBADMSG },
	{ "J='\n", "K", "b", -EBADMSG },
	{ "cat <<E\nE\n", "K", "b", -EOPNOTSUPP },
	{ "#K=a \\\n", "K", "b",
	  -EOPNOTSUPP }, /* systemd takes the next line into the comment */
	{ "K=a\n", "K", "b\nc", -EINVAL },
	{ "K=a\n", "K", "b\tc", -EINVAL },
	{ "K=a\n", "", "b", -EINVAL },
	{ "K=a\n", "K=", "b", -EINVAL },
	{ "K=a\n", "1K", "b", -EINVAL },
};

START_TEST(test_refused)
{
	char *out = NULL;

	ck_assert_int_eq(
		shellvar_set(refused[_i].text, refused[_i].name, refused[_i].value, &out),
		refused[_i].result);
	ck_assert_ptr_null(out);
}
END_TEST

/* A file like Gentoo's, and what keeping it in step does to it. */
START_TEST(test_confd)
{
	static const char before[] =
		"# Load kexec kernel image into memory during shutdown?\n"
		"#LOAD_DURING_SHUTDOWN=\"yes\"\n"
		"\n"
		"# Kernel image, relative to BOOTPART (\"-\": don't load one)\n"
		"KNAME=\"bzimage\"\n"
		"\n"
		"# Initrd\n"
		"#INITRD=\"/boot/fbsplash-emergence-1024x768\"\n"
		"\n"
		"KEXEC_OPT_ARGS=\"--reuse-cmdline\"\n";
	_cleanup_free_ char *one = NULL, *two = NULL;

	ck_assert_int_eq(
		shellvar_set(before, "KNAME", "vmlinuz-6.6.31-gentoo-dist", &one), 0);
	ck_assert_int_eq(
		shellvar_set(one, "INITRD", "initramfs-6.6.31-gentoo-dist.img", &two), 0);
	ck_assert_str_eq(two,
			 "# Load kexec kernel image into memory during shutdown?\n"
			 "#LOAD_DURING_SHUTDOWN=\"yes\"\n"
			 "\n"
			 "# Kernel image, relative to BOOTPART (\"-\": don't load one)\n"
			 "KNAME=\"vmlinuz-6.6.31-gentoo-dist\"\n"
			 "\n"
			 "# Initrd\n"
			 "#INITRD=\"/boot/fbsplash-emergence-1024x768\"\n"
			 "INITRD=\"initramfs-6.6.31-gentoo-dist.img\"\n"
			 "\n"
			 "KEXEC_OPT_ARGS=\"--reuse-cmdline\"\n");
}
END_TEST

Suite *shellvar_suite(void);
Suite *shellvar_suite(void)
{
	Suite *suite = suite_create("shellvar");
	TCase *tc = tcase_create("shellvar");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_loop_test(tc, test_get, 0, (int)ARRAY_SIZE(gets));
	tcase_add_loop_test(tc, test_set, 0, (int)ARRAY_SIZE(sets));
	tcase_add_loop_test(tc, test_refused, 0, (int)ARRAY_SIZE(refused));
	tcase_add_test(tc, test_confd);
	suite_add_tcase(suite, tc);
	return suite;
}
