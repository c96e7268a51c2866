// SPDX-License-Identifier: GPL-2.0-or-later
#include "read/bzsum.h"

#include <string.h>
#include <zlib.h>

#include "base/util.h"
#include "read/payload.h"

/* A body of which all is there, checksum and all. */
#define RESIDUE UINT32_C(0xffffffff)

void bzsum_init(struct bzsum *sum, const struct kernel_header *header)
{
	*sum = (struct bzsum){ .header = header, .crc = 0 };
}

/* The bytes from @from up to @to, or as many zeros. */
static void add(struct bzsum *sum, const uint8_t *data, size_t len, uint64_t offset,
		uint64_t from, uint64_t to, bool as_zeros)
{
	static const uint8_t zeros[8];
	size_t at, n = range_part(offset, len, from, to, &at);

	if (n > 0)
		sum->crc =
			(uint32_t)crc32(sum->crc, as_zeros ? zeros : data + at, (uInt)n);
}

void bzsum_feed(struct bzsum *sum, const uint8_t *data, size_t len, uint64_t offset)
{
	const struct kernel_header *h = sum->header;
	uint64_t checksum = h->checksum_offset, entry = h->cert_entry_offset;
	size_t at, n;

	if (h->is_pe && checksum > 0 && entry >= checksum + 4) {
		add(sum, data, len, offset, 0, checksum, false);
		add(sum, data, len, offset, checksum, checksum + 4, true);
		add(sum, data, len, offset, checksum + 4, entry, false);
		add(sum, data, len, offset, entry, entry + 8, true);
		add(sum, data, len, offset, entry + 8, h->body_size, false);
	} else {
		add(sum, data, len, offset, 0, h->body_size, false);
	}
	for (size_t i = 0; i < sizeof(sum->last); i++) {
		n = range_part(offset, len, h->body_size - sizeof(sum->last) + i,
			       h->body_size - sizeof(sum->last) + i + 1, &at);
		if (n > 0)
			sum->last[i] = data[at];
	}
}

enum bzsum_result bzsum_finish(const struct bzsum *sum)
{
	static const uint8_t none[sizeof(sum->last)];

	if (sum->crc == RESIDUE)
		return BZSUM_MATCH;
	return memcmp(sum->last, none, sizeof(none)) == 0 ? BZSUM_NONE : BZSUM_MISMATCH;
}
