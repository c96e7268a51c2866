// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/util.h"
#include "read/deb.h"

#define AR_MAGIC_LEN 8
#define AR_HEADER_LEN 60

/* Where a member's header has its length, in decimal and blanks, and its end mark. */
enum { AR_AT_SIZE = 48, AR_SIZE_LEN = 10, AR_AT_END = 58 };

/* debian-binary, control.tar, data.tar, and a signature or two. */
#define AR_MEMBERS_MAX 64

static bool parse_size(const uint8_t *header, uint64_t *ret)
{
	uint64_t value = 0;
	int i = 0;

	if (header[AR_AT_END] != '`' || header[AR_AT_END + 1] != '\n')
		return false;
	for (; i < AR_SIZE_LEN && header[AR_AT_SIZE + i] != ' '; i++) {
		uint8_t c = header[AR_AT_SIZE + i];

		if (c < '0' || c > '9')
			return false;
		value = value * 10 + (uint64_t)(c - '0');
	}
	*ret = value;
	return i > 0;
}

/* The member at @at: how long it is with its header, or 0 after a problem. */
static uint64_t member(int fd, uint64_t at, uint64_t size, struct findings *findings)
{
	uint64_t length = 0, left = size - at;
	uint8_t header[AR_HEADER_LEN];
	char have[24], want[24];

	if (left >= AR_HEADER_LEN && (read_full_at(fd, header, sizeof(header), at) < 0 ||
				      !parse_size(header, &length))) {
		finding_problem(findings, "damaged at byte %" PRIu64, at);
		return 0;
	}
	if (left < AR_HEADER_LEN || length > left - AR_HEADER_LEN) {
		finding_problem(findings, "truncated after %s of at least %s",
				human_size(size, have),
				human_size(at + AR_HEADER_LEN + length, want));
		return 0;
	}
	return AR_HEADER_LEN + length;
}

bool deb_check(int fd, uint64_t size, struct findings *findings)
{
	uint64_t at = AR_MAGIC_LEN, length;

	for (int members = 0; at < size; members++) {
		if (members == AR_MEMBERS_MAX) {
			finding_problem(findings, "more members than any package has");
			return false;
		}
		length = member(fd, at, size, findings);
		if (length == 0)
			return false;
		/* Members start at even offsets; the last may do without the padding. */
		at += length + (length & 1);
	}
	return true;
}
