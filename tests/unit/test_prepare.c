// SPDX-License-Identifier: GPL-2.0-or-later
/* What is handed to the system call, for every kind of image: the whole program on a fake
 * machine, with the real reader. */
#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "make_image.h"
#include "make_uki.h"
#include "scene.h"

Suite *prepare_suite(void);

#define AMD64 0x8664
#define ARM64 0xaa64
#define IMAGE "/boot/efi/EFI/Linux/image.efi"

enum { INITRD = 4, UCODE, LINUX };

static void begin(void)
{
	scene_begin();
	scene_put(SYSCONFDIR "/warmboot.conf", "verify = \"full\";\n");
}

static void put(const struct bytes *b)
{
	scene_put_bytes(IMAGE, b->data, b->len);
	/* Old enough to be judged by its times. */
	scene_boot(SCENE_OLD, false);
	ck_assert_int_eq(scene_run("--hook", "service-start", NULL), 0);
}

static void put_uki(const struct uki_builder *u)
{
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;

	uki_build(u, AMD64, &b);
	put(&b);
}

static void assert_loaded(const char *name, const struct bytes *b)
{
	_cleanup_free_ char *data = NULL;
	size_t len = 0;

	data = scene_fake_read(name, &len);
	ck_assert_ptr_nonnull(data);
	ck_assert_uint_eq(len, b->len);
	ck_assert_mem_eq(data, b->data, b->len);
}

static void join(struct bytes *to, const struct bytes *part)
{
	bytes_add(to, part->data, part->len);
	bytes_align(to, 4);
}

START_TEST(test_uki)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes initrd = BYTES_EMPTY;
	const char *mode = _i ? "verify = \"header\";\n" : "verify = \"full\";\n";

	scene_put(SYSCONFDIR "/warmboot.conf", mode);
	uki_builder_usual(&u, "root=UUID=7 ro");
	/* Its signature holds only if not one byte more is loaded. */
	image_sign(&u.sections[LINUX].data);
	u.sections[LINUX].more_memory = 1 << 20;
	put_uki(&u);
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, NULL), 0);
	ck_assert_uint_eq(scene_calls("load "), 1);
	assert_loaded("loaded-kernel", &u.sections[LINUX].data);
	join(&initrd, &u.sections[UCODE].data);
	join(&initrd, &u.sections[INITRD].data);
	assert_loaded("loaded-initrd", &initrd);
	/* Nothing changed: what is loaded stays. */
	ck_assert_int_eq(scene_run("--hook", "apt-post-invoke", NULL), 0);
	ck_assert_uint_eq(scene_calls("load "), 1);
}
END_TEST

static void archive_of(struct bytes *b, const char *name, const char *text)
{
	_cleanup_free_ char *path = strf(".extra/%s", name);

	cpio_entry_add(b, ".extra", 040555, NULL, 0, false);
	cpio_entry_add(b, path, 0100444, text, strlen(text), false);
	cpio_end_add(b);
}

/* The stub of that version adds to the initramfs what else the image carries. */
START_TEST(test_stub_files)
{
	static const unsigned versions[] = { 0, 251, 252, 257 };
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes added = BYTES_EMPTY, joined = BYTES_EMPTY;
	_cleanup_free_ char *magic = strf("#### LoaderInfo: systemd-stub %u.1 ####",
					  versions[_i]),
			    *data = NULL;
	const char *osrel = "ID=debian\nPRETTY_NAME=\"Debian GNU/Linux 12\"\n";
	size_t len = 0;

	uki_builder_usual(&u, "quiet");
	uki_builder_text(&u, ".pcrsig", "{\"sha256\": []}");
	uki_builder_text(&u, ".pcrpkey", "KEY\n");
	if (versions[_i])
		uki_builder_text(&u, ".sdmagic", magic);
	uki_builder_text(&u, ".profile", "ID=main\n");
	put_uki(&u);
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, NULL), 0);
	join(&joined, &u.sections[UCODE].data);
	join(&joined, &u.sections[INITRD].data);
	if (versions[_i] >= 252) {
		archive_of(&added, "tpm2-pcr-signature.json", "{\"sha256\": []}");
		archive_of(&added, "tpm2-pcr-public-key.pem", "KEY\n");
	}
	if (versions[_i] >= 257) {
		archive_of(&added, "os-release", osrel);
		archive_of(&added, "profile", "ID=main\n");
	}
	data = scene_fake_read("loaded-initrd", &len);
	ck_assert_uint_eq(len, joined.len + added.len);
	ck_assert_mem_eq(data, joined.data, joined.len);
	if (added.len)
		ck_assert_ptr_nonnull(memmem(data + joined.len, len - joined.len,
					     "-public-key.pem", 15));
}
END_TEST

static void damaged(struct uki_builder *u)
{
	u->sections[INITRD].data.data[200] ^= 1;
}

static void no_kernel(struct uki_builder *u)
{
	bytes_done(&u->sections[LINUX].data);
	bytes_zero(&u->sections[LINUX].data, 4096);
}

static void inner_elf(struct uki_builder *u)
{
	bytes_done(&u->sections[LINUX].data);
	elf_kernel_add(&u->sections[LINUX].data, 62);
}

static void (*const refused[])(struct uki_builder *) = { damaged, no_kernel, inner_elf };

START_TEST(test_refused)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;

	uki_builder_usual(&u, "quiet");
	refused[_i](&u);
	put_uki(&u);
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, NULL), 1);
	ck_assert_uint_eq(scene_calls("load "), 0);
	ck_assert(!scene_loaded());
}
END_TEST

/* Under lockdown the whole image's signature is not asked for: the kernel's own is. */
START_TEST(test_lockdown)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;

	uki_builder_usual(&u, "quiet");
	if (_i)
		image_sign(&u.sections[LINUX].data);
	put_uki(&u);
	scene_put("/sys/kernel/security/lockdown", "none [integrity] confidentiality\n");
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, NULL), _i ? 0 : 1);
	ck_assert_uint_eq(scene_calls("load "), (unsigned)_i);
}
END_TEST

/* Nothing but the image: no initramfs in it is what it means. */
START_TEST(test_without_initramfs)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY;

	bzimage_add(&kernel, "gzip");
	uki_builder_add(&u, ".linux", kernel.data, kernel.len);
	uki_builder_text(&u, ".cmdline", "root=/dev/vda1 ro");
	put_uki(&u);
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, NULL), 0);
	ck_assert_uint_eq(scene_calls("load kernel="), 1);
	assert_loaded("loaded-kernel", &kernel);
}
END_TEST

/* --- Another machine --------------------------------------------------------- */

static const struct {
	const char *how; /* NULL: an Image; "zboot", or one compressed as a whole */
	bool in_uki;
} others[] = {
	{ NULL, false }, { "zboot", false }, { "gzip", false },
	{ "xz", false }, { "zboot", true },  { NULL, true },
};

/* The version is nowhere but in the contents, and those are read also with -k. */
START_TEST(test_arm64)
{
	_cleanup_uki_builder_ struct uki_builder u = UKI_BUILDER_EMPTY;
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY, image = BYTES_EMPTY,
				     file = BYTES_EMPTY;
	_cleanup_free_ char *armed = NULL;
	const char *how = others[_i].how;

	arm64_add(&kernel);
	if (how && streq(how, "zboot"))
		zboot_add(&image, "zstd");
	else
		pack_with(&image, how ? how : "none", kernel.data, kernel.len);
	uki_builder_add(&u, ".linux", image.data, image.len);
	uki_build(&u, ARM64, &file);
	put(others[_i].in_uki ? &file : &image);
	scene_fake("machine", "aarch64");
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, "-a", "root=/dev/vda ro", NULL),
			 0);
	assert_loaded("loaded-kernel", &kernel);
	armed = scene_armed_version();
	ck_assert_pstr_eq(armed, IMAGE_VERSION);
}
END_TEST

/* The same files on a machine whose kernel takes none of them. */
START_TEST(test_wrong_machine)
{
	_cleanup_bytes_ struct bytes image = BYTES_EMPTY;

	zboot_add(&image, "zstd");
	put(&image);
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, "-a", "root=/dev/vda ro", NULL),
			 1);
	ck_assert_uint_eq(scene_calls("load "), 0);
}
END_TEST

/* Several files are joined at multiples of 4 and verified as one. */
START_TEST(test_joined)
{
	_cleanup_bytes_ struct bytes kernel = BYTES_EMPTY, early = BYTES_EMPTY,
				     plain = BYTES_EMPTY, packed = BYTES_EMPTY,
				     joined = BYTES_EMPTY;

	bzimage_add(&kernel, "zstd");
	cpio_microcode_add(&early);
	cpio_initramfs_add(&plain, "", IMAGE_VERSION);
	pack_with(&packed, "gzip", plain.data, plain.len);
	scene_put_bytes("/boot/early.img", early.data, early.len);
	scene_put_bytes("/boot/main.img.gz", packed.data, packed.len);
	put(&kernel);
	ck_assert_int_eq(scene_run("--arm", "-k", IMAGE, "-i", "/boot/early.img", "-i",
				   "/boot/main.img.gz", "-a", "quiet", NULL),
			 0);
	join(&joined, &early);
	join(&joined, &packed);
	assert_loaded("loaded-initrd", &joined);
	assert_loaded("loaded-kernel", &kernel);
}
END_TEST

Suite *prepare_suite(void)
{
	Suite *suite = suite_create("prepare");
	TCase *tc = tcase_create("prepare");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, begin, scene_end);
	tcase_add_loop_test(tc, test_uki, 0, 2);
	tcase_add_loop_test(tc, test_stub_files, 0, 4);
	tcase_add_loop_test(tc, test_refused, 0, ARRAY_SIZE(refused));
	tcase_add_loop_test(tc, test_lockdown, 0, 2);
	tcase_add_test(tc, test_without_initramfs);
	tcase_add_loop_test(tc, test_arm64, 0, ARRAY_SIZE(others));
	tcase_add_test(tc, test_wrong_machine);
	tcase_add_test(tc, test_joined);
	suite_add_tcase(suite, tc);
	return suite;
}
