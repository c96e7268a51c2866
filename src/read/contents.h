/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the entries of an initramfs say: for which kernels it has modules, whether it can
 * start. */
#ifndef READ_CONTENTS_H
#define READ_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

#include "read/cpio.h"
#include "read/finding.h"
#include "read/modules.h"

#define CONTENTS_VERSIONS_MAX 64

/*
 * What kinds of entries one archive has. The first two are early: the kernel looks for
 * them before it unpacks anything, and they make no initramfs. Everything else is main.
 */
struct content_kinds {
	bool microcode, acpi, main;
};

struct contents {
	const char *version; /* the one asked for, or NULL */
	struct findings *findings;
	struct modules modules;
	struct strv versions; /* for which there are modules */
	bool has_init, has_modules_dep;
};

/* @modules_fd: see modules.h. The rest must outlive it. */
void contents_init(struct contents *c, const char *version, int modules_fd,
		   struct timespec built_at, struct findings *findings);

/* A new entry; @checked: its data has a checksum, so that a comparison with the disk is
 * not needed. */
void contents_entry(struct contents *c, const struct cpio_entry *entry, bool checked,
		    struct content_kinds *kinds);

/* Whether it has an init and modules for the version asked for. At the end, of a whole
 * file. */
void contents_check(struct contents *c);
void contents_done(struct contents *c);

#endif
