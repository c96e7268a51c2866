# SPDX-License-Identifier: GPL-2.0-or-later
"""A chroot of each suite, with a repository of the packages that the cases install. Cached."""

import os
from pathlib import Path

from harness.image import apt_sources
from harness.proc import HarnessError, built_once, hash_files, run

from . import TOP

HERE = Path(__file__).resolve().parent
BUILD = (TOP / os.environ.get("B", "build")).resolve() / "tools" / "debian"

COMMON = "initramfs-tools linux-base kmod zstd grub2-common init-system-helpers".split()
# The libraries of warmboot's own package: built on Debian 12, it is installed there only.
LIBRARIES = """libarchive13 libconfig9 libjansson4 libssl3 zlib1g liblzma5 libzstd1 liblz4-1
    libbz2-1.0 liblzo2-2""".split()
PACKAGES = {"bookworm": COMMON + LIBRARIES, "trixie": COMMON}
UNWANTED = ("man", "doc", "locale", "info", "lintian", "bug")


def sources(suite):
    """The host's own mirrors, for SUITE."""
    return [line.replace("bookworm", suite) for line in apt_sources()]


def build(suite):
    """Folder of the image of SUITE: tree, kernels (their versions, newest last)."""
    if os.geteuid() != 0:
        raise HarnessError("chroots need root")
    key = hash_files(HERE / "image.py", HERE / "guest" / "customize")
    folder = BUILD / f"{suite}-{key}"
    with built_once(folder) as part:
        if part:
            print(f"building the chroot of {suite} (a few minutes, once)", flush=True)
            excludes = [f"--dpkgopt=path-exclude=/usr/share/{d}/*" for d in UNWANTED]
            run("mmdebstrap", "--mode=root", "--variant=apt", "--skip=check/empty",
                '--aptopt=APT::Install-Recommends "false"', "--dpkgopt=force-unsafe-io",
                *excludes, f"--include={','.join(PACKAGES[suite])}",
                f"--customize-hook={HERE}/guest/customize", suite, part / "tree",
                *sources(suite), log=part / "build.log",
                env={**os.environ, "LC_ALL": "C.UTF-8"})
    return folder


def kernels(folder):
    """Versions of the real kernels in the image's repository, newest last."""
    return (folder / "tree/srv/kernels").read_text(encoding="utf-8").split()
