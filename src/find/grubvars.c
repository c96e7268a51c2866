// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubvars.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct grubvar {
	struct grubvar *next;
	char *name, *value; /* value is NULL: unset here, whatever is below */
	bool exported;
};

void grubvars_start(struct grubvars *vars, const struct grubvars *below,
		    bool only_exported)
{
	*vars = (struct grubvars){ .below = below, .only_exported = only_exported };
}

void grubvars_done(struct grubvars *vars)
{
	for (size_t i = 0; vars->count > 0 && i < GRUBVARS_BUCKETS; i++) {
		struct grubvar *var = vars->buckets[i];

		while (var) {
			struct grubvar *next = var->next;

			free(var->name);
			free(var->value);
			free(var);
			var = next;
		}
		vars->buckets[i] = NULL;
	}
	vars->count = 0;
}

static size_t find_bucket(const char *name)
{
	unsigned sum = 0;

	for (const char *p = name; *p; p++)
		sum = sum * 31 + (unsigned char)*p;
	return sum % GRUBVARS_BUCKETS;
}

static struct grubvar *find_here(const struct grubvars *vars, size_t bucket,
				 const char *name)
{
	for (struct grubvar *var = vars->buckets[bucket]; var; var = var->next)
		if (streq(var->name, name))
			return var;
	return NULL;
}

/* The variable as it is seen from @vars, or NULL. */
static const struct grubvar *find(const struct grubvars *vars, const char *name)
{
	size_t bucket = find_bucket(name);
	bool only_exported = false;

	do {
		const struct grubvar *var = find_here(vars, bucket, name);

		if (var)
			return var->value && (var->exported || !only_exported) ? var
									       : NULL;
		only_exported = only_exported || vars->only_exported;
		vars = vars->below;
	} while (vars);
	return NULL;
}

const char *grubvars_get(const struct grubvars *vars, const char *name)
{
	const struct grubvar *var = find(vars, name);

	return var ? var->value : NULL;
}

/* The variable of this name in @vars itself; made if it is not there. */
static int own(struct grubvars *vars, const char *name, struct grubvar **ret)
{
	size_t bucket = find_bucket(name);
	const struct grubvar *seen;
	struct grubvar *var = find_here(vars, bucket, name);

	*ret = var;
	if (var)
		return 0;
	if (vars->count == GRUBVARS_MAX || strlen(name) > GRUBVARS_MAX_VALUE)
		return -E2BIG;
	seen = find(vars, name);
	var = calloc(1, sizeof(*var));
	if (!var || str_set(&var->name, name) < 0) {
		free(var);
		return -ENOMEM;
	}
	var->exported = seen && seen->exported;
	var->next = vars->buckets[bucket];
	vars->buckets[bucket] = var;
	vars->count++;
	*ret = var;
	return 0;
}

/* GRUB takes the parentheses of a device off: "set root=(hd0,1)". */
static char *strip_root(const char *value)
{
	size_t len = strlen(value);

	if (len >= 2 && value[0] == '(' && value[len - 1] == ')')
		return strndup(value + 1, len - 2);
	return strdup(value);
}

int grubvars_set(struct grubvars *vars, const char *name, const char *value)
{
	struct grubvar *var;
	char *copy;
	int r;

	if (strlen(value) > GRUBVARS_MAX_VALUE)
		return -E2BIG;
	r = own(vars, name, &var);
	if (r < 0)
		return r;
	copy = streq(name, "root") ? strip_root(value) : strdup(value);
	if (!copy)
		return -ENOMEM;
	free(var->value);
	var->value = copy;
	return 0;
}

int grubvars_unset(struct grubvars *vars, const char *name)
{
	struct grubvar *var;
	int r;

	if (!find(vars, name))
		return 0;
	r = own(vars, name, &var);
	if (r < 0)
		return r;
	var->exported = false;
	return str_set(&var->value, NULL);
}

int grubvars_export(struct grubvars *vars, const char *name)
{
	const struct grubvar *seen = find(vars, name);
	struct grubvar *var;
	int r = own(vars, name, &var);

	if (r < 0)
		return r;
	if (!var->value && (!seen || seen == var))
		r = str_set(&var->value, "");
	else if (!var->value)
		r = str_set(&var->value, seen->value);
	var->exported = true;
	return r;
}
