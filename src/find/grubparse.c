// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubparse.h"

#include <errno.h>
#include <stdlib.h>

struct frame *grubparse_frame(struct grub_parser *p)
{
	return &p->frames[p->depth - 1];
}

const char *grubparse_word(const struct grub_parser *p, size_t i)
{
	return i < p->count ? p->buffer.text + p->words[i].offset : "";
}

bool grubparse_is_one_of(const char *s, const char *const list[])
{
	for (size_t i = 0; list[i]; i++)
		if (streq(s, list[i]))
			return true;
	return false;
}

bool grubparse_in_function(const struct grub_parser *p)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->frames[i].kind == FRAME_BLOCK)
			return true;
	return false;
}

bool grubparse_in_condition(const struct grub_parser *p)
{
	enum frame_kind kind = p->frames[p->depth - 1].kind;

	return kind == FRAME_IF || kind == FRAME_LOOP;
}

int grubparse_doubt(struct grub_parser *p, const char *what, const char *why)
{
	if (p->cfg.doubt)
		return 0;
	p->cfg.doubt = strf("'%s' %s", what, why);
	p->cfg.doubt_line = p->line;
	return p->cfg.doubt ? 0 : -ENOMEM;
}

int grubparse_push(struct grub_parser *p, enum frame_kind kind)
{
	if (p->depth == GRUBCFG_MAX_DEPTH)
		return -E2BIG;
	p->frames[p->depth++] = (struct frame){ .kind = kind };
	return 0;
}

void grubparse_pop(struct grub_parser *p)
{
	struct frame *frame = &p->frames[--p->depth];

	free(frame->path);
	free(frame->position);
	p->closed = true;
}
