// SPDX-License-Identifier: GPL-2.0-or-later
#include "app.h"

int main(int argc, char *argv[])
{
	return app_run(argc, argv, &sys_host, "/");
}
