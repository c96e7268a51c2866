// SPDX-License-Identifier: GPL-2.0-or-later
#include "keep/shellscan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

static size_t left(const struct shellscan *s)
{
	return s->len - s->pos;
}

static void skip_blanks(struct shellscan *s)
{
	while (s->pos < s->len && strchr(" \t\r", s->text[s->pos]))
		s->pos++;
}

/* Moves to the end of the line: in front of LF or CR LF. */
static void skip_comment(struct shellscan *s)
{
	const char *newline = memchr(s->text + s->pos, '\n', left(s));

	s->pos = newline ? (size_t)(newline - s->text) : s->len;
	if (newline && s->pos > 0 && s->text[s->pos - 1] == '\r')
		s->pos--;
}

/* Does `NAME=` with our name stand at @s->pos? */
static bool at_our_name(const struct shellscan *s)
{
	return left(s) > s->name_len &&
	       memcmp(s->text + s->pos, s->name, s->name_len) == 0 &&
	       s->text[s->pos + s->name_len] == '=';
}

static void read_comment(struct shellscan *s)
{
	bool is_example;

	while (s->pos < s->len && s->text[s->pos] == '#')
		s->pos++;
	while (s->pos < s->len && (s->text[s->pos] == ' ' || s->text[s->pos] == '\t'))
		s->pos++;
	is_example = at_our_name(s) && s->blocks == 0 && s->parens == 0;
	skip_comment(s);
	if (is_example) {
		s->has_example = true;
		s->example = s->pos;
	}
}

static void place_done(struct shellscan_place *place)
{
	free(place->value);
	*place = (struct shellscan_place){ .found = false };
}

static void end_command(struct shellscan *s)
{
	if (s->next.found && (!s->has_command || s->is_export)) {
		if (s->blocks > 0 || s->parens > 0 || s->conditional)
			s->is_unclear = true;
		place_done(&s->last);
		s->last = s->next;
		s->next = (struct shellscan_place){ .found = false };
	}
	place_done(&s->next);
	s->has_command = false;
	s->is_export = false;
}

static int read_our_value(struct shellscan *s)
{
	struct shell_word word;
	int r;

	s->pos += s->name_len + 1;
	r = shell_word(s->text + s->pos, left(s), &word);
	if (r < 0)
		return r;
	place_done(&s->next);
	s->next = (struct shellscan_place){ s->pos,	word.len,	word.quote,
					    word.plain, word.multiline, word.value,
					    true };
	s->pos += word.len;
	return 0;
}

/* Takes note of the words that shape a script, at the place of a command. Returns false
 * for other words. */
static bool read_keyword(struct shellscan *s, const char *word)
{
	enum { OPENS, OPENS_WITH_NAMES, CLOSES, GOES_ON };
	static const struct {
		const char *word;
		int what;
	} keywords[] = {
		{ "if", OPENS },
		{ "while", OPENS },
		{ "until", OPENS },
		{ "{", OPENS },
		{ "for", OPENS_WITH_NAMES },
		{ "select", OPENS_WITH_NAMES },
		{ "case", OPENS_WITH_NAMES },
		{ "function", OPENS_WITH_NAMES },
		{ "fi", CLOSES },
		{ "done", CLOSES },
		{ "esac", CLOSES },
		{ "}", CLOSES },
		{ "then", GOES_ON },
		{ "elif", GOES_ON },
		{ "else", GOES_ON },
		{ "do", GOES_ON },
		{ "!", GOES_ON },
		{ "time", GOES_ON },
	};

	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++) {
		if (!streq(word, keywords[i].word))
			continue;
		if (keywords[i].what == OPENS || keywords[i].what == OPENS_WITH_NAMES)
			s->blocks++;
		if (keywords[i].what == CLOSES && s->blocks > 0)
			s->blocks--;
		/* What follows "for" and its like on the line is no command. */
		s->has_command = keywords[i].what == OPENS_WITH_NAMES;
		return true;
	}
	return false;
}

/* Would this argument make a command such as unset, read, declare or env touch our
 * variable? */
static bool touches_us(const struct shellscan *s, const char *word)
{
	if (s->is_export && streq(word, s->name))
		return false;
	return strncmp(word, s->name, s->name_len) == 0 &&
	       (word[s->name_len] == '\0' || word[s->name_len] == '=' ||
		word[s->name_len] == '+' || word[s->name_len] == '[');
}

static int read_word(struct shellscan *s)
{
	size_t n = shell_name_length(s->text + s->pos, left(s));
	bool is_assignment = n > 0 && n < left(s) && s->text[s->pos + n] == '=';
	_cleanup_free_ char *value = NULL;
	struct shell_word word;
	int r;

	s->goes_on = false;
	if (at_our_name(s) && (!s->has_command || s->is_export))
		return read_our_value(s);
	r = shell_word(s->text + s->pos, left(s), &word);
	if (r < 0)
		return r;
	value = word.value;
	s->pos += word.len;
	if (is_assignment && !s->has_command)
		return 0;
	if (touches_us(s, value))
		s->is_unclear = true;
	if (s->has_command || read_keyword(s, value))
		return 0;
	s->has_command = true;
	s->is_export = streq(value, "export");
	return 0;
}

/* One of ;&|()<> */
static int read_operator(struct shellscan *s)
{
	char c = s->text[s->pos++], next = s->pos < s->len ? s->text[s->pos] : '\0';

	if (c == '<' && next == '<')
		return -EOPNOTSUPP; /* the lines that follow are text, not commands */
	if (c == '<' || c == '>') {
		if (next == '&' || next == '>' || next == '|')
			s->pos++;
		return 0;
	}
	if (c == '(' && s->next.found)
		s->is_unclear = true; /* NAME=(…), a list */
	end_command(s);
	s->conditional = s->goes_on = c == '|' || c == '&';
	if (c == '(')
		s->parens++;
	if (c == ')' && s->parens > 0) /* else it ends a pattern of `case` */
		s->parens--;
	return 0;
}

static int read_text(struct shellscan *s)
{
	int r = 0;

	while (r == 0) {
		skip_blanks(s);
		if (s->pos == s->len)
			break;
		switch (s->text[s->pos]) {
		case '#':
			if (s->has_command || s->next.found)
				skip_comment(s);
			else
				read_comment(s);
			break;
		case '\n':
			s->pos++;
			end_command(s);
			s->conditional = s->conditional && s->goes_on;
			break;
		case ';':
		case '&':
		case '|':
		case '(':
		case ')':
		case '<':
		case '>':
			r = read_operator(s);
			break;
		default:
			r = read_word(s);
		}
	}
	end_command(s);
	return r;
}

void shellscan_done(struct shellscan *s)
{
	place_done(&s->next);
	place_done(&s->last);
}

int shellscan_read(struct shellscan *s, const char *text, const char *name)
{
	int r;

	*s = (struct shellscan){ .text = text, .name = name };
	s->len = strlen(text);
	s->name_len = strlen(name);
	if (s->name_len == 0 || shell_name_length(name, s->name_len) != s->name_len)
		return -EINVAL;
	if (s->len > SHELLSCAN_MAX_SIZE)
		return -E2BIG;
	r = read_text(s);
	if (r < 0)
		return r;
	if (s->is_unclear || (s->last.found && (!s->last.plain || s->last.multiline)))
		return -EOPNOTSUPP;
	return 0;
}
