/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every stage is given: how we were called, the settings, the root, the calls.
 * Nothing in it changes. */
#ifndef CTX_H
#define CTX_H

#include <stdbool.h>

#include "base/config.h"
#include "base/root.h"
#include "base/sys.h"
#include "base/util.h"

enum verb {
	VERB_ARM,
	VERB_DISARM,
	VERB_STATUS,
	VERB_LIST,
	VERB_INSPECT,
	VERB_HOOK,
	VERB_HELP,
	VERB_VERSION,
};

struct options {
	enum verb verb;
	const char *root;    /* "/" unless given */
	const char *config;  /* NULL: the default place, which need not exist */
	const char *kernel;  /* -k */
	struct strv initrds; /* -i */
	const char *cmdline; /* -a */
	const char *entry;   /* -e */
	bool dry_run, force, json, quiet;
	int verbosity;
	const char *hook; /* --hook NAME */
	char **args; /* what is left of argv: files to inspect, or the hook's arguments */
	size_t n_args;
};

struct ctx {
	const struct options *options;
	const struct config *config;
	const struct root *root;
	const struct sys *sys;
	const char *by; /* who asks: "manual", "service", or the hook's name (design:
			   armed_by) */
};

/* Exit statuses by hand (warmboot(8), EXIT STATUS). A hook always exits 0. */
enum status { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2, STATUS_REFUSED = 3 };

#endif
