/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of settings: name, type, default, limits. Used by config.c only. */
#ifndef BASE_CONFIG_TABLE_H
#define BASE_CONFIG_TABLE_H

#include "base/config.h"

enum setting_type {
	TYPE_BOOL,
	TYPE_INT,
	TYPE_CHOICE, /* a string out of few */
	TYPE_STRING,
	TYPE_LIST,   /* of strings */
	TYPE_GUARDS, /* a group NAME = "veto"|"warn": fills guards_veto and guards_warn */
};

struct setting {
	const char *name;
	size_t offset; /* of the field in struct config */
	enum setting_type type;
	const char *default_text;   /* as written in warmboot.conf */
	const char *const *choices; /* TYPE_CHOICE: in the order of the field's enum */
	int64_t max;		    /* TYPE_INT: from 0 to this, as written */
	int64_t unit; /* TYPE_INT: the field holds this many times what is written */
	/* TYPE_STRING, and each item of TYPE_LIST: what is expected instead, or NULL. */
	const char *(*check)(const char *value);
};

/* The setting called @name, or NULL. */
const struct setting *setting_find(const char *name);

/* The one that @name is probably a slip of the pen for, or NULL. */
const struct setting *setting_nearest(const char *name);

/* Puts the default into its field, which must be empty. Returns 0 or -ENOMEM. */
_must_check_ int setting_set_default(struct config *config,
				     const struct setting *setting);

/* Where the value lies. */
void *setting_field(struct config *config, const struct setting *setting);

/* Stores a number as written, from 0 to setting->max. */
void setting_set_int(struct config *config, const struct setting *setting,
		     int64_t number);

/* Stores the choice called @name. Returns 0, or -EINVAL when it is none. */
_must_check_ int setting_choose(struct config *config, const struct setting *setting,
				const char *name);

/* All rows; ends with a NULL name. */
extern const struct setting settings[];

#endif
