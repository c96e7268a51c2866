/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Runs GRUB's scripts as GRUB would at the next start, without doing anything. The inner
 * side of find/grubmenu.h, whose files share it: grubrun.c runs the tree of a script,
 * grubexpand.c makes arguments of words, grubcmd.c and the files named there hold the
 * commands, grubitem.c makes the items of menus and tries them out. Nobody else includes
 * this.
 *
 * Functions that return int return the status of a GRUB command (0: true), or a negative
 * errno, which ends everything.
 */
#ifndef FIND_GRUBRUN_H
#define FIND_GRUBRUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "find/grubmem.h"
#include "find/grubmenu.h"
#include "find/grubparse.h"
#include "find/grubvars.h"

#define GRUBRUN_MAX_STEPS 300000       /* commands run */
#define GRUBRUN_MAX_DEPTH 64	       /* of calls, sourced files, loops in each other */
#define GRUBRUN_MAX_MEMORY (128 << 20) /* for scripts, bytes */
#define GRUBRUN_MAX_WORDS (16 << 20)   /* for the arguments of commands, bytes */
#define GRUBRUN_MAX_FILES 10000	       /* that are read */
#define GRUBRUN_MAX_FUNCTIONS 1000
#define GRUBRUN_MAX_WORK (32 << 20) /* bytes of arguments and text gone through */
#define GRUBRUN_NAME_COST 64	    /* of a name in a directory, as such bytes */
#define GRUB_FALSE 1		    /* the status of a test that fails */

/* Arguments of a command; [0] is its name. items ends in NULL. */
struct grubargs {
	char **items;
	size_t count;
};

struct grubfunction {
	const char *name, *file;
	const struct grubnode *body;
	struct grubfunction *next;
};

/* menuentry or submenu, before it is tried out. Strings live in the run's pool. */
struct grubitem {
	const char *title, *id, *file;
	struct grubargs args; /* of its body: $1 is the title */
	const struct grubnode *body;
	unsigned line;
	bool is_submenu;
	bool restricted; /* a password is asked for, if there are superusers */
	const char *why; /* NULL, or why it cannot be understood */
	struct grubitem *next;
};

/* A menu that is being filled, with the variables that it has. */
struct grubitems {
	struct grubitem *first, **tail;
	size_t count;
};

/* What can only be known at boot, and the answer that this run assumes. */
#define GRUBRUN_MAX_QUESTIONS 3
#define GRUBRUN_MAX_QUESTION 1024 /* bytes; each entry that it changes is told it */
struct grubquestions {
	char *texts[GRUBRUN_MAX_QUESTIONS];
	size_t count;
	unsigned answers; /* a bit each */
};

struct grubrun {
	const struct grubhost *host;
	struct grubquestions *questions;
	struct grubpool scripts; /* trees, functions and items: until the end */
	struct grubpool words;	 /* arguments: until their command has ended */
	struct grubtext text;
	struct grubvars *vars;
	struct grubitems *items; /* the menu that commands add to; NULL: none */
	struct grubfunction *functions;
	struct grubargs *params; /* $1…; NULL outside of functions and entries */
	const char *file;	 /* that the running command stands in */
	unsigned line;
	unsigned steps, depth, files, n_functions;
	size_t work;
	unsigned loops, breaks; /* running around us; still to be left */
	unsigned conditions;	/* being looked at around us: what they run is asked */
	bool is_continue, returning;
	bool in_function; /* and in the text of it: only there `return` leaves anything */
	bool stopped;	  /* another menu has taken over, or the file was left */
	bool regexp;	  /* the module that expands wildcards is loaded */
	bool blscfg;	  /* Fedora's was used */
	const char *default_file,
		*default_from; /* who set `default`, from which variable */
	unsigned default_line;
	struct grubvars loaded; /* what load_env found */
	const struct strv
		*saved;	   /* what an earlier start has saved: "name=value" or "name" */
	struct strv saves; /* what this one saves */
	struct grubmenu_entry *entry; /* that is being tried out; NULL: none */
	struct grubmenu *menu;	      /* the result */
};

/* ---- grubrun.c ---- */

/* Runs a list of commands. */
_must_check_ int grubrun_list(struct grubrun *run, const struct grubnode *list);

/* Parses and runs a text; @file is for messages. Returns also -EBADMSG. */
_must_check_ int grubrun_text(struct grubrun *run, const char *text, size_t len,
			      const char *file);

/*
 * Notes that the running command is not understood: this makes the entry that is tried
 * out, or else the whole menu, uncertain. Takes @why. Returns 0 or -ENOMEM.
 */
_must_check_ int grubrun_doubt(struct grubrun *run, char *why);

/* The answer to what only shows at boot; @text is the question: 1, 0 or -errno. */
_must_check_ int grubrun_ask(struct grubrun *run, const char *text);

/* So many bytes are gone through: 0, or -E2BIG if that is more than is reasonable. */
_must_check_ int grubrun_charge(struct grubrun *run, size_t bytes);

/* Memory until the end of the run; NULL: none left. */
char *grubrun_keep(struct grubrun *run, const char *s);

/* ---- grubexpand.c ---- */

/* Makes arguments of words; they live in run->words. */
_must_check_ int grubrun_expand(struct grubrun *run, const struct grubword *words,
				struct grubargs *ret);

/* Does \xHH stand at @s, and is it kept as it is for the kernel? Only Fedora's GRUB does
 * so. */
bool grubrun_is_hex_escape(const struct grubrun *run, const char *s);

/* ---- grubcmd.c ---- */

struct grubcommand {
	const char *name;
	int (*run)(struct grubrun *run, const struct grubargs *args,
		   const struct grubnode *block);
};

/* NULL: GRUB knows none of this name. */
const struct grubcommand *grubcmd_find(const char *name);

/* ---- grubopt.c ---- */

/* "1 > 2", "0x10": GRUB's grub_strtoul() with base 0; false: no number. */
bool grubcmd_number(const char *s, uint64_t *ret, const char **ret_end);

/*
 * Options before, between and behind arguments, as grub-core/lib/arg.c reads them.
 * @spec: { "set", 's', 'o' }: 0 no value, 'v' a value, 'o' a value if there is one, 'r'
 * a value, and may be given several times (the last one is returned). Options that are
 * not in it are taken as arguments with @accept_dash, and are an error without.
 */
struct grubopt {
	const char *name;
	char letter, kind;
};
#define GRUBOPT_MAX 16
struct grubopts {
	bool set[GRUBOPT_MAX];
	const char *values[GRUBOPT_MAX];
	struct grubargs rest; /* [0] is the command's name */
};
/* Returns 0, 1 for what GRUB would refuse, or -errno. */
_must_check_ int grubopt_read(struct grubrun *run, const struct grubargs *args,
			      const struct grubopt *spec, bool accept_dash,
			      struct grubopts *ret);

/* ---- grubbasic.c ---- */

/* A pattern for regcomp(3) is the menu's author's: is it one that takes neither for ever
 * nor all memory? */
bool grubcmd_can_match(const char *pattern);

/* ---- commands with a file of their own ---- */

typedef int grubcommand_fn(struct grubrun *run, const struct grubargs *args,
			   const struct grubnode *block);
grubcommand_fn grubcmd_ask, grubcmd_boot, grubcmd_break, grubcmd_count, grubcmd_eval,
	grubcmd_export, grubcmd_false, grubcmd_fwsetup, grubcmd_insmod, grubcmd_refused,
	grubcmd_regexp, grubcmd_return, grubcmd_set, grubcmd_setparams, grubcmd_shift,
	grubcmd_tried, grubcmd_true, grubcmd_unset; /* grubbasic.c */
grubcommand_fn grubcmd_hwmatch;			    /* grubhwmatch.c */
grubcommand_fn grubcmd_test;			    /* grubtest.c */
grubcommand_fn grubcmd_source, grubcmd_configfile, grubcmd_load_env, grubcmd_save_env,
	grubcmd_search, grubcmd_search_file, grubcmd_search_label,
	grubcmd_search_uuid;	  /* grubfile.c */
grubcommand_fn grubcmd_blscfg;	  /* grubbls.c */
grubcommand_fn grubcmd_menuentry; /* grubitem.c */
grubcommand_fn grubcmd_linux, grubcmd_initrd, grubcmd_other,
	grubcmd_devicetree; /* grubload.c */

/* A path of GRUB's as device and path; the device is $root if it names none. */
struct grubpath {
	char *device;
	const char *path;
};
_must_check_ int grubrun_path(struct grubrun *run, const char *text,
			      struct grubpath *ret);

/* ---- grubfile.c ---- */

/* Reads a file. Returns 0, GRUB_FALSE if GRUB would not find it or it is in doubt, or
 * -errno. The caller frees *ret. */
_must_check_ int grubrun_read(struct grubrun *run, const char *name, char **ret,
			      size_t *ret_len);

/* Runs the script @name, "(device)/path", as `source` does. */
_must_check_ int grubrun_file(struct grubrun *run, const char *name);

/* What messages call a file; it lives as long as the run. */
_must_check_ int grubrun_name(struct grubrun *run, const char *device, const char *path,
			      const char **ret);

/* ---- grubblocks.c ---- */

/* Is the path of a file none, but a list of blocks ("512+1")? */
bool grubblocks_are_meant(const char *path);

/* Reads "(device)512+1". Returns 0, or -errno: -EOPNOTSUPP for a list of another form,
 * -ENODEV if the device is not known. The caller frees *ret. */
_must_check_ int grubblocks_read(struct grubrun *run, const char *name, char **ret,
				 size_t *ret_len);

/* ---- grubitem.c ---- */

/* Adds to the menu that is being filled. */
_must_check_ int grubitem_add(struct grubrun *run, const struct grubitem *item);

/* ---- grubtry.c ---- */

/* Tries out all items of the menu that @run has filled, and marks the default. */
_must_check_ int grubtry_items(struct grubrun *run, const struct grubitems *items);

#endif
