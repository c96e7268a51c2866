# SPDX-License-Identifier: GPL-2.0-or-later
"""The images "sysvinit" and "openrc": Debian 12 without systemd, GRUB on BIOS."""

from . import bios
from .image import Recipe, direct_boot
from .machine import Machine

PACKAGES = ["grub-pc", "unattended-upgrades", "e2fsprogs"]


def _first_boot(part):
    machine = Machine(part / "first-boot", part / "disk.raw", extra=direct_boot(part),
                      disk_format="raw")
    try:
        machine.wait_boot()
        machine.check("grub-install /dev/vda && update-grub && apt-get update && sync", 600)
        machine.shell.send("poweroff")
        machine.wait_off()
    finally:
        machine.kill()


RECIPE = Recipe("sysvinit", __file__, PACKAGES, [], bios.make_disk, _first_boot,
                init=("sysvinit-core", "initscripts", "sysv-rc"))
# OpenRC over sysvinit, from the first boot on.
OPENRC = Recipe("openrc", __file__, PACKAGES, [], bios.make_disk, _first_boot,
                init=("sysvinit-core", "initscripts", "openrc"))
