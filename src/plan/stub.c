// SPDX-License-Identifier: GPL-2.0-or-later
#include "plan/stub.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define DIRECTORY ".extra"

/* Measurements and keys are a few kilobytes. */
#define FILE_MAX ((uint64_t)1 << 20)

/* buffer-format.rst: "070701", 13 numbers of 8 digits, the name; each part padded to a
 * multiple of 4. */
#define HEADER_BYTES 110

/* One entry: times are 0, owner is root, as the stub has it. */
static int append_entry(int to, unsigned inode, unsigned mode, const char *name,
			const char *data, uint32_t len)
{
	static const char zeros[4];
	size_t name_len = strlen(name) + 1;
	char header[HEADER_BYTES + 16];
	int r;

	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08" PRIx32 "%08x%08x%08x%08x%08x%08x",
		 inode, mode, 0, 0, 1, 0, len, 0, 0, 0, 0, (unsigned)name_len, 0);
	r = write_full(to, header, HEADER_BYTES);
	if (r == 0)
		r = write_full(to, name, name_len);
	if (r == 0)
		r = write_full(to, zeros, -(HEADER_BYTES + name_len) & 3);
	if (r == 0)
		r = write_full(to, data, len);
	return r < 0 ? r : write_full(to, zeros, -(size_t)len & 3);
}

static int append_archive(int to, const char *name, const char *data, size_t len)
{
	int r = append_entry(to, 1, S_IFDIR | 0555, DIRECTORY, NULL, 0);

	if (r == 0)
		r = append_entry(to, 2, S_IFREG | 0444, name, data, (uint32_t)len);
	return r < 0 ? r : append_entry(to, 0, 0, "TRAILER!!!", NULL, 0);
}

static int append_part(int to, int from, const struct uki_part *part, const char *name)
{
	_cleanup_free_ char *data = NULL;
	int r;

	if (part->length == 0)
		return 0;
	if (part->length > FILE_MAX)
		return -E2BIG;
	data = malloc((size_t)part->length);
	if (!data)
		return -ENOMEM;
	r = read_full_at(from, data, (size_t)part->length, part->offset);
	return r < 0 ? r : append_archive(to, name, data, (size_t)part->length);
}

int stub_append_files(int to, const struct plan *plan)
{
	const struct uki_profile *p = plan->profile;
	unsigned version = plan->uki.stub_version;
	int fd = plan->kernel.fd, r = 0;

	if (version >= 252)
		r = append_part(to, fd, &p->pcrsig, DIRECTORY "/tpm2-pcr-signature.json");
	if (version >= 252 && r == 0)
		r = append_part(to, fd, &p->pcrpkey,
				DIRECTORY "/tpm2-pcr-public-key.pem");
	if (version >= 257 && r == 0 && p->osrel)
		r = append_archive(to, DIRECTORY "/os-release", p->osrel,
				   strlen(p->osrel));
	if (version >= 257 && r == 0 && p->text)
		r = append_archive(to, DIRECTORY "/profile", p->text, strlen(p->text));
	return r;
}
