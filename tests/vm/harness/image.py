# SPDX-License-Identifier: GPL-2.0-or-later
"""The base image: Debian 12, systemd, GRUB on BIOS, three real kernels. Built once, then cached."""

import os
import struct
import subprocess

from . import paths
from .machine import Machine
from .proc import HarnessError, built_once, hash_files, run

DISK_MIB = 3072
PARTITION_MIB = 1                 # where the partition starts; GRUB lives in the gap before it
PACKAGES = """
    systemd-sysv udev dbus kmod initramfs-tools zstd grub-pc unattended-upgrades
    linux-image-cloud-amd64/bookworm
    libarchive13 libconfig9 libjansson4 libssl3 zlib1g liblzma5 libzstd1 liblz4-1
    libbz2-1.0 liblzo2-2
    cpio xz-utils lz4 util-linux procps strace
""".split()
UNWANTED = ("man", "doc", "locale", "info", "lintian", "bug")


def apt_sources():
    """The host's own mirrors, for Debian 12: no address is written down in the project."""
    override = os.environ.get("VM_MIRROR", "")
    text = subprocess.run(["apt-get", "indextargets", "--format", "$(REPO_URI)"],
                          capture_output=True, text=True, check=False).stdout
    uris = override.split() or sorted(set(text.split()))
    security = [u for u in uris if "security" in u]
    main = [u for u in uris if u.rstrip("/").endswith("/debian")] or \
           [u for u in uris if u not in security]
    if not main or not security:
        raise HarnessError("no Debian mirrors in apt's configuration: name the archive's and the"
                           " security archive's address in VM_MIRROR")
    return [f"deb {main[0]} bookworm main", f"deb {security[0]} bookworm-security main"]


def build():
    """Folder of the base image: disk.qcow2, vmlinuz, initrd, kernels. Built if not there."""
    key = hash_files(paths.GUEST, paths.VM / "harness" / "image.py")
    folder = paths.BUILD / f"base-{key}"
    with built_once(folder) as part:
        if part:
            print("building the base image (a few minutes, once)", flush=True)
            log = part / "build.log"
            _bootstrap(part, log)
            _make_disk(part, log)
            _first_boot(part)
            run("qemu-img", "convert", "-O", "qcow2", part / "disk.raw", part / "disk.qcow2",
                log=log)
            (part / "disk.raw").unlink()
            run("rm", "-rf", part / "tree")
    return folder


def kernels(base):
    """Versions of the image's kernels: the installed one, a newer one, the newest one."""
    return (base / "kernels").read_text(encoding="utf-8").split()


def _bootstrap(part, log):
    tree = part / "tree"
    excludes = [f"--dpkgopt=path-exclude=/usr/share/{d}/*" for d in UNWANTED]
    run("mmdebstrap", "--mode=root", "--variant=apt", "--skip=check/empty",
        '--aptopt=APT::Install-Recommends "false"', "--dpkgopt=force-unsafe-io", *excludes,
        f"--include={','.join(PACKAGES)}", f"--customize-hook={paths.GUEST}/customize",
        "bookworm", tree, *apt_sources(), log=log, env={**os.environ, "LC_ALL": "C.UTF-8"})
    run("cp", tree / "srv/kernels", part / "kernels")
    version = kernels(part)[0]
    run("cp", tree / f"boot/vmlinuz-{version}", part / "vmlinuz")
    run("cp", tree / f"boot/initrd.img-{version}", part / "initrd")


def _make_disk(part, log):
    disk = part / "disk.raw"
    with open(disk, "wb") as out:
        out.truncate(DISK_MIB << 20)
    run("mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", part / "tree",
        "-E", f"offset={PARTITION_MIB << 20}", disk, f"{DISK_MIB - PARTITION_MIB}M", log=log)
    # An MBR with one active Linux partition; GRUB adds its code at the first boot.
    entry = struct.pack("<B3sB3sII", 0x80, b"\xfe\xff\xff", 0x83, b"\xfe\xff\xff",
                        PARTITION_MIB * 2048, (DISK_MIB - PARTITION_MIB) * 2048)
    with open(disk, "r+b") as out:
        out.seek(440)
        out.write(b"WARM\0\0" + entry + bytes(48) + b"\x55\xaa")


def _first_boot(part):
    """GRUB installs itself best on the machine that it is for: no guessing of devices."""
    direct = ("-kernel", part / "vmlinuz", "-initrd", part / "initrd",
              "-append", "root=LABEL=root rw console=ttyS0,115200")
    machine = Machine(part / "first-boot", part / "disk.raw", extra=direct, disk_format="raw")
    try:
        machine.wait_boot()
        machine.check("grub-install /dev/vda && update-grub && apt-get update && sync", 600)
        machine.poweroff()
    finally:
        machine.kill()
