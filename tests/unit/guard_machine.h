/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine on which no guard objects, in a temporary root, for tests of the guards. It
 * was booted by UEFI, and none of its variables asks for anything.
 */
#ifndef GUARD_MACHINE_H
#define GUARD_MACHINE_H

#include "ctx.h"
#include "guard/guard.h"

#define MACHINE_BOOT "2f5c7f0e-0000-4000-8000-000000000001"

extern struct ctx machine;
extern struct config machine_config;
extern struct guard_facts machine_facts;

/* Fixture functions. */
void machine_begin(void);
void machine_end(void);

/* A file in the root; its folders are made. */
void machine_put(const char *path, const char *text);
void machine_put_bytes(const char *path, const void *data, size_t len);
void machine_folder(const char *path);
void machine_link(const char *path, const char *target);
void machine_remove_tree(const char *path);

/* One of the files that steer tests/fake_sys.c, beside the root. */
void machine_fake(const char *name, const char *text);

/* Writes NAME-GUID as efivarfs shows it: four bytes of attributes (7: kept, for boot
 * services and at run time), then the data. */
void machine_variable(const char *name_guid, const void *data, size_t len);

/* Runs all guards and returns the finding of @name; valid until the next run. */
const struct finding *machine_run(enum guard_moment moment, const char *name);

/* The verdicts at status, arm, hook and reboot, as four letters: o ok, w warn, v veto, ?
 * unknown. Each that is not ok must hold @words, and all other guards must be silent. */
void machine_expect(const char *name, const char *verdicts, const char *words);

#endif
