# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "sysvinit": Debian 12 without systemd, GRUB on BIOS. OpenRC is in the repository on
its disk: the state "openrc" is this machine after `apt-get install openrc`.
"""

from . import bios
from .image import Recipe, direct_boot
from .machine import Machine


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


RECIPE = Recipe("sysvinit", __file__, ["grub-pc", "unattended-upgrades", "e2fsprogs"], ["openrc"],
                bios.make_disk, _first_boot, init=("sysvinit-core", "initscripts", "sysv-rc"))
