// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/extlinuxadv.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define HALF (EXTLINUX_ADV_BYTES / 2)
#define DATA 8 /* behind the first mark and the sum */
#define DATA_BYTES (HALF - 3 * 4)
#define MARK_FIRST 0x5a2d2fa5U
#define MARK_SUM 0xa3041767U /* all words of the data and the sum add up to it */
#define MARK_LAST 0xdd28bf64U

static uint32_t word(const uint8_t *p)
{
	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static bool is_whole(const uint8_t *half)
{
	uint32_t sum = word(half + 4);

	if (word(half) != MARK_FIRST || word(half + HALF - 4) != MARK_LAST)
		return false;
	for (size_t i = 0; i < DATA_BYTES; i += 4)
		sum += word(half + DATA + i);
	return sum == MARK_SUM;
}

int extlinuxadv_get(const uint8_t adv[EXTLINUX_ADV_BYTES], enum extlinux_tag tag,
		    char **ret)
{
	const uint8_t *half = is_whole(adv) ? adv : adv + HALF;
	size_t at = 0;

	if (half != adv && !is_whole(half))
		return -EBADMSG;
	while (at + 2 <= DATA_BYTES && half[DATA + at] != ADV_END) {
		size_t len = half[DATA + at + 1];

		if (len > DATA_BYTES - at - 2)
			return -EBADMSG;
		if (half[DATA + at] == tag) {
			*ret = strndup((const char *)half + DATA + at + 2, len);
			return *ret ? 1 : -ENOMEM;
		}
		at += 2 + len;
	}
	return 0;
}
