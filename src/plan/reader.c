// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/log.h"
#include "plan/reader.h"

#define ARGS_MAX 16
/* bzip2 of the largest initramfs seen takes 30 s on a slow machine; hooks have 300 s in
 * all. */
#define READER_TIMEOUT_MS 240000

int reader_ask(const struct ctx *ctx, int fd, int pass_fd, const char *const args[],
	       struct report *ret)
{
	const char *argv[ARGS_MAX + 2] = { SYS_READER };
	_cleanup_free_ char *text = NULL;
	struct sys_command command = { .argv = argv,
				       .stdin_fd = fd,
				       .pass_fd = pass_fd,
				       .ret_output = &text,
				       .output_max = REPORT_BYTES_MAX,
				       .timeout_ms = READER_TIMEOUT_MS };
	int r;

	*ret = (struct report)REPORT_EMPTY;
	for (size_t i = 0; i < ARGS_MAX && args[i]; i++)
		argv[i + 1] = args[i];
	r = ctx->sys->run(&command);
	if (r == -ENOENT)
		return log_error_errno(r, "cannot start '%s/%s' (is it installed?)",
				       LIBEXECDIR, SYS_READER);
	if (r < 0)
		return log_error_errno(r, "%s did not come to its end", SYS_READER);
	if (r > 0)
		return -EIO; /* it has said why */
	r = report_parse(text, strlen(text), ret);
	return r < 0 ? log_error_errno(r, "the report of %s is not whole", SYS_READER)
		     : 0;
}
