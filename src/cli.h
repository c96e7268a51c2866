/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The command line: one table of options that --help is printed from. */
#ifndef CLI_H
#define CLI_H

#include "ctx.h"

/* Returns 0, or -EINVAL after one line on stderr. The strings are argv's; options_done()
 * frees the lists. */
_must_check_ int cli_parse(int argc, char *argv[], struct options *ret);
void options_done(struct options *options);

/* Returns an exit status: 1 if stdout could not be written. */
int cli_help(void);

#endif
