/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which TPM registers the keys of a LUKS2 volume are bound to, as its tokens tell. Pure.
 *
 * The header: LUKS2 On-Disk Format Specification 1.1.1, section 2; its checksum is that
 * of the whole area. The tokens:
 *   systemd-tpm2   "tpm2-pcrs": [7], "tpm2_pubkey_pcrs": [11], "tpm2_pcrlock": true
 *                  (systemd-cryptenroll(1), src/shared/tpm2-util.c)
 *   clevis         "jwe": an object whose "protected" is base64url of the header, there
 *                  "clevis": {"pin": "tpm2", "tpm2": {"pcr_ids": "0,7"}}; or the pin
 *                  "sss", which holds more of them in compact form
 * (clevis-encrypt-tpm2(1), clevis-encrypt-sss(1)) ubuntu-fde     Canonical's full disk
 * encryption: a policy in the key's own data
 */
#ifndef GUARD_LUKS2_H
#define GUARD_LUKS2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/macro.h"

#define LUKS2_HEADER_LEN 4096		 /* the binary part; the JSON follows */
#define LUKS2_AREA_MAX (4 * 1024 * 1024) /* both; the largest that the format has */
#define LUKS2_VALUES_MAX 65536		 /* in its JSON; some hundred are usual */

struct tpm_binding {
	uint32_t registers; /* bit N: bound to register N */
	bool pcrlock;	    /* to a policy of systemd-pcrlock(8), which can name any */
	bool opaque;	    /* by the TPM, in a way that is not understood */
	bool any;	    /* a token that asks the TPM is there */
};

/*
 * The length of the whole area in *@ret, from the first LUKS2_HEADER_LEN bytes. 1; 0 if
 * this is no LUKS2 header (LUKS1, or no LUKS at all); or -EBADMSG.
 */
_must_check_ int luks2_area_length(const uint8_t *header, size_t len, size_t *ret);

/* Adds what the tokens of the JSON text say to *@binding. Returns 0, -EBADMSG for what is
 * no JSON, has more than LUKS2_VALUES_MAX values or tokens of a wrong shape, or -ENOMEM.
 */
_must_check_ int luks2_tokens(const char *json, size_t len, struct tpm_binding *binding);

#endif
