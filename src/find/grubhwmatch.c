// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Ubuntu's hwmatch FILE CLASS: sets $match to 1 if one of the lines in FILE, a pattern
 * each, is a PCI device of that class. Its menus ask so whether the graphics card can
 * keep its mode, and hand the answer to the kernel (vt.handoff=7).
 */
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "find/grubrun.h"

#define LINE_COST (16 * 1024) /* of trying one, as bytes of other work */
#define DEVICE_COST 4096      /* of asking for one: five files */

/* Does @line match one of @devices whole? */
static int match_line(struct grubrun *run, const char *line, const struct strv *devices,
		      const char *class)
{
	_cleanup_free_ char *pattern = strf("^%s$", line);
	regex_t regex;
	int r = grubrun_charge(run, LINE_COST), found = 0;

	if (!pattern || r < 0)
		return pattern ? r : -ENOMEM;
	if (!grubcmd_can_match(line))
		return grubrun_doubt(run, strf("the pattern '%s'", line));
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return 0;
	for (size_t i = 0; !found && i < devices->count; i++)
		found = strstr(devices->items[i], class) &&
			regexec(&regex, devices->items[i], 0, NULL, 0) == 0;
	regfree(&regex);
	return found;
}

static int match_lines(struct grubrun *run, char *text, const struct strv *devices,
		       const char *class)
{
	char *line;
	int r = 0;

	while (r == 0 && (line = strsep(&text, "\n"))) {
		line[strcspn(line, "\r")] = '\0';
		if (*line && *line != '#')
			r = match_line(run, line, devices, class);
	}
	return r;
}

int grubcmd_hwmatch(struct grubrun *run, const struct grubargs *args,
		    const struct grubnode *block)
{
	_cleanup_strv_ struct strv devices = STRV_EMPTY;
	_cleanup_free_ char *text = NULL;
	char class[16];
	uint64_t n = 0;
	size_t len;
	int r;

	if (args->count < 3)
		return GRUB_FALSE;
	r = grubrun_read(run, args->items[1], &text, &len);
	if (r == 0)
		r = grubrun_charge(run, len);
	if (r != 0)
		return r;
	(void)grubcmd_number(args->items[2], &n, NULL);
	snprintf(class, sizeof(class), "bc%02xsc", (unsigned)(n & 0xff));
	r = run->host->pci(run->host->data, &devices);
	if (r == 0)
		r = grubrun_charge(run, devices.count * DEVICE_COST);
	if (r == -ENOMEM || r == -E2BIG)
		return r;
	if (r == 0)
		r = match_lines(run, text, &devices, class);
	else
		r = grubcmd_ask(run, args, block) == 0; /* nobody knows the devices */
	return r < 0 ? r : grubvars_set(run->vars, "match", r ? "1" : "0");
}
