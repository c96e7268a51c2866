// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * make-root DIR < LIST: puts into DIR what no fixture holds as text. One file a line:
 *   PATH VERSION [BUILD…]   a kernel image
 *   PATH cut VERSION        the first half of one
 *   PATH -                  some other file, say an initramfs that nobody reads
 *   PATH -> TARGET          a symbolic link
 *   PATH uki VERSION ID CMDLINE…   a unified kernel image, ID as in os-release
 *   PATH utf16 TEXT         an EFI variable that holds a text
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

/* --- A PE file of sections, each at a multiple of 512 ---------------------- */

enum { PE_AT = 0x80, PE_TABLE = PE_AT + 24 + 240, PE_HEADERS = 2048 };

static void put_number(char *to, size_t value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
		to[i] = (char)(value >> 8 * i);
}

static void pe_begin(char head[PE_HEADERS])
{
	memset(head, 0, PE_HEADERS);
	memcpy(head, "MZ", 2);
	put_number(head + 0x3c, PE_AT, 4);
	memcpy(head + PE_AT, "PE", 2);
	put_number(head + PE_AT + 4, 0x8664, 2);
	put_number(head + PE_AT + 20, 240, 2);
	put_number(head + PE_AT + 24, 0x20b, 2);
	put_number(head + PE_AT + 24 + 60, PE_HEADERS, 4);
	put_number(head + PE_AT + 24 + 68, 10, 2);
	put_number(head + PE_AT + 24 + 108, 16, 4);
}

static void pe_add(FILE *f, char head[PE_HEADERS], size_t *count, const char *name,
		   const char *data, size_t len)
{
	char *at = head + PE_TABLE + 40 * (*count)++;
	size_t offset = (size_t)ftell(f);

	memcpy(at, name, strlen(name));
	put_number(at + 8, len, 4);
	put_number(at + 12, 4096 * *count, 4);
	put_number(at + 16, (len + 511) / 512 * 512, 4);
	put_number(at + 20, offset, 4);
	fwrite(data, 1, len, f);
	while (ftell(f) % 512 != 0)
		fputc(0, f);
}

/* @rest: VERSION ID CMDLINE… */
static int put_uki(const char *dir, const char *path, char *rest)
{
	const char *version = next_word(&rest), *id = next_word(&rest);
	const char *cmdline = str_strip(rest);
	_cleanup_free_ char *kernel = NULL, *osrel = NULL, *image = NULL;
	char head[PE_HEADERS];
	size_t kernel_len, len, count = 0;
	int r = fake_kernel(version, NULL, &kernel, &kernel_len);
	FILE *f = r == 0 ? open_memstream(&image, &len) : NULL;

	osrel = strf("ID=%s\nPRETTY_NAME=\"%s\"\n", id, id);
	if (!f || !osrel)
		return -ENOMEM;
	pe_begin(head);
	fwrite(head, 1, sizeof(head), f);
	pe_add(f, head, &count, ".osrel", osrel, strlen(osrel));
	pe_add(f, head, &count, ".cmdline", cmdline, strlen(cmdline));
	pe_add(f, head, &count, ".uname", version, strlen(version));
	pe_add(f, head, &count, ".initrd", "not read by this test", 21);
	pe_add(f, head, &count, ".linux", kernel, kernel_len);
	put_number(head + PE_AT + 6, count, 2);
	if (fclose(f) != 0)
		return -ENOMEM;
	memcpy(image, head, sizeof(head));
	return fake_root_file(dir, path, image, len);
}

/* Attributes 7, then the text with its NUL: ASCII only. */
static int put_utf16(const char *dir, const char *path, const char *text)
{
	char bytes[4 + 2 * 512] = { 7 };
	size_t len = strlen(text);

	if (len >= 512)
		return -E2BIG;
	for (size_t i = 0; i < len; i++)
		bytes[4 + 2 * i] = text[i];
	return fake_root_file(dir, path, bytes, 4 + 2 * (len + 1));
}

static int put_line(const char *dir, char *line)
{
	char *path = next_word(&line), *what = next_word(&line);
	char *rest = str_strip(line);

	if (!*path || *path == '#')
		return 0;
	if (streq(what, "-"))
		return fake_root_text(dir, path, "not read by this test\n");
	if (streq(what, "->"))
		return fake_root_link(dir, path, rest);
	if (streq(what, "cut"))
		return put_half(dir, path, rest);
	if (streq(what, "uki"))
		return put_uki(dir, path, rest);
	if (streq(what, "utf16"))
		return put_utf16(dir, path, rest);
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
