// SPDX-License-Identifier: GPL-2.0-or-later
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/fdt.h"
#include "base/util.h"
#include "fake_root.h"
#include "keep/history.h"

Suite *fdt_suite(void);

#define PROPERTY_NAME "linux,booted-from-kexec"

/* The tokens of the specification, one letter each: ( root, c "chosen", o "other" begin a
 * node; ) ends one; k the property, v one with a value; n is no operation; . the end; ?
 * no token. */
static const struct {
	const char *tokens;
	int result;
} trees[] = {
	{ "(ck)).", 1 },      { "(nvcvk)).", 1 },  { "(o)ck", 1 }, /* what comes behind it
								      is not looked at */
	{ "(c)).", 0 },	      { "(o)cv)).", 0 },   { "(k).", 0 },  /* of the root */
	{ "(ok)c)).", 0 },					   /* of another node */
	{ "(oc)k)).", 0 },			   /* not the one in the root */
	{ "(co)k)).", 0 },			   /* properties come before nodes */
	{ "(ck)", 1 },	      { "(c)", -EBADMSG }, /* no end */
	{ "(c).", -EBADMSG }, { ")", -EBADMSG },   { "(c?", -EBADMSG }, { "", -EBADMSG },
	{ ".", 0 },
};

struct tree {
	uint8_t data[512];
	size_t len;
};

static void put(struct tree *t, uint32_t n)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		t->data[t->len++] = (uint8_t)(n >> shift);
}

static void put_node(struct tree *t, const char *name)
{
	put(t, 1);
	memcpy(t->data + t->len, name, strlen(name) + 1);
	t->len += (strlen(name) + 4) & ~(size_t)3;
}

static void put_token(struct tree *t, char token)
{
	switch (token) {
	case '(':
		put_node(t, "");
		break;
	case 'c':
		put_node(t, "chosen");
		break;
	case 'o':
		put_node(t, "other@1");
		break;
	case ')':
		put(t, 2);
		break;
	case 'k': /* no value; its name is behind that of the other one */
		put(t, 3);
		put(t, 0);
		put(t, 9);
		break;
	case 'v':
		put(t, 3);
		put(t, 5);
		put(t, 0);
		put(t, 0x74657874);
		put(t, 0);
		break;
	case 'n':
		put(t, 4);
		break;
	default:
		put(t, token == '.' ? 9 : 7);
	}
}

/* Header, structure, names; the block of reserved memory is not looked at. */
static void make(struct tree *t, const char *tokens)
{
	static const char names[] = "bootargs\0" PROPERTY_NAME;
	const size_t at = 40;
	size_t structure;

	memset(t, 0, sizeof(*t));
	t->len = at;
	for (; *tokens; tokens++)
		put_token(t, *tokens);
	structure = t->len - at;
	memcpy(t->data + t->len, names, sizeof(names));
	t->len = 0;
	put(t, 0xd00dfeed);
	put(t, (uint32_t)(at + structure + sizeof(names)));
	put(t, (uint32_t)at);
	put(t, (uint32_t)(at + structure));
	put(t, 0);
	put(t, 17);
	put(t, 16);
	put(t, 0);
	put(t, sizeof(names));
	put(t, (uint32_t)structure);
	t->len = at + structure + sizeof(names);
}

/* In a block of its own size, so that a sanitizer sees what is read behind it. */
static int ask(const struct tree *t, size_t len)
{
	_cleanup_free_ uint8_t *copy = malloc(len + !len);

	memcpy(copy, t->data, len);
	return fdt_has_property(copy, len, "chosen", PROPERTY_NAME);
}

START_TEST(test_trees)
{
	struct tree t;

	make(&t, trees[_i].tokens);
	ck_assert_msg(ask(&t, t.len) == trees[_i].result, "'%s'", trees[_i].tokens);
}
END_TEST

START_TEST(test_cut_anywhere)
{
	struct tree t;

	make(&t, "(nvcvk)o)).");
	for (size_t len = 0; len < t.len; len++)
		ck_assert_int_eq(ask(&t, len), -EBADMSG);
	ck_assert_int_eq(ask(&t, t.len), 1);
}
END_TEST

/* Each byte of the header, and sizes as large as they can be. */
START_TEST(test_wild_numbers)
{
	struct tree t;

	for (size_t i = 0; i < 40; i += 4) {
		make(&t, "(ck)).");
		memset(t.data + i, 0xff, 4);
		/* Reserved memory and the processor are not looked at; a newer version
		 * may be compatible. */
		ck_assert_int_eq(ask(&t, t.len),
				 i == 16 || i == 20 || i == 28 ? 1 : -EBADMSG);
	}
	make(&t, "(cvk)).");
	memset(t.data + 40 + 8 + 12 + 4, 0xff, 4); /* the size of the value */
	ck_assert_int_eq(ask(&t, t.len), -EBADMSG);
}
END_TEST

static const struct {
	const char *type;   /* x86 */
	const char *chosen; /* a file there: the tree is unpacked */
	const char *tokens; /* of the tree as it was handed on */
	enum booted_by by;
	const char *tool; /* kexec-tools is installed */
} boots[] = {
	{ "208\n", NULL, NULL, BOOTED_KEXEC, NULL },
	{ "114\n", NULL, NULL, BOOTED_FIRMWARE, NULL },
	{ NULL, "bootargs", NULL, BOOTED_FIRMWARE, NULL },
	{ NULL, PROPERTY_NAME, NULL, BOOTED_KEXEC, NULL },
	{ NULL, NULL, "(cvk)).", BOOTED_KEXEC, NULL },
	{ NULL, NULL, "(cv)).", BOOTED_FIRMWARE, NULL },
	{ NULL, NULL, "(c", BOOTED_UNKNOWN, NULL },
	{ NULL, NULL, NULL, BOOTED_UNKNOWN, NULL },
	{ NULL, NULL, "(cvk)).", BOOTED_KEXEC, "/sbin/kexec" },
	{ NULL, NULL, "(cv)).", BOOTED_UNKNOWN, "/sbin/kexec" },
	{ NULL, "bootargs", NULL, BOOTED_UNKNOWN, "/usr/sbin/kexec" },
	{ "114\n", NULL, NULL, BOOTED_FIRMWARE, "/sbin/kexec" },
	{ "114\n", NULL, "(cvk)).", BOOTED_FIRMWARE,
	  NULL }, /* an x86 with a device tree */
};

START_TEST(test_how_a_machine_was_booted)
{
	char dir[] = "/tmp/warmboot-fdt-XXXXXX";
	struct root root;
	const struct ctx ctx = { .root = &root };
	struct tree t;

	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
	if (boots[_i].type)
		ck_assert_int_eq(fake_root_text(dir, "/proc/sys/kernel/bootloader_type",
						boots[_i].type),
				 0);
	if (boots[_i].chosen) {
		_cleanup_free_ char *path =
			strf("/proc/device-tree/chosen/%s", boots[_i].chosen);

		ck_assert_int_eq(fake_root_text(dir, path, ""), 0);
	}
	if (boots[_i].tokens) {
		make(&t, boots[_i].tokens);
		ck_assert_int_eq(fake_root_file(dir, "/sys/firmware/fdt", t.data, t.len),
				 0);
	}
	if (boots[_i].tool)
		ck_assert_int_eq(fake_root_text(dir, boots[_i].tool, ""), 0);
	ck_assert_int_eq(history_booted_by(&ctx), boots[_i].by);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}
END_TEST

Suite *fdt_suite(void)
{
	Suite *suite = suite_create("fdt");
	TCase *tc = tcase_create("fdt");

	tcase_add_loop_test(tc, test_trees, 0, ARRAY_SIZE(trees));
	tcase_add_test(tc, test_cut_anywhere);
	tcase_add_test(tc, test_wild_numbers);
	tcase_add_loop_test(tc, test_how_a_machine_was_booted, 0, ARRAY_SIZE(boots));
	suite_add_tcase(suite, tc);
	return suite;
}
