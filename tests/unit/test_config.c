// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "base/config.h"
#include "base/config_scan.h"
#include "base/config_table.h"
#include "base/macro.h"
#include "base/root.h"
#include "base/util.h"

#define FILE_NAME "/warmboot.conf"

Suite *config_suite(void);

static char dir[] = "/tmp/warmboot-config-XXXXXX";
static struct root root = ROOT_EMPTY;
static struct config config;
static FILE *messages; /* what was written to stderr */

static void set_up(void)
{
	strcpy(strchr(dir, '-'), "-config-XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_int_eq(root_init(&root, dir), 0);
	ck_assert_int_eq(config_defaults(&config), 0);
	messages = tmpfile();
	ck_assert_ptr_nonnull(messages);
	ck_assert_int_ge(dup2(fileno(messages), STDERR_FILENO), 0);
}

static void tear_down(void)
{
	config_done(&config);
	ck_assert_int_le(root_unlink(&root, FILE_NAME), 0);
	root_done(&root);
	rmdir(dir);
	fclose(messages);
}

static int load_bytes(const char *text, size_t len)
{
	ck_assert_int_eq(root_write(&root, FILE_NAME, text, len), 0);
	return config_load(&config, &root, FILE_NAME, false);
}

static int load(const char *text)
{
	return load_bytes(text, strlen(text));
}

/* Was @part written to stderr? NULL: was nothing written? */
static bool said(const char *part)
{
	char text[8192];
	ssize_t n = pread(fileno(messages), text, sizeof(text) - 1, 0);

	ck_assert_int_ge(n, 0);
	text[n] = '\0';
	return part ? strstr(text, part) != NULL : n == 0;
}

START_TEST(test_defaults)
{
	ck_assert(config.enabled);
	ck_assert(!config.arm_at_boot);
	ck_assert_int_eq(config.choose, CHOOSE_DEFAULT);
	ck_assert_str_eq(config.pin, "");
	ck_assert_uint_eq(config.exclude.count, 0);
	ck_assert_uint_eq(config.cmdline_add.count, 0);
	ck_assert_uint_eq(config.cmdline_remove.count, 0);
	ck_assert_int_eq(config.verify, VERIFY_FULL);
	ck_assert(!config.allow_no_initramfs);
	ck_assert_int_eq(config.good_after, 600);
	ck_assert_int_eq(config.max_chain, 0);
	ck_assert(!config.require_trial);
	ck_assert(config.mount_boot);
	ck_assert_uint_eq(config.guards_veto.count, 0);
	ck_assert_uint_eq(config.guards_warn.count, 0);
	ck_assert_int_eq(config.keep_confd, KEEP_AUTO);
	ck_assert_int_eq(config.keep_kexecd, KEEP_AUTO);
	ck_assert_int_eq(config.memory_reserve, 128 * 1024 * 1024);
}
END_TEST

START_TEST(test_every_setting)
{
	ck_assert_int_eq(load("enabled = false;\n"
			      "arm_at_boot = true;\n"
			      "choose = \"pinned\"; pin = \"6.1.0-55-amd64\";\n"
			      "exclude = [ \"*-rt-*\", \"6.0*\" ];\n"
			      "cmdline_add = ( \"quiet\", \"dyndbg=\\\"a b\\\"\" );\n"
			      "cmdline_remove = [ \"console=\" ];\n"
			      "verify = \"header\";\n"
			      "allow_no_initramfs = true;\n"
			      "good_after = 0x10;\n"
			      "max_chain = 5L;\n"
			      "require_trial = true;\n"
			      "mount_boot = false;\n"
			      "guards = { foreign = \"warn\"; lockdown = \"veto\"; };\n"
			      "keep_confd = \"never\";\n"
			      "keep_kexecd = \"never\";\n"
			      "memory_reserve = 64;\n"),
			 0);
	ck_assert(said(NULL));
	ck_assert(!config.enabled && config.arm_at_boot && config.allow_no_initramfs &&
		  config.require_trial && !config.mount_boot);
	ck_assert_int_eq(config.choose, CHOOSE_PINNED);
	ck_assert_str_eq(config.pin, "6.1.0-55-amd64");
	ck_assert_uint_eq(config.exclude.count, 2);
	ck_assert_str_eq(config.exclude.items[1], "6.0*");
	ck_assert_uint_eq(config.cmdline_add.count, 2);
	ck_assert_str_eq(config.cmdline_add.items[1], "dyndbg=\"a b\"");
	ck_assert_str_eq(config.cmdline_remove.items[0], "console=");
	ck_assert_int_eq(config.verify, VERIFY_HEADER);
	ck_assert_int_eq(config.good_after, 16);
	ck_assert_int_eq(config.max_chain, 5);
	ck_assert(strv_has(&config.guards_warn, "foreign"));
	ck_assert(strv_has(&config.guards_veto, "lockdown"));
	ck_assert_int_eq(config.keep_confd, KEEP_NEVER);
	ck_assert_int_eq(config.keep_kexecd, KEEP_NEVER);
	ck_assert_int_eq(config.memory_reserve, 64 * 1024 * 1024);
}
END_TEST

static const struct {
	const char *text, *message;
} mistakes[] = {
	{ "enabled = 1;", FILE_NAME ":1: 'enabled' must be true or false" },
	{ "enabled = \"true\";", FILE_NAME ":1: 'enabled' must be true or false" },
	{ "\n\ngood_after = \"5\";",
	  FILE_NAME ":3: 'good_after' must be a whole number" },
	{ "good_after = 1.5;", FILE_NAME ":1: 'good_after' must be a whole number" },
	{ "good_after = -1;",
	  FILE_NAME ":1: 'good_after' must be a whole number from 0" },
	{ "good_after = 604801;", "from 0 to 604800" },
	{ "good_after = 99999999999;", FILE_NAME ":1: the number is too large" },
	{ "good_after = 0x100000001;", FILE_NAME ":1: the number is too large" },
	{ "good_after = 9223372036854775808L;", "'good_after' must be" },
	{ "choose = \"latest\";",
	  FILE_NAME ":1: 'choose' must be one of \"default\", \"newest\", \"pinned\"" },
	{ "choose = \"pinned\";", "choose = \"pinned\" needs pin" },
	{ "pin = \"a\\nb\";", "'pin' must be a text without control characters" },
	{ "exclude = \"x\";", FILE_NAME ":1: 'exclude' must be a list of strings" },
	{ "exclude = [ 1 ];", FILE_NAME ":1: 'exclude' must be a list of strings" },
	{ "exclude = ( \"a\",\n ( ) );",
	  FILE_NAME ":2: 'exclude' must be a list of strings" },
	{ "exclude = [ \"\" ];", "'exclude' must be a pattern that is not empty" },
	{ "cmdline_add = [ \"a b\" ];", "'cmdline_add' must be one word" },
	{ "cmdline_add = [ \"a\\tb\" ];", "'cmdline_add' must be one word" },
	{ "cmdline_add = [ \"a=\\\"b\" ];", "a word with its quotes closed" },
	{ "cmdline_add = [ \"\" ];", "'cmdline_add' must be one word" },
	{ "guards = [ \"foreign\" ];", "'guards' must be a group" },
	{ "guards = {\n foreign = \"off\"; };",
	  FILE_NAME ":2: 'foreign' must be \"veto\" or \"warn\"" },
	{ "guards = { foreign = true; };", "'foreign' must be \"veto\" or \"warn\"" },
	{ "enabled = true;\nenabled = false;", FILE_NAME ":2: duplicate setting name" },
	{ "pin = \"\";\n/* switched off\nenabled = false;\n",
	  FILE_NAME ":2: the comment that begins here is not closed" },
	{ "/*/", FILE_NAME ":1: the comment that begins here is not closed" },
	{ "enabled = true;\n}", FILE_NAME ":2: syntax error" },
	{ "enabled = ", FILE_NAME ":1: syntax error" },
	{ "@include \"/etc/passwd\"", FILE_NAME ":1: @include is not allowed" },
	{ "enabled = true;\n \t@include \"x\"\n",
	  FILE_NAME ":2: @include is not allowed" },
	/* All mistakes are told, not only the first. */
	{ "enabled = 1;\nverify = 2;", FILE_NAME ":2: 'verify' must be a string" },
};

START_TEST(test_mistake)
{
	ck_assert_int_eq(load(mistakes[_i].text), -EBADMSG);
	ck_assert_msg(said(mistakes[_i].message), "%s", mistakes[_i].message);
}
END_TEST

static const struct {
	const char *text, *message; /* NULL: none */
} harmless[] = {
	{ "", NULL },
	{ "# @include \"x\"\n// good_after = 99999999999\n/* @include \"y\"\n */", NULL },
	{ "pin = \"\";", NULL },
	{ "cmdline_add = [ \"x=@include\", \"y=99999999999\" ];", NULL },
	{ "cmdline_add = [ \"x=\\\"#\\\"\" ]; # \"\nenabled = true;", NULL },
	{ "exclude = ();", NULL },
	{ "guards = { };", NULL },
	{ "enabled = TRUE;\r\narm_at_boot = False;\r\n", NULL },
	{ "\nenable = true;",
	  FILE_NAME ":2: unknown setting 'enable' ignored; did you mean "
		    "'enabled'?" },
	{ "colour = 1;", "unknown setting 'colour' ignored\n" },
	{ "a1234567890 = 1;", "unknown setting 'a1234567890' ignored\n" },
	{ "pin = \"6.1\";", "pin has no effect" },
};

START_TEST(test_harmless)
{
	ck_assert_int_eq(load(harmless[_i].text), 0);
	ck_assert_msg(said(harmless[_i].message), "%s",
		      str_or(harmless[_i].message, "-"));
}
END_TEST

START_TEST(test_nul_is_refused)
{
	static const char text[] = "enabled = true;\0enabled = false;";

	ck_assert_int_eq(load_bytes(text, sizeof(text) - 1), -EBADMSG);
	ck_assert(said("NUL"));
}
END_TEST

START_TEST(test_size_is_limited)
{
	_cleanup_free_ char *text = malloc(300 * 1024);

	ck_assert_ptr_nonnull(text);
	memset(text, '\n', 300 * 1024);
	ck_assert_int_eq(load_bytes(text, 300 * 1024), -E2BIG);
	ck_assert(said(FILE_NAME));
}
END_TEST

START_TEST(test_missing_is_silent)
{
	ck_assert_int_eq(config_load(&config, &root, FILE_NAME, true), -ENOENT);
	ck_assert(said(NULL));
}
END_TEST

START_TEST(test_directory)
{
	ck_assert_int_eq(config_load(&config, &root, "/", true), -EISDIR);
	ck_assert(said("/: cannot be read"));
}
END_TEST

static const struct {
	mode_t mode;
	uid_t uid;
	bool checked;
	int result;
} writers[] = {
	{ 0644, 0, true, 0 },	   { 0600, 0, true, 0 },       { 0664, 0, true, -EPERM },
	{ 0646, 0, true, -EPERM }, { 0644, 12, true, -EPERM }, { 0666, 0, false, 0 },
	{ 0644, 12, false, 0 },
};

START_TEST(test_writers)
{
	_cleanup_free_ char *path = strf("%s" FILE_NAME, dir);
	bool is_root = geteuid() == 0;
	uid_t uid = writers[_i].uid;
	int expected = writers[_i].result;

	ck_assert_int_eq(root_write(&root, FILE_NAME, "enabled = false;", 16), 0);
	if (is_root && uid)
		ck_assert_int_eq(chown(path, uid, 0), 0);
	ck_assert_int_eq(chmod(path, writers[_i].mode), 0);
	/* Without root the file is ours, and so never root's. */
	if (!is_root && writers[_i].checked)
		expected = -EPERM;
	ck_assert_int_eq(config_load(&config, &root, FILE_NAME, writers[_i].checked),
			 expected);
	ck_assert_int_eq(config.enabled, expected != 0);
	if (expected)
		ck_assert(said("not used, because"));
}
END_TEST

/* The shipped file: as shipped, and with every setting uncommented. */
static char *shipped_file(bool uncomment)
{
	_cleanup_fclose_ FILE *in = fopen("conf/warmboot.conf", "re");
	char *text = NULL, line[512];
	size_t size;
	FILE *out = open_memstream(&text, &size);

	ck_assert_msg(in && out, "run from the top of the source tree");
	while (fgets(line, sizeof(line), in)) {
		size_t name = strspn(line + 1, "abcdefghijklmnopqrstuvwxyz_");
		bool setting =
			*line == '#' && name && starts_with(line + 1 + name, " = ");

		fputs(setting && uncomment ? line + 1 : line, out);
	}
	fclose(out);
	return text;
}

START_TEST(test_shipped_file_sets_nothing)
{
	_cleanup_free_ char *text = shipped_file(false);

	ck_assert_int_eq(load(text), 0);
	ck_assert(said(NULL));
	for (char *line = text; *line; line += strcspn(line, "\n") + 1)
		ck_assert_msg(*line == '#' || *line == '\n', "not a comment: %s", line);
}
END_TEST

START_TEST(test_shipped_file_has_every_default)
{
	_cleanup_free_ char *text = shipped_file(true);
	const struct config_setting_info *info;
	size_t n;

	info = config_settings(&n);
	ck_assert_uint_ge(n, 16);
	for (size_t i = 0; i < n; i++) {
		_cleanup_free_ char *line =
			strf("\n%s = %s;\n", info[i].name, info[i].default_text);

		ck_assert_msg(strstr(text, line), "missing:%s", line);
	}
}
END_TEST

START_TEST(test_shipped_file_equals_the_defaults)
{
	_cleanup_free_ char *text = shipped_file(true);
	struct config before = config;

	ck_assert_int_eq(load(text), 0);
	ck_assert(said(NULL));
	ck_assert_str_eq(config.pin, "");
	before.pin = config.pin;
	ck_assert_mem_eq(&before, &config, sizeof(config));
}
END_TEST

/* No setting is without its own values above: each row here changes exactly its field. */
START_TEST(test_table_covers_the_struct)
{
	size_t covered = 0;

	for (const struct setting *s = settings; s->name; s++) {
		covered++;
		ck_assert_ptr_eq(setting_find(s->name), s);
		for (const struct setting *t = settings; t != s; t++)
			ck_assert_uint_ne(t->offset, s->offset);
	}
	/* guards fills two. */
	ck_assert_uint_eq(covered, 17);
}
END_TEST

START_TEST(test_nearest)
{
	ck_assert_str_eq(setting_nearest("arm_atboot")->name, "arm_at_boot");
	ck_assert_str_eq(setting_nearest("max_chian")->name, "max_chain");
	ck_assert_ptr_null(setting_nearest("something"));
	ck_assert_ptr_null(setting_nearest(
		"a_name_that_is_longer_than_every_name_of_a_setting_could_be"));
}
END_TEST

START_TEST(test_scan_lines)
{
	static const char text[] = "a = \"x\\\"\n@include\n\";\n/* \n */ b = 1234567890;";
	const char *problem = NULL;
	unsigned line = 0;

	ck_assert_int_eq(config_scan(text, sizeof(text) - 1, &line, &problem), -EBADMSG);
	ck_assert_uint_eq(line, 5);
	ck_assert_str_eq(problem, "the number is too large");
}
END_TEST

Suite *config_suite(void)
{
	Suite *suite = suite_create("config");
	TCase *tc = tcase_create("config");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, test_defaults);
	tcase_add_test(tc, test_every_setting);
	tcase_add_loop_test(tc, test_mistake, 0, ARRAY_SIZE(mistakes));
	tcase_add_loop_test(tc, test_harmless, 0, ARRAY_SIZE(harmless));
	tcase_add_test(tc, test_nul_is_refused);
	tcase_add_test(tc, test_size_is_limited);
	tcase_add_test(tc, test_missing_is_silent);
	tcase_add_test(tc, test_directory);
	tcase_add_loop_test(tc, test_writers, 0, ARRAY_SIZE(writers));
	tcase_add_test(tc, test_shipped_file_sets_nothing);
	tcase_add_test(tc, test_shipped_file_has_every_default);
	tcase_add_test(tc, test_shipped_file_equals_the_defaults);
	tcase_add_test(tc, test_table_covers_the_struct);
	tcase_add_test(tc, test_nearest);
	tcase_add_test(tc, test_scan_lines);
	suite_add_tcase(suite, tc);
	return suite;
}
