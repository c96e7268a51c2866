# SPDX-License-Identifier: GPL-2.0-or-later
"""The image "bios": Debian 12, GRUB on BIOS, one partition."""

import struct

from .image import Recipe, direct_boot
from .machine import Machine
from .proc import run

DISK_MIB = 3072
PARTITION_MIB = 1                 # where the partition starts; GRUB lives in the gap before it


def make_disk(part, log):
    """One ext4 on an MBR disk; GRUB adds its code at the first boot."""
    disk = part / "disk.raw"
    with open(disk, "wb") as out:
        out.truncate(DISK_MIB << 20)
    run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", part / "tree",
        "-E", f"offset={PARTITION_MIB << 20}", disk, f"{DISK_MIB - PARTITION_MIB}M", log=log)
    # An MBR with one active Linux partition.
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff",
                        PARTITION_MIB * 2048, (DISK_MIB - PARTITION_MIB) * 2048)
    with open(disk, "r+b") as out:
        out.seek(440)
        out.write(b"WARM\0\0" + entry + bytes(48) + b"\x55\xaa")


def first_boot(part):
    """GRUB installs itself best on the machine that it is for: no guessing of devices."""
    machine = Machine(part / "first-boot", part / "disk.raw", extra=direct_boot(part),
                      disk_format="raw")
    try:
        machine.wait_boot()
        machine.check("grub-install /dev/vda && update-grub && apt-get update && sync", 600)
        machine.poweroff()
    finally:
        machine.kill()


RECIPE = Recipe("bios", __file__, ["grub-pc", "unattended-upgrades"], ["kexec-tools"],
                make_disk, first_boot)
