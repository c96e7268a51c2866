// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/config_scan.h"

#define NUMBER_LEN_MAX 9 /* what surely fits into 32 bits, decimal or 0x… */
#define INCLUDE "@include"

struct scanner {
	const char *at, *end;
	unsigned line;
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool sees(const struct scanner *s, const char *text)
{
	size_t n = strlen(text);

	return (size_t)(s->end - s->at) >= n && memcmp(s->at, text, n) == 0;
}

static void step(struct scanner *s)
{
	if (*s->at == '\n')
		s->line++;
	s->at++;
}

static void skip_string(struct scanner *s)
{
	step(s);
	while (s->at < s->end && *s->at != '"') {
		if (*s->at == '\\' && s->end - s->at > 1)
			step(s);
		step(s);
	}
	if (s->at < s->end)
		step(s);
}

static void skip_line(struct scanner *s)
{
	while (s->at < s->end && *s->at != '\n')
		s->at++;
}

/* libconfig passes over one that is not closed, and over all settings in it. */
static const char *skip_comment(struct scanner *s)
{
	s->at += 2;
	while (s->at < s->end && !sees(s, "*/"))
		step(s);
	if (s->at == s->end)
		return "the comment that begins here is not closed";
	s->at += 2;
	return NULL;
}

/* A name (which may hold digits) or a number; returns the length. */
static size_t skip_word(struct scanner *s)
{
	const char *start = s->at;

	while (s->at < s->end &&
	       (is_letter(*s->at) || is_digit(*s->at) || strchr("_-*", *s->at)))
		s->at++;
	return (size_t)(s->at - start);
}

/* One token or blank. Returns what is wrong with it, or NULL. */
static const char *scan_token(struct scanner *s)
{
	char c = *s->at;

	if (c == '"') {
		skip_string(s);
	} else if (c == '#' || sees(s, "//")) {
		skip_line(s);
	} else if (sees(s, "/*")) {
		return skip_comment(s);
	} else if (sees(s, INCLUDE)) {
		return INCLUDE " is not allowed: all settings belong into this file";
	} else if (is_letter(c) || c == '*') {
		skip_word(s);
	} else if (is_digit(c)) {
		/* With the suffix L libconfig takes 64 bits. */
		if (skip_word(s) > NUMBER_LEN_MAX && s->at[-1] != 'L')
			return "the number is too large";
	} else {
		step(s);
	}
	return NULL;
}

int config_scan(const char *text, size_t len, unsigned *ret_line,
		const char **ret_problem)
{
	struct scanner s = { text, text + len, 1 };
	const char *problem = NULL;

	if (memchr(text, '\0', len)) {
		*ret_line = 1;
		*ret_problem = "this is not a text file: it holds a NUL byte";
		return -EBADMSG;
	}
	while (s.at < s.end && !problem) {
		unsigned line = s.line;

		problem = scan_token(&s);
		if (problem)
			*ret_line = line;
	}
	if (!problem)
		return 0;
	*ret_problem = problem;
	return -EBADMSG;
}
