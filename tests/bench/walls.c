// SPDX-License-Identifier: GPL-2.0-or-later
/* A process that raises the walls of read/sandbox.h, and does nothing behind them; or,
 * without an argument, does nothing at all. */
#include "read/sandbox.h"

int main(int argc, char **argv)
{
	(void)argv;
	return argc > 1 && sandbox_enter(-1) < 0;
}
