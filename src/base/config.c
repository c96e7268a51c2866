// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The grammar is libconfig's. What it would let pass is refused here: a file that others
 * could have written (checked on the open file, not on its name), what config_scan.h
 * names, and a value of another type, which its lookup functions report as "not there".
 * libconfig has a config_init() and a config_read_file() itself: ours must be named
 * otherwise, also for the linker (libconfig.so calls its own by these names).
 */
#include <errno.h>
#include <libconfig.h>
#include <string.h>

#include "base/config.h"
#include "base/config_scan.h"
#include "base/config_table.h"
#include "base/log.h"

#define FILE_MAX (256 * 1024)
#define LIST_MAX 256

static const char *const expectations[] = {
	[TYPE_BOOL] = "true or false",
	[TYPE_INT] = "a whole number",
	[TYPE_CHOICE] = "a string in quotes",
	[TYPE_STRING] = "a string in quotes",
	[TYPE_LIST] = "a list of strings, such as [ \"one\", \"two\" ]",
	[TYPE_GUARDS] = "a group, such as { foreign = \"warn\"; }",
};

/* The file that is being read. */
struct source {
	struct config *config;
	const char *path;
};

static int complain(const struct source *source, const config_setting_t *at,
		    const char *name, const char *expected)
{
	log_error("%s:%u: '%s' must be %s", source->path, at->line, name, expected);
	return -EBADMSG;
}

static int read_int(const struct source *source, const struct setting *setting,
		    const config_setting_t *at)
{
	long long value = config_setting_get_int64(at);
	char expected[64];

	if (value < 0 || value > setting->max) {
		snprintf(expected, sizeof(expected), "a whole number from 0 to %lld",
			 (long long)setting->max);
		return complain(source, at, setting->name, expected);
	}
	setting_set_int(source->config, setting, value);
	return 0;
}

static int read_choice(const struct source *source, const struct setting *setting,
		       const config_setting_t *at)
{
	const char *value = config_setting_get_string(at), *separator = "";
	char expected[128] = "one of";
	size_t len = strlen(expected);

	if (setting_choose(source->config, setting, value) == 0)
		return 0;
	for (const char *const *name = setting->choices; *name; name++, separator = ",")
		len += (size_t)snprintf(expected + len, sizeof(expected) - len,
					"%s \"%s\"", separator, *name);
	return complain(source, at, setting->name, expected);
}

static int read_string(const struct source *source, const struct setting *setting,
		       const config_setting_t *at)
{
	const char *value = config_setting_get_string(at);
	const char *expected = setting->check(value);

	if (expected)
		return complain(source, at, setting->name, expected);
	return str_set(setting_field(source->config, setting), value);
}

static int read_list(const struct source *source, const struct setting *setting,
		     const config_setting_t *at)
{
	_cleanup_strv_ struct strv items = STRV_EMPTY;
	struct strv *place = setting_field(source->config, setting);
	int n = config_setting_length(at);

	if (n > LIST_MAX)
		return complain(source, at, setting->name, "a shorter list");
	for (int i = 0; i < n; i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		const char *expected = expectations[TYPE_LIST];
		int r;

		if (config_setting_type(item) == CONFIG_TYPE_STRING)
			expected = setting->check(config_setting_get_string(item));
		if (expected)
			return complain(source, item, setting->name, expected);
		r = strv_add(&items, config_setting_get_string(item));
		if (r < 0)
			return r;
	}
	strv_done(place);
	*place = items;
	items = (struct strv)STRV_EMPTY;
	return 0;
}

static int read_guards(const struct source *source, const config_setting_t *at)
{
	struct config *config = source->config;
	int n = config_setting_length(at), r = 0;

	strv_done(&config->guards_veto);
	strv_done(&config->guards_warn);
	for (int i = 0; i < n && r == 0; i++) {
		const config_setting_t *item = config_setting_get_elem(at, (unsigned)i);
		const char *name = config_setting_name(item), *verdict = "";

		if (config_setting_type(item) == CONFIG_TYPE_STRING)
			verdict = config_setting_get_string(item);
		if (streq(verdict, "veto"))
			r = strv_add(&config->guards_veto, name);
		else if (streq(verdict, "warn"))
			r = strv_add(&config->guards_warn, name);
		else
			r = complain(source, item, name, "\"veto\" or \"warn\"");
	}
	return r;
}

static bool has_type(const config_setting_t *at, enum setting_type type)
{
	int is = config_setting_type(at);

	switch (type) {
	case TYPE_BOOL:
		return is == CONFIG_TYPE_BOOL;
	case TYPE_INT:
		return is == CONFIG_TYPE_INT || is == CONFIG_TYPE_INT64;
	case TYPE_CHOICE:
	case TYPE_STRING:
		return is == CONFIG_TYPE_STRING;
	case TYPE_LIST:
		return is == CONFIG_TYPE_ARRAY || is == CONFIG_TYPE_LIST;
	case TYPE_GUARDS:
		return is == CONFIG_TYPE_GROUP;
	}
	return false;
}

static int read_setting(const struct source *source, const struct setting *setting,
			const config_setting_t *at)
{
	if (!has_type(at, setting->type))
		return complain(source, at, setting->name, expectations[setting->type]);
	switch (setting->type) {
	case TYPE_BOOL:
		*(bool *)setting_field(source->config, setting) =
			config_setting_get_bool(at);
		return 0;
	case TYPE_INT:
		return read_int(source, setting, at);
	case TYPE_CHOICE:
		return read_choice(source, setting, at);
	case TYPE_STRING:
		return read_string(source, setting, at);
	case TYPE_LIST:
		return read_list(source, setting, at);
	case TYPE_GUARDS:
		return read_guards(source, at);
	}
	return -EBADMSG;
}

static void warn_unknown(const struct source *source, const config_setting_t *at)
{
	const struct setting *nearest = setting_nearest(config_setting_name(at));

	log_warning("%s:%u: unknown setting '%s' ignored%s%s%s", source->path, at->line,
		    config_setting_name(at), nearest ? "; did you mean '" : "",
		    nearest ? nearest->name : "", nearest ? "'?" : "");
}

/* What one setting alone cannot tell. */
static int check_together(const struct source *source)
{
	const struct config *config = source->config;
	bool pinned = config->choose == CHOOSE_PINNED;

	if (pinned && !*config->pin) {
		log_error("%s: choose = \"pinned\" needs pin = \"VERSION\"",
			  source->path);
		return -EBADMSG;
	}
	if (!pinned && *config->pin)
		log_warning("%s: pin has no effect without choose = \"pinned\"",
			    source->path);
	return 0;
}

static int read_tree(const struct source *source, const config_setting_t *tree)
{
	int n = config_setting_length(tree), result = 0;

	/* On past mistakes: all of them are told in one run. */
	for (int i = 0; i < n; i++) {
		const config_setting_t *at = config_setting_get_elem(tree, (unsigned)i);
		const struct setting *setting = setting_find(config_setting_name(at));
		int r = 0;

		if (setting)
			r = read_setting(source, setting, at);
		else
			warn_unknown(source, at);
		if (r == -ENOMEM)
			return r;
		if (r < 0)
			result = r;
	}
	return result < 0 ? result : check_together(source);
}

static int read_text(const struct source *source, const char *text, size_t len)
{
	_cleanup_(config_destroy) config_t tree;
	const char *problem;
	unsigned line;

	config_init(&tree);
	if (config_scan(text, len, &line, &problem) < 0) {
		log_error("%s:%u: %s", source->path, line, problem);
		return -EBADMSG;
	}
	if (!config_read_string(&tree, text)) {
		log_error("%s:%d: %s", source->path, config_error_line(&tree),
			  str_or(config_error_text(&tree), "not understood"));
		return -EBADMSG;
	}
	return read_tree(source, config_root_setting(&tree));
}

/* Whoever can write the file decides what root boots. */
static int check_writers(const char *path, const struct stat *st)
{
	if (st->st_uid != 0) {
		log_error("%s: not used, because it belongs to uid %u and not to root "
			  "(chown root:root %s)",
			  path, (unsigned)st->st_uid, path);
		return -EPERM;
	}
	if (st->st_mode & (S_IWGRP | S_IWOTH)) {
		log_error("%s: not used, because others than root may write it "
			  "(chmod go-w %s)",
			  path, path);
		return -EPERM;
	}
	return 0;
}

int config_defaults(struct config *config)
{
	*config = (struct config){ 0 };
	for (const struct setting *setting = settings; setting->name; setting++) {
		int r = setting_set_default(config, setting);

		if (r < 0) {
			config_done(config);
			return r;
		}
	}
	return 0;
}

void config_done(struct config *config)
{
	free(config->pin);
	config->pin = NULL;
	strv_done(&config->exclude);
	strv_done(&config->cmdline_add);
	strv_done(&config->cmdline_remove);
	strv_done(&config->guards_veto);
	strv_done(&config->guards_warn);
}

int config_load(struct config *config, const struct root *root, const char *path,
		bool check_owner)
{
	struct source source = { config, path };
	struct stat st;
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int fd = root_open_file(root, path, &st);
	size_t len;
	int r;

	if (fd == -ENOENT)
		return fd;
	if (fd < 0)
		return log_error_errno(fd, "%s: cannot be read", path);
	if (check_owner) {
		r = check_writers(path, &st);
		if (r < 0)
			return r;
	}
	if (st.st_size > FILE_MAX)
		return log_error_errno(-E2BIG, "%s: not used", path);

	len = (size_t)st.st_size;
	text = calloc(1, len + 1);
	if (!text)
		return -ENOMEM;
	r = read_full_at(fd, text, len, 0);
	if (r < 0)
		return log_error_errno(r, "%s: cannot be read", path);
	return read_text(&source, text, len);
}
