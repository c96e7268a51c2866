# SPDX-License-Identifier: GPL-2.0-or-later
"""
Offline updates, as systemd.offline-updates(7) describes them: packages are downloaded, the machine
reboots into system-update.target, a service there installs them and reboots once more.

Here it is PackageKit's, which GNOME and KDE use. dnf5's offline update is the same mechanism with a
service of its own (dnf5-offline-transaction.service); no release of Debian has it.
"""

from harness.boots import FIRMWARE, KERNEL, LOADER_KEXEC, reboot
from harness.warm import expect, expect_armed, expect_not_armed

from . import scenario
from .releases import trixie, trixie_kernels

# An older linux-image-cloud-amd64 for PackageKit to update: the new one brings the kernel.
# PackageKit has to think that it is online.
DOWNLOAD = """set -e
# Where it hangs, the console is busy all the same.
mkdir /etc/systemd/system/packagekit-offline-update.service.d
printf '[Service]\nTimeoutStartSec=20min\n' \
    >/etc/systemd/system/packagekit-offline-update.service.d/limit.conf
mkdir -p /tmp/meta/DEBIAN
cat >/tmp/meta/DEBIAN/control <<END
Package: linux-image-cloud-amd64
Version: 6.12.0-1
Architecture: amd64
Maintainer: Machine tests <root@localhost>
Depends: linux-image-$(uname -r)
Description: for the machine tests
END
dpkg-deb -b /tmp/meta /tmp/meta.deb
dpkg -i /tmp/meta.deb
ip route add default dev lo
pkcon -p refresh force
pkcon -p get-updates
pkcon -p -y --only-download update
pkcon -p offline-trigger
test -L /system-update"""


def _update(armed):
    """Reboot into the update, and wait until the machine is up after it; both boots in one."""
    boot = reboot(armed.machine, "reboot", patience=1200)
    newest = trixie_kernels().newest
    told = armed.machine.run("journalctl -b -1 -o cat -u packagekit-offline-update -u packagekit"
                             " -u warmboot -t warmboot --no-pager; ls -l /system-update;"
                             " pkcon -p offline-get-prepared")[1]
    banners = KERNEL.findall(boot.console)
    expect(banners == [armed.kernel, newest], f"kernels that started: {banners}\n{told}")
    expect(boot.release == newest, f"{boot.release} runs, not {newest}")
    expect(boot.cmdline == armed.cmdline, f"the command line is {boot.cmdline}")
    # What is seen before the banner of the first kernel, and between it and the second one's.
    first, second = (list(KERNEL.finditer(boot.console))[i].start() for i in (0, 1))
    expect(boot.loader == LOADER_KEXEC and not FIRMWARE.search(boot.console[first:second]),
           f"the reboot after the update went through the firmware:\n{told}")
    expect_not_armed(armed.machine)
    return boot, bool(FIRMWARE.search(boot.console[:first]))


@scenario("trixie", everyday=False)
def trixie_offline_update(machine, states):
    """Debian 13: PackageKit's offline update is warm both ways: into it, and into its kernel."""
    armed = trixie(machine, states)
    machine.check(DOWNLOAD, 1200)
    expect_armed(machine, armed.kernel)
    boot, firmware = _update(armed)
    expect(not firmware, "the reboot into the update went through the firmware")
    expect(not boot.resets, f"QEMU saw {boot.resets} processor resets")


@scenario("trixie", everyday=False)
def trixie_offline_update_from_cold(machine, states):
    """Debian 13: the same with nothing armed before: only the first reboot shows the firmware."""
    armed = trixie(machine, states)
    machine.check(DOWNLOAD, 1200)
    machine.check("warmboot --disarm")
    boot, firmware = _update(armed)
    expect(firmware and boot.resets, "the reboot into the update was warm, although disarmed")
