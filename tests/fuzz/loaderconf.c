// SPDX-License-Identifier: GPL-2.0-or-later
/* loader.conf, and what is read in it matched and compared with all else that is in it.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "find/blsname.h"
#include "find/blsorder.h"
#include "find/loaderconf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct loaderconf conf;
	struct blsname name;

	if (loaderconf_parse((const char *)data, size, &conf) < 0) {
		if (conf.default_pattern || conf.preferred)
			abort();
		return 0;
	}
	if (conf.default_pattern && conf.preferred) {
		int r = blsorder_version(conf.default_pattern, conf.preferred);

		if (r != -blsorder_version(conf.preferred, conf.default_pattern))
			abort();
		(void)blsname_matches(conf.default_pattern, conf.preferred);
		if (blsname_read(conf.preferred, ".conf", &name) == 1 &&
		    strlen(name.id) > strlen(conf.preferred))
			abort();
		free(name.id);
	}
	loaderconf_done(&conf);
	return 0;
}
