// SPDX-License-Identifier: GPL-2.0-or-later
#include "others.h"

#include <stdio.h>

#include "base/macro.h"
#include "base/util.h"
#include "trial.h"
#include "unit/scene.h"

#define NEW_KERNEL "/boot/vmlinuz-" SCENE_NEW
#define NEW_INITRD "/boot/initrd.img-" SCENE_NEW

/* The scene's own writing is not the program's: it is not counted (WRAP_CALL). */
static void swap_kernel(void)
{
	_cleanup_free_ char *path = strf("%s" NEW_KERNEL, scene_machine());

	(void)!unlink(path);
	(void)!symlink("vmlinuz-" SCENE_OLD, path);
}

static void swap_initrd(void)
{
	_cleanup_free_ char *path = strf("%s" NEW_INITRD, scene_machine());

	(void)!unlink(path);
	(void)!symlink("/etc/passwd", path);
}

static void grow(const char *name)
{
	_cleanup_free_ char *path = strf("%s%s", scene_machine(), name);
	_cleanup_fclose_ FILE *f = fopen(path, "ae");

	if (f)
		fputs("more", f);
}

static void grow_initrd(void)
{
	grow(NEW_INITRD);
}

static void grow_menu(void)
{
	grow("/boot/grub/grub.cfg");
}

static const struct {
	const char *name;
	void (*act)(void);
} acts[] = {
	{ "the kernel becomes a link to another", swap_kernel },
	{ "the initramfs becomes a link elsewhere", swap_initrd },
	{ "the initramfs grows", grow_initrd },
	{ "GRUB's menu grows", grow_menu },
};
static const char *const read_only[] = { "/run", "/var", "/etc", "/" };

struct tally {
	unsigned passed, failed;
};

static void tally_up(struct tally *tally, bool well)
{
	tally->passed += well;
	tally->failed += !well;
}

static void run_read_only(const struct job *job, struct tally *tally)
{
	for (size_t i = 0; i < ARRAY_SIZE(read_only); i++) {
		const struct wrap_plan plan = { .read_only = read_only[i],
						.lasting = true };
		_cleanup_free_ char *name = strf("%s is read-only", read_only[i]);
		struct trial *trial;

		scene_begin();
		trial = trial_begin(job);
		tally_up(tally, trial_run(trial, &plan, name));
		trial_end(trial);
		scene_end();
	}
}

/* Before every call that opens something, of a hook that arms. */
static void run_acts(const struct job *job, struct tally *tally)
{
	struct trial *trial;

	scene_begin();
	trial = trial_begin(job);
	for (size_t i = 0; i < ARRAY_SIZE(acts); i++)
		for (unsigned call = 1; call <= trial_calls(trial); call++) {
			const struct wrap_plan plan = { .at = call,
							.what = WRAP_CALL,
							.other = acts[i].act };
			_cleanup_free_ char *name =
				strf("%s before call %u", acts[i].name, call);
			enum wrap_class class = trial_class(trial, call);

			if ((class == WRAP_OPEN && call % 3 == 0) || class == WRAP_LOAD)
				tally_up(tally, trial_run(trial, &plan, name));
		}
	trial_end(trial);
	scene_end();
}

void others_run(bool (*is_picked)(const char *name), unsigned *passed, unsigned *failed)
{
	struct tally tally = { 0, 0 }, changed = { 0, 0 };

	for (size_t i = 0; i < n_jobs; i++)
		if (is_picked(jobs[i].name))
			run_read_only(&jobs[i], &tally);
	printf("%-24s %6s %6u %6s %6u\n", "read-only folders", "",
	       tally.passed + tally.failed, "", tally.failed);
	for (size_t i = 0; i < n_jobs; i++)
		if (streq(jobs[i].name, "hook, new kernel") && is_picked(jobs[i].name))
			run_acts(&jobs[i], &changed);
	printf("%-24s %6s %6u %6s %6u\n", "files change meanwhile", "",
	       changed.passed + changed.failed, "", changed.failed);
	*passed += tally.passed + changed.passed;
	*failed += tally.failed + changed.failed;
}
