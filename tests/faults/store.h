/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder of small files, remembered and put back: files that are as they were keep
 * their inode and times. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

struct store;

/* The caller frees with store_free(). */
struct store *store_take(const char *folder);
void store_put_back(struct store *store);
void store_free(struct store *store);

/* Of the names and contents below @folder. */
uint64_t store_hash(const char *folder);

/* Is there a file below @folder whose name ends in @suffix? The caller frees its path. */
char *store_find(const char *folder, const char *suffix);

#endif
