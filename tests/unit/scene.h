/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A machine for one test: a Debian with GRUB in a temporary root, two kernels, and the
 * calls of fake_sys. The whole program runs on it, by app_run().
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>

#define SCENE_OLD "6.1.0-55-amd64" /* runs */
#define SCENE_NEW "6.1.0-56-amd64"
#define SCENE_NEWER "6.1.0-57-amd64"

/* The folder that is the machine's root; what fake_sys reads lies beside it. */
const char *scene_machine(void);

/* Fixture functions: a booted machine whose service was started; and away with it. */
void scene_begin(void);
void scene_end(void);

/* A file in the root; beside the root (see fake_sys.h); its text, or NULL (the caller
 * frees). */
void scene_put(const char *path, const char *text);
void scene_fake(const char *name, const char *text);
void scene_put_bytes(const char *path, const void *data, size_t len);
char *scene_read(const char *path);
bool scene_exists(const char *path);
void scene_remove(const char *path);

/* Installs a kernel with its initramfs and puts it first in GRUB's menu; or removes one.
 */
void scene_install(const char *version);
void scene_uninstall(const char *version);

/* What lies in @place is on a file system of its own now, which is not mounted; also the
 * end of a mount that a run has made. */
void scene_unmount(const char *place);

/* Runs the program; the words end with NULL. Returns its exit status. */
int scene_run(const char *word, ...) __attribute__((sentinel));

/* The bytes of a file beside the root, such as what was loaded; NULL: there is none. The
 * caller frees. */
char *scene_fake_read(const char *name, size_t *ret_len);

/* How often a call beginning with @what was made since the start ("load ", "unload", "run
 * …"). */
unsigned scene_calls(const char *what);

/* Is something loaded? And the version of our record, or NULL. */
bool scene_loaded(void);
char *scene_armed_version(void);

/* Another boot: /run is new; @by_kexec tells how, @release what runs. The service is not
 * started yet. */
void scene_boot(const char *release, bool by_kexec);

#endif
