/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef APP_H
#define APP_H

#include "base/sys.h"

/*
 * The whole program: options, configuration, root, and the verb from one table. @machine:
 * the directory that is this machine's "/" (the tests pass a fixture); --root looks at
 * another tree and changes nothing. Returns the exit status.
 */
int app_run(int argc, char *argv[], const struct sys *sys, const char *machine);

#endif
