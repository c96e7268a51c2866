/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * /etc/warmboot.conf, read with libconfig into struct config. config.c is the only file
 * that includes libconfig.h, and holds the one table of settings (name, type, default)
 * that warmboot.conf(5) and the shipped file are tested against.
 */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/root.h"
#include "base/util.h"

#define CONFIG_PATH SYSCONFDIR "/warmboot.conf"

enum choose_policy { CHOOSE_DEFAULT, CHOOSE_NEWEST, CHOOSE_PINNED };
enum verify_level { VERIFY_FULL, VERIFY_HEADER };
enum keep_policy { KEEP_AUTO, KEEP_NEVER };

struct config {
	bool enabled;		    /* true: hooks and service act */
	bool arm_at_boot;	    /* false: the service's start arms */
	enum choose_policy choose;  /* "default": the boot loader's next entry */
	char *pin;		    /* the version for choose = "pinned"; "" is none */
	struct strv exclude;	    /* versions (glob patterns) never chosen */
	struct strv cmdline_add;    /* words, added once */
	struct strv cmdline_remove; /* "name", "name=value" or a glob pattern of a word */
	enum verify_level verify;   /* "full" */
	bool allow_no_initramfs; /* false: an entry without initramfs is "not built yet"
				  */
	int64_t good_after;	 /* 600 seconds from the confirmed boot to "good" */
	int64_t max_chain;	 /* 0: no limit on warm reboots in a row */
	bool require_trial;	 /* false */
	struct strv guards_veto; /* names of guards whose finding vetoes, whatever their
				    default */
	struct strv guards_warn; /* names of guards whose finding only warns */
	bool mount_boot; /* true: a boot file system that fstab names is mounted for the
			    run */
	enum keep_policy keep_confd; /* Gentoo's /etc/conf.d/kexec: "auto" (if kexec-tools
					is there) or "never" */
	enum keep_policy keep_kexecd; /* Debian's /etc/default/kexec.d/ */
	int64_t memory_reserve;	      /* bytes that stay free while loading */
	bool is_refused; /* no setting: there is a file, and it cannot be used */
};

/* The defaults. Returns 0 or -ENOMEM. */
_must_check_ int config_defaults(struct config *config);
void config_done(struct config *config);

/*
 * Reads @path over the defaults. Unknown settings are warned about with file and line.
 * Errors are reported here (file, line, what to do) and returned: -EBADMSG syntax or
 * wrong type or value; -EPERM not owned by root or writable by others; -ENOENT (silent)
 * not there.
 * @check_owner: false for a tree under --root that is not the machine's own.
 */
_must_check_ int config_load(struct config *config, const struct root *root,
			     const char *path, bool check_owner);

/* The table, for tests and documentation. */
struct config_setting_info {
	const char *name;
	const char *type;	  /* "bool", "int", "string", "list" */
	const char *default_text; /* as written in warmboot.conf */
};
const struct config_setting_info *config_settings(size_t *ret_count);

#endif
