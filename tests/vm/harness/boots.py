# SPDX-License-Identifier: GPL-2.0-or-later
"""
Reboots and their judge.

How a machine came up is read from three witnesses that know nothing of each other: the serial
console (did the firmware and GRUB show themselves?), QEMU (was the processor reset?) and the
new kernel (the boot protocol's loader type: 208 after kexec, 114 after GRUB).
"""

import re
import time
from dataclasses import dataclass

from .machine import STALL, CheckFailed

FIRMWARE = re.compile(r"SeaBIOS \(version")
GRUB = re.compile(r"GRUB loading|Welcome to GRUB!|GNU GRUB +version")
KERNEL = re.compile(r"Linux version (\S+)")
LOADER_KEXEC, LOADER_GRUB = 208, 114


@dataclass
class Boot:
    """One reboot, from the command to the next root shell. The command line lacks BOOT_IMAGE=."""

    command: str
    seconds: float
    console: str
    resets: int
    release: str
    cmdline: str
    loader: int

    def expect_kexec(self, release, cmdline):
        """The machine must have come up warm, in that kernel, with that command line."""
        banners = KERNEL.findall(self.console)
        self._expect(not FIRMWARE.search(self.console), "the console shows the firmware")
        self._expect(not GRUB.search(self.console), "the console shows GRUB")
        self._expect(not self.resets, f"QEMU saw {self.resets} processor resets")
        self._expect(banners == [release], f"kernels that started: {banners}, not {release}")
        self._expect(self.loader == LOADER_KEXEC, f"bootloader_type is {self.loader}")
        self._expect(self.release == release, f"{self.release} runs, not {release}")
        self._expect(self.cmdline == cmdline,
                     f"the command line is\n  {self.cmdline}\nand not\n  {cmdline}")

    def expect_firmware(self, release=None):
        """The machine must have gone through the firmware and GRUB."""
        self._expect(FIRMWARE.search(self.console), "the console does not show the firmware")
        self._expect(GRUB.search(self.console), "the console does not show GRUB")
        self._expect(self.resets, "QEMU saw no processor reset")
        self._expect(self.loader == LOADER_GRUB, f"bootloader_type is {self.loader}")
        if release:
            self._expect(self.release == release, f"{self.release} runs, not {release}")

    def _expect(self, fine, complaint):
        if not fine:
            raise CheckFailed(f"after `{self.command}`: {complaint}")


def cmdline(machine):
    """The running kernel's command line without what only the boot loader meant."""
    words = machine.check("cat /proc/cmdline").split(" ")
    return " ".join(w for w in words if not w.startswith("BOOT_IMAGE="))


def reboot(machine, command, patience=STALL):
    """
    Give a command that ends in a reboot, wait until the machine is up again.

    PATIENCE: seconds that the console may be silent, for commands that work long before.
    """
    machine.check("sync")
    start, resets, boots = machine.console_size(), machine.resets(), machine.shell.boots
    began = time.monotonic()
    machine.shell.send(command)
    machine.wait_boot(boots, patience)
    seconds = time.monotonic() - began
    return Boot(command, seconds, machine.console_text(start), machine.resets() - resets,
                machine.check("uname -r"), cmdline(machine),
                int(machine.check("cat /proc/sys/kernel/bootloader_type")))
