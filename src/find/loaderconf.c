// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/loaderconf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_text(const char *text, const char *end, const char *wanted)
{
	size_t len = strlen(wanted);

	return (size_t)(end - text) == len && memcmp(text, wanted, len) == 0;
}

static int put(char **to, unsigned *to_line, const char *value, const char *end,
	       unsigned line)
{
	char *copy;

	/* "@saved" is the only name of its kind; others are passed over with a message.
	 */
	if (*value == '@' && (end - value != 6 || strncasecmp(value, "@saved", 6) != 0))
		return 0;
	copy = strndup(value, (size_t)(end - value));
	if (!copy)
		return -ENOMEM;
	free(*to);
	*to = copy;
	*to_line = line;
	return 0;
}

static bool is_number(const char *text, const char *end)
{
	while (text < end && *text >= '0' && *text <= '9')
		text++;
	return text == end;
}

/* What is neither a number nor one of the words is passed over. */
static void set_timeout(struct loaderconf *conf, const char *value, const char *end,
			unsigned line)
{
	if (is_text(value, end, LOADERCONF_WAITS) ||
	    is_text(value, end, LOADERCONF_WAITS_NUMBER))
		conf->waits_line = line;
	else if (is_text(value, end, "menu-hidden") ||
		 is_text(value, end, "menu-disabled") || is_number(value, end))
		conf->waits_line = 0;
}

static int read_line(struct loaderconf *conf, const char *line, const char *end,
		     unsigned number)
{
	const char *key_end, *value;
	bool is_default, is_preferred, is_timeout;

	while (line < end && is_blank(*line))
		line++;
	while (line < end && is_blank(end[-1]))
		end--;
	for (key_end = line; key_end < end && !is_blank(*key_end); key_end++)
		;
	for (value = key_end; value < end && is_blank(*value); value++)
		;
	if (value == end || *line == '#')
		return 0;
	is_default = is_text(line, key_end, "default");
	is_preferred = is_text(line, key_end, "preferred");
	is_timeout = is_text(line, key_end, "timeout");
	if (!is_default && !is_preferred && !is_timeout)
		return 0;
	if (end - value >= 2 && (*value == '"' || *value == '\'') && end[-1] == *value) {
		conf->depends |= *value == '\'' && !is_timeout;
		value++;
		end--;
	}
	if (is_timeout) {
		set_timeout(conf, value, end, number);
		return 0;
	}
	if (is_default)
		return put(&conf->default_pattern, &conf->default_line, value, end,
			   number);
	return put(&conf->preferred, &conf->preferred_line, value, end, number);
}

int loaderconf_parse(const char *text, size_t len, struct loaderconf *ret)
{
	const char *end = text + len;
	int r = 0;

	*ret = (struct loaderconf)LOADERCONF_EMPTY;
	if (len > LOADERCONF_MAX_SIZE)
		return -E2BIG;
	if (len > 0 && memchr(text, '\0', len))
		return -EBADMSG;
	for (unsigned number = 1; r == 0 && text < end; text++) {
		const char *line = text;

		while (text < end && *text != '\n' && *text != '\r')
			text++;
		r = read_line(ret, line, text, number);
		if (text < end && *text == '\n')
			number++;
	}
	if (r < 0)
		loaderconf_done(ret);
	return r;
}

void loaderconf_done(struct loaderconf *conf)
{
	free(conf->default_pattern);
	free(conf->preferred);
	*conf = (struct loaderconf)LOADERCONF_EMPTY;
}
