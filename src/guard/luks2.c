// SPDX-License-Identifier: GPL-2.0-or-later
#include "guard/luks2.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "base/util.h"

#define REGISTERS 24 /* of a PC's TPM (TCG PC Client Platform TPM Profile) */
#define SSS_DEPTH_MAX 4

static const char magic[6] = { 'L', 'U', 'K', 'S', (char)0xba, (char)0xbe };

int luks2_area_length(const uint8_t *header, size_t len, size_t *ret)
{
	uint64_t size = 0;

	if (len < LUKS2_HEADER_LEN || memcmp(header, magic, sizeof(magic)) != 0 ||
	    header[6] != 0 || header[7] != 2)
		return 0;
	for (int i = 8; i < 16; i++)
		size = size << 8 | header[i];
	if (size <= LUKS2_HEADER_LEN || size > LUKS2_AREA_MAX || size % 4096 != 0)
		return -EBADMSG;
	*ret = (size_t)size;
	return 1;
}

static int add_register(struct tpm_binding *binding, json_int_t number)
{
	if (number < 0 || number >= REGISTERS)
		return -EBADMSG;
	binding->registers |= 1U << number;
	return 0;
}

/* [7, 11]; a missing list is an empty one. */
static int add_list(struct tpm_binding *binding, const json_t *list)
{
	if (!list)
		return 0;
	if (!json_is_array(list))
		return -EBADMSG;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		int r = json_is_integer(item)
				? add_register(binding, json_integer_value(item))
				: -EBADMSG;

		if (r < 0)
			return r;
	}
	return 0;
}

static int systemd_token(const json_t *token, struct tpm_binding *binding)
{
	const json_t *lock = json_object_get(token, "tpm2_pcrlock");
	int r = add_list(binding, json_object_get(token, "tpm2-pcrs"));

	binding->any = true;
	if (r == 0)
		r = add_list(binding, json_object_get(token, "tpm2_pubkey_pcrs"));
	binding->pcrlock |= lock && !json_is_false(lock) && !json_is_null(lock);
	return r;
}

/* "0,7": numbers with commas between them; what clevis got from its user. */
static int add_text(struct tpm_binding *binding, const char *text)
{
	while (*text) {
		size_t len = strcspn(text, ",");
		_cleanup_free_ char *item = strndup(text, len);
		uint64_t number;

		if (!item)
			return -ENOMEM;
		if (parse_u64(str_strip(item), &number) < 0 ||
		    add_register(binding, number < REGISTERS ? (json_int_t)number : -1) <
			    0)
			return -EBADMSG;
		text += len + (text[len] == ',');
	}
	return 0;
}

static int base64url_digit(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* RFC 4648 section 5, without padding. @ret holds at least @len bytes. */
static int base64url(const char *text, size_t len, char *ret, size_t *ret_len)
{
	unsigned bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int digit = base64url_digit(text[i]);

		if (digit < 0)
			return -EBADMSG;
		bits = (bits << 6 | (unsigned)digit) & 0xffffff;
		have += 6;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (char)(bits >> have);
		}
	}
	*ret_len = n;
	return 0;
}

/* A value takes a hundred bytes in memory, and two in the text. NULL: no JSON, or too
 * many of them. */
static json_t *load(const char *text, size_t len, size_t flags)
{
	size_t values = 0;

	for (size_t i = 0; i < len; i++)
		values += text[i] == ',' || text[i] == '[' || text[i] == '{';
	return values <= LUKS2_VALUES_MAX ? json_loadb(text, len, flags, NULL) : NULL;
}

static int clevis_header(const char *text, size_t len, unsigned depth,
			 struct tpm_binding *binding);

/* The pin "sss": as many of its "jwe" as "t" says are needed; any of them counts. */
static int clevis_sss(const json_t *sss, unsigned depth, struct tpm_binding *binding)
{
	const json_t *list = json_object_get(sss, "jwe");

	if (!json_is_array(list) || depth >= SSS_DEPTH_MAX)
		return -EBADMSG;
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *jwe = json_string_value(json_array_get(list, i));
		int r = jwe ? clevis_header(jwe, strcspn(jwe, "."), depth + 1, binding)
			    : -EBADMSG;

		if (r < 0)
			return r;
	}
	return 0;
}

/* What a protected header of a JWE says, in base64url. */
static int clevis_header(const char *text, size_t len, unsigned depth,
			 struct tpm_binding *binding)
{
	_cleanup_free_ char *plain = malloc(len + 1);
	_cleanup_json_ json_t *header = NULL;
	const json_t *clevis, *tpm2, *ids;
	const char *pin;
	size_t n;
	int r = plain ? base64url(text, len, plain, &n) : -ENOMEM;

	if (r < 0)
		return r;
	header = load(plain, n, 0);
	clevis = json_object_get(header, "clevis");
	pin = json_string_value(json_object_get(clevis, "pin"));
	if (!pin)
		return -EBADMSG;
	if (streq(pin, "sss"))
		return clevis_sss(json_object_get(clevis, "sss"), depth, binding);
	if (!starts_with(pin, "tpm"))
		return 0; /* tang and its like ask others than the TPM */
	binding->any = true;
	tpm2 = json_object_get(clevis, "tpm2");
	ids = json_object_get(tpm2, "pcr_ids");
	if (!streq(pin, "tpm2") || !tpm2)
		binding->opaque = true;
	else if (json_is_string(ids))
		return add_text(binding, json_string_value(ids));
	else if (ids)
		return add_list(binding, ids);
	return 0;
}

static int clevis_token(const json_t *token, struct tpm_binding *binding)
{
	const json_t *jwe = json_object_get(token, "jwe");
	const char *text = json_string_value(json_object_get(jwe, "protected"));

	if (!text)
		text = json_string_value(jwe); /* the compact form */
	return text ? clevis_header(text, strcspn(text, "."), 0, binding) : -EBADMSG;
}

/* A token that is not of a known shape is opaque: what others say about it still counts.
 */
static int add_token(const json_t *token, struct tpm_binding *binding)
{
	const char *type = json_string_value(json_object_get(token, "type"));
	int r = 0;

	if (!type)
		return -EBADMSG;
	if (streq(type, "systemd-tpm2"))
		r = systemd_token(token, binding);
	else if (streq(type, "clevis"))
		r = clevis_token(token, binding);
	else if (streq(type, "ubuntu-fde") || strstr(type, "tpm"))
		binding->any = binding->opaque = true;
	if (r != -EBADMSG)
		return r;
	binding->any = binding->opaque = true;
	return 0;
}

int luks2_tokens(const char *json, size_t len, struct tpm_binding *binding)
{
	_cleanup_json_ json_t *all = NULL;
	json_t *tokens;
	const char *name;
	json_t *token;

	all = load(json, strnlen(json, len), JSON_REJECT_DUPLICATES);
	tokens = json_object_get(all, "tokens");
	if (!json_is_object(tokens))
		return -EBADMSG;
	json_object_foreach(tokens, name, token)
	{
		int r = add_token(token, binding);

		if (r < 0)
			return r;
	}
	return 0;
}
