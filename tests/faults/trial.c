// SPDX-License-Identifier: GPL-2.0-or-later
#include "trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "app.h"
#include "base/macro.h"
#include "base/util.h"
#include "image.h"
#include "keep/runfiles.h"
#include "store.h"
#include "unit/scene.h"

#define TIMEOUT_S 20 /* of a run; it takes milliseconds */
#define STATES_MAX 4096
#define WHOLE_MAX 32
#define CRASHED 99 /* what a sanitizer exits with */

static const char *const outside[] = { "/etc/conf.d/kexec", "/etc/default/kexec",
				       "/etc/default/kexec.d/warmboot",
				       "/etc/warmboot.conf", "/boot/grub/grub.cfg" };

struct trial {
	const struct job *job;
	char *beside; /* the scene's folder */
	struct store *start;
	char *leads_to[4]; /* what one and two runs lead to; without files of others */
	char *image;	   /* what the kernel holds then; of a gate: before */
	char *whole[WHOLE_MAX]; /* texts that files of others may have */
	size_t n_whole;
	unsigned calls;
	unsigned char *classes;
	uint64_t states[STATES_MAX];
	unsigned n_states;
	const char *name; /* of this run */
	bool failed;
};

const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "exitcode=99";
}

const char *__ubsan_default_options(void);
const char *__ubsan_default_options(void)
{
	return "exitcode=99:print_stacktrace=1";
}

static void complain(struct trial *t, const char *fmt, ...) _printf_(2, 3);
static void complain(struct trial *t, const char *fmt, ...)
{
	_cleanup_free_ char *log = scene_fake_read("log", NULL);
	va_list ap;

	t->failed = true;
	printf("%s, %s: ", t->job->name, t->name);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	printf("\n%s", str_or(log, ""));
}

/* --- Runs ----------------------------------------------------------------------- */

_Noreturn static void be_program(const char *const *words, bool counted)
{
	_cleanup_free_ char *path = strf("%s/../log", scene_machine());
	int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644),
	    null = open("/dev/null", O_RDWR | O_CLOEXEC), argc = 1, status;
	char *argv[8] = { (char[]){ NAME } };

	while (words[argc - 1]) {
		argv[argc] = strdup(words[argc - 1]);
		argc++;
	}
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	alarm(TIMEOUT_S);
	if (counted)
		wrap_start();
	status = app_run(argc, argv, &sys_wrapped, scene_machine());
	_exit(status);
}

int trial_call(const char *const *words)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		be_program(words, false);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Returns what waitpid(2) says, when all processes of the run have ended. */
static int run_words(const char *const *words, const struct wrap_plan *plan)
{
	int status = 0, other;
	pid_t pid, ended;

	fflush(stdout);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	scene_fake("log", "");
	wrap_begin(plan, scene_machine());
	pid = fork();
	if (pid == 0)
		be_program(words, true);
	while ((ended = waitpid(-1, &other, 0)) > 0 || errno == EINTR)
		if (ended == pid)
			status = other;
	wrap_end();
	return status;
}

static int run_clean(const char *const *words)
{
	static const struct wrap_plan none;

	return run_words(words, &none);
}

/* --- What a run without a fault does ------------------------------------------------ */

static void learn_outside(struct trial *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		char *text = scene_read(outside[i]);
		bool known = !text;

		for (size_t j = 0; j < t->n_whole && !known; j++)
			known = streq(t->whole[j], text);
		if (known || t->n_whole == WHOLE_MAX)
			free(text);
		else
			t->whole[t->n_whole++] = text;
	}
}

static void learn_from(struct trial *t, const char *const *words)
{
	if (run_clean(words) != 0)
		complain(t, "'%s' without a fault fails", words[0]);
	learn_outside(t);
}

/* Texts of other programs' files: as they are, ours, put back, and switched off. */
static void learn_whole(struct trial *t)
{
	static const char *const off[] = { "--disarm", NULL },
				 *const on[] = { "--arm", NULL },
				 *const remove[] = { "--hook", "package-remove", NULL };

	learn_outside(t);
	learn_from(t, off);
	(void)run_clean(on);
	learn_outside(t);
	learn_from(t, remove);
	for (int i = 0; i < 2; i++) {
		store_put_back(t->start);
		scene_put("/etc/systemd/system/x.wants/kexec-load.service", "");
		scene_put("/etc/runlevels/default/kexec", "");
		if (i == 0)
			(void)run_clean(on);
		(void)run_clean(off);
		learn_outside(t);
	}
}

static void learn(struct trial *t)
{
	learn_whole(t);
	store_put_back(t->start);
	if (t->job->kind == JOB_GATE) /* it may unload, where the machine goes on */
		t->image = image_of_kernel();
	(void)run_clean(t->job->words);
	t->calls = wrap_count();
	t->classes = malloc(t->calls + 1);
	for (unsigned i = 1; i <= t->calls; i++)
		t->classes[i] = (unsigned char)wrap_class_of(i);
	learn_outside(t);
	t->leads_to[0] = image_describe(true);
	t->leads_to[1] = image_describe(false);
	if (t->job->kind != JOB_GATE)
		t->image = image_of_kernel();
	if (t->job->kind == JOB_HOOK || t->job->kind == JOB_HAND)
		(void)run_clean(t->job->words);
	t->leads_to[2] = image_describe(true);
	t->leads_to[3] = image_describe(false);
}

struct trial *trial_begin(const struct job *job)
{
	struct trial *t = calloc(1, sizeof(*t));

	t->job = job;
	t->name = "without a fault";
	job->prepare();
	t->beside = strdup(scene_machine());
	*strrchr(t->beside, '/') = '\0';
	if (scene_loaded() && !job->foreign) {
		/* The scene armed by the calls of fake_sys: what it holds is what its
		 * record says. */
		bool loading;
		_cleanup_free_ char *image = image_of_record(&loading);

		scene_fake("image", image ? image : "damaged");
	}
	t->start = store_take(t->beside);
	learn(t);
	return t;
}

void trial_end(struct trial *t)
{
	for (size_t i = 0; i < t->n_whole; i++)
		free(t->whole[i]);
	store_free(t->start);
	free(t->beside);
	for (size_t i = 0; i < ARRAY_SIZE(t->leads_to); i++)
		free(t->leads_to[i]);
	free(t->image);
	free(t->classes);
	free(t);
}

unsigned trial_calls(const struct trial *t)
{
	return t->calls;
}

enum wrap_class trial_class(const struct trial *t, unsigned call)
{
	return (enum wrap_class)t->classes[call];
}

unsigned trial_states(const struct trial *t)
{
	return t->n_states;
}

/* --- What has to be true ------------------------------------------------------------ */

static void check_status(struct trial *t, const struct wrap_plan *plan, int status)
{
	int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;

	if (killed && plan->what <= WRAP_KILL && plan->what >= WRAP_KILL_ONE)
		return;
	if (code < 0)
		complain(t, "ended by signal %d", WTERMSIG(status));
	else if (code == CRASHED || code > 3 || code == 2)
		complain(t, "exit status %d", code);
	else if (code != 0 && t->job->kind != JOB_HAND)
		complain(t, "a hook's exit status is %d", code);
}

static void check_outside(struct trial *t)
{
	for (size_t i = 0; i < ARRAY_SIZE(outside); i++) {
		_cleanup_free_ char *text = scene_read(outside[i]);
		bool known = !text;

		for (size_t j = 0; j < t->n_whole && !known; j++)
			known = streq(t->whole[j], text);
		if (!known)
			complain(t, "%s is neither the old nor the new one:\n%s",
				 outside[i], text);
	}
}

static void check_no_temporary(struct trial *t, const char *below)
{
	_cleanup_free_ char *folder = strf("%s%s", scene_machine(), below);
	_cleanup_free_ char *path = store_find(folder, "." NAME "-new");

	if (path)
		complain(t, "%s was left behind", path);
}

static void check_record(struct trial *t)
{
	bool loading;
	_cleanup_free_ char *kernel = image_of_kernel(),
			    *record = image_of_record(&loading);

	if (!kernel || streq(kernel, "of another program") || streq(kernel, "damaged"))
		return;
	if (!record && !(t->job->kind == JOB_GATE && t->image && streq(t->image, kernel)))
		complain(t, "there is an image, and no record of it: %s", kernel);
	else if (record && !loading && !streq(record, kernel))
		complain(t, "the kernel holds '%s', and the record says '%s'", kernel,
			 record);
}

/* How often a jump was asked for. */
static unsigned jumps(void)
{
	return scene_calls("run /bin/systemctl --force kexec") +
	       scene_calls("reboot kexec");
}

/* @kernel: what was loaded when a jump was asked for, @times times. */
static void check_jump(struct trial *t, unsigned times, const char *kernel)
{
	bool may = t->job->kind == JOB_STOP || t->job->kind == JOB_GATE;

	if (times == 0 || !kernel || t->job->foreign)
		return;
	if (!may || !strstr(t->leads_to[0], RUN_GO ": FINGERPRINT") ||
	    !streq(kernel, t->image))
		complain(t, "the gate jumps into '%s' without consent", kernel);
}

static void check_gate(struct trial *t)
{
	static const char *const words[] = { "--hook", "gate", "kexec", NULL };
	_cleanup_free_ char *kernel = image_of_kernel();
	unsigned before = jumps();

	if (run_clean(words) != 0)
		complain(t, "the gate fails afterwards");
	check_jump(t, jumps() - before, kernel);
}

/* The lines of @a that @b does not have. */
static void print_missing(const char *sign, const char *a, const char *b)
{
	_cleanup_free_ char *lines = strdup(a);
	char *save = NULL;

	for (char *line = strtok_r(lines, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save))
		if (!strstr(b, line))
			printf("  %s %s\n", sign, line);
}

/* Other programs' files that could not be written are told and stay whole as they were;
 * after a kill nobody was told, so they have to follow. */
static void check_again(struct trial *t, bool killed)
{
	_cleanup_free_ char *now = NULL;
	int status = run_clean(t->job->words);

	if (status != 0 && t->job->kind == JOB_HOOK)
		complain(t, "the same once more fails: %d", status);
	now = image_describe(killed);
	if (!streq(now, t->leads_to[!killed]) && !streq(now, t->leads_to[2 + !killed])) {
		complain(t, "the same once more leads elsewhere:");
		print_missing("+", now, t->leads_to[!killed]);
		print_missing("-", t->leads_to[!killed], now);
	}
	check_record(t);
	check_no_temporary(t, "/etc");
}

/* The same state need not be looked at twice. */
static bool is_new_state(struct trial *t, bool killed)
{
	uint64_t hash = store_hash(scene_machine()) ^ killed;

	for (unsigned i = 0; i < t->n_states; i++)
		if (t->states[i] == hash)
			return false;
	if (t->n_states < STATES_MAX)
		t->states[t->n_states++] = hash;
	return true;
}

static void check_afterwards(struct trial *t, bool killed)
{
	struct store *left;

	if (!is_new_state(t, killed) || t->job->kind == JOB_GATE)
		return;
	left = store_take(t->beside);
	check_gate(t);
	if (t->job->kind != JOB_STOP) {
		store_put_back(left);
		check_again(t, killed);
	}
	store_free(left);
}

/* What the caller wants besides, of the state that the run has left. */
static void check_besides(struct trial *t, const char *(*wrong)(void))
{
	struct store *left = store_take(t->beside);
	const char *words = wrong();

	if (words)
		complain(t, "%s", words);
	store_put_back(left);
	store_free(left);
}

bool trial_run(struct trial *t, const struct wrap_plan *plan, const char *name,
	       const char *(*wrong)(void))
{
	bool killed = plan->what == WRAP_KILL || plan->what == WRAP_KILL_ONE;
	_cleanup_free_ char *kernel = NULL;
	unsigned before;
	int status;

	t->name = name;
	t->failed = false;
	store_put_back(t->start);
	kernel = image_of_kernel();
	before = jumps();
	status = run_words(t->job->words, plan);
	check_status(t, plan, status);
	if (t->job->kind == JOB_GATE)
		check_jump(t, jumps() - before, kernel);
	if (plan->what != WRAP_CALL) /* whoever changed files meanwhile changed these */
		check_outside(t);
	if (!killed && !plan->lasting)
		check_no_temporary(t, "");
	check_record(t);
	if (wrong)
		check_besides(t, wrong);
	/* What a stop consents to when things change is for @wrong to say. */
	if (plan->what != WRAP_CALL)
		check_afterwards(t, killed);
	else if (t->job->kind != JOB_STOP)
		check_gate(t);
	return !t->failed;
}
