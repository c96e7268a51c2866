// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make-root DIR < LIST: puts into DIR what no fixture holds as text. One file a line:
 *   PATH VERSION [BUILD…]   a kernel image
 *   PATH cut VERSION        the first half of one
 *   PATH -                  some other file, say an initramfs that nobody reads
 *   PATH -> TARGET          a symbolic link
 * Lines that are empty or start with "#" mean nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/macro.h"
#include "base/util.h"
#include "unit/fake_root.h"

/* Cuts the first word off *@rest. */
static char *next_word(char **rest)
{
	char *word = str_strip(*rest);

	*rest = word + strcspn(word, " \t");
	if (**rest)
		*(*rest)++ = '\0';
	return word;
}

static int put_half(const char *dir, const char *path, const char *version)
{
	_cleanup_free_ char *image = NULL;
	size_t len;
	int r = fake_kernel(version, NULL, &image, &len);

	return r < 0 ? r : fake_root_file(dir, path, image, len - len / 8);
}

static int put_line(const char *dir, char *line)
{
	char *path = next_word(&line), *what = next_word(&line);
	const char *rest = str_strip(line);

	if (!*path || *path == '#')
		return 0;
	if (streq(what, "-"))
		return fake_root_text(dir, path, "not read by this test\n");
	if (streq(what, "->"))
		return fake_root_link(dir, path, rest);
	if (streq(what, "cut"))
		return put_half(dir, path, rest);
	return *what ? fake_root_kernel(dir, path, what, *rest ? rest : NULL) : -EINVAL;
}

int main(int argc, char *argv[])
{
	_cleanup_free_ char *line = NULL;
	size_t size = 0;
	int r = 0;

	if (argc != 2) {
		fprintf(stderr, "usage: make-root DIR < LIST\n");
		return 2;
	}
	while (r == 0 && getline(&line, &size, stdin) > 0) {
		_cleanup_free_ char *copy = strdup(line);

		r = copy ? put_line(argv[1], copy) : -ENOMEM;
		if (r < 0)
			fprintf(stderr, "make-root: %s: %s", strerror(-r), line);
	}
	return r < 0 ? 1 : 0;
}
