// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/envfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXPANSION_MAX_DEPTH \
	16 /* of $(…$(…)…): a limit on hostile files, far above real ones */

/* A word while it is read. */
struct reader {
	const char *text;
	size_t len, pos;
	char *out;
	size_t used, size;
	bool plain;
	bool bare, single, dbl; /* which quotings were seen */
};

static int put(struct reader *in, char c)
{
	if (in->used == in->size) {
		size_t size = in->size ? 2 * in->size : 64;
		char *out = realloc(in->out, size);

		if (!out)
			return -ENOMEM;
		in->out = out;
		in->size = size;
	}
	in->out[in->used++] = c;
	return 0;
}

/* The byte @ahead of the next one; NUL at the end of the text. */
static char peek(const struct reader *in, size_t ahead)
{
	return ahead < in->len - in->pos ? in->text[in->pos + ahead] : '\0';
}

/* Steps over everything up to and with the next @end; with @escapes, a backslash hides
 * one. */
static int skip_to(struct reader *in, char end, bool escapes)
{
	while (in->pos < in->len) {
		char c = in->text[in->pos++];

		if (c == end)
			return 0;
		if (c == '\\' && escapes && in->pos < in->len)
			in->pos++;
	}
	return -EBADMSG;
}

/*
 * Steps over the shell code in $name, ${…}, $(…) or `…`, only to find where the word goes
 * on. We do not understand it: the word is not plain from here on.
 */
static int skip_expansion(struct reader *in)
{
	char closers[EXPANSION_MAX_DEPTH];
	size_t depth = 0;
	int r = 0;

	in->plain = false;
	do {
		char c = peek(in, 0), next = peek(in, 1);

		if (in->pos >= in->len)
			return -EBADMSG;
		in->pos++;
		if (c == '`' || (depth > 0 && (c == '"' || c == '\''))) {
			r = skip_to(in, c, c != '\'');
		} else if (c == '\\' && in->pos < in->len) {
			in->pos++;
		} else if (depth > 0 && c == closers[depth - 1]) {
			depth--;
		} else if ((c == '$' && (next == '(' || next == '{')) ||
			   (depth > 0 && c == '(')) {
			if (depth == EXPANSION_MAX_DEPTH)
				return -EBADMSG;
			in->pos += c == '$';
			closers[depth++] = c == '$' && next == '{' ? '}' : ')';
		}
	} while (depth > 0 && r == 0);
	return r;
}

static int read_single(struct reader *in)
{
	int r = 0;

	while (r == 0 && in->pos < in->len) {
		char c = in->text[in->pos++];

		if (c == '\'')
			return 0;
		r = put(in, c);
	}
	return r < 0 ? r : -EBADMSG;
}

static int read_double(struct reader *in)
{
	int r = 0;

	while (r == 0 && in->pos < in->len) {
		char c = peek(in, 0), next = peek(in, 1);

		if (c == '$' || c == '`') {
			r = skip_expansion(in);
			continue;
		}
		in->pos++;
		if (c == '"')
			return 0;
		if (c == '\\' && next && strchr("\"\\$`\n", next)) {
			in->pos++;
			if (next == '\n')
				continue;
			c = next;
		}
		r = put(in, c);
	}
	return r < 0 ? r : -EBADMSG;
}

/* Reads one quoted stretch, or one bare character, of the word. */
static int read_piece(struct reader *in)
{
	char c = peek(in, 0);

	if (c == '$' || c == '`') {
		in->bare = true;
		return skip_expansion(in);
	}
	in->pos++;
	switch (c) {
	case '"':
		in->dbl = true;
		return read_double(in);
	case '\'':
		in->single = true;
		return read_single(in);
	case '\\':
		in->bare = true;
		if (in->pos == in->len)
			return -EBADMSG;
		c = in->text[in->pos++];
		return c == '\n' ? 0 : put(in, c);
	default:
		in->bare = true;
		if (c == '~' && in->pos == 1)
			in->plain = false; /* somebody's home */
		return put(in, c);
	}
}

static bool ends_word(const struct reader *in)
{
	char c = peek(in, 0), next = peek(in, 1);

	if (c == '\r')
		return next == '\n' || next == '\0';
	return c == '\0' || strchr(" \t\n;&|()<>", c);
}

static enum shell_quote quote_of(const struct reader *in)
{
	if (in->bare + in->single + in->dbl > 1)
		return SHELL_MIXED;
	if (in->dbl)
		return SHELL_DOUBLE;
	return in->single ? SHELL_SINGLE : SHELL_BARE;
}

int shell_word(const char *text, size_t len, struct shell_word *ret)
{
	struct reader in = { .text = text, .len = len, .plain = true };
	_cleanup_free_ char *out = NULL;
	int r = 0;

	while (r == 0 && !ends_word(&in))
		r = read_piece(&in);
	if (r == 0)
		r = put(&in, '\0');
	out = in.out;
	if (r < 0)
		return r;

	ret->value = in.plain ? TAKE_PTR(out) : strndup(text, in.pos);
	ret->len = in.pos;
	ret->quote = quote_of(&in);
	ret->plain = in.plain;
	ret->multiline = memchr(text, '\n', in.pos) != NULL;
	return ret->value ? 0 : -ENOMEM;
}

static bool is_name_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '_';
}

size_t shell_name_length(const char *text, size_t len)
{
	size_t n = 0;

	if (len == 0 || (*text >= '0' && *text <= '9'))
		return 0;
	while (n < len && is_name_char(text[n]))
		n++;
	return n;
}

/* The text of a file, and how far it is read. */
struct cursor {
	const char *p, *end;
	unsigned line;
};

static void skip_blanks(struct cursor *at)
{
	while (at->p < at->end && (*at->p == ' ' || *at->p == '\t' || *at->p == '\r'))
		at->p++;
}

static void skip_bytes(struct cursor *at, size_t n)
{
	for (; n > 0; n--)
		at->line += *at->p++ == '\n';
}

static void skip_line(struct cursor *at)
{
	const char *newline = memchr(at->p, '\n', (size_t)(at->end - at->p));

	at->p = newline ? newline + 1 : at->end;
	at->line++;
}

static void skip_export(struct cursor *at)
{
	if (at->end - at->p > 7 && memcmp(at->p, "export", 6) == 0 &&
	    strchr(" \t", at->p[6])) {
		at->p += 7;
		skip_blanks(at);
	}
}

static bool at_line_end(const struct cursor *at)
{
	return at->p == at->end || *at->p == '\n';
}

/* Behind a value: nothing but a comment, which needs a blank before it. */
static bool ends_assignment(struct cursor *at)
{
	const char *value_end = at->p;

	skip_blanks(at);
	return at_line_end(at) || (*at->p == '#' && at->p > value_end);
}

static int add_item(struct envfile *file, struct envfile_item item)
{
	struct envfile_item *items;

	if (file->count == ENVFILE_MAX_ITEMS)
		return -E2BIG;
	if ((file->count & (file->count - 1)) == 0) { /* full at each power of two */
		items = reallocarray(file->items, 2 * file->count + 1, sizeof(*items));
		if (!items)
			return -ENOMEM;
		file->items = items;
	}
	file->items[file->count++] = item;
	return 0;
}

/* Reads the assignment at @at. Returns 1, 0 if there is none, or a negative errno. */
static int read_assignment(struct envfile *file, struct cursor *at)
{
	_cleanup_free_ char *key = NULL, *value = NULL;
	struct shell_word word;
	unsigned line;
	size_t n;
	int r;

	skip_export(at);
	n = shell_name_length(at->p, (size_t)(at->end - at->p));
	if (n == 0 || at->p + n == at->end || at->p[n] != '=')
		return 0;
	key = strndup(at->p, n);
	at->p += n + 1;
	r = shell_word(at->p, (size_t)(at->end - at->p), &word);
	if (r < 0)
		return r;
	value = word.value;
	if (!key)
		return -ENOMEM;

	line = at->line;
	skip_bytes(at, word.len);
	if (!ends_assignment(at))
		return 0;
	r = add_item(file, (struct envfile_item){ key, value, line, word.plain });
	if (r < 0)
		return r;
	TAKE_PTR(key);
	TAKE_PTR(value);
	return 1;
}

int envfile_parse(const char *text, size_t len, struct envfile *ret)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	struct cursor at = { text, text + len, 1 };

	*ret = (struct envfile)ENVFILE_EMPTY;
	if (len > ENVFILE_MAX_SIZE)
		return -E2BIG;
	if (len > 0 && memchr(text, '\0', len))
		return -EBADMSG;
	for (; at.p < at.end; skip_line(&at)) {
		unsigned line = at.line;
		int r = 1;

		skip_blanks(&at);
		if (!at_line_end(&at) && *at.p != '#')
			r = read_assignment(&file, &at);
		if (r < 0)
			return r;
		if (r == 0 && file.odd_line == 0)
			file.odd_line = line;
	}
	*ret = file;
	file = (struct envfile)ENVFILE_EMPTY;
	return 0;
}

void envfile_done(struct envfile *file)
{
	for (size_t i = 0; i < file->count; i++) {
		free(file->items[i].key);
		free(file->items[i].value);
	}
	free(file->items);
	*file = (struct envfile)ENVFILE_EMPTY;
}

const struct envfile_item *envfile_find(const struct envfile *file, const char *key)
{
	for (size_t i = file->count; i > 0; i--)
		if (strcmp(file->items[i - 1].key, key) == 0)
			return &file->items[i - 1];
	return NULL;
}

const char *envfile_get(const struct envfile *file, const char *key)
{
	const struct envfile_item *item = envfile_find(file, key);

	return item ? item->value : NULL;
}

const char *envfile_next(const struct envfile *file, const char *key, size_t *iter)
{
	while (*iter < file->count) {
		const struct envfile_item *item = &file->items[(*iter)++];

		if (strcmp(item->key, key) == 0)
			return item->value;
	}
	return NULL;
}

void envfile_put(FILE *f, const char *key, const char *value)
{
	if (!value)
		return;
	fprintf(f, "%s=", key);
	if (value[strspn(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				"0123456789+,-./:=@_%")] == '\0') {
		fprintf(f, "%s\n", value);
		return;
	}
	fputc('"', f);
	for (; *value; value++) {
		if (strchr("\"\\$`", *value))
			fputc('\\', f);
		fputc(*value, f);
	}
	fputs("\"\n", f);
}
