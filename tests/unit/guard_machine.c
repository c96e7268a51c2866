// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard_machine.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "../fake_sys.h"
#include "fake_root.h"
#include "guard/firmware.h"
#include "keep/runfiles.h"
#include "keep/token.h"

struct ctx machine;
struct config machine_config;
struct guard_facts machine_facts;

static char dir[64], root_path[80];
static struct root root = ROOT_EMPTY;
static struct options options;
static struct findings findings;

void machine_put_bytes(const char *path, const void *data, size_t len)
{
	ck_assert_int_eq(fake_root_file(root_path, path, data, len), 0);
}

void machine_put(const char *path, const char *text)
{
	machine_put_bytes(path, text, strlen(text));
}

void machine_folder(const char *path)
{
	ck_assert_int_eq(fake_root_folder(root_path, path), 0);
}

void machine_link(const char *path, const char *target)
{
	ck_assert_int_eq(fake_root_link(root_path, path, target), 0);
}

void machine_remove_tree(const char *path)
{
	_cleanup_free_ char *full = strf("%s%s", root_path, path);

	ck_assert_int_eq(fake_root_remove(full), 0);
}

void machine_fake(const char *name, const char *text)
{
	_cleanup_free_ char *path = strf("/%s", name);

	ck_assert_int_eq(fake_root_text(dir, path, text), 0);
}

void machine_variable(const char *name_guid, const void *data, size_t len)
{
	_cleanup_free_ char *path = strf(EFIVAR_DIR "/%s", name_guid);
	_cleanup_free_ char *bytes = malloc(4 + len);

	memcpy(bytes, "\7\0\0\0", 4);
	memcpy(bytes + 4, data, len);
	machine_put_bytes(path, bytes, 4 + len);
}

static void put_quiet_files(void)
{
	machine_put("/sys/kernel/kexec_loaded", "0\n");
	machine_put("/sys/kernel/security/lockdown",
		    "[none] integrity confidentiality\n");
	machine_put("/proc/sys/kernel/kexec_load_disabled", "0\n");
	machine_put("/proc/sys/kernel/kexec_load_limit_reboot", "-1\n");
	machine_put(BOOT_ID_PATH, MACHINE_BOOT "\n");
	machine_put("/proc/self/status", "Name:\tx\nCapEff:\t000001ffffffffff\n");
	machine_put("/proc/cmdline", "root=/dev/sda2 ro quiet\n");
	machine_put("/proc/stat",
		    "cpu  1 2 3 4\ncpu0 1 2 3 4\nbtime 1700000000\nprocesses 9\n");
	machine_put("/proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n");
	machine_put("/sys/power/resume", "0:0\n");
	machine_put("/sys/power/resume_offset", "0\n");
	machine_put("/boot/config-6.1.0-55-amd64", "CONFIG_KEXEC_FILE=y\n");
	/* What the firmware supports is no request: file capsules and boot to its setup.
	 */
	machine_variable("OsIndicationsSupported-" EFIVAR_GLOBAL, "\5\0\0\0\0\0\0\0", 8);
	machine_variable("BootCurrent-" EFIVAR_GLOBAL, "\1\0", 2);
	machine_variable("BootOrder-" EFIVAR_GLOBAL, "\1\0\0\0", 4);
	machine_variable("OsIndications-" EFIVAR_GLOBAL, "\0\0\0\0\0\0\0\0", 8);
}

void machine_begin(void)
{
	strcpy(dir, "/tmp/warmboot-guards-XXXXXX");
	ck_assert_int_eq(fake_root_make(dir), 0);
	snprintf(root_path, sizeof(root_path), "%s/root", dir);
	ck_assert_int_eq(fake_root_folder(dir, "/root"), 0);
	ck_assert_int_eq(root_init(&root, root_path), 0);
	ck_assert_int_eq(config_defaults(&machine_config), 0);
	fake_sys_use(dir);
	options = (struct options){ .root = root_path };
	machine = (struct ctx){ &options, &machine_config, &root, &sys_fake, "manual" };
	machine_facts = (struct guard_facts){ .version = "6.1.0-56-amd64",
					      .cmdline = "root=/dev/sda2 ro quiet" };
	findings.count = 0;
	put_quiet_files();
	ck_assert_int_eq(token_write(&machine), 0);
}

void machine_end(void)
{
	guards_done(&findings);
	config_done(&machine_config);
	root_done(&root);
	ck_assert_int_eq(fake_root_remove(dir), 0);
}

static const struct finding *find(const char *name)
{
	for (size_t i = 0; i < findings.count; i++)
		if (streq(findings.items[i].name, name))
			return &findings.items[i];
	ck_abort_msg("no guard '%s'", name);
	return NULL;
}

const struct finding *machine_run(enum guard_moment moment, const char *name)
{
	guards_done(&findings);
	ck_assert_int_eq(guards_run(&machine, moment, &machine_facts, &findings), 0);
	return find(name);
}

void machine_expect(const char *name, const char *verdicts, const char *words)
{
	static const enum guard_moment moments[] = { MOMENT_STATUS, MOMENT_ARM,
						     MOMENT_HOOK, MOMENT_REBOOT };
	static const char letters[] = { [VERDICT_OK] = 'o',
					[VERDICT_WARN] = 'w',
					[VERDICT_VETO] = 'v',
					[VERDICT_UNKNOWN] = '?' };

	for (size_t m = 0; m < ARRAY_SIZE(moments); m++) {
		const struct finding *f = machine_run(moments[m], name);

		ck_assert_msg(letters[f->verdict] == verdicts[m],
			      "%s, moment %zu: %s: %s", name, m, verdict_name(f->verdict),
			      f->found);
		ck_assert_msg(strstr(f->found, words) != NULL, "%s: '%s' is not in '%s'",
			      name, words, f->found);
		ck_assert((f->remedy == NULL) == (f->verdict == VERDICT_OK));
		ck_assert(f->policy);
		for (size_t i = 0; i < findings.count; i++)
			ck_assert_msg(&findings.items[i] == f ||
					      findings.items[i].verdict == VERDICT_OK,
				      "%s objects, too: %s", findings.items[i].name,
				      findings.items[i].found);
	}
}
