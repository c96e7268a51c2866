/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What rpm(8) tells of the files of packages. Pure: text in, a digest out. */
#ifndef PLAN_RPMLIST_H
#define PLAN_RPMLIST_H

#include "base/macro.h"
#include "plan/plan.h"

/*
 * A line a file: digest algorithm (RFC 4880 section 9.4), flags (rpmfileAttrs_e), digest,
 * name. A directory, a link and a ghost have no digest, and then two spaces follow each
 * other. A package without files says "(none)".
 */
#define RPMLIST_FORMAT "[%{=FILEDIGESTALGO} %{FILEFLAGS} %{FILEDIGESTS} %{FILENAMES}\\n]"

/*
 * Finds the SHA-256 that a package records for @path (/lib and /usr/lib are one). False
 * if the listing has none; lines of another form are skipped. Of several packages the
 * first one counts.
 */
bool rpmlist_sha256(const char *listing, const char *path, char ret[SHA256_TEXT]);

#endif
