// SPDX-License-Identifier: GPL-2.0-or-later
#include "others.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/macro.h"
#include "base/util.h"
#include "image.h"
#include "keep/runfiles.h"
#include "trial.h"
#include "unit/scene.h"

#define NEW_KERNEL "/boot/vmlinuz-" SCENE_NEW
#define NEW_INITRD "/boot/initrd.img-" SCENE_NEW
#define YEAR (365L * 24 * 3600)

/* --- What is done before a call ---------------------------------------------------- */

/* The scene's own writing is not the program's: it is not counted (WRAP_CALL). */
static void replace_by_link(const char *name, const char *target)
{
	_cleanup_free_ char *path = strf("%s%s", scene_machine(), name);
	_cleanup_free_ char *aside = strf("%s.aside", path);

	(void)!rename(path, aside);
	(void)!symlink(target, path);
}

static void swap_kernel(void)
{
	replace_by_link(NEW_KERNEL, "vmlinuz-" SCENE_OLD);
}

static void swap_initrd(void)
{
	replace_by_link(NEW_INITRD, "/etc/passwd");
}

/* As an attacker would who may write to the folder: to a tree that looks the same. */
static void swap_boot(void)
{
	scene_put("/srv/boot/grub/grub.cfg",
		  "timeout=5; menuentry 'x' {\nlinux /boot/x\n}\n");
	replace_by_link("/boot", "/srv/boot");
}

static void resize(const char *name, long by)
{
	_cleanup_free_ char *path = strf("%s%s", scene_machine(), name);
	_cleanup_fclose_ FILE *f = fopen(path, by > 0 ? "ae" : "r+e");

	if (f && by > 0)
		fprintf(f, "%*s", (int)by, "");
	else if (f && fseek(f, by, SEEK_END) == 0)
		(void)!ftruncate(fileno(f), ftell(f));
}

static void grow_initrd(void)
{
	resize(NEW_INITRD, 4);
}

static void cut_initrd(void)
{
	resize(NEW_INITRD, -200);
}

static void cut_kernel(void)
{
	resize(NEW_KERNEL, -200);
}

static void grow_menu(void)
{
	resize("/boot/grub/grub.cfg", 4);
}

static void move_clock(long by)
{
	_cleanup_free_ char *now = scene_fake_read("now", NULL);
	_cleanup_free_ char *then = strf("%ld\n", strtol(now, NULL, 10) + by);

	scene_fake("now", then);
}

static void clock_back(void)
{
	move_clock(-30 * YEAR);
}

static void clock_on(void)
{
	move_clock(30 * YEAR);
}

/* The next kernel, and its own hook: it gets the lock, or is turned away, since the faked
 * waiting takes no time. */
static void another_hook(void)
{
	static const char *const words[] = { "--hook", "dpkg-postinst", SCENE_NEWER, "x",
					     NULL };

	scene_install(SCENE_NEWER);
	if (trial_call(words) != 0)
		scene_put("/failed", "");
}

static void disarm(void)
{
	static const char *const words[] = { "--disarm", NULL };

	(void)trial_call(words);
}

/* And there is no way to write them anew. */
static void lose_records(void)
{
	replace_by_link(RUN_DIR, "/nowhere/at/all");
}

/* A lock of a process that is gone: the file stays, and nobody holds it. */
static void leave_lock(void)
{
	scene_put(RUN_LOCK, "999999\n");
}

/* --- What has to be true then ----------------------------------------------------------
 */

/* A stop that consents has seen the files as they are now. */
static const char *consents_to_old_files(void)
{
	static const char *const words[] = { "--hook", "service-stop", NULL };

	scene_put("/run/systemd/system/x", "");
	scene_fake("run/systemctl", "12 reboot.target start waiting\n");
	if (trial_call(words) != 0)
		return "the stop fails afterwards";
	return scene_exists(RUN_GO) && !image_is_on_disk()
		       ? "the stop consents to files that are no longer there"
		       : NULL;
}

static const char *is_not(const char *version)
{
	_cleanup_free_ char *record = NULL, *armed = scene_armed_version();
	bool loading = true;

	record = image_of_record(&loading);
	if (!scene_loaded() || !streq(armed, version) || loading)
		return "it is not armed";
	return scene_exists(RUN_AGAIN) ? "somebody was turned away for good" : NULL;
}

static const char *new_is_not_armed(void)
{
	return is_not(SCENE_NEW);
}

static const char *newer_is_not_armed(void)
{
	return scene_exists("/failed") ? "the other hook failed" : is_not(SCENE_NEWER);
}

static const char *disarming_is_lost(void)
{
	return scene_exists(RUN_DISARMED) ? NULL : "--disarm has left no mark";
}

static const char *something_is_loaded(void)
{
	return scene_loaded() ? "there is an image, and nobody knows whose" : NULL;
}

/* The gate, which comes after a stop: how often it asks for a jump, or -1 if it fails. */
static int jumps_of_gate(void)
{
	static const char *const words[] = { "--hook", "gate", "kexec", NULL };
	unsigned before = scene_calls("run /bin/systemctl --force kexec");

	if (trial_call(words) != 0)
		return -1;
	return (int)(scene_calls("run /bin/systemctl --force kexec") - before);
}

static const char *gate_fails(void)
{
	return jumps_of_gate() < 0 ? "the gate fails afterwards" : NULL;
}

static const char *jumps_at_all(void)
{
	return jumps_of_gate() != 0 ? "the gate jumps, or fails" : NULL;
}

/* Another kernel was installed meanwhile: whoever looked last has seen it. */
static const char *jumps_into_older(void)
{
	_cleanup_free_ char *armed = scene_armed_version();
	int jumps = jumps_of_gate();

	if (scene_exists("/failed"))
		return "the other hook failed";
	return jumps < 0 || (jumps > 0 && !streq(armed, SCENE_NEWER))
		       ? "the gate jumps into what no longer boots next, or fails"
		       : NULL;
}

static const char *is_armed_all_the_same(void)
{
	return scene_loaded() || !scene_exists(RUN_DISARMED) ? "it is still armed" : NULL;
}

struct act {
	const char *name;
	void (*act)(void);
	const char *(*wrong)(void);
	bool until_load; /* later it is nobody's fault */
};

static const struct act while_arming[] = {
	{ "the kernel becomes a link to another", swap_kernel, consents_to_old_files,
	  false },
	{ "the initramfs becomes a link elsewhere", swap_initrd, consents_to_old_files,
	  false },
	{ "/boot becomes a link elsewhere", swap_boot, consents_to_old_files, false },
	{ "the initramfs grows", grow_initrd, consents_to_old_files, false },
	{ "the initramfs is cut", cut_initrd, consents_to_old_files, false },
	{ "the kernel is cut", cut_kernel, consents_to_old_files, false },
	{ "GRUB's menu grows", grow_menu, consents_to_old_files, false },
	{ "the clock goes back", clock_back, new_is_not_armed, false },
	{ "the clock goes on", clock_on, new_is_not_armed, false },
	{ "another hook runs", another_hook, newer_is_not_armed, false },
	{ "somebody disarms", disarm, disarming_is_lost, false },
	{ "the records are gone", lose_records, something_is_loaded, true },
	{ "a lock is left behind", leave_lock, new_is_not_armed, false },
	{ NULL, NULL, NULL, false },
};

/* By hand: what is written is the same, and status tells the user. */
static const struct act by_hand[] = {
	{ "the kernel becomes a link to another", swap_kernel, consents_to_old_files,
	  false },
	{ "the initramfs is cut", cut_initrd, consents_to_old_files, false },
	{ "/boot becomes a link elsewhere", swap_boot, consents_to_old_files, false },
	{ "the clock goes back", clock_back, new_is_not_armed, false },
	{ "another hook runs", another_hook, newer_is_not_armed, false },
	{ NULL, NULL, NULL, false },
};

/* Without records there is no telling the image from another program's, which is left
 * alone: that they are gone is no case here. */
static const struct act while_stopping[] = {
	{ "the kernel becomes a link to another", swap_kernel, gate_fails, false },
	{ "the initramfs becomes a link elsewhere", swap_initrd, gate_fails, false },
	{ "/boot becomes a link elsewhere", swap_boot, gate_fails, false },
	{ "the initramfs grows", grow_initrd, gate_fails, false },
	{ "the kernel is cut", cut_kernel, gate_fails, false },
	{ "the clock goes back", clock_back, gate_fails, false },
	{ "the clock goes on", clock_on, gate_fails, false },
	{ "another hook runs", another_hook, jumps_into_older, false },
	{ "somebody disarms", disarm, jumps_at_all, false },
	{ "a lock is left behind", leave_lock, gate_fails, false },
	{ NULL, NULL, NULL, false },
};

static const struct act while_disarming[] = {
	{ "the clock goes back", clock_back, is_armed_all_the_same, false },
	{ "another hook runs", another_hook, is_armed_all_the_same, false },
	{ "somebody disarms", disarm, is_armed_all_the_same, false },
	{ "a lock is left behind", leave_lock, is_armed_all_the_same, false },
	{ NULL, NULL, NULL, false },
};

static const struct {
	const char *job;
	const struct act *acts;
} meanwhile[] = {
	{ "hook, new kernel", while_arming },
	{ "arm by hand", by_hand },
	{ "stop, unchanged", while_stopping },
	{ "disarm", while_disarming },
};
static const char *const folders[] = { "/run", "/var", "/etc", "/boot", "/" };

/* --- Runs ----------------------------------------------------------------------------
 */

struct tally {
	unsigned passed, failed;
};

static void tally_up(struct tally *tally, bool well)
{
	tally->passed += well;
	tally->failed += !well;
}

static void run_folders(const struct job *job, struct tally *tally)
{
	for (size_t i = 0; i < 2 * ARRAY_SIZE(folders); i++) {
		const struct wrap_plan plan = { .folder = folders[i / 2],
						.full = i % 2,
						.lasting = true };
		_cleanup_free_ char *name =
			strf("%s is %s", plan.folder, plan.full ? "full" : "read-only");
		struct trial *trial;

		scene_begin();
		trial = trial_begin(job);
		tally_up(tally, trial_run(trial, &plan, name, NULL));
		trial_end(trial);
		scene_end();
	}
}

/* Of many calls of a kind, one in so many. Locks, loads and what is written: each. */
static unsigned stride(enum wrap_class class, bool all)
{
	if (class == WRAP_MEMORY)
		return all ? 29 : 1000;
	return all || class == WRAP_LOCK || class == WRAP_LOAD || class == WRAP_RENAME ||
			       class == WRAP_UNLINK
		       ? 1
		       : 15;
}

static void run_act(struct trial *trial, const struct act *act, bool all,
		    struct tally *tally)
{
	unsigned last = trial_calls(trial);

	for (unsigned call = 1; call <= last; call++) {
		enum wrap_class class = trial_class(trial, call);
		const struct wrap_plan plan = { .at = call,
						.what = WRAP_CALL,
						.other = act->act };
		_cleanup_free_ char *name = strf("%s before call %u", act->name, call);

		if (call % stride(class, all) == 0)
			tally_up(tally, trial_run(trial, &plan, name, act->wrong));
		if (act->until_load && class == WRAP_LOAD)
			break;
	}
}

static void run_acts(const struct job *job, const struct act *acts, bool all,
		     struct tally *tally)
{
	struct trial *trial;

	scene_begin();
	trial = trial_begin(job);
	for (; acts->name; acts++)
		run_act(trial, acts, all, tally);
	trial_end(trial);
	scene_end();
}

static void print(const char *what, const struct tally *tally)
{
	printf("%-24s %6s %6u %6s %6u\n", what, "", tally->passed + tally->failed, "",
	       tally->failed);
}

void others_run(bool (*is_picked)(const char *name), bool all, unsigned *passed,
		unsigned *failed)
{
	struct tally folder = { 0, 0 }, others = { 0, 0 };

	for (size_t i = 0; i < n_jobs; i++)
		if (is_picked(jobs[i].name))
			run_folders(&jobs[i], &folder);
	print("folders without room", &folder);
	for (size_t i = 0; i < n_jobs * ARRAY_SIZE(meanwhile); i++) {
		const struct job *job = &jobs[i % n_jobs];
		size_t k = i / n_jobs;

		if (streq(job->name, meanwhile[k].job) && is_picked(job->name))
			run_acts(job, meanwhile[k].acts, all, &others);
	}
	print("things happen meanwhile", &others);
	*passed += folder.passed + others.passed;
	*failed += folder.failed + others.failed;
}
