// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * `test` and `[`, as grub-core/commands/test.c: read from left to right, "-a" means
 * nothing, "-o" ends what has to be true together, and what is no test is true if it is
 * not empty.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

#define DEPTH_MAX 100 /* of parentheses; as GRUB */

struct test {
	struct grubrun *run;
	char **items;
	size_t count, next;
	unsigned depth;
	int r; /* a negative errno ends it */
};

static int64_t to_number(const char *s)
{
	bool negative = *s == '-';
	uint64_t n = 0;

	/* What is no number is 0. */
	(void)grubcmd_number(s + negative, &n, NULL);
	return negative ? -(int64_t)(uint32_t)n : (int64_t)(int32_t)n;
}

/* Returns 1 and *ret, 0 if it is not there, or what only GRUB can tell as it is asked. */
static bool look_at(struct test *t, const char *text, struct grubstat *ret)
{
	struct grubpath path;
	char *question;
	int r = grubrun_path(t->run, text, &path);

	*ret = (struct grubstat){ .size = 0 };
	if (r == 0)
		r = path.device ? t->run->host->stat(t->run->host->data, path.device,
						     path.path, ret)
				: -ENOENT;
	if (r == -ENODEV) {
		question = strf("is there a file %s?", text);
		r = question ? grubrun_ask(t->run, question) : -ENOMEM;
		free(question);
		if (r >= 0) {
			ret->size = 1;
			return r;
		}
	}
	if (r == -EACCES)
		r = grubrun_doubt(t->run, strf("%s cannot be read (run as root)", text));
	if (r == -ENOMEM)
		t->r = r;
	return r == 0;
}

static bool compare_times(struct test *t, const char *a, const char *op, const char *b)
{
	struct grubstat x, y;
	bool has_x = look_at(t, a, &x), has_y = look_at(t, b, &y), newer = op[1] == 'n';
	int64_t bias = op[3] ? to_number(op + 3) : 0;

	if (!has_x || !has_y)
		return newer ? has_x && !has_y : !has_x && has_y;
	return newer ? x.mtime + bias > y.mtime : x.mtime + bias < y.mtime;
}

/* Versions: the numbers behind what both begin with. */
static bool compare_tails(const char *a, const char *op, const char *b)
{
	uint64_t x = 0, y = 0;
	size_t i = 0;

	while (a[i] && a[i] == b[i])
		i++;
	if (i > 0) {
		for (i--; i > 0 && a[i] >= '0' && a[i] <= '9'; i--)
			;
		i++;
	}
	(void)grubcmd_number(a + i, &x, NULL);
	(void)grubcmd_number(b + i, &y, NULL);
	return op[2] == 'g' ? x > y : x < y;
}

/* Tests of three words. Returns false if @op is none. */
static bool run_binary(struct test *t, const char *a, const char *op, const char *b,
		       bool *ret)
{
	int64_t x, y;
	int order;

	if (strncmp(op, "-nt", 3) == 0 || strncmp(op, "-ot", 3) == 0) {
		*ret = compare_times(t, a, op, b);
		return true;
	}
	if (streq(op, "-pgt") || streq(op, "-plt")) {
		*ret = compare_tails(a, op, b);
		return true;
	}
	order = strcmp(a, b);
	x = to_number(a);
	y = to_number(b);
	if (streq(op, "=") || streq(op, "=="))
		*ret = order == 0;
	else if (streq(op, "!="))
		*ret = order != 0;
	else if (streq(op, "<"))
		*ret = order < 0;
	else if (streq(op, "<="))
		*ret = order <= 0;
	else if (streq(op, ">"))
		*ret = order > 0;
	else if (streq(op, ">="))
		*ret = order >= 0;
	else if (streq(op, "-eq"))
		*ret = x == y;
	else if (streq(op, "-ne"))
		*ret = x != y;
	else if (streq(op, "-lt"))
		*ret = x < y;
	else if (streq(op, "-le"))
		*ret = x <= y;
	else if (streq(op, "-gt"))
		*ret = x > y;
	else if (streq(op, "-ge"))
		*ret = x >= y;
	else
		return false;
	return true;
}

/* Tests of two words. */
static bool run_unary(struct test *t, const char *op, const char *text, bool *ret)
{
	struct grubstat st;

	if (op[0] != '-' || !op[1] || op[2])
		return false;
	switch (op[1]) {
	case 'd':
		*ret = look_at(t, text, &st) && st.is_dir;
		return true;
	case 'e':
		*ret = look_at(t, text, &st);
		return true;
	case 'f':
		*ret = look_at(t, text, &st) && !st.is_dir;
		return true;
	case 's':
		*ret = look_at(t, text, &st) && !st.is_dir && st.size > 0;
		return true;
	case 'n':
		*ret = *text;
		return true;
	case 'z':
		*ret = !*text;
		return true;
	default:
		return false;
	}
}

static bool run_expression(struct test *t)
{
	bool together = true, either = false, invert = false, value;

	while (t->r == 0 && t->next < t->count) {
		char **w = &t->items[t->next];
		size_t left = t->count - t->next;

		if (left > 2 && run_binary(t, w[0], w[1], w[2], &value)) {
			t->next += 3;
		} else if (left > 1 && run_unary(t, w[0], w[1], &value)) {
			t->next += 2;
		} else if (streq(*w, ")")) {
			t->next++;
			t->depth -= t->depth > 0;
			break;
		} else if (streq(*w, "(")) {
			t->next++;
			if (++t->depth > DEPTH_MAX)
				break;
			value = run_expression(t);
		} else if (streq(*w, "!")) {
			t->next++;
			invert = !invert;
			continue;
		} else if (streq(*w, "-a")) {
			t->next++;
			continue;
		} else if (streq(*w, "-o")) {
			t->next++;
			either = either || together;
			together = true;
			continue;
		} else {
			value = **w;
			t->next++;
		}
		together = together && value != invert;
		invert = false;
	}
	return either || together;
}

int grubcmd_test(struct grubrun *run, const struct grubargs *args,
		 _unused_ const struct grubnode *block)
{
	struct test t = { run, args->items, args->count, 1, 0, 0 };
	bool value;

	if (args->count > 1 && streq(args->items[args->count - 1], "]"))
		t.count--;
	value = run_expression(&t);
	if (t.r < 0)
		return t.r;
	return value ? 0 : GRUB_FALSE;
}
