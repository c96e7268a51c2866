// SPDX-License-Identifier: GPL-2.0-or-later
/* warmboot-fake DIR ARGUMENT…: the program on DIR/root, with the calls of
 * tests/fake_sys.h. */
#include <stdio.h>

#include "app.h"
#include "base/macro.h"
#include "base/util.h"
#include "fake_sys.h"

int main(int argc, char *argv[])
{
	_cleanup_free_ char *root = NULL;

	if (argc < 2) {
		fprintf(stderr, "usage: warmboot-fake DIR ARGUMENT...\n");
		return 2;
	}
	root = strf("%s/root", argv[1]);
	if (!root)
		return 1;
	fake_sys_use(argv[1]);
	argv[1] = argv[0];
	return app_run(argc - 1, argv + 1, &sys_fake, root);
}
