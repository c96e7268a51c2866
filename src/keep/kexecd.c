// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>

#include "base/envfile.h"
#include "keep/kexecd.h"

#define SNIPPET_PATH KEXECD_DIR "/" KEXECD_SNIPPET
#define SNIPPET_MAX 65536
#define HEADING \
	"# Written by " NAME "(8), which replaces it with every kernel that it arms.\n"

static bool is_installed(const struct ctx *ctx)
{
	static const char *const programs[] = { "/etc/init.d/kexec-load",
						"/usr/sbin/kexec-load-kernel",
						"/usr/sbin/kexec", "/sbin/kexec" };

	if (!root_exists(ctx->root, KEXECD_DEFAULTS))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(programs); i++)
		if (root_exists(ctx->root, programs[i]))
			return true;
	return false;
}

/* A text that is built, and freed again. */
struct snippet {
	FILE *f;
	char *text;
	size_t len;
};

static void snippet_done(struct snippet *s)
{
	if (s->f)
		fclose(s->f);
	free(s->text);
}

static int snippet_begin(struct snippet *s)
{
	s->f = open_memstream(&s->text, &s->len);
	if (!s->f)
		return -ENOMEM;
	fputs(HEADING, s->f);
	return 0;
}

static int snippet_commit(const struct ctx *ctx, struct snippet *s)
{
	_cleanup_free_ char *old = NULL;
	FILE *f = TAKE_PTR(s->f);
	int r;

	if (fclose(f) != 0)
		return -ENOMEM;
	r = root_read(ctx->root, SNIPPET_PATH, SNIPPET_MAX, &old, NULL);
	if (r == 0 && streq(old, s->text))
		return 0;
	if (r < 0 && r != -ENOENT && r != -E2BIG)
		return r;
	r = root_mkdirs(ctx->root, KEXECD_DIR);
	if (r == 0)
		r = root_write(ctx->root, SNIPPET_PATH, s->text, s->len);
	return r < 0 ? r : 1;
}

int kexecd_update(const struct ctx *ctx, const char *kernel, const struct strv *initrds,
		  const char *cmdline)
{
	_cleanup_(snippet_done) struct snippet s = { NULL, NULL, 0 };
	int r;

	if (ctx->config->keep_kexecd == KEEP_NEVER || !is_installed(ctx))
		return 0;
	if (initrds->count > 1)
		return -EOPNOTSUPP; /* its scripts pass one only */
	r = snippet_begin(&s);
	if (r < 0)
		return r;
	envfile_put(s.f, "KERNEL_IMAGE", kernel);
	envfile_put(s.f, "INITRD", initrds->count ? initrds->items[0] : "");
	envfile_put(s.f, "APPEND", cmdline);
	/* With true its scripts would look into grub.cfg after this, and replace all
	 * three. */
	envfile_put(s.f, "USE_GRUB_CONFIG", "false");
	return snippet_commit(ctx, &s);
}

int kexecd_off(const struct ctx *ctx)
{
	_cleanup_(snippet_done) struct snippet s = { NULL, NULL, 0 };
	int r;

	if (ctx->config->keep_kexecd == KEEP_NEVER || !is_installed(ctx))
		return 0;
	r = snippet_begin(&s);
	if (r < 0)
		return r;
	envfile_put(s.f, "LOAD_KEXEC", "false");
	return snippet_commit(ctx, &s);
}

static bool is_off(const struct ctx *ctx)
{
	_cleanup_free_ char *text = NULL;

	return root_read(ctx->root, SNIPPET_PATH, SNIPPET_MAX, &text, NULL) == 0 &&
	       strstr(text, "\nLOAD_KEXEC=") != NULL;
}

int kexecd_remove(const struct ctx *ctx, bool unless_off)
{
	int r;

	if (unless_off && is_off(ctx))
		return 0;
	r = root_unlink(ctx->root, SNIPPET_PATH);

	return r == -ENOENT || r == -ENOTDIR ? 0 : r < 0 ? r : 1;
}
