// SPDX-License-Identifier: GPL-2.0-or-later
/* Mostly libarchive's code, but what is built on it must hold as well. The first byte
 * names the format. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "read/package.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * libarchive allocates what a name's length field asks for, up to 4 GiB, before it finds
 * that there is no such name. The program itself runs with a limit on its memory, which
 * AddressSanitizer cannot.
 */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	static char limit[] = "-malloc_limit_mb=8192";
	char **more = calloc((size_t)*argc + 2, sizeof(*more));

	if (!more)
		return 0;
	for (int i = 0; i < *argc; i++)
		more[i] = (*argv)[i];
	more[(*argc)++] = limit;
	*argv = more;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(findings_done) struct findings findings = FINDINGS_EMPTY;
	_cleanup_(package_done) struct package package = PACKAGE_EMPTY;
	_cleanup_close_ int fd = memfd_create("package", MFD_CLOEXEC);
	uint8_t start[512];
	int r;

	if (size == 0 || fd < 0 || write_full(fd, data + 1, size - 1) < 0)
		return 0;
	r = package_read(fd, data[0] % 3, &findings, &package);
	if (r == 0 && !package.type)
		abort();
	(void)!package_peek(fd, start, sizeof(start));
	return 0;
}
