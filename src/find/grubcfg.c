// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubcfg.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubparse.h"

static int open_block(struct grub_parser *p)
{
	const char *command = grubparse_word(p, 0), *name = grubparse_word(p, 1);
	int r = 0;

	if (p->count == 0)
		return -EBADMSG;
	if (streq(command, "menuentry") || streq(command, "submenu"))
		return grubitem_open(p);
	if (!streq(command, "function"))
		r = grubparse_doubt(p, command, "has a block");
	else if (p->count != 2)
		return -EBADMSG;
	else if (grubcmd_is_redefined(name))
		r = grubparse_doubt(p, name, "is made anew as a function");
	return r < 0 ? r : grubparse_push(p, FRAME_BLOCK);
}

static int close_block(struct grub_parser *p)
{
	enum frame_kind kind = grubparse_frame(p)->kind;

	if (kind != FRAME_SUBMENU && kind != FRAME_ENTRY && kind != FRAME_BLOCK)
		return -EBADMSG;
	if (kind == FRAME_ENTRY)
		p->entry = NULL;
	grubparse_pop(p);
	return 0;
}

static int open_if(struct grub_parser *p)
{
	int r = grubparse_push(p, FRAME_IF);

	if (r < 0)
		return r;
	grubparse_frame(p)->conditions = 1;
	grubparse_frame(p)->in_condition = true;
	return 0;
}

/* then, elif, else and fi, which all need an open `if`. */
static int continue_if(struct grub_parser *p, const char *keyword)
{
	struct frame *frame = grubparse_frame(p);

	if (frame->kind != FRAME_IF || frame->in_condition != streq(keyword, "then"))
		return -EBADMSG;
	if (streq(keyword, "fi")) {
		grubparse_pop(p);
		return 0;
	}
	if (!streq(keyword, "then") && frame->in_else)
		return -EBADMSG;
	if (streq(keyword, "elif"))
		frame->conditions++;
	frame->in_condition = streq(keyword, "elif");
	frame->in_else = streq(keyword, "else");
	if (frame->in_condition || frame->in_else)
		frame->asks_custom = false;
	return 0;
}

static int continue_loop(struct grub_parser *p, const char *keyword)
{
	if (grubparse_frame(p)->kind != FRAME_LOOP)
		return -EBADMSG;
	if (streq(keyword, "done"))
		grubparse_pop(p);
	return 0;
}

/* Reads @s, the first word of a command. Returns 1 if it is a keyword and done with, 0 if
 * it is not. */
static int read_keyword(struct grub_parser *p, const char *s)
{
	static const char *const ifs[] = { "then", "elif", "else", "fi", NULL };
	static const char *const loops[] = { "do", "done", NULL };
	static const char *const loop_starts[] = { "for", "while", "until", NULL };
	static const char *const refused[] = { "case", "esac", "select", "in",
					       "[[",   "]]",   NULL };
	int r;

	if (grubparse_is_one_of(s, refused))
		return -EBADMSG;
	if (streq(s, "if"))
		r = open_if(p);
	else if (grubparse_is_one_of(s, ifs))
		r = continue_if(p, s);
	else if (grubparse_is_one_of(s, loops))
		r = continue_loop(p, s);
	else if (grubparse_is_one_of(s, loop_starts))
		r = grubparse_push(p, FRAME_LOOP);
	else
		return 0;
	if (r < 0)
		return r;
	return !streq(s, "for"); /* "for x in …" is no command "x": it stays as it is */
}

/* ---- the text ---- */

static void start_command(struct grub_parser *p)
{
	p->count = 0;
	p->buffer.used = 0;
}

static int add_word(struct grub_parser *p, struct grublex_word word)
{
	const char *text = p->buffer.text + word.offset;

	if (p->closed)
		return -EBADMSG;
	if (p->count == 0) {
		int r = word.quoted ? 0 : read_keyword(p, text);

		if (r > 0)
			p->buffer.used = word.offset;
		if (r != 0)
			return r < 0 ? r : 0;
		p->line = p->lex.line;
	}
	if (p->count == p->size) {
		size_t size = p->size ? 2 * p->size : 64;
		struct grublex_word *words = reallocarray(p->words, size, sizeof(*words));

		if (!words)
			return -ENOMEM;
		p->words = words;
		p->size = size;
	}
	p->words[p->count++] = word;
	return 0;
}

static int end_command(struct grub_parser *p)
{
	int r = grubcmd_run(p);

	start_command(p);
	return r;
}

static int read_token(struct grub_parser *p, enum grublex_token token,
		      struct grublex_word word)
{
	int r;

	switch (token) {
	case GRUBLEX_WORD:
		return add_word(p, word);
	case GRUBLEX_OPEN:
		r = p->closed ? -EBADMSG : open_block(p);
		start_command(p);
		return r;
	case GRUBLEX_CLOSE:
		r = end_command(p);
		return r < 0 ? r : close_block(p);
	case GRUBLEX_SEPARATOR:
		p->closed = false;
		return end_command(p);
	case GRUBLEX_END:
		break;
	}
	r = end_command(p);
	if (r < 0)
		return r;
	return p->depth == 1 ? 0 : -EBADMSG;
}

static int read_text(struct grub_parser *p)
{
	int token, r;

	r = grubparse_push(p, FRAME_FILE);
	if (r < 0)
		return r;
	p->frames[0].path = strdup("");
	p->frames[0].position = strdup("");
	if (!p->frames[0].path || !p->frames[0].position)
		return -ENOMEM;
	do {
		struct grublex_word word = { .offset = 0 };

		token = grublex_next(&p->lex, &p->buffer, &word);
		if (token < 0)
			return token;
		r = read_token(p, (enum grublex_token)token, word);
		if (r < 0)
			return r;
	} while (token != GRUBLEX_END);
	if (p->lex.doubt_line == 0)
		return 0;
	p->line = p->lex.doubt_line;
	return grubparse_doubt(p, "#", "may start no comment for GRUB");
}

int grubcfg_parse(const char *text, size_t len, struct grubcfg *ret)
{
	struct grub_parser p = { .depth = 0 };
	int r;

	*ret = (struct grubcfg)GRUBCFG_EMPTY;
	if (len > GRUBCFG_MAX_SIZE)
		return -E2BIG;
	if (len > 0 && memchr(text, '\0', len))
		return -EBADMSG;
	grublex_start(&p.lex, text, len);
	r = read_text(&p);
	while (p.depth > 0)
		grubparse_pop(&p);
	free(p.words);
	free(p.buffer.text);
	if (r < 0)
		grubcfg_done(&p.cfg);
	else
		*ret = p.cfg;
	return r;
}

void grubcfg_done(struct grubcfg *cfg)
{
	for (size_t i = 0; i < cfg->count; i++) {
		struct grubcfg_entry *entry = &cfg->entries[i];

		free(entry->title);
		free(entry->id);
		free(entry->path);
		free(entry->position);
		free(entry->kernel);
		free(entry->options);
		strv_done(&entry->initrds);
	}
	free(cfg->entries);
	free(cfg->default_entry);
	free(cfg->doubt);
	*cfg = (struct grubcfg)GRUBCFG_EMPTY;
}
