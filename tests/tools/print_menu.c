// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * print-menu DIR: systemd-boot's menu of the tree DIR, as bls_menu() reads it, one entry
 * that is shown a line, with tabs between: file, id, "default" or "", title, command
 * line, why it may not be taken. For bls-against-bootctl.
 */
#include <stdio.h>
#include <string.h>

#include "fake_sys.h"
#include "find/bls.h"

static const char hidden[] = "systemd-boot does not show it";

int main(int argc, char *argv[])
{
	_cleanup_(entry_list_done) struct entry_list list = ENTRY_LIST_EMPTY;
	_cleanup_(root_done) struct root root = ROOT_EMPTY;
	static const struct options options = { .verb = VERB_LIST };
	static const struct config config;
	const struct ctx ctx = {
		.options = &options, .config = &config, .root = &root, .sys = &sys_fake
	};

	if (argc != 2 || root_init(&root, argv[1]) < 0) {
		fprintf(stderr, "usage: print-menu DIR\n");
		return 2;
	}
	fake_sys_use(argv[1]);
	if (bls_menu(&ctx, &list) < 0)
		return 1;
	for (size_t i = 0; i < list.count; i++) {
		const struct entry *e = &list.items[i];

		if (!e->why || !strstr(e->why, hidden))
			printf("%s\t%s\t%s\t%s\t%s\t%s\n", e->file, e->id,
			       e->is_default ? "default" : "", e->title,
			       str_or(e->cmdline, ""), str_or(e->why, ""));
	}
	return 0;
}
