// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grublex.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void grublex_start(struct grublex *lex, const char *text, size_t len)
{
	*lex = (struct grublex){ .text = text, .len = len, .line = 1 };
}

/* GRUB drops carriage returns while it reads the file, before it looks at anything. */
static void skip_returns(struct grublex *lex)
{
	while (lex->pos < lex->len && lex->text[lex->pos] == '\r')
		lex->pos++;
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
	lex->line += c == '\n';
	return c;
}

static int put(struct grublex_buffer *buffer, int c)
{
	if (buffer->used == buffer->size) {
		size_t size = buffer->size ? 2 * buffer->size : 1024;
		char *text = realloc(buffer->text, size);

		if (!text)
			return -ENOMEM;
		buffer->text = text;
		buffer->size = size;
	}
	buffer->text[buffer->used++] = (char)c;
	return 0;
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

/*
 * Drops a comment. GRUB's lexer prefers the longest match, and "#don't" is longer as the
 * start of a quoted word that spans lines than as a comment: such a file is read by GRUB
 * in another way than it looks.
 */
static void skip_comment(struct grublex *lex)
{
	bool first_word = true;

	for (int c = look(lex); c >= 0 && c != '\n'; c = look(lex)) {
		if (first_word && (ends_word(c) || c == '$'))
			first_word = false;
		if (first_word && strchr("'\"\\", c))
			lex->doubt_line = lex->line;
		take(lex);
	}
}

static int read_single(struct grublex *lex, struct grublex_buffer *buffer)
{
	for (;;) {
		int c = take(lex), r;

		if (c < 0)
			return -EBADMSG;
		if (c == '\'')
			return 0;
		r = put(buffer, c);
		if (r < 0)
			return r;
	}
}

static int read_double(struct grublex *lex, struct grublex_buffer *buffer,
		       struct grublex_word *word)
{
	for (;;) {
		int c = take(lex), next = look(lex), r;

		if (c < 0)
			return -EBADMSG;
		if (c == '"')
			return 0;
		if (c == '$')
			word->variable = true;
		if (c == '\\' && next > 0 && strchr("$\"\\\n", next)) {
			c = take(lex);
			if (c == '\n')
				continue;
		}
		r = put(buffer, c);
		if (r < 0)
			return r;
	}
}

/* A backslash outside quotes. */
static int read_escaped(struct grublex *lex, struct grublex_buffer *buffer)
{
	int c = take(lex);

	if (c < 0)
		return -EBADMSG;
	return c == '\n' ? 0 : put(buffer, c);
}

/* "${name}": the braces belong to the word. Anything else after "$" is read like other
 * characters. */
static int read_variable(struct grublex *lex, struct grublex_buffer *buffer)
{
	int r = put(buffer, '$');

	if (r < 0 || look(lex) != '{')
		return r;
	for (;;) {
		int c = take(lex);

		if (c < 0 || c == '\n')
			return -EBADMSG;
		r = put(buffer, c);
		if (r < 0 || c == '}')
			return r;
	}
}

static int read_piece(struct grublex *lex, struct grublex_buffer *buffer,
		      struct grublex_word *word)
{
	int c = take(lex);

	switch (c) {
	case '\'':
		word->quoted = true;
		return read_single(lex, buffer);
	case '"':
		word->quoted = true;
		return read_double(lex, buffer, word);
	case '\\':
		word->quoted = true;
		return read_escaped(lex, buffer);
	case '$':
		word->variable = true;
		return read_variable(lex, buffer);
	case '*':
	case '?':
		word->wild = true;
		return put(buffer, c);
	default:
		return put(buffer, c);
	}
}

static int read_word(struct grublex *lex, struct grublex_buffer *buffer,
		     struct grublex_word *word)
{
	int r = 0;

	*word = (struct grublex_word){ .offset = buffer->used };
	while (r == 0 && !ends_word(look(lex)))
		r = read_piece(lex, buffer, word);
	if (r == 0)
		r = put(buffer, '\0');
	return r < 0 ? r : GRUBLEX_WORD;
}

/* A backslash before the end of a line, between words. */
static bool skip_continuation(struct grublex *lex)
{
	size_t pos = lex->pos;

	if (take(lex) == '\\' && look(lex) == '\n') {
		take(lex);
		return true;
	}
	lex->pos = pos;
	return false;
}

int grublex_next(struct grublex *lex, struct grublex_buffer *buffer,
		 struct grublex_word *word)
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
			skip_comment(lex);
			continue;
		case '\n':
		case ';':
			take(lex);
			return GRUBLEX_SEPARATOR;
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
			return read_word(lex, buffer, word);
		default:
			return read_word(lex, buffer, word);
		}
	}
}
