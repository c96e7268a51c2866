// SPDX-License-Identifier: GPL-2.0-or-later
/* warmboot.conf: whatever the file holds, the result is refused or within its limits. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/config_scan.h"
#include "base/log.h"
#include "base/macro.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
const char *__lsan_default_suppressions(void);

#define FILE_NAME "/warmboot.conf"

static char dir[] = "/tmp/warmboot-fuzz-XXXXXX";
static struct root root = ROOT_EMPTY;

/* libconfig's scanner loses the string that it is in when the grammar gives up. */
const char *__lsan_default_suppressions(void)
{
	return "leak:libconfig.so";
}

static void clean_up(void)
{
	if (root_unlink(&root, FILE_NAME) == 0)
		(void)rmdir(dir);
	root_done(&root);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	log_init(-1, NULL, NULL);
	if (!mkdtemp(dir) || root_init(&root, dir) < 0)
		abort();
	return atexit(clean_up);
}

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void check_words(const struct strv *words)
{
	for (size_t i = 0; i < words->count; i++)
		check(*words->items[i] && !strchr(words->items[i], '\n'));
}

static void check_config(const struct config *config)
{
	check(config->choose <= CHOOSE_PINNED);
	check(config->choose != CHOOSE_PINNED || *config->pin);
	check(config->verify <= VERIFY_HEADER);
	check(config->keep_confd <= KEEP_NEVER && config->keep_kexecd <= KEEP_NEVER);
	check(config->good_after >= 0 && config->good_after <= 7 * 24 * 3600);
	check(config->max_chain >= 0 && config->max_chain <= 1000000);
	check(config->memory_reserve >= 0);
	check_words(&config->exclude);
	check_words(&config->cmdline_add);
	check_words(&config->cmdline_remove);
	for (size_t i = 0; i < config->guards_veto.count; i++)
		check(!strv_has(&config->guards_warn, config->guards_veto.items[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_close_ int fd =
		root_open(&root, FILE_NAME, O_WRONLY | O_CREAT | O_TRUNC);
	const char *problem = NULL;
	struct config config;
	unsigned line = 0;
	int scanned, loaded;

	check(fd >= 0 && write_full(fd, data, size) == 0);
	scanned = config_scan((const char *)data, size, &line, &problem);
	check(scanned == 0 || (line > 0 && problem));
	check(config_defaults(&config) == 0);
	loaded = config_load(&config, &root, FILE_NAME, false);
	check(scanned == 0 || loaded < 0);
	if (loaded == 0)
		check_config(&config);
	config_done(&config);
	return 0;
}
