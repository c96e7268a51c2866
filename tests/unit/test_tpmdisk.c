// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Disks and the TPM. The tokens have the shape that systemd-cryptenroll 252 and 257 and
 * clevis luks bind 19 give them (tests/unit/data is not needed: a header is 4096 bytes
 * and text).
 */
#include <check.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "guard/luks2.h"
#include "guard_machine.h"

Suite *tpmdisk_suite(void);

#define R(n) (1U << (n))
#define TOKENS(t) "{\"keyslots\":{},\"tokens\":{" t "},\"segments\":{}}"
#define SYSTEMD(rest) "\"0\":{\"type\":\"systemd-tpm2\",\"keyslots\":[\"1\"]," rest "}"
#define CLEVIS(b64)                                                                       \
	"\"1\":{\"type\":\"clevis\",\"keyslots\":[\"2\"],\"jwe\":{\"ciphertext\":\"eA\"," \
	"\"protected\":\"" b64 "\",\"tag\":\"eA\"}}"

/* base64url of {"alg":"dir","clevis":{"pin":"tpm2","tpm2":{"hash":"sha256",
 * "pcr_bank":"sha256","pcr_ids":"0,7"}},"enc":"A256GCM"}, and so on. */
#define JWE_TPM2_0_7                                                                       \
	"eyJhbGciOiJkaXIiLCJjbGV2aXMiOnsicGluIjoidHBtMiIsInRwbTIiOnsiaGFzaCI6InNoYTI1NiIs" \
	"InBjcl9iYW5rIjoic2hhMjU2IiwicGNyX2lkcyI6IjAsNyJ9fSwiZW5jIjoiQTI1NkdDTSJ9"
#define JWE_TPM2_11 "eyJjbGV2aXMiOnsicGluIjoidHBtMiIsInRwbTIiOnsicGNyX2lkcyI6IjExIn19fQ"
#define JWE_TPM2_NONE "eyJjbGV2aXMiOnsicGluIjoidHBtMiIsInRwbTIiOnsia2V5IjoiZWNjIn19fQ"
#define JWE_TANG "eyJjbGV2aXMiOnsicGluIjoidGFuZyIsInRhbmciOnsidXJsIjoiaHR0cDovL3QifX19"

static const struct {
	const char *json;
	int result;
	struct tpm_binding is;
} cases[] = {
	{ TOKENS(""), 0, { 0 } },
	{ TOKENS("\"0\":{\"type\":\"luks2-keyring\",\"keyslots\":[\"0\"]}"), 0, { 0 } },
	{ TOKENS("\"0\":{\"type\":\"systemd-fido2\",\"keyslots\":[\"0\"]}"), 0, { 0 } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[7],\"tpm2-pcr-bank\":\"sha256\"")),
	  0,
	  { .registers = R(7), .any = true } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[]")), 0, { .any = true } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[7],\"tpm2_pubkey_pcrs\":[11]")),
	  0,
	  { .registers = R(7) | R(11), .any = true } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[],\"tpm2_pcrlock\":true")),
	  0,
	  { .pcrlock = true, .any = true } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[7],\"tpm2_pcrlock\":false")),
	  0,
	  { .registers = R(7), .any = true } },
	/* Two tokens: what either needs. */
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[0]") "," CLEVIS(JWE_TPM2_11)),
	  0,
	  { .registers = R(0) | R(11), .any = true } },
	{ TOKENS(CLEVIS(JWE_TPM2_0_7)), 0, { .registers = R(0) | R(7), .any = true } },
	{ TOKENS(CLEVIS(JWE_TPM2_NONE)), 0, { .any = true } },
	{ TOKENS(CLEVIS(JWE_TANG)), 0, { 0 } },
	{ TOKENS("\"0\":{\"type\":\"ubuntu-fde\",\"keyslots\":[\"0\"]}"),
	  0,
	  { .opaque = true, .any = true } },
	{ TOKENS("\"0\":{\"type\":\"ubuntu-fde-recovery\",\"keyslots\":[\"0\"]}"),
	  0,
	  { 0 } },
	/* Of wrong shape: asked of the TPM, but not known how. */
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":\"7\"")), 0, { .opaque = true, .any = true } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[24]")), 0, { .opaque = true, .any = true } },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[-1]")), 0, { .opaque = true, .any = true } },
	{ TOKENS(CLEVIS("e30")), 0, { .opaque = true, .any = true } },
	{ TOKENS(CLEVIS("!!!!")), 0, { .opaque = true, .any = true } },
	{ TOKENS("\"0\":{\"type\":\"clevis\"}"), 0, { .opaque = true, .any = true } },
	{ TOKENS("\"0\":{\"keyslots\":[]}"), -EBADMSG, { 0 } },
	{ "{\"keyslots\":{}}", -EBADMSG, { 0 } },
	{ "{\"tokens\":[]}", -EBADMSG, { 0 } },
	{ "{\"tokens\":{}", -EBADMSG, { 0 } },
	{ "", -EBADMSG, { 0 } },
};

START_TEST(test_tokens)
{
	struct tpm_binding is = { 0 };
	const char *json = cases[_i].json;

	ck_assert_int_eq(luks2_tokens(json, strlen(json) + 1, &is), cases[_i].result);
	if (cases[_i].result < 0)
		return;
	ck_assert_uint_eq(is.registers, cases[_i].is.registers);
	ck_assert_int_eq(is.pcrlock, cases[_i].is.pcrlock);
	ck_assert_int_eq(is.opaque, cases[_i].is.opaque);
	ck_assert_int_eq(is.any, cases[_i].is.any);
}
END_TEST

/* base64url without padding, of the tests' own making. */
static char *encode(const char *s)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-_";
	size_t len = strlen(s), n = 0;
	char *out = calloc(1, len * 2 + 4);

	for (size_t i = 0; i < len; i += 3) {
		unsigned bits = (unsigned)(unsigned char)s[i] << 16;
		size_t left = len - i < 3 ? len - i : 3;

		if (left > 1)
			bits |= (unsigned)(unsigned char)s[i + 1] << 8;
		if (left > 2)
			bits |= (unsigned char)s[i + 2];
		for (size_t j = 0; j <= left; j++)
			out[n++] = digits[bits >> (18 - 6 * j) & 63];
	}
	return out;
}

/* A JWE that needs @inner, in compact form. */
static char *wrap(const char *inner)
{
	_cleanup_free_ char *header =
		strf("{\"clevis\":{\"pin\":\"sss\",\"sss\":{\"p\":\"x\",\"t\":1,\"jwe\":["
		     "\"%s..aXY.Y3Q.dGFn\"]}},\"enc\":\"A256GCM\"}",
		     inner);

	return encode(header);
}

START_TEST(test_shared_secrets)
{
	_cleanup_free_ char *one = wrap(JWE_TPM2_11), *two = wrap(one);
	_cleanup_free_ char *json =
		strf("{\"tokens\":{\"0\":{\"type\":\"clevis\",\"jwe\":{\"protected\":"
		     "\"%s\"}}}}",
		     two);
	struct tpm_binding is = { 0 };

	ck_assert_int_eq(luks2_tokens(json, strlen(json), &is), 0);
	ck_assert_uint_eq(is.registers, R(11));
	ck_assert(is.any && !is.opaque);
}
END_TEST

START_TEST(test_shared_secrets_without_end)
{
	_cleanup_free_ char *jwe = strdup(JWE_TPM2_11), *json = NULL;
	struct tpm_binding is = { 0 };

	for (int i = 0; i < 6; i++) {
		char *outer = wrap(jwe);

		free(jwe);
		jwe = outer;
	}
	json = strf("{\"tokens\":{\"0\":{\"type\":\"clevis\",\"jwe\":{\"protected\":"
		    "\"%s\"}}}}",
		    jwe);
	ck_assert_int_eq(luks2_tokens(json, strlen(json), &is), 0);
	ck_assert(is.opaque);
}
END_TEST

/* ---- a machine ---- */

#define AREA 16384

/* The first header of a LUKS2 volume: its binary part, and the JSON area behind. */
static void make_area(uint8_t area[AREA], const char *json)
{
	memset(area, 0, AREA);
	memcpy(area, "LUKS\xba\xbe\0\2\0\0\0\0\0\0\x40\0", 16);
	memcpy(area + LUKS2_HEADER_LEN, json, strlen(json) + 1);
}

static void put_volume(const char *path, const char *json)
{
	uint8_t area[AREA];

	make_area(area, json);
	machine_put_bytes(path, area, sizeof(area));
}

static void open_volume(const char *dm, const char *slave, const char *kind)
{
	_cleanup_free_ char *uuid = strf("/sys/block/%s/dm/uuid", dm);
	_cleanup_free_ char *link = strf("/sys/block/%s/slaves/%s/dev", dm, slave);
	_cleanup_free_ char *text = strf("CRYPT-%s-0123456789abcdef-root_crypt\n", kind);

	machine_put(uuid, text);
	machine_put(link, "8:2\n");
}

/* Zeros, as on a device without a header. */
static void put_zeros(const char *path)
{
	static const uint8_t zeros[AREA];

	machine_put_bytes(path, zeros, sizeof(zeros));
}

static void machine_with_tpm(void)
{
	machine_begin();
	machine_put("/sys/class/tpm/tpm0/tpm_version_major", "2\n");
	machine_put("/sys/block/dm-9/dm/uuid", "LVM-x\n");
	machine_put("/sys/block/sda/size", "1\n");
}

START_TEST(test_no_volume)
{
	machine_expect("tpm-disk", "oooo", "no disk");
}
END_TEST

static const struct {
	const char *json, *verdicts, *words;
} volumes[] = {
	{ TOKENS(""), "oooo", "no disk" },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[7]")), "oooo", "stay right: 7" },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[0,1,2,3,5,6,7,14]")), "oooo",
	  "0, 1, 2, 3, 5, 6, 7, 14" },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[]")), "oooo", "stay right: none" },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[7,11]")), "vvvv",
	  "the key of /dev/sda3 is bound to the TPM's registers 11," },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[4]")), "vvvv", "registers 4," },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[8,9]")), "vvvv", "registers 8, 9," },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[10]")), "vvvv", "registers 10," },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[12,13]")), "vvvv", "registers 12, 13," },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[15]")), "vvvv", "registers 15," },
	{ TOKENS(SYSTEMD("\"tpm2-pcrs\":[16,23]")), "vvvv", "registers 16, 23," },
	{ TOKENS(SYSTEMD("\"tpm2_pubkey_pcrs\":[11]")), "vvvv", "registers 11," },
	{ TOKENS(SYSTEMD("\"tpm2_pcrlock\":true")), "vvvv", "systemd-pcrlock" },
	{ TOKENS("\"0\":{\"type\":\"ubuntu-fde\"}"), "vvvv", "not understood" },
	{ "{", "?vvv", "/dev/sda3 cannot be read" },
};

START_TEST(test_open_volume)
{
	open_volume("dm-0", "sda3", "LUKS2");
	put_volume("/dev/sda3", volumes[_i].json);
	machine_expect("tpm-disk", volumes[_i].verdicts, volumes[_i].words);
}
END_TEST

/* Without a TPM no header is read. */
START_TEST(test_no_tpm)
{
	machine_remove_tree("/sys/class/tpm");
	open_volume("dm-0", "sda3", "LUKS2");
	put_volume("/dev/sda3", TOKENS(SYSTEMD("\"tpm2-pcrs\":[11]")));
	machine_expect("tpm-disk", "oooo", "no TPM");
}
END_TEST

START_TEST(test_second_volume)
{
	open_volume("dm-0", "sda3", "LUKS2");
	open_volume("dm-1", "cciss!c0d0p1", "LUKS2");
	put_volume("/dev/sda3", TOKENS(SYSTEMD("\"tpm2-pcrs\":[7]")));
	put_volume("/dev/cciss/c0d0p1", TOKENS(SYSTEMD("\"tpm2-pcrs\":[9]")));
	machine_expect("tpm-disk", "vvvv", "/dev/cciss/c0d0p1");
}
END_TEST

/* What is not open now, but crypttab(5) names; and what it says without a token. */
static const struct {
	const char *crypttab, *json, *verdicts, *words;
} crypttabs[] = {
	{ "data UUID=ab-cd - tpm2-device=auto,discard\n",
	  TOKENS(SYSTEMD("\"tpm2-pcrs\":[11]")), "vvvv", "/dev/disk/by-uuid/ab-cd" },
	{ "data UUID=\"ab-cd\" none luks,tpm2-device=auto\n",
	  TOKENS(SYSTEMD("\"tpm2-pcrs\":[7]")), "oooo", "stay right: 7" },
	{ "# data UUID=ab-cd - tpm2-device=auto\n", TOKENS(SYSTEMD("\"tpm2-pcrs\":[11]")),
	  "oooo", "" },
	{ "data UUID=ab-cd none luks\n", TOKENS(SYSTEMD("\"tpm2-pcrs\":[11]")), "oooo",
	  "" },
	{ "data UUID=ab-cd none\ndata2\n\n", TOKENS(""), "oooo", "" },
	{ "data UUID=ab-cd - tpm2-device=auto,tpm2-pcrs=7\n", TOKENS(""), "?vvv",
	  "no token tells" },
	/* Not plugged in. */
	{ "data UUID=none-such - tpm2-device=auto,nofail\n", TOKENS(""), "oooo", "" },
	{ "data ID=what - tpm2-device=auto\n", TOKENS(""), "?vvv", "/etc/crypttab" },
	{ "data UUID=ab-cd none luks,keyscript=/sbin/tpm2-getkey\n", TOKENS(""), "?vvv",
	  "key script" },
};

START_TEST(test_crypttab)
{
	machine_put(_i % 2 ? "/etc/crypttab" : "/etc/crypttab.initramfs",
		    crypttabs[_i].crypttab);
	put_volume("/dev/disk/by-uuid/ab-cd", crypttabs[_i].json);
	machine_expect("tpm-disk", crypttabs[_i].verdicts, crypttabs[_i].words);
}
END_TEST

START_TEST(test_options_of_the_command_line)
{
	machine_put("/proc/cmdline", "rd.luks.uuid=x rd.luks.options=tpm2-device=auto\n");
	machine_expect("tpm-disk", "?vvv", "rd.luks.options=");
	open_volume("dm-0", "sda3", "LUKS2");
	put_volume("/dev/sda3", TOKENS(SYSTEMD("\"tpm2-pcrs\":[7]")));
	machine_expect("tpm-disk", "oooo", "stay right: 7");
}
END_TEST

/* An open volume whose device cannot be found is not known to be harmless. */
START_TEST(test_no_device_node)
{
	open_volume("dm-0", "sdz9", "LUKS2");
	machine_expect("tpm-disk", "?vvv", "/dev/sdz9 cannot be read");
}
END_TEST

/* With integrity, the header is one device further down. */
START_TEST(test_integrity)
{
	open_volume("dm-0", "dm-1", "LUKS2");
	open_volume("dm-1", "sda3", _i ? "SUBDEV" : "INTEGRITY");
	put_zeros("/dev/dm-1");
	put_volume("/dev/sda3", TOKENS(SYSTEMD("\"tpm2-pcrs\":[7]")));
	machine_expect("tpm-disk", "oooo", "stay right: 7");
	put_volume("/dev/sda3", TOKENS(SYSTEMD("\"tpm2-pcrs\":[11]")));
	machine_expect("tpm-disk", "vvvv", "/dev/sda3");
}
END_TEST

/* crypttab says the TPM unlocks it, and its header is in a file. */
START_TEST(test_detached_header)
{
	machine_put("/etc/crypttab", "data /dev/sdb - tpm2-device=auto,header=/x\n");
	put_zeros("/dev/sdb");
	machine_expect("tpm-disk", "?vvv", "/dev/sdb");
}
END_TEST

START_TEST(test_luks1)
{
	open_volume("dm-0", "sda3", "LUKS1");
	machine_expect("tpm-disk", "oooo", "");
	machine_put("/usr/bin/clevis-luks-unlock", "");
	machine_expect("tpm-disk", "?vvv", "clevis");
}
END_TEST

static const struct {
	size_t at;
	uint8_t byte;
	const char *verdicts;
} headers[] = {
	{ 0, 'X', "?vvv" },   /* no LUKS: the header is elsewhere */
	{ 7, 1, "?vvv" },     /* LUKS1, where LUKS2 is open */
	{ 14, 0, "?vvv" },    /* an area of no length */
	{ 15, 1, "?vvv" },    /* of an odd one */
	{ 12, 0x7f, "?vvv" }, /* of more than the format has */
	{ 13, 0x10, "?vvv" }, /* of more than the disk has */
};

START_TEST(test_header)
{
	uint8_t area[AREA];

	make_area(area, TOKENS(""));
	area[headers[_i].at] = headers[_i].byte;
	open_volume("dm-0", "sda3", "LUKS2");
	machine_put_bytes("/dev/sda3", area, sizeof(area));
	machine_expect("tpm-disk", headers[_i].verdicts, "");
}
END_TEST

Suite *tpmdisk_suite(void)
{
	Suite *suite = suite_create("tpmdisk");
	TCase *pure = tcase_create("tokens");
	TCase *tc = tcase_create("machine");

	tcase_add_loop_test(pure, test_tokens, 0, (int)ARRAY_SIZE(cases));
	tcase_add_test(pure, test_shared_secrets);
	tcase_add_test(pure, test_shared_secrets_without_end);
	suite_add_tcase(suite, pure);
	tcase_add_checked_fixture(tc, machine_with_tpm, machine_end);
	tcase_add_test(tc, test_no_volume);
	tcase_add_loop_test(tc, test_open_volume, 0, (int)ARRAY_SIZE(volumes));
	tcase_add_test(tc, test_no_tpm);
	tcase_add_test(tc, test_second_volume);
	tcase_add_loop_test(tc, test_crypttab, 0, (int)ARRAY_SIZE(crypttabs));
	tcase_add_test(tc, test_options_of_the_command_line);
	tcase_add_loop_test(tc, test_integrity, 0, 2);
	tcase_add_test(tc, test_no_device_node);
	tcase_add_test(tc, test_detached_header);
	tcase_add_test(tc, test_luks1);
	tcase_add_loop_test(tc, test_header, 0, (int)ARRAY_SIZE(headers));
	suite_add_tcase(suite, tc);
	return suite;
}
