// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Archives that do not end, and little data that becomes much: the limits that are too
 * large for a file of the tests are reached by feeding the same bytes again and again.
 */
#include <check.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "bounds.h"
#include "make_archive.h"
#include "make_report.h"
#include "read/initramfs.h"
#include "read/payload.h"

Suite *hostile_archives_suite(void);

#define MEMORY_MIB 192
#define KIB 1024U

/* Feeds @part until nothing changes any more; false after @times of it. */
static bool feed(struct initramfs *ir, const struct bytes *part, uint64_t times)
{
	for (uint64_t i = 0; i < times && !initramfs_is_settled(ir); i++)
		initramfs_feed(ir, part->data, part->len);
	return initramfs_is_settled(ir);
}

static const struct {
	const char *name;
	bool with_data;
	uint64_t times; /* of 1000 entries, or 64 KiB */
	const char *problem;
} cpios[] = {
	{ "entries without end", false, INITRAMFS_ENTRIES_MAX / 1000 + 1,
	  "more entries than any initramfs has" },
	{ "entries with data", true, INITRAMFS_ENTRIES_MAX / 1000 + 1,
	  "more entries than any initramfs has" },
};

START_TEST(test_endless_cpio)
{
	static const struct initramfs_options options = { .version = "6.1",
							  .modules_fd = -1 };
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(initramfs_freep) struct initramfs *ir =
		initramfs_new(&options, &findings);
	_cleanup_bytes_ struct bytes part = BYTES_EMPTY;

	for (int i = 0; i < 1000; i++)
		cpio_entry_add(&part, "lib/modules/6.1/a.ko", S_IFREG | 0644, "text",
			       cpios[_i].with_data ? 4 : 0, false);
	if (!bounds_begin(MEMORY_MIB))
		return;
	ck_assert_msg(!feed(ir, &part, cpios[_i].times - 1), "%s: too early",
		      cpios[_i].name);
	ck_assert_msg(feed(ir, &part, 1), "%s: it goes on", cpios[_i].name);
	ck_assert(strv_mentions(&findings.problems, cpios[_i].problem));
}
END_TEST

/*
 * A frame of zstd in blocks of one byte that is repeated (RFC 8878, section 3.1.1): four
 * bytes become 128 KiB. A window of 128 KiB, no checksum, no length.
 */
static void start_frame(struct bytes *b)
{
	static const uint8_t header[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, 7 << 3 };

	bytes_add(b, header, sizeof(header));
}

static void add_block(struct bytes *b, uint8_t byte)
{
	uint32_t header = 128 * KIB << 3 | 1 << 1;
	const uint8_t block[] = { (uint8_t)header, (uint8_t)(header >> 8),
				  (uint8_t)(header >> 16), byte };

	bytes_add(b, block, sizeof(block));
}

/* 32 KiB become the GiB that a kernel may have, and one block more. */
START_TEST(test_kernel_bomb)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(payload_done) struct payload payload = PAYLOAD_EMPTY;
	const struct kernel_header header = { .type = KERNEL_PACKED };
	_cleanup_bytes_ struct bytes b = BYTES_EMPTY;
	size_t blocks = PAYLOAD_UNPACKED_MAX / (128 * KIB), before;

	start_frame(&b);
	for (size_t i = 0; i < blocks; i++)
		add_block(&b, 'a');
	before = b.len;
	add_block(&b, 'a');
	if (!bounds_begin(MEMORY_MIB))
		return;
	payload_init(&payload, &header, b.len + 4, NULL, NULL, &findings);
	payload_feed(&payload, b.data, before, 0);
	ck_assert(!payload.failed);
	payload_feed(&payload, b.data + before, b.len - before, before);
	ck_assert(payload.failed);
	ck_assert(payload.unpacked <= PAYLOAD_UNPACKED_MAX);
	ck_assert(strv_mentions(&findings.problems, "the compressed kernel in it"));
}
END_TEST

/* The same as an initramfs: zeros, which are padding between archives. Under sanitizers
 * its four GiB would be minutes, and the limit is another one. */
START_TEST(test_initramfs_bomb)
{
	static const struct initramfs_options options = {
		.modules_fd = -1,
		.unpacked_max = BOUNDS_SANITIZED ? INITRAMFS_UNPACKED_MAX / 64 : 0,
	};
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(initramfs_freep) struct initramfs *ir =
		initramfs_new(&options, &findings);
	_cleanup_bytes_ struct bytes start = BYTES_EMPTY, block = BYTES_EMPTY;

	start_frame(&start);
	for (int i = 0; i < 64; i++)
		add_block(&block, '\0');
	if (!bounds_begin(MEMORY_MIB))
		return;
	initramfs_feed(ir, start.data, start.len);
	ck_assert(feed(ir, &block, 1 + INITRAMFS_UNPACKED_MAX / (64 * 128 * KIB)));
	ck_assert(strv_mentions(&findings.problems, "unpacks to more"));
}
END_TEST

Suite *hostile_archives_suite(void)
{
	Suite *s = suite_create("hostile_archives");
	TCase *t = tcase_create("hostile_archives");

	tcase_set_timeout(t, BOUNDS_TIMEOUT);
	tcase_add_loop_test(t, test_endless_cpio, 0, ARRAY_SIZE(cpios));
	tcase_add_test(t, test_kernel_bomb);
	tcase_add_test(t, test_initramfs_bomb);
	suite_add_tcase(s, t);
	return s;
}
