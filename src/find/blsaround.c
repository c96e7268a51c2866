// SPDX-License-Identifier: GPL-2.0-or-later
/* What decides about systemd-boot's menu beside its entries: the firmware, and whose
 * machine it is. */
#include <errno.h>
#include <string.h>

#include "base/efivar.h"
#include "find/bls.h"
#include "find/blsmenu.h"

#define SMBIOS_TABLE "/sys/firmware/dmi/tables/DMI"
#define SMBIOS_MAX ((size_t)1024 * 1024)

static int read_loader_info(struct bls_menu *menu)
{
	static const char name[] = "systemd-boot ";
	int r = bls_loader_info(menu->ctx->root, &menu->loader_info);
	const char *p;

	if (r <= 0 || !starts_with(menu->loader_info, name))
		return r;
	menu->is_running = true;
	for (p = menu->loader_info + strlen(name);
	     *p >= '0' && *p <= '9' && menu->version < 100000; p++)
		menu->version = menu->version * 10 + (unsigned)(*p - '0');
	return 0;
}

/* How systemd-boot was built: its architecture is the firmware's, which on a PC may have
 * 32 bits under a kernel of 64. */
static const char *efi_architecture(const struct ctx *ctx)
{
	static const char *const names[][2] = {
		{ "x86_64", "x64" },	  { "aarch64", "aa64" },
		{ "riscv64", "riscv64" }, { "loongarch64", "loongarch64" },
		{ "i686", "ia32" },	  { "i586", "ia32" },
		{ "armv7l", "arm" },	  { "armv8l", "arm" },
	};
	struct utsname system;

	if (ctx->sys->uname(&system) < 0)
		return NULL;
	if (streq(system.machine, "x86_64") && efivar_has_32_bits(ctx->root))
		return "ia32";
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(system.machine, names[i][0]))
			return names[i][1];
	return NULL;
}

/* Virtual machines may be given words for the command line and whole entries
 * (systemd-stub(7), smbios-type-11(7)). Only root may read the table. */
static bool has_smbios_words(const struct root *root)
{
	static const char *const words[] = { "io.systemd.boot.kernel-cmdline-extra",
					     "io.systemd.boot.entries-extra",
					     "io.systemd.stub.kernel-cmdline-extra" };
	_cleanup_free_ char *table = NULL;
	size_t len;

	if (root_read(root, SMBIOS_TABLE, SMBIOS_MAX, &table, &len) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (memmem(table, len, words[i], strlen(words[i])))
			return true;
	return false;
}

int bls_menu_look_around(struct bls_menu *menu)
{
	char *id;
	int r = read_loader_info(menu);

	if (r < 0)
		return r;
	menu->efi_arch = efi_architecture(menu->ctx);
	menu->secure_boot = efivar_secure_boot(menu->ctx->root);
	menu->smbios_words = has_smbios_words(menu->ctx->root);
	r = root_read_line(menu->ctx->root, "/etc/machine-id", &id);
	if (r == 0 && strlen(id) == 32)
		menu->machine_id = id;
	else if (r == 0)
		free(id);
	return r == -ENOMEM ? r : 0;
}
