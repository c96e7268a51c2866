// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "plan/rpmlist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the path, the rest the listing. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = strndup((const char *)data, size);
	char digest[SHA256_TEXT] = "", *listing;

	if (!text)
		abort();
	listing = strchr(text, '\n');
	if (!listing)
		return 0;
	*listing++ = '\0';
	if (rpmlist_sha256(listing, text, digest)) {
		if (strlen(digest) != SHA256_TEXT - 1 || !strstr(listing, digest))
			abort();
	} else if (*digest) {
		abort();
	}
	return 0;
}
