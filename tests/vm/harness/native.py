# SPDX-License-Identifier: GPL-2.0-or-later
"""
A machine's disk without the machine: its root file system mounted, and its programs run in it,
apart from the host: name spaces of their own, no network, a /dev and /run of their own, no /sys
at all (so nothing in there can be armed).
"""

import contextlib
import os
import stat
import subprocess
from pathlib import Path

from .bios import PARTITION_MIB
from .proc import HarnessError, run

OFFSET = PARTITION_MIB << 20
LOOPS = range(20, 120)
ENTER = r"""
    top=$1 script=$2
    mount --make-rprivate /
    device=$(findmnt -no SOURCE "$top")
    mount -t tmpfs -o mode=755 dev "$top/dev"
    while read -r name major minor; do
        mknod -m 666 "$top/dev/$name" c "$major" "$minor"
    done <<END
null 1 3
zero 1 5
full 1 7
random 1 8
urandom 1 9
tty 5 0
END
    mknod "$top$device" b $(stat -c '0x%t 0x%T' "$device")
    # So that update-grub names the root file system as it does in a machine.
    mkdir -p "$top/dev/disk/by-uuid"
    ln -s "$device" "$top/dev/disk/by-uuid/$(findmnt -no UUID "$top")"
    ln -s /proc/self/fd "$top/dev/fd"
    mount -t proc proc "$top/proc"
    mount -t tmpfs run "$top/run"
    exec chroot "$top" /bin/sh -c "$script"
"""
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
               "HOME": "/root", "DEBIAN_FRONTEND": "noninteractive"}


@contextlib.contextmanager
def attached(disk):
    """The block device of the raw DISK's partition."""
    device = _loop_device(disk)
    try:
        yield device
    finally:
        run("losetup", "-d", device)


@contextlib.contextmanager
def mounted(device, top):
    """Its file system at TOP, which is made."""
    top.mkdir()
    try:
        run("mount", device, top)
        try:
            yield top
        finally:
            run("umount", top)
    finally:
        top.rmdir()


def _loop_device(disk):
    """A free one that covers the partition: not loop0 to loop9, for which update-grub looks for
    what is below them."""
    for number in LOOPS:
        device = Path(f"/dev/loop{number}")
        with contextlib.suppress(FileExistsError):
            os.mknod(device, 0o600 | stat.S_IFBLK, os.makedev(7, number))
        with contextlib.suppress(HarnessError):
            run("losetup", "-o", OFFSET, device, disk)
            return device
    raise HarnessError("no free loop device")


def inside(top, script, timeout=900):
    """Run a script as root in there: (exit status, output)."""
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "--kill-child", "--net",
                           "--ipc", "--uts", "sh", "-ec", ENTER, "sh", top, script],
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
                          timeout=timeout, env=ENVIRONMENT)
    return done.returncode, done.stdout.rstrip("\n")


def fsck(device):
    """What a boot's e2fsck says: (fine, output). It may mend what needs no question."""
    done = subprocess.run(["e2fsck", "-p", device], capture_output=True, text=True, check=False)
    return done.returncode in (0, 1), done.stdout + done.stderr
