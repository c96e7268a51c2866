// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubparse.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/util.h"

enum keyword {
	WORD, /* none */
	IF,
	THEN,
	ELIF,
	ELSE,
	FI,
	FOR,
	IN,
	WHILE,
	UNTIL,
	DO,
	DONE,
	FUNCTION,
	RESERVED, /* GRUB knows it and does nothing with it */
	REFUSED,  /* not even as an argument */
};

static const struct {
	const char *text;
	enum keyword keyword;
} keywords[] = {
	{ "if", IF },	      { "then", THEN },	    { "elif", ELIF },
	{ "else", ELSE },     { "fi", FI },	    { "for", FOR },
	{ "in", IN },	      { "while", WHILE },   { "until", UNTIL },
	{ "do", DO },	      { "done", DONE },	    { "function", FUNCTION },
	{ "case", RESERVED }, { "esac", RESERVED }, { "select", RESERVED },
	{ "[[", REFUSED },    { "]]", REFUSED },
};

struct parser {
	struct grublex lex;
	int token; /* the next one */
	enum keyword keyword;
	struct grubword *word;
	unsigned line; /* of it */
	unsigned depth;
};

static enum keyword find_keyword(const struct grubword *word)
{
	static const bool begins_one[256] = {
		['c'] = true, ['d'] = true, ['e'] = true, ['f'] = true,
		['i'] = true, ['s'] = true, ['t'] = true, ['u'] = true,
		['w'] = true, ['['] = true, [']'] = true,
	};

	/* No keyword is longer than "function", and most words are. */
	if (!word->plain || !begins_one[(unsigned char)*word->plain] ||
	    strnlen(word->plain, sizeof("function")) == sizeof("function"))
		return WORD;
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (*word->plain == *keywords[i].text &&
		    streq(word->plain, keywords[i].text))
			return keywords[i].keyword;
	return WORD;
}

static int advance(struct parser *p)
{
	p->word = NULL;
	p->keyword = WORD;
	p->token = grublex_next(&p->lex, &p->word);
	p->line = p->lex.line - (p->token == GRUBLEX_NEWLINE);
	if (p->token == GRUBLEX_WORD)
		p->keyword = find_keyword(p->word);
	return p->token < 0 ? p->token : 0;
}

static int skip_newlines(struct parser *p)
{
	int r = 0;

	while (r == 0 && p->token == GRUBLEX_NEWLINE)
		r = advance(p);
	return r;
}

static bool at(const struct parser *p, enum keyword keyword)
{
	return p->token == GRUBLEX_WORD && p->keyword == keyword;
}

static int expect(struct parser *p, enum keyword keyword)
{
	return at(p, keyword) ? advance(p) : -EBADMSG;
}

static bool is_name(const char *s)
{
	if (!s || (*s >= '0' && *s <= '9'))
		return false;
	return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"
			   "0123456789")] == '\0';
}

static int take_name(struct parser *p, const char **ret)
{
	if (!at(p, WORD) || !is_name(p->word->plain))
		return -EBADMSG;
	*ret = p->word->plain;
	return advance(p);
}

static int parse_command(struct parser *p, struct grubnode **ret);

/* Does a list of commands end here? */
static bool ends_list(const struct parser *p)
{
	if (p->token == GRUBLEX_CLOSE || p->token == GRUBLEX_END)
		return true;
	return at(p, THEN) || at(p, ELIF) || at(p, ELSE) || at(p, FI) || at(p, DO) ||
	       at(p, DONE);
}

/*
 * One command or more. What ends the list is left for the caller, who knows what it must
 * be; @needs_delimiter: it must follow ";" or a line end.
 */
static int parse_list(struct parser *p, bool needs_delimiter, struct grubnode **ret)
{
	struct grubnode **tail = ret;
	bool delimiter;
	int r = skip_newlines(p);

	while (r == 0) {
		r = parse_command(p, tail);
		if (r < 0)
			return r;
		tail = &(*tail)->next;
		delimiter = p->token == GRUBLEX_SEMICOLON || p->token == GRUBLEX_NEWLINE;
		if (delimiter)
			r = advance(p);
		if (r == 0 && delimiter)
			r = skip_newlines(p);
		if (r < 0)
			return r;
		if (ends_list(p))
			return delimiter || !needs_delimiter ? 0 : -EBADMSG;
		if (!delimiter)
			return -EBADMSG;
	}
	return r;
}

/* Behind "if" or "elif"; up to and with "fi". */
static int parse_if(struct parser *p, struct grubnode *node)
{
	int r = parse_list(p, true, &node->condition);

	if (r == 0)
		r = expect(p, THEN);
	if (r == 0)
		r = parse_list(p, true, &node->body);
	if (r < 0)
		return r;
	if (at(p, ELIF)) {
		struct grubnode *other;

		if (p->depth++ == GRUBPARSE_MAX_DEPTH)
			return -E2BIG;
		other = grubpool_get(p->lex.pool, sizeof(*other));
		if (!other)
			return -E2BIG;
		other->kind = GRUBNODE_IF;
		other->line = p->line;
		node->otherwise = other;
		r = advance(p);
		if (r == 0)
			r = parse_if(p, other);
		p->depth--;
		return r;
	}
	if (at(p, ELSE)) {
		r = advance(p);
		if (r == 0)
			r = parse_list(p, true, &node->otherwise);
	}
	return r < 0 ? r : expect(p, FI);
}

static int parse_do(struct parser *p, struct grubnode *node)
{
	int r = expect(p, DO);

	if (r == 0)
		r = parse_list(p, true, &node->body);
	return r < 0 ? r : expect(p, DONE);
}

static int parse_words(struct parser *p, struct grubword **tail)
{
	int r = 0;

	for (; r == 0 && p->token == GRUBLEX_WORD && p->keyword != REFUSED;
	     tail = &(*tail)->next) {
		*tail = p->word;
		r = advance(p);
	}
	return r;
}

static int parse_for(struct parser *p, struct grubnode *node)
{
	int r = take_name(p, &node->name);

	if (r == 0)
		r = expect(p, IN);
	if (r == 0)
		r = parse_words(p, &node->words);
	if (r < 0)
		return r;
	if (p->token != GRUBLEX_SEMICOLON && p->token != GRUBLEX_NEWLINE)
		return -EBADMSG;
	r = advance(p);
	if (r == 0)
		r = skip_newlines(p);
	return r < 0 ? r : parse_do(p, node);
}

static int parse_block(struct parser *p, bool needs_delimiter, struct grubnode *node)
{
	int r = p->token == GRUBLEX_OPEN ? advance(p) : -EBADMSG;

	if (r == 0)
		r = parse_list(p, needs_delimiter, &node->body);
	if (r < 0)
		return r;
	return p->token == GRUBLEX_CLOSE ? advance(p) : -EBADMSG;
}

static int parse_simple(struct parser *p, struct grubnode *node)
{
	int r = parse_words(p, &node->words);

	if (r < 0 || p->token != GRUBLEX_OPEN)
		return r;
	return parse_block(p, false, node);
}

/* Behind the keyword that starts it. */
static int parse_compound(struct parser *p, enum keyword keyword, struct grubnode *node)
{
	int r;

	switch ((int)keyword) {
	case IF:
		node->kind = GRUBNODE_IF;
		return parse_if(p, node);
	case FOR:
		node->kind = GRUBNODE_FOR;
		return parse_for(p, node);
	case WHILE:
	case UNTIL:
		node->kind = keyword == WHILE ? GRUBNODE_WHILE : GRUBNODE_UNTIL;
		r = parse_list(p, true, &node->condition);
		return r < 0 ? r : parse_do(p, node);
	default:
		return -EBADMSG;
	}
}

static int parse_command(struct parser *p, struct grubnode **ret)
{
	struct grubnode *node = grubpool_get(p->lex.pool, sizeof(*node));
	enum keyword keyword = p->keyword;
	int r;

	if (!node)
		return -E2BIG;
	if (p->token != GRUBLEX_WORD)
		return -EBADMSG;
	if (p->depth++ == GRUBPARSE_MAX_DEPTH)
		return -E2BIG;
	*ret = node;
	node->line = p->line;
	if (keyword == WORD) {
		r = parse_simple(p, node);
	} else {
		r = advance(p);
		if (r == 0)
			r = parse_compound(p, keyword, node);
	}
	p->depth--;
	return r;
}

static int parse_function(struct parser *p, struct grubnode **ret)
{
	struct grubnode *node = grubpool_get(p->lex.pool, sizeof(*node));
	int r;

	if (!node)
		return -E2BIG;
	*ret = node;
	node->kind = GRUBNODE_FUNCTION;
	node->line = p->line;
	r = advance(p);
	if (r == 0)
		r = take_name(p, &node->name);
	if (r == 0)
		r = skip_newlines(p);
	return r < 0 ? r : parse_block(p, true, node);
}

static int parse_script(struct parser *p, struct grubnode **ret)
{
	int r = advance(p);

	*ret = NULL;
	if (r == 0)
		r = skip_newlines(p);
	while (r == 0 && p->token != GRUBLEX_END) {
		r = at(p, FUNCTION) ? parse_function(p, ret) : parse_command(p, ret);
		if (r < 0)
			return r;
		ret = &(*ret)->next;
		if (p->token == GRUBLEX_END)
			return 0;
		if (p->token != GRUBLEX_SEMICOLON && p->token != GRUBLEX_NEWLINE)
			return -EBADMSG;
		r = advance(p);
		if (r == 0)
			r = skip_newlines(p);
	}
	return r;
}

int grubparse(const char *text, size_t len, struct grubpool *pool, struct grubnode **ret,
	      unsigned *ret_line)
{
	struct parser p = { .depth = 0 };
	int r;

	*ret_line = 0;
	*ret = NULL;
	if (len > GRUBPARSE_MAX_SIZE)
		return -E2BIG;
	if (len > 0 && memchr(text, '\0', len))
		return -EBADMSG;
	grublex_start(&p.lex, text, len, pool);
	r = parse_script(&p, ret);
	*ret_line = p.lex.line;
	grublex_done(&p.lex);
	if (r < 0)
		*ret = NULL;
	return r;
}
