// SPDX-License-Identifier: GPL-2.0-or-later
#include "find/grubrun.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

char *grubrun_keep(struct grubrun *run, const char *s)
{
	return grubpool_copy(&run->scripts, s, strlen(s));
}

int grubrun_charge(struct grubrun *run, size_t bytes)
{
	if (bytes > GRUBRUN_MAX_WORK - run->work)
		return -E2BIG;
	run->work += bytes;
	return 0;
}

int grubrun_doubt(struct grubrun *run, char *why)
{
	_cleanup_free_ char *what = why;
	char **to = run->entry ? &run->entry->why : &run->menu->doubt;

	if (!what)
		return -ENOMEM;
	if (*to)
		return 0;
	*to = run->entry && streq(run->file, run->entry->file)
		      ? strf("not understood (line %u): %s", run->line, what)
		      : strf("%s, line %u is not understood: %s", run->file, run->line,
			     what);
	return *to ? 0 : -ENOMEM;
}

int grubrun_ask(struct grubrun *run, const char *text)
{
	struct grubquestions *q = run->questions;
	size_t i;

	for (i = 0; i < q->count; i++)
		if (streq(q->texts[i], text))
			return q->answers >> i & 1;
	if (i == GRUBRUN_MAX_QUESTIONS || strlen(text) > GRUBRUN_MAX_QUESTION)
		return grubrun_doubt(run,
				     strf("too much is known at boot only: %s", text));
	if (str_set(&q->texts[i], text) < 0)
		return -ENOMEM;
	q->count++;
	return q->answers >> i & 1;
}

/* ---- single commands ---- */

static int set_status(struct grubrun *run, int status)
{
	const char *now = grubvars_get(run->vars, "?");
	char text[16] = { (char)('0' + status) };
	int r;

	/* Nearly always it is "0" again. */
	if (now && now[0] == '0' + status && !now[1])
		return status;
	if (status < 0 || status > 9)
		snprintf(text, sizeof(text), "%d", status);
	r = grubvars_set(run->vars, "?", text);
	return r < 0 ? r : status;
}

static const struct grubfunction *find_function(const struct grubrun *run,
						const char *name)
{
	for (const struct grubfunction *f = run->functions; f; f = f->next)
		if (streq(f->name, name))
			return f;
	return NULL;
}

static int call_function(struct grubrun *run, const struct grubfunction *function,
			 struct grubargs *args)
{
	struct grubargs *params = run->params;
	unsigned loops = run->loops;
	const char *file = run->file;
	bool in_function = run->in_function;
	int r;

	run->params = args;
	run->in_function = true;
	run->loops = 0;
	run->file = function->file;
	r = grubrun_list(run, function->body);
	run->returning = false;
	run->file = file;
	run->loops = loops;
	run->in_function = in_function;
	run->params = params;
	return r;
}

/* NAME=VALUE in the place of a command; or a command that GRUB does not know, which it
 * reports and goes on as if nothing were wrong. */
static int assign(struct grubrun *run, char *text)
{
	char *equals = strchr(text, '=');
	int r;

	if (!equals)
		return 0;
	*equals = '\0';
	/* "1=x" is refused: these are no variables. */
	if ((*text >= '0' && *text <= '9') || streq(text, "#") || streq(text, "*") ||
	    streq(text, "@"))
		return 0;
	r = grubvars_set(run->vars, text, equals + 1);
	*equals = '=';
	return r;
}

/* Which variable the value of `default` comes from, for messages. */
static void note_default(struct grubrun *run, const struct grubnode *node)
{
	const struct grubword *word = node->words;
	const char *name;

	if (word->plain && streq(word->plain, "set"))
		word = word->next;
	name = word && word->parts ? word->parts->text : word ? word->plain : NULL;
	if (!name || !starts_with(name, "default="))
		return;
	run->default_file = run->file;
	run->default_line = node->line;
	run->default_from = NULL;
	for (const struct grubpart *p = word->parts; p; p = p->next) {
		name = p->text;
		if (p->kind == GRUBPART_VAR || p->kind == GRUBPART_QVAR)
			run->default_from = name;
	}
}

static int run_args(struct grubrun *run, struct grubargs args,
		    const struct grubnode *node)
{
	const struct grubcommand *command;
	const struct grubfunction *function;
	bool invert = streq(args.items[0], "!");
	int r;

	if (invert) {
		args.items++;
		args.count--;
		if (args.count == 0)
			return GRUB_FALSE;
	}
	command = grubcmd_find(args.items[0]);
	function = command ? NULL : find_function(run, args.items[0]);
	if (command)
		r = command->run(run, &args, node->body);
	else if (function)
		r = call_function(run, function, &args);
	else
		return assign(run, args.items[0]);
	if (r < 0 || !invert)
		return r;
	return r == 0 ? GRUB_FALSE : 0;
}

static int run_command(struct grubrun *run, const struct grubnode *node)
{
	struct grubpool_mark mark = grubpool_mark(&run->words);
	struct grubargs args;
	int r;

	r = grubrun_expand(run, node->words, &args);
	if (r >= 0 && args.count > 0) {
		note_default(run, node);
		r = run_args(run, args, node);
	}
	grubpool_release(&run->words, mark);
	return r;
}

/* ---- the rest of the language ---- */

/* Is the list or loop that we are in to be left? */
static bool is_leaving(const struct grubrun *run)
{
	return run->breaks > 0 || run->returning || run->stopped;
}

static int run_condition(struct grubrun *run, const struct grubnode *node)
{
	int r;

	run->conditions++;
	r = grubrun_list(run, node->condition);
	run->conditions--;
	return r;
}

static int run_if(struct grubrun *run, const struct grubnode *node)
{
	const char *status;
	int r = run_condition(run, node);

	if (r < 0 || run->returning || run->stopped)
		return r;
	status = grubvars_get(run->vars, "?");
	return grubrun_list(run,
			    status && streq(status, "0") ? node->body : node->otherwise);
}

static int run_for(struct grubrun *run, const struct grubnode *node)
{
	struct grubargs args;
	int r = grubrun_expand(run, node->words, &args), status = 0;

	run->loops++;
	for (size_t i = 0; r >= 0 && i < args.count; i++) {
		if (run->is_continue && run->breaks == 1)
			run->breaks = 0;
		if (is_leaving(run))
			break;
		r = grubvars_set(run->vars, node->name, args.items[i]);
		if (r == 0)
			r = status = grubrun_list(run, node->body);
	}
	run->breaks -= run->breaks > 0;
	run->loops--;
	return r < 0 ? r : status;
}

static int run_while(struct grubrun *run, const struct grubnode *node)
{
	int r;

	run->loops++;
	for (;;) {
		r = run_condition(run, node);
		if (r < 0 || run->returning || run->stopped)
			break;
		if ((r == 0) == (node->kind == GRUBNODE_UNTIL))
			break;
		r = grubrun_list(run, node->body);
		if (r < 0 || run->returning || run->stopped)
			break;
		if (run->is_continue && run->breaks == 1)
			run->breaks = 0;
		if (run->breaks > 0)
			break;
	}
	run->breaks -= run->breaks > 0;
	run->loops--;
	return r;
}

static int add_function(struct grubrun *run, const struct grubnode *node)
{
	struct grubfunction *function = grubpool_get(&run->scripts, sizeof(*function));

	if (!function || run->n_functions++ == GRUBRUN_MAX_FUNCTIONS)
		return -E2BIG;
	*function = (struct grubfunction){ node->name, run->file, node->body,
					   run->functions };
	run->functions = function;
	return 0;
}

static int run_node(struct grubrun *run, const struct grubnode *node)
{
	struct grubpool_mark mark = grubpool_mark(&run->words);
	int r;

	switch (node->kind) {
	case GRUBNODE_IF:
		return run_if(run, node);
	case GRUBNODE_FOR:
		r = run_for(run, node);
		grubpool_release(&run->words, mark);
		return r;
	case GRUBNODE_WHILE:
	case GRUBNODE_UNTIL:
		return run_while(run, node);
	case GRUBNODE_FUNCTION:
		return add_function(run, node);
	case GRUBNODE_COMMAND:
		break;
	}
	return run_command(run, node);
}

int grubrun_list(struct grubrun *run, const struct grubnode *list)
{
	int r = 0;

	if (run->depth == GRUBRUN_MAX_DEPTH)
		return -E2BIG;
	run->depth++;
	for (; r >= 0 && list && !is_leaving(run); list = list->next) {
		if (run->steps++ == GRUBRUN_MAX_STEPS) {
			r = -E2BIG;
			break;
		}
		run->line = list->line;
		r = run_node(run, list);
		/* Defining a function is no command, and leaves the status alone. */
		if (r >= 0 && list->kind != GRUBNODE_FUNCTION)
			r = set_status(run, r);
	}
	run->depth--;
	return r;
}

int grubrun_text(struct grubrun *run, const char *text, size_t len, const char *file)
{
	const char *outer_file = run->file;
	unsigned outer_line = run->line, line;
	bool in_function = run->in_function;
	struct grubnode *list;
	int r = grubrun_charge(run, len);

	if (r < 0)
		return r;
	r = grubparse(text, len, &run->scripts, &list, &line);
	run->file = file;
	run->line = line;
	run->in_function = false;
	if (r == -EBADMSG)
		r = grubrun_doubt(run, strf("GRUB would report a mistake"));
	else if (r == 0)
		r = grubrun_list(run, list);
	run->in_function = in_function;
	run->file = outer_file;
	run->line = outer_line;
	return r;
}
