// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/extlinuxconf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

enum word {
	WORD_UNKNOWN,
	WORD_LABEL,
	WORD_DEFAULT,
	WORD_ONTIMEOUT,
	WORD_KERNEL,
	WORD_APPEND,
	WORD_INITRD,
	WORD_FDT,
	WORD_FDTDIR,
	WORD_FDTOVERLAYS,
	WORD_MENU,
	WORD_INCLUDE,
	WORD_UI,
	WORD_PROMPT,
	WORD_TIMEOUT,
	WORD_OTHER_BOOT, /* starts something that is no Linux kernel */
	WORD_ADDS_WORDS, /* to the command line */
	WORD_HARMLESS,
};

static const struct keyword {
	const char *name;
	enum word word;
	bool known_to_uboot;
} keywords[] = {
	{ "label", WORD_LABEL, true },
	{ "default", WORD_DEFAULT, true },
	{ "ontimeout", WORD_ONTIMEOUT, true },
	{ "kernel", WORD_KERNEL, true },
	{ "linux", WORD_KERNEL, true },
	{ "append", WORD_APPEND, true },
	{ "initrd", WORD_INITRD, true },
	{ "fdt", WORD_FDT, true },
	{ "devicetree", WORD_FDT, true },
	{ "fdtdir", WORD_FDTDIR, true },
	{ "devicetreedir", WORD_FDTDIR, true },
	{ "fdtoverlays", WORD_FDTOVERLAYS, true },
	{ "devicetree-overlay", WORD_FDTOVERLAYS, true },
	{ "menu", WORD_MENU, true },
	{ "include", WORD_INCLUDE, true },
	{ "localboot", WORD_OTHER_BOOT, true },
	{ "ipappend", WORD_ADDS_WORDS, true },
	{ "kaslrseed", WORD_HARMLESS, true },
	{ "prompt", WORD_PROMPT, true },
	{ "timeout", WORD_TIMEOUT, true },
	{ "say", WORD_HARMLESS, false },
	{ "ui", WORD_UI, false },
	{ "boot", WORD_OTHER_BOOT, false },
	{ "bss", WORD_OTHER_BOOT, false },
	{ "com32", WORD_OTHER_BOOT, false },
	{ "config", WORD_OTHER_BOOT, false },
	{ "fdimage", WORD_OTHER_BOOT, false },
	{ "pxe", WORD_OTHER_BOOT, false },
	{ "comboot", WORD_OTHER_BOOT, false },
	{ "sysappend", WORD_ADDS_WORDS, false },
	{ "totaltimeout", WORD_TIMEOUT, false },
	{ "serial", WORD_HARMLESS, false },
	{ "console", WORD_HARMLESS, false },
	{ "font", WORD_HARMLESS, false },
	{ "kbdmap", WORD_HARMLESS, false },
	{ "display", WORD_HARMLESS, false },
	{ "implicit", WORD_HARMLESS, false },
	{ "allowoptions", WORD_HARMLESS, false },
	{ "noescape", WORD_HARMLESS, false },
	{ "nocomplete", WORD_HARMLESS, false },
	{ "nohalt", WORD_HARMLESS, false },
	{ "path", WORD_HARMLESS, false },
	{ "text", WORD_HARMLESS, false },
	{ "endtext", WORD_HARMLESS, false },
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && strncasecmp(s, word, len) == 0;
}

/* F1 to F12: help texts. */
static bool is_help_key(const char *s, size_t len)
{
	if (len < 2 || len > 3 || (*s != 'f' && *s != 'F'))
		return false;
	for (size_t i = 1; i < len; i++)
		if (s[i] < '0' || s[i] > '9')
			return false;
	return true;
}

static enum word find_word(const struct extlinuxconf *conf, const char *s, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(keywords); i++)
		if (is_word(s, len, keywords[i].name) &&
		    (!conf->by_uboot || keywords[i].known_to_uboot))
			return keywords[i].word;
	if (!conf->by_uboot && is_help_key(s, len))
		return WORD_HARMLESS;
	return WORD_UNKNOWN;
}

static void doubt_all(struct extlinuxconf *conf, unsigned number, const char *why)
{
	if (conf->doubt)
		return;
	conf->doubt = why;
	conf->doubt_line = number;
}

static struct extlinux_label *current(const struct extlinuxconf *conf)
{
	return conf->count > 0 ? &conf->labels[conf->count - 1] : NULL;
}

static void doubt_label(struct extlinuxconf *conf, const char *why)
{
	struct extlinux_label *label = current(conf);

	if (label && !label->doubt)
		label->doubt = why;
}

static int add_label(struct extlinuxconf *conf, const char *name, unsigned file,
		     unsigned number)
{
	struct extlinux_label *labels = conf->labels;

	if (conf->count >= EXTLINUX_MAX_LABELS)
		return -E2BIG;
	/* Room is doubled whenever the count is a power of two: 1, 2, 4, 8 … */
	if ((conf->count & (conf->count - 1)) == 0)
		labels = reallocarray(labels, conf->count ? conf->count * 2 : 1,
				      sizeof(*labels));
	if (!labels)
		return -ENOMEM;
	conf->labels = labels;
	labels[conf->count] = (struct extlinux_label){ .file = file, .line = number };
	conf->count++;
	return str_set(&labels[conf->count - 1].name, name);
}

/* "MENU LABEL ^Debian": the caret marks a key. */
static int set_title(struct extlinux_label *label, const char *title)
{
	char *to;
	int r = str_set(&label->title, title);

	if (r < 0)
		return r;
	to = strchr(label->title, '^');
	if (to)
		memmove(to, to + 1, strlen(to));
	return 0;
}

static int menu_default(struct extlinuxconf *conf)
{
	const struct extlinux_label *label = current(conf);

	if (!label)
		return 0;
	if (!conf->by_uboot)
		return str_set(&conf->menu_default, label->name);
	return conf->wanted ? 0 : str_set(&conf->wanted, label->name);
}

/* What stands behind MENU. */
static int read_menu(struct extlinuxconf *conf, const char *rest, unsigned number,
		     char **ret_include)
{
	size_t len = strcspn(rest, " \t");
	const char *value = rest + len + strspn(rest + len, " \t");

	if (is_word(rest, len, "default"))
		return menu_default(conf);
	if (is_word(rest, len, "label") && current(conf))
		return set_title(current(conf), value);
	if (is_word(rest, len, "include")) {
		*ret_include = strndup(value, strcspn(value, " \t"));
		return *ret_include ? 1 : -ENOMEM;
	}
	conf->asks |= conf->by_uboot && !current(conf);
	if (conf->by_uboot)
		return 0;
	conf->needs_shift |= is_word(rest, len, "shiftkey");
	if (is_word(rest, len, "begin") || is_word(rest, len, "end") ||
	    is_word(rest, len, "goto") || is_word(rest, len, "exit"))
		doubt_all(conf, number, "it has submenus");
	if (is_word(rest, len, "save"))
		doubt_all(conf, number,
			  "the menu saves what was chosen last (MENU SAVE)");
	return 0;
}

/* SYSLINUX: another line of the kind takes the place of the one before; of U-Boot's
 * initrd and fdt lines the first one counts. */
static int set_value(const struct extlinuxconf *conf, char **to, const char *value,
		     bool first_counts)
{
	if (conf->by_uboot && first_counts && *to)
		return 0;
	return str_set(to, value);
}

static int read_default(struct extlinuxconf *conf, enum word word, const char *value,
			unsigned number)
{
	size_t len = strcspn(value, " \t");

	if (conf->by_uboot)
		return str_set(&conf->wanted, value);
	if (word == WORD_ONTIMEOUT)
		return str_set(&conf->on_timeout, value);
	if (len > 4 && strncasecmp(value + len - 4, ".c32", 4) == 0) {
		conf->has_menu = true;
		return 0;
	}
	if (value[len] != '\0')
		doubt_all(conf, number, "DEFAULT adds words to a label");
	return str_set(&conf->wanted, value);
}

static int read_append(struct extlinuxconf *conf, const char *value)
{
	struct extlinux_label *label = current(conf);

	if (label)
		return str_set(&label->append, value);
	/* Before the first label it is for all; U-Boot passes over it. */
	return conf->by_uboot ? 0 : str_set(&conf->append, value);
}

static int read_file(struct extlinuxconf *conf, enum word word, const char *value)
{
	struct extlinux_label *label = current(conf);

	if (!label)
		return 0;
	switch ((int)word) {
	case WORD_KERNEL:
		if (label->kernel)
			doubt_label(conf, "it names two kernels");
		return set_value(conf, &label->kernel, value, false);
	case WORD_INITRD:
		return set_value(conf, &label->initrd, value, true);
	case WORD_FDT:
		return set_value(conf, &label->fdt, value, true);
	case WORD_FDTDIR:
		return set_value(conf, &label->fdtdir, value, true);
	default:
		return set_value(conf, &label->fdtoverlays, value, true);
	}
}

static bool is_positive(const char *value)
{
	return value[strspn(value, "0")] >= '1' && value[strspn(value, "0")] <= '9';
}

static int read_value(struct extlinuxconf *conf, enum word word, const char *value,
		      unsigned file, unsigned number, char **ret_include)
{
	switch (word) {
	case WORD_LABEL:
		return add_label(conf, value, file, number);
	case WORD_DEFAULT:
	case WORD_ONTIMEOUT:
		return read_default(conf, word, value, number);
	case WORD_APPEND:
		return read_append(conf, value);
	case WORD_KERNEL:
	case WORD_INITRD:
	case WORD_FDT:
	case WORD_FDTDIR:
	case WORD_FDTOVERLAYS:
		return read_file(conf, word, value);
	case WORD_MENU:
		return read_menu(conf, value, number, ret_include);
	case WORD_INCLUDE:
		*ret_include = strdup(value);
		return *ret_include ? 1 : -ENOMEM;
	case WORD_UI:
		conf->has_menu = true;
		return 0;
	case WORD_PROMPT:
		conf->asks = is_positive(value);
		return 0;
	case WORD_TIMEOUT:
		conf->has_timeout = is_positive(value);
		return 0;
	case WORD_OTHER_BOOT:
		doubt_label(conf, "it starts something else than a Linux kernel");
		return 0;
	case WORD_ADDS_WORDS:
		doubt_label(conf, "the loader adds words to its command line");
		if (!current(conf))
			doubt_all(conf, number,
				  "the loader adds words to every command line");
		return 0;
	case WORD_UNKNOWN:
	case WORD_HARMLESS:
		break;
	}
	/* A word that U-Boot does not know ends the label: what follows is lost. */
	if (word == WORD_UNKNOWN)
		doubt_label(conf, conf->by_uboot ? "U-Boot does not know all its lines"
						 : "it has lines that are not known");
	return 0;
}

int extlinuxconf_line(struct extlinuxconf *conf, const char *line, size_t len,
		      unsigned file, unsigned number, char **ret_include)
{
	_cleanup_free_ char *value = NULL;
	const char *end = line + len;
	enum word word;
	size_t n = 0;

	if (len > 0 && memchr(line, '\0', len))
		return -EBADMSG;
	while (line < end && is_blank(*line))
		line++;
	/* U-Boot takes blanks at the end for a part of the value. */
	while (!conf->by_uboot && line < end && (is_blank(end[-1]) || end[-1] == '\r'))
		end--;
	if (line == end || *line == '#')
		return 0;
	while (line + n < end && !is_blank(line[n]))
		n++;
	word = find_word(conf, line, n);
	line += n;
	while (line < end && is_blank(*line))
		line++;
	value = strndup(line, (size_t)(end - line));
	if (!value)
		return -ENOMEM;
	return read_value(conf, word, value, file, number, ret_include);
}

void extlinuxconf_done(struct extlinuxconf *conf)
{
	for (size_t i = 0; i < conf->count; i++) {
		struct extlinux_label *label = &conf->labels[i];

		free(label->name);
		free(label->title);
		free(label->kernel);
		free(label->append);
		free(label->initrd);
		free(label->fdt);
		free(label->fdtdir);
		free(label->fdtoverlays);
	}
	free(conf->labels);
	free(conf->append);
	free(conf->wanted);
	free(conf->on_timeout);
	free(conf->menu_default);
	*conf = (struct extlinuxconf)EXTLINUXCONF_EMPTY;
}

/* Of several labels of one name U-Boot takes the last, SYSLINUX the first. */
static const struct extlinux_label *find_label(const struct extlinuxconf *conf,
					       const char *name)
{
	const struct extlinux_label *found = NULL;

	for (size_t i = 0; i < conf->count; i++)
		if (streq(conf->labels[i].name, name) && (!found || conf->by_uboot))
			found = &conf->labels[i];
	return found;
}

/* 0 stands for no timeout, in both. */
static bool waits_forever(const struct extlinuxconf *conf)
{
	return !conf->has_timeout && !conf->needs_shift && (conf->asks || conf->has_menu);
}

const struct extlinux_label *extlinuxconf_default(const struct extlinuxconf *conf,
						  const char **ret_why)
{
	const struct extlinux_label *label;
	const char *name = conf->wanted;

	*ret_why = conf->doubt;
	if (conf->doubt)
		return NULL;
	*ret_why = "none boots until somebody chooses, for it has no TIMEOUT";
	if (waits_forever(conf))
		return NULL;
	*ret_why = "its DEFAULT";
	if (conf->on_timeout) {
		*ret_why = "its ONTIMEOUT";
		name = conf->on_timeout;
	} else if (conf->has_menu && conf->menu_default) {
		*ret_why = "its MENU DEFAULT";
		name = conf->menu_default;
	} else if (conf->has_menu && !name && conf->count > 0) {
		*ret_why = "the first label";
		return &conf->labels[0];
	}
	label = name ? find_label(conf, name) : NULL;
	if (!label)
		*ret_why = name ? "its default names no label" : "it has no default";
	return label;
}
