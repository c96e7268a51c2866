// SPDX-License-Identifier: GPL-2.0-or-later
#include "bls_machine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/efivar.h"
#include "fake_root.h"
#include "make_uki.h"

static char dir[64];
static struct root root;
struct entry_list bls_list = ENTRY_LIST_EMPTY;
static struct config config;
static const struct options options = { .verb = VERB_LIST };

static uid_t fake_geteuid(void)
{
	return 0;
}

static int fake_uname(struct utsname *ret)
{
	*ret = (struct utsname){ .machine = "x86_64" };
	return 0;
}

static const struct sys sys = { .geteuid = fake_geteuid, .uname = fake_uname };
const struct ctx bls_ctx = {
	.options = &options, .config = &config, .root = &root, .sys = &sys
};

void bls_set_up(void)
{
	strcpy(dir, "/tmp/warmboot-test-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	ck_assert_int_eq(root_init(&root, dir), 0);
}

void bls_tear_down(void)
{
	entry_list_done(&bls_list);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

static void put_variable(const char *name, const char *guid, const char *text, size_t len)
{
	_cleanup_free_ char *path = strf(EFIVAR_DIR "/%s-%s", name, guid);
	char bytes[512] = { 7 };
	size_t used = 4;

	for (size_t i = 0; i <= len; i++, used += 2)
		bytes[used] = text[i];
	ck_assert_int_eq(fake_root_file(dir, path, bytes, used), 0);
}

static void put_image(const char *path, const char *text)
{
	_cleanup_uki_builder_ struct uki_builder builder = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes image = BYTES_EMPTY;
	char names[UKI_SECTIONS_MAX][9] = { "" };

	for (size_t n = 0; *text; n++) {
		size_t name = strcspn(text, "="), len = strcspn(text, "|");

		memcpy(names[n], text, name);
		uki_builder_add(&builder, names[n], text + name + 1, len - name - 1);
		text += len + (text[len] == '|');
	}
	uki_build(&builder, 0x8664, &image);
	ck_assert_int_eq(fake_root_file(dir, path, image.data, image.len), 0);
}

void bls_put_bytes(const char *path, const void *data, size_t len)
{
	ck_assert_int_eq(fake_root_file(dir, path, data, len), 0);
}

void bls_put(const struct bls_file *file)
{
	if (starts_with(file->path, "var:"))
		put_variable(file->path + 4, EFIVAR_LOADER, file->text,
			     strlen(file->text));
	else if (starts_with(file->path, "uki:"))
		put_image(file->path + 4, file->text);
	else if (!file->text)
		ck_assert_int_eq(fake_root_kernel(dir, file->path, "6.6.1", NULL), 0);
	else
		ck_assert_int_eq(fake_root_text(dir, file->path, file->text), 0);
}

char *bls_describe(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (bls_list.one_shot)
		fprintf(f, "once: %s\n", bls_list.one_shot);
	for (size_t i = 0; i < bls_list.count; i++) {
		const struct entry *entry = &bls_list.items[i];

		ck_assert_ptr_nonnull(entry->title);
		ck_assert_ptr_nonnull(entry->file);
		ck_assert_ptr_null(entry->version);
		ck_assert_int_eq(entry->usable, entry->why == NULL);
		fprintf(f, "%s%s [%s] %s", entry->id, entry->is_default ? " default" : "",
			str_or(entry->cmdline, ""), str_or(entry->kernel, "(no kernel)"));
		for (size_t k = 0; k < entry->initrds.count; k++)
			fprintf(f, " %s", entry->initrds.items[k]);
		fprintf(f, "%s%s%s\n",
			entry->cmdline && entry->says_no_initramfs ? " (no initramfs)"
								   : "",
			entry->usable ? "" : " ! ", entry->usable ? "" : entry->why);
	}
	ck_assert_int_eq(fclose(f), 0);
	return text;
}

static void check_words(const char *name, const char *found, const char *wanted)
{
	if (wanted)
		ck_assert_msg(found && strstr(found, wanted), "%s: %s", name,
			      str_or(found, "nothing"));
	else
		ck_assert_msg(!found, "%s: %s", name, found);
}

void bls_check(const struct bls_machine *machine)
{
	_cleanup_free_ char *found = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(machine->files) && machine->files[i].path; i++)
		bls_put(&machine->files[i]);
	ck_assert_msg(bls_menu(&bls_ctx, &bls_list) == (machine->expected ? 1 : 0), "%s",
		      machine->name);
	if (!machine->expected) {
		ck_assert_uint_eq(bls_list.count, 0);
		return;
	}
	ck_assert_int_eq(bls_list.loader, LOADER_BLS);
	found = bls_describe();
	ck_assert_msg(streq(found, machine->expected), "%s:\n%s", machine->name, found);
	check_words(machine->name, bls_list.not_understood, machine->doubt);
	if (machine->reason)
		check_words(machine->name, bls_list.default_reason, machine->reason);
}
