// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/journal.h"

#include <stdint.h>
#include <string.h>

#define LENGTH_BYTES \
	8 /* little endian, before a value that was written with its length */

static void put_field(FILE *f, const struct journal_field *field)
{
	uint64_t len = strlen(field->value);

	if (!strchr(field->value, '\n')) {
		fprintf(f, "%s=%s\n", field->name, field->value);
		return;
	}
	fprintf(f, "%s\n", field->name);
	for (unsigned i = 0; i < LENGTH_BYTES; i++)
		fputc((int)(len >> (8 * i) & 0xff), f);
	fprintf(f, "%s\n", field->value);
}

char *journal_datagram(const struct journal_field *fields, size_t *ret_len)
{
	char *text = NULL;
	FILE *f = open_memstream(&text, ret_len);

	if (!f)
		return NULL;
	for (; fields->name; fields++)
		if (fields->value)
			put_field(f, fields);
	if (fclose(f) == 0)
		return text;
	free(text);
	return NULL;
}
