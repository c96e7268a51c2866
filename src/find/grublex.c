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

/* What a character does outside quotes, between single and between double ones. Menus
 * have thousands of lines, so runs of characters that do nothing are taken at once. */
enum {
	ENDS_WORD = 1,
	STOPS_PLAIN = 2,
	STOPS_SINGLE = 4,
	STOPS_DOUBLE = 8,
	STOPS_ALL = STOPS_PLAIN | STOPS_SINGLE | STOPS_DOUBLE,
	IS_WILDCARD = 16,
};
static const unsigned char effects[256] = {
	[' '] = ENDS_WORD | STOPS_PLAIN,
	['\t'] = ENDS_WORD | STOPS_PLAIN,
	['\n'] = ENDS_WORD | STOPS_ALL,
	['\r'] = STOPS_ALL,
	[';'] = ENDS_WORD | STOPS_PLAIN,
	['{'] = ENDS_WORD | STOPS_PLAIN,
	['}'] = ENDS_WORD | STOPS_PLAIN,
	['|'] = ENDS_WORD | STOPS_PLAIN,
	['&'] = ENDS_WORD | STOPS_PLAIN,
	['<'] = ENDS_WORD | STOPS_PLAIN,
	['>'] = ENDS_WORD | STOPS_PLAIN,
	['\''] = STOPS_PLAIN | STOPS_SINGLE,
	['"'] = STOPS_PLAIN | STOPS_DOUBLE,
	['\\'] = STOPS_PLAIN | STOPS_DOUBLE,
	['$'] = STOPS_PLAIN | STOPS_DOUBLE,
	['*'] = IS_WILDCARD,
	['?'] = IS_WILDCARD,
};

static bool ends_word(int c)
{
	return c < 0 || effects[c] & ENDS_WORD;
}

/* How many of the next characters stand for themselves: up to one that @stops. */
static size_t measure_run(const struct grublex *lex, int stops)
{
	size_t end = lex->pos;

	while (end < lex->len && !(effects[(unsigned char)lex->text[end]] & stops))
		end++;
	return end - lex->pos;
}

static int take_run(struct grublex *lex, int stops)
{
	size_t len = measure_run(lex, stops);
	int r = grubtext_append(&lex->buffer, lex->text + lex->pos, len);

	lex->pos += len;
	return r;
}

/* A word in the making. */
struct maker {
	struct grublex *lex;
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
	int c, r;

	do {
		r = take_run(m->lex, STOPS_SINGLE);
		if (r < 0)
			return r;
		c = take(m->lex);
		if (c < 0)
			return -EBADMSG;
		if (c == '\'')
			return add_part(m, GRUBPART_QUOTED);
		r = grubtext_put(&m->lex->buffer, (char)c);
	} while (r == 0);
	return r;
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
		r = take_run(lex, STOPS_DOUBLE);
		if (r < 0)
			return r;
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

/* The next word, if it is nothing but characters that stand for themselves; NULL: no
 * memory, or not such a word. */
static struct grubword *take_plain(struct grublex *lex)
{
	struct grubword *word;
	size_t end = lex->pos;
	int seen = 0;
	char *text;

	for (; end < lex->len; end++) {
		seen |= effects[(unsigned char)lex->text[end]];
		if (seen & (STOPS_PLAIN | IS_WILDCARD))
			break;
	}
	if (end - lex->pos > GRUBTEXT_MAX || (end < lex->len && !(seen & ENDS_WORD)))
		return NULL;
	word = grubpool_get(lex->pool, sizeof(*word) + (end - lex->pos) + 1);
	if (!word)
		return NULL;
	text = (char *)(word + 1);
	memcpy(text, lex->text + lex->pos, end - lex->pos);
	word->plain = text;
	lex->pos = end;
	return word;
}

static int read_word(struct grublex *lex, struct grubword **ret)
{
	struct grubword *word = take_plain(lex);
	struct maker m = { lex, NULL, true };
	int r;

	*ret = word;
	if (word)
		return GRUBLEX_WORD;
	*ret = word = grubpool_get(lex->pool, sizeof(*word));
	if (!word)
		return -E2BIG;
	m.tail = &word->parts;
	lex->buffer.used = 0;
	r = take_run(lex, STOPS_PLAIN);
	while (r == 0 && !ends_word(look(lex))) {
		r = read_piece(&m);
		if (r == 0)
			r = take_run(lex, STOPS_PLAIN);
	}
	if (r == 0)
		r = end_text(&m);
	if (r < 0)
		return r;
	/* Carriage returns were in it, or wildcards are. */
	if (m.plain && word->parts && !strpbrk(word->parts->text, "*?")) {
		word->plain = word->parts->text;
		word->parts = NULL;
	}
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

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

int grublex_next(struct grublex *lex, struct grubword **ret)
{
	for (;;) {
		switch (look(lex)) {
		case -1:
			return GRUBLEX_END;
		case ' ':
		case '\t':
			do
				lex->pos++;
			while (lex->pos < lex->len && is_blank(lex->text[lex->pos]));
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
