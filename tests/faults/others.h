/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What somebody else does meanwhile: folders that are read-only or full, files that are
 * swapped, cut or grow, a clock that jumps, another hook. */
#ifndef OTHERS_H
#define OTHERS_H

#include <stdbool.h>

/* Those that @is_picked, before @all calls or a choice of them; adds to the two figures.
 */
void others_run(bool (*is_picked)(const char *name), bool all, unsigned *passed,
		unsigned *failed);

#endif
