# SPDX-License-Identifier: GPL-2.0-or-later
"""
The image "efi": Debian 12 on UEFI (OVMF), systemd-boot with entries that kernel-install
writes, an EFI system partition of its own at /efi, /boot apart. GRUB for EFI, tools for
unified kernel images and dnf are there for the scenarios that want them; /srv/rpm holds the
newer kernels once more, as rpms in Fedora's layout.
"""

from . import paths
from .image import Recipe, direct_boot, kernels
from .machine import OVMF_VARS, Machine
from .proc import hash_files, run

KERNEL_RPM = paths.TOP / "tests/tools/lib/kernel-rpm"

# Name, size in MiB, GPT type; one behind the other from 1 MiB on.
PARTITIONS = (("ESP", 320, "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"),
              ("boot", 320, "0FC63DAF-8483-4772-8E79-3D69D8477DE4"),
              ("root", 2800, "0FC63DAF-8483-4772-8E79-3D69D8477DE4"))
CMDLINE = "root=LABEL=root rw console=ttyS0,115200 warmboot.mark=from-entry"


def _disk(part, log):
    disk, tree = part / "disk.raw", part / "tree"
    for version in kernels(part)[1:]:
        deb, = (tree / "srv/repo").glob(f"linux-image-{version}_*.deb")
        run(KERNEL_RPM, tree / "srv/rpm", "--deb", deb, log=log)
    total = 2 + sum(size for _, size, _ in PARTITIONS)
    with open(disk, "wb") as out:
        out.truncate(total << 20)
    table, starts, at = "label: gpt\n", {}, 1
    for name, size, kind in PARTITIONS:
        table += f"start={at}MiB, size={size}MiB, type={kind}, name={name}\n"
        starts[name] = at
        at += size
    (part / "table").write_text(table, encoding="utf-8")
    run("sh", "-c", 'sfdisk -q "$1" <"$2"', "sfdisk", disk, part / "table", log=log)
    (tree / "boot").rename(part / "boot")
    (tree / "boot").mkdir()
    (tree / "efi").mkdir()
    for name, size, _ in PARTITIONS:
        offset = starts[name] << 20
        if name == "ESP":
            run("mkfs.vfat", "-F", "32", "-n", name, "--offset", starts[name] * 2048, disk,
                size << 10, log=log)
        else:
            run("mke2fs", "-q", "-t", "ext4", "-L", name,
                "-d", tree if name == "root" else part / "boot",
                "-E", f"offset={offset}", disk, f"{size}M", log=log)
    run("rm", "-rf", part / "boot")


def _first_boot(part):
    run("qemu-img", "convert", "-O", "qcow2", OVMF_VARS, part / "vars.qcow2")
    machine = Machine(part / "first-boot", part / "disk.raw", extra=direct_boot(part),
                      disk_format="raw", efi_vars=part / "vars.qcow2")
    version = (part / "kernels").read_text(encoding="utf-8").split()[0]
    try:
        machine.wait_boot()
        machine.check(f"""set -e
            mountpoint /efi && mountpoint /boot
            bootctl install
            echo '{CMDLINE}' >/etc/kernel/cmdline
            printf 'timeout 1\\n' >/efi/loader/loader.conf
            kernel-install add {version} /boot/vmlinuz-{version} /boot/initrd.img-{version}
            apt-get update
            bootctl list
            sync""", 600)
        machine.poweroff()
    finally:
        machine.kill()


class _Recipe(Recipe):
    """What packs the rpms is part of the image too."""

    def folder(self):
        name, key = super().folder().name.rsplit("-", 1)
        return paths.BUILD / f"{name}-{hash_files(KERNEL_RPM)[:8]}{key[:8]}"


RECIPE = _Recipe("efi", __file__,
                ["systemd-boot", "efibootmgr", "dosfstools", "grub-efi-amd64-bin", "grub2-common",
                 "binutils", "rpm", "dnf", "createrepo-c"],
                [], _disk, _first_boot)
