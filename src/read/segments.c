// SPDX-License-Identifier: GPL-2.0-or-later
#include <inttypes.h>

#include "base/util.h"
#include "read/out.h"
#include "read/segments.h"

struct segment *segments_add(struct segments *s, uint64_t offset, const char *compression)
{
	if (s->count == SEGMENTS_MAX)
		return NULL;
	s->items[s->count] =
		(struct segment){ .offset = offset, .compression = compression };
	return &s->items[s->count++];
}

bool segments_have_main(const struct segments *s)
{
	for (size_t i = 0; i < s->count; i++)
		if (s->items[i].kinds.main)
			return true;
	return false;
}

void segment_problem(const struct segment *s, uint64_t offset, const char *problem,
		     struct findings *findings)
{
	char size[24];

	if (streq(problem, "truncated"))
		finding_problem(
			findings,
			"truncated after %s, within the %s segment that starts at byte %" PRIu64,
			human_size(offset, size), s->compression, s->offset);
	else
		finding_problem(findings,
				"%s, at byte %" PRIu64
				" in the %s segment that starts at byte %" PRIu64,
				problem, offset, s->compression, s->offset);
}

void segments_note(const struct segments *s, struct findings *findings)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct segment *item = &s->items[i];

		if (item->kinds.main)
			finding_note(findings,
				     "%s at byte %" PRIu64 " carries %s checksum",
				     item->compression, item->offset,
				     item->checked ? "a" : "no");
	}
}

static const char *kind(const struct content_kinds *kinds)
{
	if (kinds->main)
		return "main";
	return kinds->microcode ? "microcode" : kinds->acpi ? "acpi" : "empty";
}

void segments_report(const struct segments *s, FILE *f)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct segment *item = &s->items[i];

		out_format(f, "SEGMENT",
			   "offset=%" PRIu64 " length=%" PRIu64
			   " compression=%s entries=%" PRIu64 " unpacked=%" PRIu64
			   " kind=%s checksum=%s",
			   item->offset, item->length, item->compression, item->entries,
			   item->unpacked, kind(&item->kinds),
			   item->checked ? "yes" : "no");
	}
}
