# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "secureboot": Debian 12 as its installer leaves it on UEFI (shim, GRUB and kernels as
Debian signs them, an EFI system partition at /boot/efi), with tools to sign and to enrol keys.

Its variables hold Microsoft's keys: on the hardware SECURE each link of the chain is checked by
the one before it, and the kernel locks itself down. The image "insecure" is the same without any
keys, so that its firmware, on INSECURE, checks nothing.
"""

import functools

from .image import Recipe, direct_boot
from .machine import SECURE, Hardware, Machine
from .proc import run

MICROSOFTS, NONE = "/usr/share/OVMF/OVMF_VARS_4M.ms.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"
INSECURE = Hardware(board="q35")
# Name, size in MiB, GPT type; one behind the other from 1 MiB on.
ESP, ROOT = ("ESP", 128, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"), \
            ("root", 2800, "0FC63DAF-8483-4772-8E79-3D69D8477DE4")
# On a busy host the kernel's test of its timer fails on this board, and it panics.
NO_TIMER_CHECK = "no_timer_check"
# A busy host's udev is not done after systemd's 90 s.
FSTAB = "LABEL=ESP /boot/efi vfat umask=0077,x-systemd.device-timeout=900 0 2\n"


def _disk(part, log):
    disk, tree = part / "disk.raw", part / "tree"
    with open(tree / "etc/fstab", "a", encoding="utf-8") as out:
        out.write(FSTAB)
    (tree / "boot/efi").mkdir(exist_ok=True)
    with open(disk, "wb") as out:
        out.truncate((2 + ESP[1] + ROOT[1]) << 20)
    (part / "table").write_text("label: gpt\n" + "".join(
        f"size={size}MiB, type={kind}, name={name}\n" for name, size, kind in (ESP, ROOT)),
        encoding="utf-8")
    run("sh", "-c", 'sfdisk -q "$1" <"$2"', "sfdisk", disk, part / "table", log=log)
    # With larger clusters it has too few of them for FAT32, and the firmware does not read it.
    run("mkfs.vfat", "-F", "32", "-s", "1", "-n", "ESP", "--offset", 2048, disk, ESP[1] << 10,
        log=log)
    run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", tree,
        "-E", f"offset={(1 + ESP[1]) << 20}", disk, f"{ROOT[1]}M", log=log)


def _first_boot(keys, hardware, part):
    run("qemu-img", "convert", "-O", "qcow2", keys, part / "vars.qcow2")
    *boot, words = direct_boot(part)
    machine = Machine(part / "first-boot", part / "disk.raw",
                      extra=(*boot, f"{words} {NO_TIMER_CHECK}"), disk_format="raw",
                      efi_vars=part / "vars.qcow2", hardware=hardware)
    try:
        machine.wait_boot()
        # The signed GRUB loads no module, so it has no serial terminal but the firmware's.
        machine.check(f"""set -e
            mountpoint /boot/efi
            sed -i -e 's/^GRUB_TERMINAL=.*/GRUB_TERMINAL=console/' \\
                -e 's/^GRUB_CMDLINE_LINUX="/&{NO_TIMER_CHECK} /' /etc/default/grub
            grep -F 'LINUX="{NO_TIMER_CHECK} console' /etc/default/grub
            grub-install --target=x86_64-efi --uefi-secure-boot
            update-grub
            apt-get update
            sync""", 600)
        machine.poweroff()
    finally:
        machine.kill()


def _recipe(name, keys, hardware):
    return Recipe(name, __file__,
                  ["grub-efi-amd64", "grub-efi-amd64-signed", "shim-signed", "efibootmgr",
                   "mokutil", "sbsigntool", "openssl", "keyutils", "attr", "ima-evm-utils"],
                  [], _disk, functools.partial(_first_boot, keys, hardware))


RECIPE = _recipe("secureboot", MICROSOFTS, SECURE)
WITHOUT_KEYS = _recipe("insecure", NONE, INSECURE)
