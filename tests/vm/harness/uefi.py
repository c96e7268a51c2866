# SPDX-License-Identifier: GPL-2.0-or-later
"""Reboots of UEFI machines, with and without the firmware, and whether they come to the same."""

import re
from dataclasses import dataclass

from .boots import LOADER_KEXEC, reboot
from .machine import STALL
from .warm import expect, expect_armed, expect_not_armed

FIRMWARE = re.compile(r"BdsDxe|EFI stub")


@dataclass
class Seen:
    """What a boot looks like from inside: all that must not depend on the way."""

    release: str
    build: str
    cmdline: str
    marks: str              # of each initramfs, in the kernel's log
    lockdown: str           # the kernel's state, and the firmware's variable SecureBoot


def look(machine):
    """What the boot that runs looks like."""
    words = machine.check("cat /proc/cmdline").split()
    return Seen(machine.check("uname -r"), machine.check("uname -v"),
                " ".join(w for w in words if not w.startswith(("BOOT_IMAGE=", "initrd="))),
                machine.check("dmesg | sed -n 's/.*initramfs-mark: //p'"),
                machine.check("cat /sys/kernel/security/lockdown;"
                              " cat /sys/firmware/efi/efivars/SecureBoot-* 2>/dev/null | od -tx1"))


def warm(machine, command="reboot"):
    """Reboot without the firmware, and look."""
    boot = reboot(machine, command)
    expect(not FIRMWARE.search(boot.console), "the console shows the firmware")
    expect(not boot.resets, f"QEMU saw {boot.resets} processor resets")
    expect(boot.loader == LOADER_KEXEC, f"bootloader_type is {boot.loader}")
    return look(machine)


def cold(machine, command="reboot", patience=STALL):
    """Reboot through the firmware, and look. PATIENCE: as in reboot()."""
    boot = reboot(machine, command, patience)
    expect(FIRMWARE.search(boot.console), "the console does not show the firmware")
    expect(boot.resets, "QEMU saw no processor reset")
    expect(boot.loader != LOADER_KEXEC, "bootloader_type says kexec")
    return look(machine)


def both_ways(machine, release):
    """Armed with RELEASE; warm and cold it must come up the same. Ends after the cold boot."""
    expect_armed(machine, release)
    first = warm(machine)
    expect(first.release == release, f"{first.release} runs, not {release}")
    expect_not_armed(machine)
    second = cold(machine)
    expect(first == second, f"warm:\n  {first}\ncold:\n  {second}")
    return second
