/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines for people, on a terminal: text of files, menus and records may be anything. */
#ifndef BASE_PRINT_H
#define BASE_PRINT_H

#include <stdio.h>

#include "base/macro.h"

/* @s, with "?" for each control character, so that nothing drives the terminal. */
void print_text(FILE *f, const char *s);

/* The same for a whole line as of printf(3), whose end is added. */
void print_line(FILE *f, const char *fmt, ...) _printf_(2, 3);

#endif
