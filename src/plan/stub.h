/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What systemd-stub adds to the initramfs of a unified image out of the image itself: the
 * signed TPM measurements and their key (from version 252 on), os-release and the profile
 * (from 257 on), as files below /.extra. systemd-stub(7), "Companion files" and
 * "Initrd resources".
 */
#ifndef PLAN_STUB_H
#define PLAN_STUB_H

#include "plan/plan.h"

/* Appends an archive to @to for each file that the stub of @plan's image would make, in
 * its order. Returns 0 or a negative errno. */
_must_check_ int stub_append_files(int to, const struct plan *plan);

#endif
