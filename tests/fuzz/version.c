// SPDX-License-Identifier: GPL-2.0-or-later
/* Three strings, a line each: the comparison gives them one order, whatever they are. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "find/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int sign(int n)
{
	return (n > 0) - (n < 0);
}

static void check_flavour(const char *release)
{
	char small[8], large[4096];

	if (version_flavour(release, large, sizeof(large)) < 0)
		return;
	if (strlen(large) > strlen(release))
		abort();
	if ((version_flavour(release, small, sizeof(small)) == 0) !=
	    (strlen(large) < sizeof(small)))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_free_ char *text = strndup((const char *)data, size);
	char *rest = text;
	const char *a = strsep(&rest, "\n"), *b = str_or(strsep(&rest, "\n"), ""),
		   *c = str_or(rest, "");
	int ab = sign(version_compare(a, b)), bc = sign(version_compare(b, c));

	if (ab != -sign(version_compare(b, a)) || version_compare(a, a) != 0)
		abort();
	if (ab <= 0 && bc <= 0 && sign(version_compare(a, c)) != (ab < bc ? ab : bc))
		abort();
	check_flavour(a);
	check_flavour(b);
	return 0;
}
