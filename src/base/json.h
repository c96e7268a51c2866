/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Machine-readable output, through jansson. The names are those of design section
 * "Machine-readable output"; they only grow.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <jansson.h>
#include <stdio.h>

#include "base/macro.h"
#include "base/util.h"

static inline void json_unrefp(json_t **value)
{
	json_decref(*value);
}
#define _cleanup_json_ _cleanup_(json_unrefp)

/*
 * A string, or null for NULL. What is not UTF-8 (file names, titles) has U+FFFD in the
 * place of each bad byte. The caller owns the value; NULL: out of memory.
 */
json_t *json_text(const char *s);

/* A list of strings, likewise. */
json_t *json_strv(const struct strv *v);

/* Writes @value and a line end. Returns 0, -ENOMEM if it is NULL, or -EIO. */
_must_check_ int json_print(const json_t *value, FILE *f);

#endif
