/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody else does meanwhile: read-only folders, files that are swapped or grow,
 * clocks that jump, locks that stay, several runs at once. */
#ifndef OTHERS_H
#define OTHERS_H

#include <stdbool.h>

/* Those that @is_picked; adds to the two figures. */
void others_run(bool (*is_picked)(const char *name), unsigned *passed, unsigned *failed);

#endif
