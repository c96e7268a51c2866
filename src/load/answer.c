// SPDX-License-Identifier: GPL-2.0-or-later
/* What the kernel's answers to a load mean here, and what to do about them. */
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>

#include "base/efivar.h"
#include "load/load.h"
#include "plan/verify.h"

#define IMA_PATH "/sys/kernel/security/ima"

/* security/integrity/integrity.h: the first byte of security.ima. Other values are
 * digests, which no policy for a load is content with. */
#define IMA_XATTR "security.ima"
#define IMA_SIGNATURE 3
#define IMA_VERITY_SIGNATURE 6

#define SIGN_IT \
	"install your distribution's signed kernel, or sign it with an enrolled key"
#define ENROL_IT                                                                          \
	"enrol that key (mokutil --import CERTIFICATE) and reboot through the firmware, " \
	"or install your distribution's signed kernel"

/* kernel/kexec_file.c, crypto/asymmetric_keys/, security/; measured on 6.1, 6.12 and 7.3
 */
static const struct {
	int r;
	const char *words;
} errno_words[] = {
	{ -EBUSY,
	  "another kexec load was under way all the time: run '" NAME " --arm' later" },
	{ -ETXTBSY, "a file is open for writing all the time: run '" NAME
		    " --arm' when its writer is done" },
	{ -ENOEXEC, "the kernel does not take this image format" },
	{ -EINVAL, "the kernel refused the image, the command line or the size" },
	{ -ENOMEM, "not enough memory: the load was ended, nothing else was touched" },
	{ -EADDRNOTAVAIL, "the kernel found no place in memory for it" },
	{ -EFBIG, "a file is larger than the kernel takes (4 GiB)" },
	{ -ENODATA,
	  "Secure Boot is on and the kernel image is not signed, so the boot loader may "
	  "refuse it too: " SIGN_IT },
	{ -ENOKEY,
	  "Secure Boot is on and the running kernel trusts no key that signed the kernel "
	  "image: " ENROL_IT },
	{ -EKEYREJECTED,
	  "the signature of the kernel image is wrong or revoked: reinstall its package" },
	{ -ELIBBAD, "the kernel image is damaged: reinstall its package" },
	{ -EBADMSG,
	  "the signature of the kernel image is damaged: reinstall its package" },
	{ -ENOPKG, "the kernel lacks what the image's signature needs" },
	{ -ENOSYS,
	  "this kernel has no kexec_file_load (CONFIG_KEXEC_FILE): install kexec-tools, "
	  "which does without" },
};

/* Lockdown answers to each image that it does not trust in the same way. The keys in shim
 * (MOK) are the kernel's with Secure Boot only (security/integrity/platform_certs/
 * load_uefi.c). */
static const char *not_permitted(const struct ctx *ctx, const struct plan *plan)
{
	if (!verify_is_locked_down(ctx))
		return "the kernel does not permit it: missing CAP_SYS_BOOT, "
		       "kernel.kexec_load_disabled or the load limit";
	if (!plan->is_signed)
		return "the kernel is locked down and the kernel image is not "
		       "signed: " SIGN_IT;
	return efivar_secure_boot(ctx->root)
		       ? "the kernel is locked down and does not trust the signature of "
			 "the kernel image: " ENROL_IT
		       : "the kernel is locked down without Secure Boot and does not "
			 "trust the signature of the kernel image, for it knows the keys "
			 "in shim (MOK) with Secure Boot only: switch that on, or the "
			 "lockdown off";
}

static bool has_ima_signature(int fd)
{
	unsigned char value[4096];
	ssize_t n = fgetxattr(fd, IMA_XATTR, value, sizeof(value));

	/* Too long for us is too long for a digest. */
	return n > 0 ? *value == IMA_SIGNATURE || *value == IMA_VERITY_SIGNATURE
		     : n < 0 && errno == ERANGE;
}

/* Is something else loaded than the files themselves? A copy in memory has no extended
 * attributes. */
static bool is_copied(const struct ctx *ctx, const struct plan *plan)
{
	_cleanup_free_ char *problem = NULL;
	enum kernel_way way;

	return plan->profile || plan_is_joined(plan) ||
	       (plan_way(ctx, plan, plan->type, &way, &problem) > 0 &&
		way == KERNEL_UNPACK);
}

/* Which files the policy asks for cannot be read from it. NULL: no memory. */
static char *not_appraised(const struct ctx *ctx, const struct plan *plan)
{
	_cleanup_free_ char *unsigned_files = strdup("");

	if (!root_exists(ctx->root, IMA_PATH))
		return strdup("a security module of the kernel refused a file: its log "
			      "(dmesg) may tell which and why");
	for (size_t i = 0; unsigned_files && i <= plan->n_initrds; i++) {
		const struct plan_file *file = i ? &plan->initrds[i - 1] : &plan->kernel;
		char *longer;

		if (has_ima_signature(file->fd))
			continue;
		longer = strf("%s%s'%s'", unsigned_files, *unsigned_files ? ", " : "",
			      file->path);
		free(unsigned_files);
		unsigned_files = longer;
	}
	if (!unsigned_files)
		return NULL;
	if (*unsigned_files)
		return strf(
			"the kernel's integrity policy (IMA) wants signed files, and "
			"there is no signature (" IMA_XATTR ") on %s: sign what the "
			"policy asks for (evmctl ima_sign) with a key of the kernel's "
			"IMA keyring",
			unsigned_files);
	if (is_copied(ctx, plan))
		return strdup("the kernel's integrity policy (IMA) wants signed files, "
			      "and what is unpacked or joined in memory to be loaded has "
			      "no signature (" IMA_XATTR ")");
	return strdup("the kernel's integrity policy (IMA) does not trust a signature "
		      "(" IMA_XATTR ") on the kernel or the initramfs: sign them anew "
		      "(evmctl ima_sign) with a key of the kernel's IMA keyring");
}

/* The kernel's answers to an image whose signature it wants. */
static bool is_about_signature(int r)
{
	return r == -EPERM || r == -ENODATA || r == -ENOKEY || r == -EKEYREJECTED;
}

char *load_answer(const struct ctx *ctx, const struct plan *plan, int r)
{
	if (r == -EUCLEAN)
		return strdup("what was copied or unpacked for it is not whole");
	if (plan->profile && !plan->is_signed && is_about_signature(r))
		return strdup(
			"the kernel inside the unified image is not signed itself, "
			"and Secure Boot or lockdown wants that of a kernel that is "
			"loaded");
	if (r == -EPERM)
		return strdup(not_permitted(ctx, plan));
	if (r == -EACCES)
		return not_appraised(ctx, plan);
	for (size_t i = 0; i < ARRAY_SIZE(errno_words); i++)
		if (errno_words[i].r == r)
			return strdup(errno_words[i].words);
	return strdup(strerror(-r));
}
