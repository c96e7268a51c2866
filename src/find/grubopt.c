// SPDX-License-Identifier: GPL-2.0-or-later
/* Numbers and options of GRUB's commands. */
#include <errno.h>
#include <string.h>

#include "find/grubrun.h"

bool grubcmd_number(const char *s, uint64_t *ret, const char **ret_end)
{
	unsigned base = 10;
	bool found = false;

	*ret = 0;
	s += strspn(s, " \t\r\n");
	if (s[0] == '0' && s[1] == 'x') {
		base = 16;
		s += 2;
	} else if (s[0] == '0' && s[1] >= '0' && s[1] <= '7') {
		base = 8;
	}
	for (; *s; s++) {
		unsigned digit = *s >= '0' && *s <= '9'	  ? (unsigned)(*s - '0')
				 : *s >= 'a' && *s <= 'f' ? (unsigned)(*s - 'a') + 10
				 : *s >= 'A' && *s <= 'F' ? (unsigned)(*s - 'A') + 10
							  : 16;

		if (digit >= base)
			break;
		found = true;
		if (__builtin_mul_overflow(*ret, (uint64_t)base, ret) ||
		    __builtin_add_overflow(*ret, (uint64_t)digit, ret)) {
			*ret = UINT64_MAX;
			return false;
		}
	}
	if (ret_end)
		*ret_end = s;
	return found;
}

static const struct grubopt *find_long(const struct grubopt *spec, const char *s,
				       size_t len)
{
	for (; spec->name || spec->letter; spec++)
		if (spec->name && strlen(spec->name) == len &&
		    strncmp(spec->name, s, len) == 0)
			return spec;
	return NULL;
}

static const struct grubopt *find_letter(const struct grubopt *spec, char c)
{
	for (; spec->name || spec->letter; spec++)
		if (spec->letter == c)
			return spec;
	return NULL;
}

/* Are all the letters behind a dash options? */
static bool are_letters(const struct grubopt *spec, const char *s)
{
	while (*s && find_letter(spec, *s))
		s++;
	return !*s;
}

/* "-abc". Returns the option that may take the next argument in *@ret. */
static int read_letters(const struct grubopt *spec, const char *s, struct grubopts *to,
			const struct grubopt **ret)
{
	for (; *s; s++) {
		*ret = find_letter(spec, *s);
		if (!*ret || (s[1] && (*ret)->kind && (*ret)->kind != 'o'))
			return GRUB_FALSE;
		to->set[*ret - spec] = true;
	}
	return 0;
}

static void take_rest(struct grubopts *to, char *arg)
{
	to->rest.items[to->rest.count++] = arg;
}

/* Reads argument @i and perhaps the next; *@ret is how many. */
static int read_option(const struct grubargs *args, size_t i, const struct grubopt *spec,
		       struct grubopts *to, size_t *ret)
{
	const char *arg = args->items[i], *next = args->items[i + 1], *equals = NULL;
	const struct grubopt *opt = NULL;

	*ret = 1;
	if (arg[1] != '-') {
		if (read_letters(spec, arg + 1, to, &opt) != 0 || !opt)
			return GRUB_FALSE;
		if (opt->kind && next && (opt->kind != 'o' || *next != '-' || !next[1])) {
			to->values[opt - spec] = next;
			*ret = 2;
		}
	} else {
		equals = strchr(arg, '=');
		opt = find_long(spec, arg + 2,
				equals ? (size_t)(equals - arg - 2) : strlen(arg + 2));
		if (!opt || (equals && !opt->kind))
			return GRUB_FALSE;
		to->set[opt - spec] = true;
		if (equals) {
			to->values[opt - spec] = equals + 1;
		} else if (opt->kind && next && *next != '-') {
			to->values[opt - spec] = next;
			*ret = 2;
		}
	}
	return opt->kind && opt->kind != 'o' && !to->values[opt - spec] ? GRUB_FALSE : 0;
}

int grubopt_read(struct grubrun *run, const struct grubargs *args,
		 const struct grubopt *spec, bool accept_dash, struct grubopts *ret)
{
	*ret = (struct grubopts){ .rest = { .count = 0 } };
	ret->rest.items = grubpool_get(&run->words, (args->count + 1) * sizeof(char *));
	if (!ret->rest.items)
		return -E2BIG;
	take_rest(ret, args->items[0]);
	for (size_t i = 1, n; i < args->count; i += n) {
		char *arg = args->items[i];
		bool is_long = arg[0] == '-' && arg[1] == '-';
		bool known;

		n = 1;
		if (arg[0] != '-' || !arg[1]) {
			take_rest(ret, arg);
			continue;
		}
		if (is_long && !arg[2]) {
			while (++i < args->count)
				take_rest(ret, args->items[i]);
			break;
		}
		known = is_long ? find_long(spec, arg + 2, strcspn(arg + 2, "=")) != NULL
				: are_letters(spec, arg + 1);
		if (!known && accept_dash)
			take_rest(ret, arg);
		else if (!known || read_option(args, i, spec, ret, &n) != 0)
			return GRUB_FALSE;
	}
	return 0;
}
