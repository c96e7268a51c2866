// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "read/banner.h"

static const char words[] = "Linux version ";
#define WORDS_LEN (sizeof(words) - 1)

/* A kernel holds the text more than once; only in one of them has the build its number
 * ("#1 SMP"), which the others leave out, and which uname shows. */
static bool is_numbered(const uint8_t *text, size_t len)
{
	const uint8_t *hash = memmem(text, len, " #", 2);

	return hash && hash + 2 < text + len && hash[2] >= '0' && hash[2] <= '9';
}

/* A match counts only with its end in sight, so that one cut by a piece's end waits for
 * the next. */
static bool search(struct banner *b, const uint8_t *data, size_t len)
{
	const uint8_t *p = data, *end = data + len;

	while ((p = memmem(p, (size_t)(end - p), words, WORDS_LEN)) != NULL) {
		size_t n = 0;

		p += WORDS_LEN;
		while (p + n < end && n < BANNER_MAX && p[n] >= ' ' && p[n] <= '~')
			n++;
		if (n == 0 || n >= BANNER_MAX || p + n >= end || p[0] < '0' || p[0] > '9')
			continue;
		b->complete = is_numbered(p, n);
		if (b->complete || !b->found) {
			memcpy(b->text, p, n);
			b->text[n] = '\0';
		}
		b->found = true;
		if (b->complete)
			return true;
	}
	return false;
}

void banner_feed(struct banner *b, const uint8_t *data, size_t len)
{
	uint8_t seam[2 * BANNER_MAX];
	size_t n = len < BANNER_MAX ? len : BANNER_MAX, keep;

	if (b->complete || len == 0)
		return;
	memcpy(seam, b->tail, b->tail_len);
	memcpy(seam + b->tail_len, data, n);
	if (search(b, seam, b->tail_len + n) || search(b, data, len))
		return;
	/* The last bytes of all that came so far. */
	if (len >= BANNER_MAX) {
		b->tail_len = BANNER_MAX;
		memcpy(b->tail, data + len - BANNER_MAX, BANNER_MAX);
		return;
	}
	keep = b->tail_len + n < BANNER_MAX ? b->tail_len + n : BANNER_MAX;
	memcpy(b->tail, seam + b->tail_len + n - keep, keep);
	b->tail_len = keep;
}
