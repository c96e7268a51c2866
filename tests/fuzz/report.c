// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>

#include "verify/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	int r = report_parse((const char *)data, size, &report);

	if (r < 0 && (report.ok || report.type || report.problems.count > 0))
		abort();
	if (report.ok && report.problems.count > 0)
		abort();
	return 0;
}
