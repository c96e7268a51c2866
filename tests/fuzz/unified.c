// SPDX-License-Identifier: GPL-2.0-or-later
/* The bytes are a unified image, of which all is verified; or, if they are not, whatever
 * else an inspected image is. The first byte says which profile. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/util.h"
#include "read/out.h"
#include "read/request.h"
#include "verify/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is written must be what the parent can read. */
static void run(int fd, size_t profile, bool header_only)
{
	_cleanup_(report_done) struct report report = REPORT_EMPTY;
	_cleanup_free_ char *text = NULL;
	size_t len = 0;
	struct request q = { .fd = fd,
			     .modules_fd = -1,
			     .version = "6.1.0-56-amd64",
			     .arch = "x86_64",
			     .profile = profile,
			     .header_only = header_only,
			     .unpacked_max = 1 << 24,
			     .out = open_memstream(&text, &len) };

	if (!q.out)
		return;
	out_begin(q.out);
	if (request_image(&q) < 0 || out_end(q.out) < 0) {
		fclose(q.out);
		return;
	}
	fclose(q.out);
	if (report_parse(text, len, &report) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd = memfd_create("unified", MFD_CLOEXEC);

	if (size == 0 || fd < 0 || write_full(fd, data + 1, size - 1) < 0)
		return 0;
	run(fd, data[0] & 3, false);
	run(fd, data[0] & 3, true);
	return 0;
}
