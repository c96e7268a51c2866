// SPDX-License-Identifier: GPL-2.0-or-later
/* bootmount-test ARGUMENT...: the program on "/", for use in a chroot. Mounts, time and
 * the programs that it runs are real; the rest of the machine is faked by /fake
 * (fake_sys.h). */
#include "app.h"
#include "fake_sys.h"

int main(int argc, char *argv[])
{
	struct sys sys = sys_fake;

	sys.own_mounts = sys_host.own_mounts;
	sys.mount = sys_host.mount;
	sys.run = sys_host.run;
	sys.sleep_ms = sys_host.sleep_ms;
	sys.now = sys_host.now;
	fake_sys_use("/fake");
	return app_run(argc, argv, &sys, "/");
}
