// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/blsentry.h"

Suite *blsentry_suite(void);

/* One text, and all that is read from it, as tell() writes it. */
static const struct {
	const char *text, *told;
} texts[] = {
	{ "", "" },
	/* as kernel-install of Debian writes it */
	{ "# Boot Loader Specification type#1 entry\n"
	  "# File created by /usr/lib/kernel/install.d/90-loaderentry.install\n"
	  "title      Debian GNU/Linux 12 (bookworm)\n"
	  "version    6.1.0-56-amd64\n"
	  "machine-id 0123456789abcdef0123456789abcdef\n"
	  "sort-key   debian\n"
	  "options    root=UUID=1 ro quiet\n"
	  "linux      /0123/6.1.0-56-amd64/linux\n"
	  "initrd     /0123/6.1.0-56-amd64/initrd.img-6.1.0-56-amd64\n",
	  "title=Debian GNU/Linux 12 (bookworm)|version=6.1.0-56-amd64|"
	  "machine-id=0123456789abcdef0123456789abcdef|sort-key=debian|"
	  "linux=/0123/6.1.0-56-amd64/linux|"
	  "initrd=/0123/6.1.0-56-amd64/initrd.img-6.1.0-56-amd64|"
	  "options=root=UUID=1 ro quiet|" },
	{ "initrd /a\ninitrd\t /b c\noptions x  y\noptions z\n",
	  "initrd=/a|initrd=/b c|options=x  y|options=z|" },
	{ "title a\ntitle b\n", "title=b|" },
	{ "linux /a", "linux=/a|" },
	{ "linux /a\r\nefi /b\r\n", "linux=/a|efi=/b|" },
	{ "linux /a\refi /b\r", "linux=/a|efi=/b|" },
	{ "  linux \t /a  \t\n", "linux=/a|" },
	{ "linux\nlinux \nlinux \t\n", "" },
	{ "linux=/a\nLinux /a\nlinuxefi /a\nlin /a\n", "" },
	{ "#linux /a\n  # linux /a\nlinux /a#b # c\n", "linux=/a#b # c|" },
	{ "title \"a\"\n", "title=\"a\"|" },
	{ "\xef\xbb\xbftitle a\nversion 1\n", "version=1|" },
	{ "uki /u\nuki-url http://h/u\nprofile 2\nextra /a\nextra /b\n"
	  "architecture x64\ndevicetree /d\ndevicetree-overlay /o\ngrub_class x\n",
	  "architecture=x64|uki=/u|uki-url=http://h/u|profile=2|devicetree=/d|"
	  "devicetree-overlay=/o|extra=/a|extra=/b|" },
};

static void tell_one(char *to, const char *key, const char *value)
{
	if (value)
		sprintf(to + strlen(to), "%s=%s|", key, value);
}

static void tell_all(char *to, const char *key, const struct strv *values)
{
	for (size_t i = 0; i < values->count; i++)
		tell_one(to, key, values->items[i]);
}

static void tell(const struct blsentry *e, char told[2048])
{
	*told = '\0';
	tell_one(told, "title", e->title);
	tell_one(told, "version", e->version);
	tell_one(told, "machine-id", e->machine_id);
	tell_one(told, "sort-key", e->sort_key);
	tell_one(told, "architecture", e->architecture);
	tell_one(told, "linux", e->kernel);
	tell_one(told, "efi", e->efi);
	tell_one(told, "uki", e->uki);
	tell_one(told, "uki-url", e->uki_url);
	tell_one(told, "profile", e->profile);
	tell_one(told, "devicetree", e->devicetree);
	tell_one(told, "devicetree-overlay", e->devicetree_overlay);
	tell_all(told, "initrd", &e->initrds);
	tell_all(told, "options", &e->options);
	tell_all(told, "extra", &e->extras);
}

START_TEST(test_parse)
{
	_cleanup_blsentry_ struct blsentry entry;
	/* Without the NUL, so that a sanitizer sees each byte too far. */
	size_t len = strlen(texts[_i].text);
	_cleanup_free_ char *text = malloc(len ? len : 1);
	char told[2048];

	ck_assert_ptr_nonnull(text);
	memcpy(text, texts[_i].text, len);
	ck_assert_int_eq(blsentry_parse(text, len, &entry), 0);
	tell(&entry, told);
	ck_assert_str_eq(told, texts[_i].told);
	ck_assert(entry.is_utf8);
}
END_TEST

START_TEST(test_limits)
{
	struct blsentry entry;
	char *text = malloc(BLSENTRY_MAX_SIZE + 1);
	size_t len = 0;

	ck_assert_ptr_nonnull(text);
	ck_assert_int_eq(blsentry_parse("linux /a\0b", 10, &entry), -EBADMSG);
	ck_assert_ptr_null(entry.kernel);
	memset(text, '#', BLSENTRY_MAX_SIZE + 1);
	ck_assert_int_eq(blsentry_parse(text, BLSENTRY_MAX_SIZE + 1, &entry), -E2BIG);
	ck_assert_int_eq(blsentry_parse(text, BLSENTRY_MAX_SIZE, &entry), 0);
	for (int i = 0; i <= BLSENTRY_MAX_VALUES; i++)
		len += (size_t)sprintf(text + len, "initrd /%d\n", i);
	ck_assert_int_eq(blsentry_parse(text, len, &entry), -E2BIG);
	ck_assert_uint_eq(entry.initrds.count, 0);
	free(text);
}
END_TEST

static const struct {
	const char *text, *told;
	bool depends;
} quotes[] = {
	{ "title \"a b\"\nversion 1\"\n", "title=a b|version=1\"|", false },
	{ "title 'a b'\n", "title=a b|", false },
	{ "options 'a b'\n", "options=a b|", true },
	{ "version '1'\n", "version=1|", true },
	{ "options \"a\" b \"c\"\n", "options=a\" b \"c|", false },
	{ "options \"a'\n", "options=\"a'|", false },
	{ "options \"\ninitrd \"\"\n", "initrd=|options=|", false },
};

START_TEST(test_quotes)
{
	_cleanup_blsentry_ struct blsentry entry;
	char told[2048];

	ck_assert_int_eq(blsentry_parse(quotes[_i].text, strlen(quotes[_i].text), &entry),
			 0);
	ck_assert_int_eq(blsentry_unquote(&entry), quotes[_i].depends);
	tell(&entry, told);
	ck_assert_str_eq(told, quotes[_i].told);
}
END_TEST

static const struct {
	const char *text;
	bool is_utf8;
} encodings[] = {
	{ "title \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\n", true },
	{ "title \xef\xbf\xbf\xf4\x8f\xbf\xbf\n", true },
	{ "options \xe9\n", false },
	{ "options a\xc3\n", false },
	{ "options \xc0\x80\n", false },
	{ "options \xe0\x80\x80\n", false },
	{ "options \xed\xa0\x80\n", false },
	{ "options \xf0\x80\x80\x80\n", false },
	{ "options \xf4\x90\x80\x80\n", false },
	{ "options \xf5\x80\x80\x80\n", false },
	{ "initrd \xe9\n", false },
	{ "title \x80\n", false },
	{ "# \xe9\nunknown \xe9\n", true }, /* nobody reads it */
};

START_TEST(test_utf8)
{
	_cleanup_blsentry_ struct blsentry entry;

	ck_assert_int_eq(
		blsentry_parse(encodings[_i].text, strlen(encodings[_i].text), &entry),
		0);
	ck_assert_int_eq(entry.is_utf8, encodings[_i].is_utf8);
}
END_TEST

Suite *blsentry_suite(void)
{
	Suite *suite = suite_create("blsentry");
	TCase *tc = tcase_create("blsentry");

	tcase_set_timeout(tc, 60); /* a busy machine is no failure */
	tcase_add_loop_test(tc, test_parse, 0, (int)ARRAY_SIZE(texts));
	tcase_add_test(tc, test_limits);
	tcase_add_loop_test(tc, test_quotes, 0, (int)ARRAY_SIZE(quotes));
	tcase_add_loop_test(tc, test_utf8, 0, (int)ARRAY_SIZE(encodings));
	suite_add_tcase(suite, tc);
	return suite;
}
