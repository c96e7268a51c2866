# SPDX-License-Identifier: GPL-2.0-or-later
"""
The plain states: a base image booted by its own boot loader, warmboot unpacked and started in
it, and little more. A new kind of machine is a recipe (image.py) and a row here.
"""

from dataclasses import dataclass

from . import efi, openrc_init, runit, secureboot, sysvinit, tpm, trixie, voidlike
from .image import Recipe
from .machine import PC, SECURE, Hardware

START_SYSTEMD = "systemctl daemon-reload && systemctl enable --now warmboot"
START_SYSVINIT = """update-rc.d warmboot defaults && update-rc.d warmboot-gate defaults &&
    service warmboot start"""
# tar gave the folder its old time back; OpenRC looks for new scripts only where that is newer.
START_OPENRC = """touch /etc/init.d && rc-update add warmboot default &&
    rc-service warmboot start"""

SECURE_BOOT_IS_ON = """mokutil --sb-state | grep 'SecureBoot enabled' &&
    grep -F '[integrity]' /sys/kernel/security/lockdown"""
SECURE_BOOT_IS_OFF = """! mokutil --sb-state | grep 'SecureBoot enabled' &&
    grep -F '[none]' /sys/kernel/security/lockdown"""


@dataclass
class Plain:
    """
    One state. STAGE: which installation (paths.STAGES); in another release of Debian than the
    host's it is the one that release.py compiles. THEN: a script that must succeed in the
    started machine. ARM: the running kernel is armed by hand, which is enough for what happens
    at a reboot.
    """

    recipe: Recipe
    stage: str = "systemd"
    start: str = START_SYSTEMD
    then: str = ""
    arm: bool = False
    hardware: Hardware = PC

    @property
    def key(self):
        """All that makes this state, but its recipe, as text."""
        return (self.stage, self.start, self.then, self.arm, self.hardware.board,
                self.hardware.efi_code, self.hardware.argv)


PLAIN = {
    "efi": Plain(efi.RECIPE, then="bootctl status | grep -q 'Product: systemd-boot'"),
    "tpm": Plain(tpm.RECIPE, then=tpm.THEN, hardware=tpm.HARDWARE),
    "sysvinit": Plain(sysvinit.RECIPE, "sysvinit", START_SYSVINIT, arm=True),
    "secureboot": Plain(secureboot.RECIPE, hardware=SECURE, then=SECURE_BOOT_IS_ON),
    "insecure": Plain(secureboot.WITHOUT_KEYS, hardware=secureboot.INSECURE,
                      then=SECURE_BOOT_IS_OFF),
    "openrc": Plain(sysvinit.OPENRC, "openrc", START_OPENRC, arm=True),
    "openrc-init": Plain(openrc_init.RECIPE, "openrc", START_OPENRC,
                         "test $(readlink /proc/1/exe) = /usr/sbin/openrc-init", arm=True),
    # Debian's runit runs the scripts of sysvinit.
    "runit": Plain(runit.RECIPE, "sysvinit", START_SYSVINIT,
                   "test $(readlink /proc/1/exe) = /usr/sbin/runit", arm=True),
    "void": Plain(runit.RECIPE, "runit", voidlike.START, arm=True),
    "trixie": Plain(trixie.RECIPE, arm=True),
}
