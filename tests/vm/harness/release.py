# SPDX-License-Identifier: GPL-2.0-or-later
"""
The product, compiled for another release of Debian than the host's: its libraries have other
names. The release's own compiler does it, in a tree of packages below B/vm, apart from the host:
a mount name space of its own, no network; the sources are a copy.
"""

import functools
import os
import subprocess

from . import paths
from .image import apt_sources
from .proc import HarnessError, built_once, hash_files, hash_text, run, unmount_below

SOURCES = [paths.TOP / name for name in ("src", "hooks", "conf", "man", "Makefile", "VERSION")]
SETUP = paths.TOP / "tests/setup.sh"
OWN_DEV = paths.TOP / "tests/tools/lib/own-dev"
STAGE = "stage"                       # below the copy of the sources
ENTER = r"""
    top=$1 work=$2 own_dev=$3 script=$4
    mount --make-rprivate /
    "$own_dev" "$top/dev"
    mount -t proc proc "$top/proc"
    mount -t tmpfs -o mode=1777 tmp "$top/tmp"
    mount --bind "$work" "$top/mnt"
    exec chroot "$top" /bin/sh -ec "cd /mnt && $script"
"""
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "HOME": "/root"}


@functools.cache
def _packages():
    return tuple(subprocess.run([SETUP, "--print", "build", "test"], check=True, text=True,
                                capture_output=True).stdout.split())


@functools.cache
def key():
    """A hash of all that an installation is made of, but the release."""
    return hash_text(hash_files(*SOURCES, paths.VM / "harness/release.py"), *_packages())


def tree(suite):
    """The folder with that release, its compiler and what `make` and `make test` need."""
    folder = paths.BUILD / f"tree-{suite}-{hash_text(*_packages())}"
    with built_once(folder) as part:
        if part:
            print(f"unpacking a tree of {suite} to compile in", flush=True)
            _remove_older(folder)
            run("mmdebstrap", "--mode=root", "--variant=apt", "--skip=check/empty",
                '--aptopt=APT::Install-Recommends "false"', "--dpkgopt=force-unsafe-io",
                "--dpkgopt=path-exclude=/usr/share/doc/*",
                f"--include={','.join(_packages())}",
                suite, part / "tree", *apt_sources(suite), log=part / "build.log",
                env={**os.environ, "LC_ALL": "C.UTF-8"})
    return folder / "tree"


def _remove_older(folder):
    """What FOLDER's packages or sources left behind when they were others."""
    for old in folder.parent.glob(folder.name.rsplit("-", 1)[0] + "-*"):
        if not old.name.startswith(folder.name):
            unmount_below(old)
            run("rm", "-rf", old)


def inside(suite, work, script):
    """Run SCRIPT as root in that release, in the folder WORK: (exit status, output)."""
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net",
                           "--ipc", "--uts", "sh", "-ec", ENTER, "sh", tree(suite), work,
                           OWN_DEV, script],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          env=ENVIRONMENT)
    return done.returncode, done.stdout


def stage(suite):
    """The installation for that release, compiled when it is first needed."""
    folder = paths.BUILD / f"product-{suite}-{key()}"
    with built_once(folder) as part:
        if part:
            print(f"compiling for {suite}", flush=True)
            _remove_older(folder)
            run("cp", "-a", *SOURCES, part)
            status, output = inside(
                suite, part, f"make -s -j{os.cpu_count()} WERROR=-Werror install"
                f" HOOKS='debian systemd' DESTDIR=/mnt/{STAGE}")
            (part / "build.log").write_text(output, encoding="utf-8")
            if status:
                raise HarnessError(f"does not build on {suite}:\n{output[-4000:]}")
            run("rm", "-rf", part / "build", *(part / source.name for source in SOURCES))
    return folder / STAGE
