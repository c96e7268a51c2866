// SPDX-License-Identifier: GPL-2.0-or-later
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/envfile.h"
#include "base/util.h"
#include "verify/uki.h"

/* Where what a section holds goes. */
static const struct {
	const char *name;
	size_t offset, max;
} texts[] = {
	{ ".cmdline", offsetof(struct uki_profile, cmdline), UKI_TEXT_MAX },
	{ ".osrel", offsetof(struct uki_profile, osrel), UKI_TEXT_MAX },
	{ ".uname", offsetof(struct uki_profile, uname), UKI_UNAME_MAX },
	{ ".sbat", offsetof(struct uki_profile, sbat), UKI_TEXT_MAX },
	{ ".profile", offsetof(struct uki_profile, text), UKI_TEXT_MAX },
};

static const struct {
	const char *name;
	size_t offset;
} parts[] = {
	{ ".linux", offsetof(struct uki_profile, linux_image) },
	{ ".initrd", offsetof(struct uki_profile, initrd) },
	{ ".ucode", offsetof(struct uki_profile, ucode) },
	{ ".pcrsig", offsetof(struct uki_profile, pcrsig) },
	{ ".pcrpkey", offsetof(struct uki_profile, pcrpkey) },
};

static void *field(struct uki_profile *profile, size_t offset)
{
	return (char *)profile + offset;
}

static void profile_done(struct uki_profile *profile)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*(char **)field(profile, texts[i].offset));
	free(profile->id);
	free(profile->title);
}

void uki_done(struct uki *uki)
{
	for (size_t i = 0; i < uki->n_profiles; i++)
		profile_done(&uki->profiles[i]);
	free(uki->profiles);
	free(uki->sections);
	*uki = (struct uki)UKI_EMPTY;
}

/* --- Texts ------------------------------------------------------------------- */

static int read_text(int fd, const struct pe_section *s, size_t max, char **ret)
{
	size_t len = pe_section_length(s);
	_cleanup_free_ char *text = NULL;
	int r;

	if (len > max)
		return -E2BIG;
	text = calloc(1, len + 1);
	if (!text)
		return -ENOMEM;
	r = read_full_at(fd, text, len, s->offset);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(text);
	return 0;
}

static bool is_blank(char c)
{
	return (unsigned char)c <= ' ' || c == '\x7f';
}

/*
 * As systemd-stub passes it on since version 254 (mangle_stub_cmdline(); older ones leave
 * what is blank at the start, which the kernel skips): blanks and control characters are
 * cut at both ends, and are spaces between.
 */
static void mangle_cmdline(char *text)
{
	size_t len = strlen(text), start = 0;

	while (len > 0 && is_blank(text[len - 1]))
		text[--len] = '\0';
	while (start < len && is_blank(text[start]))
		start++;
	memmove(text, text + start, len - start + 1);
	for (char *p = text; *p; p++)
		if (is_blank(*p))
			*p = ' ';
}

static int parse_profile_text(struct uki_profile *p)
{
	_cleanup_envfile_ struct envfile file = ENVFILE_EMPTY;
	int r = envfile_parse(p->text, strlen(p->text), &file);

	if (r < 0)
		return r;
	r = str_set(&p->id, envfile_get(&file, "ID"));
	return r < 0 ? r : str_set(&p->title, envfile_get(&file, "TITLE"));
}

/* The "#### LoaderInfo: systemd-stub 252.38-1~deb12u1 ####" of .sdmagic. */
static int read_stub_version(int fd, struct uki *uki)
{
	static const char before[] = "LoaderInfo: systemd-stub ";
	const struct pe_section *s = pe_find(uki->sections, uki->n_sections, ".sdmagic");
	_cleanup_free_ char *text = NULL;
	const char *p;
	int r;

	if (!s || pe_section_length(s) > UKI_TEXT_MAX)
		return 0;
	r = read_text(fd, s, UKI_TEXT_MAX, &text);
	if (r < 0)
		return r;
	p = strstr(text, before);
	if (!p)
		return 0;
	for (p += strlen(before); *p >= '0' && *p <= '9' && uki->stub_version < 10000;
	     p++)
		uki->stub_version = uki->stub_version * 10 + (unsigned)(*p - '0');
	return 0;
}

/* --- Sections ---------------------------------------------------------------- */

/* Takes what @sections hold; what is already there gives way. */
static int take_sections(int fd, const struct pe_section *sections, size_t count,
			 struct uki_profile *p)
{
	const struct pe_section *s;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		char **text = field(p, texts[i].offset);

		s = pe_find(sections, count, texts[i].name);
		if (!s)
			continue;
		free(*text);
		*text = NULL;
		r = read_text(fd, s, texts[i].max, text);
		if (r < 0)
			return r;
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		s = pe_find(sections, count, parts[i].name);
		if (s)
			*(struct uki_part *)field(p, parts[i].offset) =
				(struct uki_part){ s->offset, pe_section_length(s) };
	}
	if (pe_find(sections, count, ".dtb") || pe_find(sections, count, ".dtbauto"))
		p->has_devicetree = true;
	return 0;
}

static int take_profile(int fd, struct uki *uki, size_t number)
{
	struct uki_profile *p = &uki->profiles[number];
	size_t first, count;
	int r;

	(void)pe_profile(uki->sections, uki->n_sections, PE_PROFILE_BASE, &first, &count);
	r = take_sections(fd, uki->sections, count, p);
	if (r == 0 && pe_profile(uki->sections, uki->n_sections, number, &first, &count))
		r = take_sections(fd, uki->sections + first, count, p);
	if (r < 0)
		return r;
	if (p->cmdline)
		mangle_cmdline(p->cmdline);
	return p->text ? parse_profile_text(p) : 0;
}

static int take_profiles(int fd, struct uki *uki)
{
	size_t n = pe_profiles(uki->sections, uki->n_sections);

	if (n > UKI_PROFILES_MAX)
		return -E2BIG;
	uki->is_multi_profile = n > 0;
	n = n > 0 ? n : 1;
	uki->profiles = calloc(n, sizeof(*uki->profiles));
	if (!uki->profiles)
		return -ENOMEM;
	uki->n_profiles = n;
	for (size_t i = 0; i < n; i++) {
		int r = take_profile(fd, uki, i);

		if (r < 0)
			return r;
	}
	return 0;
}

/* No section may lie outside of the file, also none that is not used here: the firmware
 * would not load it. */
static int check_sections(const struct uki *uki, uint64_t size)
{
	for (size_t i = 0; i < uki->n_sections; i++) {
		const struct pe_section *s = &uki->sections[i];

		if ((uint64_t)s->offset + s->size > size)
			return -EBADMSG;
	}
	return 0;
}

static int read_sections(int fd, uint64_t size, struct uki *uki)
{
	size_t len = size < PE_HEADER_BYTES ? (size_t)size : PE_HEADER_BYTES;
	_cleanup_free_ uint8_t *buf = malloc(len + 1);
	int r;

	if (!buf)
		return -ENOMEM;
	r = read_full_at(fd, buf, len, 0);
	if (r < 0)
		return r;
	if (pe_parse(buf, len, &uki->pe) < 0)
		return -ENOEXEC;
	if (uki->pe.n_sections > PE_SECTIONS_MAX)
		return -E2BIG;
	uki->sections = calloc(uki->pe.n_sections + 1, sizeof(*uki->sections));
	if (!uki->sections)
		return -ENOMEM;
	uki->n_sections =
		pe_sections(buf, len, &uki->pe, uki->sections, uki->pe.n_sections);
	return uki->n_sections < uki->pe.n_sections ? -EBADMSG : 0;
}

static int read_all(int fd, bool addon, struct uki *uki)
{
	struct stat st;
	bool has_linux;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	r = read_sections(fd, (uint64_t)st.st_size, uki);
	if (r < 0)
		return r;
	has_linux = pe_find(uki->sections, uki->n_sections, ".linux") != NULL;
	if (has_linux == addon)
		return -ENOEXEC;
	r = check_sections(uki, (uint64_t)st.st_size);
	if (r == 0)
		r = take_profiles(fd, uki);
	return r < 0 ? r : read_stub_version(fd, uki);
}

static int read_or_empty(int fd, bool addon, struct uki *ret)
{
	int r;

	*ret = (struct uki)UKI_EMPTY;
	r = read_all(fd, addon, ret);
	if (r < 0)
		uki_done(ret);
	return r;
}

int uki_read(int fd, struct uki *ret)
{
	return read_or_empty(fd, false, ret);
}

int uki_read_addon(int fd, struct uki *ret)
{
	return read_or_empty(fd, true, ret);
}
