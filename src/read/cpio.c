// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "read/cpio.h"

/* Where the fields begin that matter; each has eight hexadecimal digits. */
enum { AT_MODE = 14, AT_MTIME = 46, AT_FILESIZE = 54, AT_NAMESIZE = 94, AT_CHECK = 102 };

static const char trailer[] = "TRAILER!!!";

void cpio_init(struct cpio *c)
{
	c->phase = CPIO_IN_HEADER;
	c->have = 0;
	c->left = 0;
	c->total = 0;
	c->entries = 0;
	c->ended = false;
	c->problem = NULL;
}

static int fail(struct cpio *c, const char *problem)
{
	c->problem = problem;
	return -EBADMSG;
}

static bool digits(const char *s, uint32_t *ret)
{
	uint32_t value = 0;

	for (int i = 0; i < 8; i++) {
		unsigned int digit;

		if (s[i] >= '0' && s[i] <= '9')
			digit = (unsigned int)(s[i] - '0');
		else if (s[i] >= 'a' && s[i] <= 'f')
			digit = (unsigned int)(s[i] - 'a' + 10);
		else if (s[i] >= 'A' && s[i] <= 'F')
			digit = (unsigned int)(s[i] - 'A' + 10);
		else
			return false;
		value = value << 4 | digit;
	}
	*ret = value;
	return true;
}

static uint64_t padding(uint64_t n)
{
	return -n & 3;
}

static int parse_header(struct cpio *c)
{
	uint32_t unused;

	if (memcmp(c->header, "07070", 5) != 0 ||
	    (c->header[5] != '1' && c->header[5] != '2'))
		return fail(c, "a cpio header does not begin with 070701 or 070702");
	for (int at = 6; at < CPIO_HEADER; at += 8)
		if (!digits(c->header + at, &unused))
			return fail(c, "a cpio header has a digit that is none");
	(void)digits(c->header + AT_MODE, &c->entry.mode);
	(void)digits(c->header + AT_MTIME, &c->entry.mtime);
	(void)digits(c->header + AT_FILESIZE, &c->entry.size);
	(void)digits(c->header + AT_NAMESIZE, &c->name_size);
	(void)digits(c->header + AT_CHECK, &c->expected_sum);
	if (c->name_size == 0 || c->name_size > CPIO_NAME_MAX)
		return fail(c, "a cpio header has an impossible length of name");
	if (S_ISLNK(c->entry.mode) && c->entry.size > CPIO_NAME_MAX)
		return fail(c, "a cpio header has an impossible length of link");
	c->summed = c->header[5] == '2' && S_ISREG(c->entry.mode);
	c->sum = 0;
	c->phase = CPIO_IN_NAME;
	c->have = 0;
	return 0;
}

static int parse_name(struct cpio *c)
{
	const char *name = c->name;

	if (c->name[c->name_size - 1] != '\0')
		return fail(c, "a name in the cpio archive has no end");
	c->left = padding(CPIO_HEADER + (uint64_t)c->name_size);
	c->phase = CPIO_IN_PADDING;
	if (strcmp(name, trailer) == 0) {
		c->ended = true;
		return 0;
	}
	c->entries++;
	while (name[0] == '/' || (name[0] == '.' && name[1] == '/'))
		name++;
	c->entry.name = name;
	return CPIO_ENTRY;
}

/* Takes up to @want bytes in all into @to; true when they are complete. */
static bool collect(struct cpio *c, void *to, size_t want, const uint8_t **in,
		    size_t *len)
{
	size_t n = want - c->have < *len ? want - c->have : *len;

	memcpy((char *)to + c->have, *in, n);
	c->have += n;
	c->total += n;
	*in += n;
	*len -= n;
	return c->have == want;
}

static int after_data(struct cpio *c)
{
	if (c->summed && c->sum != c->expected_sum)
		return fail(
			c,
			"a checksum in the cpio archive (format 070702) does not match");
	c->left = padding(c->entry.size);
	c->phase = CPIO_IN_PADDING;
	c->entry.size = 0; /* the padding now is the one after the data */
	return 0;
}

static int take_data(struct cpio *c, const uint8_t **in, size_t *len,
		     const uint8_t **ret_data, size_t *ret_len)
{
	*ret_data = *in;
	*ret_len = c->left < *len ? (size_t)c->left : *len;
	if (c->summed)
		for (size_t i = 0; i < *ret_len; i++)
			c->sum += (*in)[i];
	cpio_skip(c, *ret_len);
	*in += *ret_len;
	*len -= *ret_len;
	return CPIO_DATA;
}

/* Padding comes after the name, and again after the data. 0: go on. */
static int take_padding(struct cpio *c, const uint8_t **in, size_t *len)
{
	size_t n = c->left < *len ? (size_t)c->left : *len;

	c->left -= n;
	c->total += n;
	*in += n;
	*len -= n;
	if (c->left > 0)
		return 0;
	if (c->entry.size > 0) {
		c->left = c->entry.size;
		c->phase = CPIO_IN_DATA;
		return 0;
	}
	c->phase = CPIO_IN_HEADER;
	c->have = 0;
	return c->ended ? CPIO_END : 0;
}

int cpio_next(struct cpio *c, const uint8_t **in, size_t *len, const uint8_t **ret_data,
	      size_t *ret_len)
{
	int r = 0;

	/* Without input only what needs none: the end of padding of length 0. */
	while (*len > 0 || (c->left == 0 && c->phase >= CPIO_IN_DATA)) {
		if (c->phase == CPIO_IN_HEADER) {
			if (collect(c, c->header, CPIO_HEADER, in, len))
				r = parse_header(c);
		} else if (c->phase == CPIO_IN_NAME) {
			if (collect(c, c->name, c->name_size, in, len))
				r = parse_name(c);
		} else if (c->phase == CPIO_IN_PADDING) {
			r = take_padding(c, in, len);
		} else if (c->left > 0) {
			return take_data(c, in, len, ret_data, ret_len);
		} else {
			r = after_data(c);
		}
		if (r != 0)
			return r;
	}
	return CPIO_MORE;
}

uint64_t cpio_skippable(const struct cpio *c)
{
	return c->phase == CPIO_IN_DATA && !c->summed ? c->left : 0;
}

void cpio_skip(struct cpio *c, uint64_t n)
{
	c->left -= n;
	c->total += n;
}
