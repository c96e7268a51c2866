// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grublex.h"

#include <errno.h>
#include <string.h>

/* GRUB drops carriage returns while it reads the file, before it looks at anything. */
static void skip_returns(struct grublex *lex)
{
	while (lex->pos < lex->len && lex->text[lex->pos] == '\r')
		lex->pos++;
}

/* At the start of a line: those that GRUB never sees. */
static void skip_comment_lines(struct grublex *lex)
{
	while (lex->pos < lex->len && lex->text[lex->pos] == '#') {
		const char *end = memchr(lex->text + lex->pos, '\n', lex->len - lex->pos);

		lex->pos = end ? (size_t)(end - lex->text) + 1 : lex->len;
		lex->line += end != NULL;
	}
}

void grublex_start(struct grublex *lex, const char *text, size_t len,
		   struct grubpool *pool)
{
	*lex = (struct grublex){ .text = text, .len = len, .line = 1, .pool = pool };
	skip_comment_lines(lex);
}

void grublex_done(struct grublex *lex)
{
	grubtext_done(&lex->buffer);
}

/* The next character, which stays; -1 at the end. */
static int look(struct grublex *lex)
{
	skip_returns(lex);
	return lex->pos < lex->len ? (unsigned char)lex->text[lex->pos] : -1;
}

static int take(struct grublex *lex)
{
	int c = look(lex);

	if (c >= 0)
		lex->pos++;
	if (c == '\n') {
		lex->line++;
		skip_comment_lines(lex);
	}
	return c;
}

/* Characters that end a word, and -1. A switch, since strchr() costs more than all the
 * rest. */
static bool ends_word(int c)
{
	switch (c) {
	case -1:
	case ' ':
	case '\t':
	case '\n':
	case ';':
	case '{':
	case '}':
	case '|':
	case '&':
	case '<':
	case '>':
		return true;
	default:
		return false;
	}
}

/* A word in the making. */
struct maker {
	struct grublex *lex;
	struct grubword *word;
	struct grubpart **tail;
	bool plain;
};

static int add_part(struct maker *m, enum grubpart_kind kind)
{
	struct grubtext *buffer = &m->lex->buffer;
	struct grubpart *part = grubpool_get(m->lex->pool, sizeof(*part));

	if (!part)
		return -E2BIG;
	part->kind = kind;
	part->text = grubpool_copy(m->lex->pool, buffer->text, buffer->used);
	if (!part->text)
		return -E2BIG;
	buffer->used = 0;
	*m->tail = part;
	m->tail = &part->next;
	return 0;
}

/* What was unquoted up to here. */
static int end_text(struct maker *m)
{
	return m->lex->buffer.used > 0 ? add_part(m, GRUBPART_TEXT) : 0;
}

static int read_single(struct maker *m)
{
	for (;;) {
		int c = take(m->lex), r;

		if (c < 0)
			return -EBADMSG;
		if (c == '\'')
			return add_part(m, GRUBPART_QUOTED);
		r = grubtext_put(&m->lex->buffer, (char)c);
		if (r < 0)
			return r;
	}
}

static bool is_alpha(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static int read_name(struct maker *m)
{
	int c = look(m->lex), r = 0;

	if (c == '?' || c == '#' || c == '*' || c == '@')
		return grubtext_put(&m->lex->buffer, (char)take(m->lex));
	if (is_digit(c)) {
		for (; r == 0 && is_digit(c); c = look(m->lex))
			r = grubtext_put(&m->lex->buffer, (char)take(m->lex));
		return r;
	}
	if (!is_alpha(c))
		return -EBADMSG;
	for (; r == 0 && (is_alpha(c) || is_digit(c)); c = look(m->lex))
		r = grubtext_put(&m->lex->buffer, (char)take(m->lex));
	return r;
}

/* Behind the "$". */
static int read_variable(struct maker *m, enum grubpart_kind kind)
{
	bool braces = look(m->lex) == '{';
	int r;

	if (braces)
		take(m->lex);
	r = read_name(m);
	if (r == 0 && braces && take(m->lex) != '}')
		r = -EBADMSG;
	return r < 0 ? r : add_part(m, kind);
}

static int read_double(struct maker *m)
{
	struct grublex *lex = m->lex;
	int c, next, r = 0;

	while (r == 0) {
		c = take(lex);
		next = look(lex);
		if (c < 0)
			return -EBADMSG;
		if (c == '"')
			return add_part(m, GRUBPART_QUOTED);
		if (c == '$') {
			r = add_part(m, GRUBPART_QUOTED);
			if (r == 0)
				r = read_variable(m, GRUBPART_QVAR);
			continue;
		}
		if (c == '\\' && next > 0 && strchr("$\"\\\n", next)) {
			c = take(lex);
			if (c == '\n')
				continue;
		}
		r = grubtext_put(&lex->buffer, (char)c);
	}
	return r;
}

/* A backslash outside quotes. */
static int read_escaped(struct maker *m)
{
	int c = take(m->lex), r;

	if (c < 0)
		return -EBADMSG;
	if (c == '\n')
		return 0;
	r = grubtext_put(&m->lex->buffer, '\\');
	return r < 0 ? r : grubtext_put(&m->lex->buffer, (char)c);
}

static int read_piece(struct maker *m)
{
	int c = take(m->lex), r;

	if (c != '\'' && c != '"' && c != '\\' && c != '$')
		return grubtext_put(&m->lex->buffer, (char)c);
	m->plain = false;
	if (c == '\\')
		return read_escaped(m);
	r = end_text(m);
	if (r < 0)
		return r;
	if (c == '\'')
		return read_single(m);
	/* $"…" would be translated: the title of an entry in another language. */
	if (c == '$' && look(m->lex) == '"')
		c = take(m->lex);
	return c == '"' ? read_double(m) : read_variable(m, GRUBPART_VAR);
}

static int read_word(struct grublex *lex, struct grubword **ret)
{
	struct grubword *word = grubpool_get(lex->pool, sizeof(*word));
	struct maker m = { lex, word, NULL, true };
	int r = 0;

	if (!word)
		return -E2BIG;
	m.tail = &word->parts;
	lex->buffer.used = 0;
	while (r == 0 && !ends_word(look(lex)))
		r = read_piece(&m);
	if (r == 0)
		r = end_text(&m);
	if (r < 0)
		return r;
	if (m.plain && word->parts)
		word->plain = word->parts->text;
	*ret = word;
	return GRUBLEX_WORD;
}

/* A backslash before the end of a line, between words. */
static bool skip_continuation(struct grublex *lex)
{
	struct grublex before = *lex;

	if (take(lex) == '\\' && look(lex) == '\n') {
		take(lex);
		return true;
	}
	lex->pos = before.pos;
	lex->line = before.line;
	return false;
}

int grublex_next(struct grublex *lex, struct grubword **ret)
{
	for (;;) {
		switch (look(lex)) {
		case -1:
			return GRUBLEX_END;
		case ' ':
		case '\t':
			take(lex);
			continue;
		case '#':
			while (look(lex) >= 0 && look(lex) != '\n')
				take(lex);
			continue;
		case '\n':
			take(lex);
			return GRUBLEX_NEWLINE;
		case ';':
			take(lex);
			return look(lex) == ';' ? -EBADMSG : GRUBLEX_SEMICOLON;
		case '{':
			take(lex);
			return GRUBLEX_OPEN;
		case '}':
			take(lex);
			return GRUBLEX_CLOSE;
		case '|':
		case '&':
		case '<':
		case '>':
			return -EBADMSG;
		case '\\':
			if (skip_continuation(lex))
				continue;
			return read_word(lex, ret);
		default:
			return read_word(lex, ret);
		}
	}
}
