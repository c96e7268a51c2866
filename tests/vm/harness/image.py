# SPDX-License-Identifier: GPL-2.0-or-later
"""
Base images: Debian, booted once, cached by a hash of all that they are made of.

A recipe (bios.py, efi.py) says what is in one and how its disk looks; this file does the rest.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

from . import paths
from .proc import HarnessError, built_once, hash_files, run

# What warmboot itself needs to run, and what scenarios break files with.
PACKAGES = """
    udev kmod initramfs-tools zstd libjansson4 zlib1g liblzma5 libzstd1 liblz4-1
    libbz2-1.0 liblzo2-2 libseccomp2 cpio xz-utils lz4 util-linux procps strace
""".split()
# What has another name in each release. The kernel of Debian 13 comes with guest/customize: its
# archives hold fewer of them between the release's and the newest.
RELEASES = {
    "bookworm": ["linux-image-cloud-amd64/bookworm", "libarchive13", "libconfig9", "libssl3"],
    "trixie": ["libarchive13t64", "libconfig11", "libssl3t64"],
}
SYSTEMD = ("systemd-sysv", "dbus")
UNWANTED = ("man", "doc", "locale", "info", "lintian", "bug")


@dataclass
class Recipe:
    """What one base image is made of. DISK and FIRST_BOOT get its folder (and a log file)."""

    name: str
    source: str                 # the file that defines it: part of the hash
    packages: list
    arguments: list             # for guest/customize
    disk: Callable
    first_boot: Callable
    init: tuple = SYSTEMD
    suite: str = "bookworm"     # one of RELEASES

    def folder(self):
        """Where it lies, built or not."""
        key = hash_files(paths.GUEST, paths.VM / "harness" / "image.py", Path(self.source))
        return paths.BUILD / f"base-{self.name}-{key}"

    def build(self):
        """Its folder: disk.qcow2, vmlinuz, initrd, kernels; with EFI vars.qcow2."""
        folder = self.folder()
        with built_once(folder) as part:
            if part:
                print(f"building the base image '{self.name}' (a few minutes, once)", flush=True)
                log = part / "build.log"
                self._bootstrap(part, log)
                self.disk(part, log)
                self.first_boot(part)
                run("qemu-img", "convert", "-O", "qcow2", part / "disk.raw",
                    part / "disk.qcow2", log=log)
                (part / "disk.raw").unlink()
                run("rm", "-rf", part / "tree")
        return folder

    def _bootstrap(self, part, log):
        tree = part / "tree"
        excludes = [f"--dpkgopt=path-exclude=/usr/share/{d}/*" for d in UNWANTED]
        packages = [*self.init, *PACKAGES, *RELEASES[self.suite], *self.packages]
        customize = " ".join([f"{paths.GUEST}/customize", '"$1"', *self.arguments])
        run("mmdebstrap", "--mode=root", "--variant=apt", "--skip=check/empty",
            '--aptopt=APT::Install-Recommends "false"', "--dpkgopt=force-unsafe-io", *excludes,
            f"--include={','.join(packages)}", f"--customize-hook={customize}",
            self.suite, tree, *apt_sources(self.suite), log=log,
            env={**os.environ, "LC_ALL": "C.UTF-8"})
        run("cp", tree / "srv/kernels", part / "kernels")
        version = kernels(part)[0]
        run("cp", tree / f"boot/vmlinuz-{version}", part / "vmlinuz")
        run("cp", tree / f"boot/initrd.img-{version}", part / "initrd")


def apt_sources(suite="bookworm"):
    """The host's own mirrors, for that release: no address is written down in the project."""
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
    return [f"deb {main[0]} {suite} main", f"deb {security[0]} {suite}-security main"]


def kernels(base):
    """Versions of the image's kernels: the installed one, a newer one, the newest one."""
    return (base / "kernels").read_text(encoding="utf-8").split()


def direct_boot(part):
    """QEMU's arguments to boot the image's kernel without any boot loader."""
    return ("-kernel", part / "vmlinuz", "-initrd", part / "initrd",
            "-append", "root=LABEL=root rw console=ttyS0,115200")
