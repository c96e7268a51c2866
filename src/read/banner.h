/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Finds "Linux version …" in the bytes of an unpacked kernel as they arrive: only x86's
 * header names the version, all others keep it in this text (the kernel's
 * init/version-timestamp.c).
 */
#ifndef READ_BANNER_H
#define READ_BANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BANNER_MAX ((size_t)512)

struct banner {
	bool found;
	bool complete; /* with the number of the build: nothing better comes */
	size_t tail_len;
	uint8_t tail[BANNER_MAX];
	char text[BANNER_MAX]; /* what follows the two words, up to the line's end; "" if
				  not found */
};
#define BANNER_EMPTY           \
	{                      \
		.found = false \
	}

void banner_feed(struct banner *b, const uint8_t *data, size_t len);

#endif
