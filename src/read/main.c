// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * warmboot-read: reads what is inside a kernel image, an initramfs or a package, and says
 * on stdout what it found. warmboot starts it with the file as standard input: it opens
 * no file by name.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <limits.h>
#include <openssl/crypto.h>
#include <string.h>
#include <sys/resource.h>

#include "base/util.h"
#include "read/out.h"
#include "read/request.h"
#include "read/sandbox.h"
#include "verify/uki.h"

enum { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

static const struct verb {
	const char *name;
	const char *options; /* the letters below that go with it */
	int (*run)(const struct request *);
} verbs[] = {
	{ "image", "vamhdpo", request_image },	    { "unpack", "va", request_unpack },
	{ "initramfs", "vduh", request_initramfs }, { "digest", "", request_digest },
	{ "inspect", "n", request_inspect },
};

static const struct option options[] = {
	{ "version", required_argument, NULL, 'v' },
	{ "arch", required_argument, NULL, 'a' },
	{ "md5", required_argument, NULL, 'm' },
	{ "modules-fd", required_argument, NULL, 'd' },
	{ "unpacked-max", required_argument, NULL, 'u' },
	{ "header-only", no_argument, NULL, 'h' },
	{ "name", required_argument, NULL, 'n' },
	{ "profile", required_argument, NULL, 'p' },
	{ "modules-optional", no_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

static int usage(const char *what, const char *detail)
{
	fprintf(stderr, "warmboot-read: %s%s%s\n", what, detail ? ": " : "",
		detail ? detail : "");
	fputs("usage: warmboot-read image [--version VER] [--arch ARCH] [--md5 HEX] [--header-only]\n"
	      "                           [--profile N] [--modules-fd N] [--modules-optional]\n"
	      "       warmboot-read unpack [--version VER] [--arch ARCH] 3>KERNEL\n"
	      "       warmboot-read initramfs [--version VER] [--modules-fd N] [--unpacked-max BYTES]"
	      " [--header-only]\n"
	      "       warmboot-read digest\n"
	      "       warmboot-read inspect [--name BASENAME]\n"
	      "The file is standard input. Started by warmboot(8).\n",
	      stderr);
	return -EINVAL;
}

static int set_option(struct request *q, int option, const char *value)
{
	uint64_t n;

	switch (option) {
	case 'v':
		q->version = value;
		return 0;
	case 'a':
		q->arch = value;
		return 0;
	case 'm':
		q->md5 = value;
		return strlen(value) == 32 ? 0 : usage("not an MD5", value);
	case 'd':
		if (parse_u64(value, &n) < 0 || n > INT_MAX)
			return usage("not a file descriptor", value);
		q->modules_fd = (int)n;
		return 0;
	case 'u':
		return parse_u64(value, &q->unpacked_max) < 0
			       ? usage("not a number", value)
			       : 0;
	case 'h':
		q->header_only = true;
		return 0;
	case 'o':
		q->modules_optional = true;
		return 0;
	case 'p':
		if (parse_u64(value, &n) < 0 || n >= UKI_PROFILES_MAX)
			return usage("not a profile's number", value);
		q->profile = (size_t)n;
		return 0;
	default:
		q->name = value;
		return 0;
	}
}

static int parse(int argc, char *argv[], struct request *q, const struct verb **ret_verb)
{
	const struct verb *verb = NULL;
	int option, r;

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (streq(argv[1], verbs[i].name))
			verb = &verbs[i];
	if (!verb)
		return usage("what to read", argc > 1 ? argv[1] : NULL);
	optind = 2;
	opterr = 0;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == '?' || !strchr(verb->options, option))
			return usage("an option that does not go here", argv[optind - 1]);
		r = set_option(q, option, optarg);
		if (r < 0)
			return r;
	}
	if (optind != argc)
		return usage("unexpected", argv[optind]);
	*ret_verb = verb;
	return 0;
}

/* AddressSanitizer's shadow alone is larger than any limit, and it looks for leaks from
 * outside. */
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANDBOXED false
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANDBOXED false
#endif
#endif
#ifndef IS_SANDBOXED
#define IS_SANDBOXED true
#endif

/* Twice a window of 128 MiB, and more than enough beside: nothing in a file may ask for
 * more. */
#define MEMORY_MAX ((rlim_t)512 << 20)

/* Without the limit the codecs' own ones remain. */
static void limit_memory(void)
{
	const struct rlimit limit = { MEMORY_MAX, MEMORY_MAX };

	(void)setrlimit(RLIMIT_DATA, &limit);
}

int main(int argc, char *argv[])
{
	struct request q = { .fd = STDIN_FILENO, .modules_fd = -1, .out = stdout };
	const struct verb *verb = NULL;
	int r;

	if (parse(argc, argv, &q, &verb) < 0)
		return EXIT_USAGE;
	/* Its configuration may name engines and files, none of which has a say in a
	 * checksum. */
	if (OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT,
				NULL) != 1) {
		fputs("warmboot-read: cannot start libcrypto\n", stderr);
		return EXIT_FAILED;
	}
	if (IS_SANDBOXED) {
		limit_memory();
		r = sandbox_enter(q.modules_fd);
		if (r < 0) {
			fprintf(stderr, "warmboot-read: cannot give up its rights: %s\n",
				strerror(-r));
			return EXIT_FAILED;
		}
	}
	out_begin(q.out);
	r = verb->run(&q);
	if (r == 0)
		r = out_end(q.out);
	if (r < 0) {
		fprintf(stderr, "warmboot-read: cannot read the file: %s\n",
			strerror(-r));
		return EXIT_FAILED;
	}
	return EXIT_DONE;
}
